import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Bar,
  BackfillError,
  type Dashboard,
  type History,
  openHistory,
  startDashboard,
} from '../../src/index.ts';
import { openStore } from '../../src/store/open.ts';
import {
  absence,
  at,
  coverage,
  daily,
  days,
  NOON,
  temporaryFolder,
  update,
  WEEK,
  WEEK_DAYS,
} from '../store/fixtures.ts';
import { tellActions } from '../store/told-actions.ts';
import { type Answer, ask } from './ask.ts';

const AAPL = { ticker: 'AAPL', interval: '1d' } as const;
const HOURS = { ticker: 'AAPL', interval: '1h' } as const;

let store = '';
let history: History;
let dashboard: Dashboard;
let remove: () => Promise<void>;

/**
 * A week of Apple with a split and a dividend, of which not all is known; the hours of two of its days; and Microsoft, which
 * lacks two sessions of that week and is known to have none on a third.
 */
beforeAll(async () => {
  const folder = await temporaryFolder();
  remove = folder.remove;
  store = join(folder.path, 'prices');
  const of = openStore(store);
  const week = [
    daily('2026-02-23', { close: 404, high: 408, open: 400, low: 396, vwap: 400.1, trades: 12 }),
    daily('2026-02-24', { volume: Number.NaN, source: 'polygon' }),
    daily('2026-02-25', { open: 103 }),
    ...WEEK.slice(3),
  ];
  const provisional = [days('2026-02-27', '2026-02-28')];
  await of.upsert(update(week, { learned: coverage({ present: [WEEK_DAYS], provisional }) }));
  const split = { kind: 'split', exDay: days('2026-02-24', '2026-02-24').from, ratio: 4 } as const;
  const dividend = { kind: 'dividend', exDay: days('2026-02-26', '2026-02-26').from, amount: 0.3 } as const;
  await tellActions(of, 'AAPL', [split, dividend], days('2026-02-01', '2026-03-10'), 'sample', NOON);
  const hours = ['2026-02-26T14:30Z', '2026-02-26T15:30Z', '2026-02-27T14:30Z'].map((start) => at(start));
  const covered = coverage({ present: [days('2026-02-26', '2026-02-28')] });
  await of.upsert(update(hours, { series: HOURS, learned: covered }));
  const known = {
    present: [days('2026-02-23', '2026-02-25')],
    absent: [absence(days('2026-02-25', '2026-02-26'))],
  };
  const msft = { series: { ticker: 'MSFT', interval: '1d' }, learned: coverage(known) } as const;
  await of.upsert(update(WEEK.slice(0, 2), msft));
  history = openHistory({ store, provider: 'none', clock: () => Date.parse('2026-02-28T12:00Z') });
  dashboard = await startDashboard({ history, store, port: 0 });
});
afterAll(async () => {
  await dashboard.close();
  await history.close();
  await remove();
});

const asked = (query: string, headers?: Record<string, string>): Promise<Answer> =>
  ask(dashboard.url, `/api/${query}`, headers);

async function json<T>(query: string): Promise<T> {
  const { status, headers, body } = await asked(query);
  expect([status, headers['content-type']], body).toEqual([200, expect.stringContaining('application/json')]);
  return JSON.parse(body) as T;
}

/** An answer that has begun. What cuts it off is told to whoever reads it. */
async function begun(url: string): Promise<IncomingMessage> {
  const request = get(url).on('error', () => undefined);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

/** An answer as it comes, not as text. */
async function bytes(path: string, of = dashboard): Promise<Buffer> {
  const response = await begun(`${of.url}api/${path}`);
  return Buffer.concat(await response.toArray());
}

/** A number of an adjusted bar as text has it. */
const inText = (value: number): number => Number(value.toPrecision(15));

/** The bars of a read as JSON has them. */
function asRows(ticker: string, bars: readonly Bar[], adjusted?: string): Record<string, unknown>[] {
  const shown = (value: number | null): number | null =>
    value === null || Number.isNaN(value) ? null : adjusted === undefined ? value : inText(value);
  return bars.map(({ ts, open, high, low, close, volume, vwap, trades, source }) => ({
    ...{ ticker, ts: new Date(ts).toISOString().slice(0, 10) },
    ...{ open: shown(open), high: shown(high), low: shown(low), close: shown(close) },
    ...{ volume: shown(volume), vwap: shown(vwap), trades: shown(trades), source },
    is_final: !new Date(ts).toISOString().startsWith('2026-02-27'),
    outside_range: Math.max(open, close) > high,
    ...(adjusted !== undefined && { adjusted }),
  }));
}

interface Bars {
  readonly rows: number;
  readonly bars: readonly Record<string, unknown>[];
  readonly verdict: { readonly complete: boolean };
}

describe('bars over HTTP', () => {
  it.each(['none', 'splits', 'all'] as const)(
    'are those of a read adjusted for %s, in each format',
    async (adjust) => {
      const read = await history.read(AAPL, { adjust });
      const rows = asRows('AAPL', read, adjust === 'none' ? undefined : adjust);
      expect(rows).toHaveLength(5);
      const query = `bars?tickers=aapl&adjust=${adjust}`;
      expect((await json<Bars>(query)).bars).toEqual(rows);

      const lines = (await asked(`${query}&format=ndjson`)).body.split('\n');
      expect(lines.slice(0, -1).map((line) => JSON.parse(line) as unknown)).toEqual(rows);

      const csv = (await asked(`${query}&format=csv`)).body;
      let exported = '';
      await history.export({ tickers: 'AAPL', adjust, to: async (text) => void (exported += text) });
      expect(csv).toBe(exported);
      expect(csv.split('\n')).toHaveLength(7);

      const table = tableFromIPC(await bytes(`${query}&format=arrow`));
      const exact = read.map(({ fetchedAt: _at, ts, volume, ...bar }, i) => {
        const { is_final, outside_range, adjusted } = rows[i] ?? {};
        const flags = { is_final, outside_range, ...(adjusted !== undefined && { adjusted }) };
        return { ticker: 'AAPL', ts, ...bar, volume: Number.isNaN(volume) ? null : volume, ...flags };
      });
      expect(table.toArray().map((row: { toJSON(): object }) => row.toJSON())).toEqual(exact);
    },
  );

  it('are of several tickers, one after the other, and of a range, with the columns that are named', async () => {
    const range = 'start=2026-02-24&end=2026-02-26';
    const { bars, ...said } = await json<Bars>(
      `bars?tickers=MSFT&tickers=AAPL&${range}&columns=close,fetchedAt`,
    );
    const fetched_at = new Date(NOON).toISOString().replace('.000', '');
    expect(bars).toEqual([
      { ticker: 'MSFT', ts: '2026-02-24', close: 101, fetched_at, is_final: true },
      ...['24', '25', '26'].map((day) => ({
        ticker: 'AAPL',
        ts: `2026-02-${day}`,
        close: 101,
        fetched_at,
        is_final: true,
      })),
    ]);
    expect(said).toMatchObject({
      interval: '1d',
      adjust: 'none',
      start: '2026-02-24',
      end: '2026-02-26',
      rows: 4,
    });
    const { body } = await asked(
      'bars?tickers=AAPL&interval=1h&columns=close&format=csv&asOf=2026-02-26T16:00:00Z',
    );
    expect(body).toBe('ticker,ts,close,is_final\nAAPL,2026-02-26T14:30:00Z,101,true\n');
  });

  it('say what is lacking of them: in brief in each answer, wholly in JSON and Arrow', async () => {
    const query = 'bars?tickers=AAPL,MSFT&start=2026-02-23&end=2026-02-27';
    const series = [AAPL, { ticker: 'MSFT', interval: '1d' } as const];
    const verdict = await history.batches(series, { start: '2026-02-23', end: '2026-02-27' }).verdict();
    expect(verdict).toMatchObject({ complete: false, lacks: [{ sessions: 1 }, { sessions: 2 }] });
    const { headers, body } = await asked(query);
    expect(headers).toMatchObject({ 'backfill-complete': 'false', 'backfill-lacking': '3' });
    expect(JSON.parse(body)).toMatchObject({ verdict });
    const { schema } = tableFromIPC(await bytes(`${query}&format=arrow`));
    expect(JSON.parse(schema.metadata.get('backfill') ?? '')).toMatchObject({ verdict });
    const whole = await asked('bars?tickers=MSFT&end=2026-02-25&format=csv&require=complete');
    expect(whole.headers).toMatchObject({ 'backfill-complete': 'true', 'backfill-lacking': '0' });
  });

  it('are of what was known at an instant, however it is written', async () => {
    const query = 'bars?tickers=AAPL&interval=1h&columns=close&format=csv&asOf=';
    const { body } = await asked(`${query}2026-02-26T16:00:00Z`);
    expect(body.split('\n')).toHaveLength(3);
    for (const asOf of [Date.parse('2026-02-26T16:00Z'), '2026-02-26T17:00:00%2B01:00'])
      expect((await asked(query + asOf)).body).toBe(body);
  });

  it('that are to be complete and are not come not at all, and it is said which lack', async () => {
    const query = 'bars?tickers=MSFT&require=complete&format=csv';
    const { status, headers, body } = await asked(query);
    const brief = { 'backfill-complete': 'false', 'backfill-lacking': '2' };
    expect(headers).toMatchObject(brief);
    const head = await ask(dashboard.url, `/api/${query}`, {}, 'HEAD');
    expect([head.status, head.headers, head.body]).toMatchObject([409, brief, '']);
    expect([status, JSON.parse(body)]).toEqual([
      409,
      {
        error: {
          code: 'incomplete',
          message:
            'the history is not complete: MSFT 1d lacks 2 sessions (2026-02-26..2026-02-27); fill it first',
        },
        verdict: await history.batches({ ticker: 'MSFT', interval: '1d' }).verdict(),
      },
    ]);
  });

  it('are none where there are none in the range, in a whole answer', async () => {
    const query = 'bars?tickers=AAPL&end=2026-02-20&columns=close';
    expect(await json<Bars>(query)).toMatchObject({ bars: [], rows: 0 });
    expect((await asked(`${query}&format=csv`)).body).toBe('ticker,ts,close,is_final\n');
    expect((await asked(`${query}&format=ndjson`)).body).toBe('');
    expect(tableFromIPC(await bytes(`${query}&format=arrow`)).numRows).toBe(0);
  });

  it.each([
    ['*/*', 'application/json'],
    ['text/html,application/xml;q=0.9,*/*;q=0.8', 'application/json'],
    ['text/*', 'text/csv; charset=utf-8; header=present'],
    ['application/json;q=0.5, text/csv', 'text/csv; charset=utf-8; header=present'],
    ['application/vnd.apache.arrow.stream', 'application/vnd.apache.arrow.stream'],
    ['application/x-ndjson, */*;q=0', 'application/x-ndjson'],
  ])('come in the format that "%s" likes best', async (accept, type) => {
    const { status, headers } = await asked('bars?tickers=AAPL', { accept });
    expect([status, headers['content-type']]).toEqual([200, type]);
  });

  it.each<[query: string, status: number, code: string, message: RegExp | string]>([
    ['bars', 400, 'usage', /^tickers "": names no ticker.*\/api\/series/],
    ['bars?tickers=AAPL,', 400, 'usage', /^tickers "AAPL,": names no ticker, or one without a name/],
    ['bars?tickers=all', 400, 'usage', /^tickers "all": leave tickers out for all, .* the share ALL is/],
    ['bars?tickers=MSFT,all', 400, 'usage', /^tickers "MSFT,all": leave/],
    ['coverage?tickers=all', 400, 'usage', /^tickers "all": leave tickers out for all/],
    ['series?tickers=all', 400, 'usage', /^tickers "all": leave tickers out for all/],
    ['coverage?tickers=ALL', 404, 'not-stored', 'ALL 1d is not in the store'],
    ['series?tickers=NOPE', 404, 'not-stored', 'NOPE is not in the store'],
    ['series?tickers=AAPL,NOPE&interval=1h', 404, 'not-stored', 'NOPE 1h is not in the store'],
    ['series?tickers=MSFT&interval=1h', 404, 'not-stored', 'MSFT 1h is not in the store'],
    ['coverage?interval=2h', 400, 'unsupported-interval', /^interval "2h"/],
    ['bars?tickers=AAPL&asOf=20260224', 400, 'invalid-date', /^asOf "20260224" .*YYYY-MM-DD, an instant/],
    [
      'bars?tickers=AAPL&asOf=1771948800',
      400,
      'invalid-date',
      /^asOf "1771948800" .* or ms since the epoch$/,
    ],
    ['bars?tickers=AAPL&asOf=99999999999999999', 400, 'usage', /^asOf 99999999999999999: must be|^asOf 1/],
    [
      'bars?tickers=AAPL&asOf=2026-02-24T16:00:00+01:00',
      400,
      'invalid-date',
      'asOf "2026-02-24T16:00:00 01:00": a + in an address is a space; write that of the zone as %2B',
    ],
    ['bars?tickers=A%20B', 400, 'invalid-ticker', /A B/],
    ['bars?tickers=AAPL&interval=2h', 400, 'unsupported-interval', /^interval "2h": .* 1m, 5m, 15m, 1h, 1d$/],
    ['bars?tickers=AAPL&ajust=all', 400, 'usage', '/api/bars has no option "ajust"; did you mean adjust?'],
    ['bars?tickers=AAPL&adjust=dividends', 400, 'usage', /"dividends"; there are none, splits, all$/],
    ['bars?tickers=AAPL&start=yesterday', 400, 'invalid-date', /^start "yesterday"/],
    [
      'bars?tickers=AAPL&start=2026-02-25&end=2026-02-24',
      400,
      'usage',
      /start 2026-02-25 is after end 2026-02-24/,
    ],
    [
      'bars?tickers=AAPL&start=2026-02-25&start=2026-02-24',
      400,
      'usage',
      /^start "2026-02-24": is given twice/,
    ],
    ['bars?tickers=AAPL&asOf=now', 400, 'invalid-date', /^asOf "now"/],
    ['bars?tickers=AAPL&require=all', 400, 'usage', 'require "all": must be "complete"'],
    ['bars?tickers=AAPL&columns=close,vola', 400, 'usage', /^columns "vola": there is no such column/],
    [
      'bars?tickers=AAPL&format=xlsx',
      400,
      'usage',
      'format "xlsx": there is no such format; there are json, ndjson, csv, arrow',
    ],
    ['bars?tickers=AAPL,NOPE', 404, 'not-stored', 'NOPE 1d is not in the store'],
    ['bars?tickers=AAPL&interval=1m', 404, 'not-stored', 'AAPL 1m is not in the store'],
    ['bars?tickers=MSFT,AAPL&interval=1d&adjust=all', 409, 'basis-unknown', /^MSFT 1d cannot be adjusted/],
    ['coverage?tickers=NOPE', 404, 'not-stored', 'NOPE 1d is not in the store'],
    ['coverage?interval=1m', 404, 'not-stored', 'the store has no series of the interval 1m'],
    ['coverage?adjust=all', 400, 'usage', /^\/api\/coverage has no option "adjust"; there are tickers/],
    ['coverage?end=2026', 400, 'invalid-date', /^end "2026"/],
    ['series?tickers=', 400, 'usage', /names no ticker/],
    ['series?interval=2h', 400, 'unsupported-interval', /^interval "2h"/],
    [
      'prices',
      404,
      'usage',
      'there is nothing at /api/prices; there are /api/bars, /api/coverage, /api/series',
    ],
  ])('%s is refused in a line', async (query, status, code, message) => {
    const answer = await asked(query);
    expect([answer.status, answer.headers['content-type']]).toEqual([
      status,
      'application/json; charset=utf-8',
    ]);
    expect(answer.body).toMatch(/^[^\n]+\n$/);
    const matching = typeof message === 'string' ? message : expect.stringMatching(message);
    expect(JSON.parse(answer.body)).toEqual({ error: { code, message: matching } });
  });

  it('cannot be had as anything else', async () => {
    const { status, body } = await asked('bars?tickers=AAPL', { accept: 'image/png' });
    expect([status, JSON.parse(body)]).toMatchObject([
      406,
      { error: { message: /application\/json, .*text\/csv/ } },
    ]);
  });
});

describe('coverage over HTTP', () => {
  it('is the verdict on a range, and by itself of all that is stored', async () => {
    const range = { start: '2026-02-23', end: '2026-02-25' };
    const verdict = await history.batches([AAPL], range).verdict();
    expect(await json('coverage?tickers=AAPL&start=2026-02-23&end=2026-02-25')).toEqual({
      interval: '1d',
      ...range,
      verdict,
    });
    expect(await json('coverage')).toMatchObject({
      verdict: {
        complete: false,
        series: 2,
        lacks: [
          { series: AAPL, ranges: [{ start: '2026-02-27', why: 'provisional' }] },
          {
            series: { ticker: 'MSFT' },
            ranges: [{ start: '2026-02-26', end: '2026-02-27', why: 'missing' }],
          },
        ],
      },
    });
    expect(await json('coverage?interval=1h&asOf=2026-02-26')).toMatchObject({
      verdict: { complete: true, series: 1 },
    });
  });

  it('goes with a list of the series that are stored', async () => {
    const apple = { ticker: 'AAPL', calendar: 'XNYS', currency: 'USD', exchange: 'XNAS', type: 'equity' };
    const fetchedAt = new Date(NOON).toISOString();
    const hourly = { ...apple, interval: '1h', rows: 3, first: '2026-02-26', last: '2026-02-27', fetchedAt };
    const { series } = await json<{ series: unknown[] }>('series');
    expect(series).toEqual([
      { ...apple, interval: '1d', rows: 5, first: '2026-02-23', last: '2026-02-27', fetchedAt },
      hourly,
      {
        ...apple,
        ticker: 'MSFT',
        interval: '1d',
        rows: 2,
        first: '2026-02-23',
        last: '2026-02-24',
        fetchedAt,
      },
    ]);
    expect(await json('series?tickers=aapl&interval=1h')).toEqual({ series: [hourly] });
  });
});

describe('who asks over HTTP', () => {
  it('may look, be it at the head alone, and do nothing', async () => {
    const head = await ask(dashboard.url, '/api/bars?tickers=AAPL', {}, 'HEAD');
    expect([head.status, head.body, head.headers['backfill-complete']]).toEqual([200, '', 'false']);
    expect((await ask(dashboard.url, '/api/bars?tickers=NOPE', {}, 'HEAD')).status).toBe(404);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const { status, headers, body } = await ask(dashboard.url, '/api/series', {}, method);
      expect([status, headers['allow'], JSON.parse(body)]).toMatchObject([405, 'GET, HEAD', { error: {} }]);
    }
    const { headers } = await asked('series');
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });

  it('is refused as by every page: under another name, from another site, without the token', async () => {
    expect((await asked('series', { host: 'evil.example' })).status).toBe(403);
    expect((await asked('series', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    const token = 'a-token-of-some-length';
    const own = await startDashboard({ history, store, port: 0, token });
    const refused = await ask(own.url, '/api/bars?tickers=AAPL');
    expect([refused.status, JSON.parse(refused.body)]).toMatchObject([
      401,
      { error: { code: 'unauthorized' } },
    ]);
    expect((await ask(own.url, '/api/series', { authorization: `Bearer ${token}` })).status).toBe(200);
    // No redirection: a program keeps no cookie.
    const brought = await ask(own.url, `/api/bars?tickers=AAPL&token=${token}`);
    expect([brought.status, brought.headers['set-cookie']]).toEqual([200, undefined]);
    await own.close();
  });

  it('is told when the store is gone, whatever is asked for', async () => {
    await rename(store, `${store}-moved`);
    try {
      for (const query of ['series', 'coverage', 'bars?tickers=AAPL', 'bars?tickers=AAPL&format=arrow']) {
        const { status, body } = await asked(query);
        expect([status, JSON.parse(body)]).toMatchObject([
          503,
          {
            error: {
              code: 'store-unusable',
              message: expect.stringContaining(`store ${store}: there is no such folder`),
            },
          },
        ]);
      }
    } finally {
      await rename(`${store}-moved`, store);
    }
    expect((await asked('series')).status).toBe(200);
  });
});

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
