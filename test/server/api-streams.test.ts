import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackfillError, type Dashboard, type History, startDashboard } from '../../src/index.ts';
import { ask } from './ask.ts';
import { begun, bytes, type Served, serveWeek } from './served-week.ts';

let served: Served;
let store = '';
let history: History;
beforeAll(async () => {
  served = await serveWeek();
  ({ store, history } = served);
});
afterAll(() => served.close());

describe('bars that are given as they are read', () => {
  /** A dashboard of a history that has a long batch again and again: so many, then each after something, until `end`. */
  async function repeating(
    times: number,
    before: () => unknown,
  ): Promise<{ readonly own: Dashboard; readonly given: () => number; readonly open: () => number }> {
    let [given, open] = [0, 0];
    const batches: History['batches'] = (series, options) => {
      const all = history.batches(series, options);
      return {
        verdict: () => all.verdict(),
        async *[Symbol.asyncIterator]() {
          open++;
          try {
            for await (const batch of all)
              for (let i = 0; ; i++) {
                if (i >= times && (await before()) === 'end') return;
                given++;
                yield long(batch);
              }
          } finally {
            open--;
          }
        },
      };
    };
    const own = await startDashboard({ history: { ...history, batches }, store, port: 0 });
    return { own, given: () => given, open: () => open };
  }

  /** A batch with thousands of its first bar. */
  function long<Batch extends { readonly rows: number }>(batch: Batch): Batch {
    const rows = 4000;
    const columns = Object.entries(batch).map(([name, column]: [string, unknown]) => [
      name,
      column instanceof Float64Array ? new Float64Array(rows).fill(column[0] ?? 0) : column,
    ]);
    const source = { codes: new Uint16Array(rows), names: ['sample'] };
    return { ...(Object.fromEntries(columns) as Batch), rows, source };
  }

  const reader = (own: Dashboard): Promise<IncomingMessage> => begun(`${own.url}api/bars?tickers=AAPL`);

  const FAIL = (): never => {
    throw new BackfillError('store-corrupt', 'bars.parquet: its digest is another one');
  };

  it.each(['json', 'ndjson', 'csv', 'arrow'])(
    'never look whole as %s where reading fails',
    async (format) => {
      const { own, open } = await repeating(3, FAIL);
      await expect(bytes(`bars?tickers=AAPL&format=${format}`, own)).rejects.toMatchObject({
        code: 'ECONNRESET',
      });
      expect(open()).toBe(0);
      await own.close();
    },
  );

  it('never look whole in HTTP/1.0, in which the end of a connection is the end of an answer', async () => {
    let fail = (): void => undefined;
    const held = new Promise<void>((resolve) => (fail = resolve));
    const { own } = await repeating(1, () => held.then(FAIL));
    const socket = connect(Number(new URL(own.url).port), '127.0.0.1');
    let taken = '';
    socket.setEncoding('utf8').on('data', (text: string) => (taken += text));
    socket.write('GET /api/bars?tickers=AAPL&format=csv HTTP/1.0\r\nHost: localhost\r\n\r\n');
    // Node takes a reset that comes together with bytes for an end.
    await expect.poll(() => taken.split('\nAAPL,').length).toBe(4001);
    const ended = once(socket, 'close');
    fail();
    await expect(ended).rejects.toMatchObject({ code: 'ECONNRESET' });
    await own.close();
  });

  it('never look whole where the store is gone when they end', async () => {
    const { own } = await repeating(1, async () => {
      await rename(store, `${store}-moved`);
      return 'end';
    });
    try {
      await expect(bytes('bars?tickers=AAPL&format=csv', own)).rejects.toMatchObject({ code: 'ECONNRESET' });
    } finally {
      await rename(`${store}-moved`, store);
    }
    await own.close();
  });

  it('never look whole where a series of them is gone before its turn', async () => {
    const path = join(store, 'bars/interval=1d/ticker=MSFT');
    const batches: History['batches'] = (series, options) => {
      const all = history.batches(series, options);
      return {
        verdict: () => all.verdict(),
        async *[Symbol.asyncIterator]() {
          for await (const batch of all) {
            yield batch;
            await rename(path, `${store}-msft`);
          }
        },
      };
    };
    const own = await startDashboard({ history: { ...history, batches }, store, port: 0 });
    try {
      const asking = bytes('bars?tickers=AAPL,MSFT&format=csv', own);
      await expect(asking).rejects.toMatchObject({ code: 'ECONNRESET' });
    } finally {
      await rename(`${store}-msft`, path);
    }
    await own.close();
  });

  it('are an error like any other where the first of them fails', async () => {
    const { own } = await repeating(0, FAIL);
    const { status, body } = await ask(own.url, '/api/bars?tickers=AAPL');
    expect([status, JSON.parse(body)]).toMatchObject([500, { error: { code: 'store-corrupt' } }]);
    await own.close();
  });

  it('are read no faster than they are taken, and no further once nobody takes them', async () => {
    const { own, given, open } = await repeating(Number.POSITIVE_INFINITY, () => undefined);
    const response = await reader(own);
    let before = -1;
    await expect
      .poll(() => {
        const isStill = given() === before;
        before = given();
        return isStill;
      })
      .toBe(true);
    expect([given() > 0, open()]).toEqual([true, 1]);
    response.destroy();
    await expect.poll(open).toBe(0);
    await own.close();
  });

  it('are of so many readers at a time, the next of whom is asked to come again', async () => {
    let go = (): void => undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    const { own, open } = await repeating(1, () => held);
    const readers = await Promise.all(Array.from({ length: 16 }, () => reader(own)));
    const { status, headers, body } = await ask(own.url, '/api/bars?tickers=AAPL');
    expect([status, headers['retry-after'], JSON.parse(body)]).toMatchObject([
      ...[503, '1', { error: { code: 'throttled' } }],
    ]);
    for (const response of readers) response.destroy();
    go();
    await expect.poll(open).toBe(0);
    await expect.poll(async () => (await ask(own.url, '/api/series')).status).toBe(200);
    await own.close();
  });

  it('end with the server', async () => {
    const { own, open } = await repeating(Number.POSITIVE_INFINITY, () => undefined);
    const response = await reader(own);
    await own.close();
    await expect(response.toArray()).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect.poll(open).toBe(0);
  });
});
