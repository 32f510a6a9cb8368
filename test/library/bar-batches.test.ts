import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Series, seriesKey } from '../../src/core/bars/bars.ts';
import { formatDay } from '../../src/core/session/day.ts';
import { BAR_COLUMNS, type BarBatch, type BarBatchOptions } from '../../src/library/bar-batch.ts';
import { barBatches } from '../../src/library/bar-batches.ts';
import { openHistory } from '../../src/library/open-history.ts';
import type { History } from '../../src/library/history.ts';
import { capabilitiesOf } from '../../src/providers/registry.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { at, coverage, daily, days, NOON, temporaryFolder, update } from '../store/fixtures.ts';

let root = '';
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ path: root, remove } = await temporaryFolder());
});
afterAll(() => remove());

let stores = 0;

const HOURS = { ticker: 'AAPL', interval: '1h' } as const;
const DAYS = { ticker: 'AAPL', interval: '1d' } as const;

/** Hours of two sessions around a new year, which are two partitions, and their days. */
async function newYear(): Promise<{ history: History; store: BarStore; path: string }> {
  const path = join(root, String(stores++));
  const store = openStore(path);
  const learned = coverage({ present: [days('2025-12-31', '2026-01-01'), days('2026-01-02', '2026-01-03')] });
  const hours = ['2025-12-31T14:30Z', '2025-12-31T15:30Z', '2026-01-02T14:30Z'].map((start) => at(start));
  await store.upsert(update(hours, { series: HOURS, learned }));
  await store.upsert(update([daily('2025-12-31'), daily('2026-01-02', { vwap: 100.5 })], { learned }));
  const clock = (): number => Date.parse('2026-01-03T12:00Z');
  return { history: openHistory({ store: path, provider: { id: 'sample' }, clock }), store, path };
}

async function batchesIn<Batch>(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

describe('batches', () => {
  it('come a partition at a time, each read when it is asked for', async () => {
    const { store } = await newYear();
    const reads: string[] = [];
    const readBars: BarStore['readBars'] = (series, range) => {
      reads.push(`${series.interval} ${range && formatDay(range.from)}`);
      return store.readBars(series, range);
    };
    const watched: BarStore = new Proxy(store, {
      get: (of, name) => {
        if (name === 'readBars') return readBars;
        const value: unknown = Reflect.get(of, name);
        return typeof value === 'function' ? value.bind(of) : value;
      },
    });
    const capabilities = capabilitiesOf({ id: 'sample' });
    const tools = {
      store: watched,
      capabilities,
      clock: () => NOON,
      call: <T>(work: () => Promise<T>) => work(),
    };
    const seen: [number, string[]][] = [];
    for await (const { rows, series } of barBatches(tools, [HOURS, DAYS], {}))
      seen.push([rows, [series.interval, ...reads]]);
    expect(seen).toEqual([
      [2, ['1h', '1h 2025-12-31']],
      [1, ['1h', '1h 2025-12-31', '1h 2026-01-01']],
      [2, ['1d', '1h 2025-12-31', '1h 2026-01-01', '1d 2025-12-31']],
    ]);
  });

  it('have the columns that are asked for, and no other', async () => {
    const { history } = await newYear();
    const [batch] = await batchesIn(history.batches(DAYS, { columns: ['close', 'vwap'] }));
    expect(batch).toEqual({
      ...{ series: DAYS, rows: 2, ts: Float64Array.of(Date.UTC(2025, 11, 31), Date.UTC(2026, 0, 2)) },
      ...{ close: Float64Array.of(101, 101), vwap: Float64Array.of(Number.NaN, 100.5) },
    });
    const [bare] = await batchesIn(history.batches(DAYS, { columns: [] }));
    expect(Object.keys(bare ?? {}).toSorted()).toEqual(['rows', 'series', 'ts']);
    const [whole] = await batchesIn(history.batches(HOURS));
    expect(Object.keys(whole ?? {}).toSorted()).toEqual([...BAR_COLUMNS, 'rows', 'series', 'ts'].toSorted());
    expect(whole?.trades).toBeNull();
  });

  it('are of each series once, in the order in which they are named, and none of one without a bar there', async () => {
    const { history } = await newYear();
    const order = async (...named: [readonly Series[], BarBatchOptions?]): Promise<string[]> =>
      (await batchesIn(history.batches(...named))).map(({ series }) => seriesKey(series));
    expect(await order([DAYS, HOURS, { ticker: 'aapl', interval: '1d' }])).toEqual([
      'AAPL 1d',
      'AAPL 1h',
      'AAPL 1h',
    ]);
    expect(await order([HOURS, DAYS], { start: '2026-01-01' })).toEqual(['AAPL 1h', 'AAPL 1d']);
    expect(await order([HOURS, DAYS], { start: '2026-01-05' })).toEqual([]);
    // Of the second partition nothing was known.
    expect(await order([HOURS, DAYS], { asOf: '2026-01-02T15:00:00Z' })).toEqual(['AAPL 1h', 'AAPL 1d']);
  });

  it('can be read again, and hold what was stored since', async () => {
    const { history, store } = await newYear();
    const batches = history.batches(DAYS, { columns: ['close'] });
    const closes = async (): Promise<number[]> =>
      (await batchesIn(batches)).flatMap(({ close }) => [...close]);
    expect(await closes()).toEqual([101, 101]);
    await store.upsert(update([daily('2026-01-02', { close: 102 })], { fetchedAt: NOON + 1 }));
    expect(await closes()).toEqual([101, 102]);
  });
});

async function refusal(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => '',
    ({ message }: Error) => message,
  );
}

describe('what is said of batches', () => {
  it('is what the store lacks of their range, and they are refused where they are to be complete', async () => {
    const { history } = await newYear();
    const whole = { start: '2025-12-31', end: '2026-01-02' };
    expect((await history.batches([DAYS, HOURS], { ...whole, require: 'complete' }).verdict()).complete).toBe(
      true,
    );
    expect(await batchesIn(history.batches([DAYS, HOURS], { ...whole, require: 'complete' }))).toHaveLength(
      3,
    );
    const lacking = history.batches([DAYS, HOURS], { start: '2025-12-29', require: 'complete' });
    const ranges = [{ start: '2025-12-29', end: '2025-12-30', sessions: 2, why: 'missing' }];
    expect((await lacking.verdict()).lacks).toEqual([
      { series: DAYS, ranges, sessions: 2 },
      { series: HOURS, ranges, sessions: 2 },
    ]);
    const error = {
      code: 'incomplete',
      message:
        'the history is not complete: AAPL 1d lacks 2 sessions (2025-12-29..2025-12-30), AAPL 1h lacks 2 sessions (2025-12-29..2025-12-30); fill it first',
    };
    await expect(batchesIn(lacking)).rejects.toMatchObject(error);
    await expect(history.read(DAYS, { start: '2025-12-29', require: 'complete' })).rejects.toMatchObject({
      ...{ code: 'incomplete', ticker: 'AAPL' },
    });
    expect(await history.read(DAYS, { start: '2025-12-29' })).toHaveLength(2);
  });

  it('is of the sessions that were over by then, where batches are as of some day or instant', async () => {
    const { history } = await newYear();
    const lacking = async (asOf: string | number): Promise<number> => {
      const { lacks } = await history.batches(DAYS, { start: '2025-12-29', asOf }).verdict();
      return lacks.reduce((sum, { sessions }) => sum + sessions, 0);
    };
    expect(await lacking('2025-12-31')).toBe(2);
    expect(await lacking('2025-12-29')).toBe(1);
    expect(await lacking('2025-12-26')).toBe(0);
    expect(await lacking('2025-12-30T20:59:59Z')).toBe(1);
    expect(await lacking(Date.parse('2025-12-30T21:00:00Z'))).toBe(2);
  });
});

describe('batches that cannot be had', () => {
  it('are refused before the first one where a series is not stored, or damaged', async () => {
    const { history, path } = await newYear();
    const none = { ticker: 'NOPE', interval: '1d' } as const;
    await expect(batchesIn(history.batches([DAYS, none]))).rejects.toMatchObject({
      ...{ code: 'not-stored', ticker: 'NOPE', message: 'NOPE 1d is not in the store' },
    });
    await writeFile(join(path, 'bars/interval=1h/ticker=AAPL/period=2026/bars.parquet'), 'damaged');
    await expect(batchesIn(history.batches([DAYS, HOURS]))).rejects.toMatchObject({ code: 'store-corrupt' });
    expect(await batchesIn(history.batches([DAYS]))).toHaveLength(1);
  });

  it('are refused before the first one where the factors of a series are not known', async () => {
    const { history, store } = await newYear();
    const seen: BarBatch[] = [];
    const reading = async (): Promise<void> => {
      for await (const batch of history.batches([DAYS, HOURS], { start: '2026-01-02', adjust: 'all' }))
        seen.push(batch);
    };
    expect(await reading()).toBeUndefined();
    expect(seen).toHaveLength(2);
    const message = await refusal(history.read(DAYS, { adjust: 'all' }));
    // Of a single session nothing has to be known.
    const single = { ticker: 'MSFT', interval: '1d' } as const;
    const learned = coverage({ present: [days('2026-01-02', '2026-01-03')] });
    await store.upsert(update([daily('2026-01-02')], { series: single, learned }));
    expect(await batchesIn(history.batches([single], { adjust: 'all' }))).toHaveLength(1);
    const both = history.batches([single, DAYS], { adjust: 'all' })[Symbol.asyncIterator]();
    await expect(both.next()).rejects.toMatchObject({ code: 'basis-unknown', ticker: 'AAPL', message });
  });

  it.each([
    [[[]], 'usage', 'no series is named; name at least one'],
    [[undefined], 'usage', 'batches: the series undefined: must be an object'],
    [[[DAYS, 'AAPL']], 'usage', 'batches: the series "AAPL": must be an object'],
    [[{ ...DAYS, days: 3 }], 'usage', 'the series of batches has no option "days"'],
    [
      [{ ticker: 'AAPL', interval: '2h' }],
      'unsupported-interval',
      'interval "2h": there is no such interval',
    ],
    [[DAYS, { column: ['close'] }], 'usage', 'batches has no option "column"; did you mean columns?'],
    [[DAYS, { columns: 'close' }], 'usage', "columns \"close\": must be a list such as ['close', 'volume']"],
    [
      [DAYS, { columns: ['clsoe'] }],
      'usage',
      'columns "clsoe": there is no such column; there are open, high',
    ],
    [[DAYS, { require: true }], 'usage', 'require true: must be "complete"'],
    [
      [DAYS, { adjust: 'dividends' }],
      'usage',
      'there is no adjustment "dividends"; there are none, splits, all',
    ],
    [[DAYS, { asOf: '2026-13-01' }], 'invalid-date', 'asOf "2026-13-01" is not a date'],
    [[DAYS, { start: '2026-01-02', end: '2026-01-01' }], 'usage', 'start 2026-01-02 is after end 2026-01-01'],
  ])('are refused at once where the call means nothing: %j', async (given, code, message) => {
    const { history } = await newYear();
    const { batches } = history as unknown as { batches: (...all: readonly unknown[]) => unknown };
    expect(() => batches(...given)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  it('are no more once the history is closed, which waits for the one that is being read', async () => {
    const { history } = await newYear();
    const batches = history.batches(HOURS);
    const reading = batches[Symbol.asyncIterator]();
    const first = reading.next();
    await history.close();
    expect((await first).value).toMatchObject({ rows: 2 });
    await expect(reading.next()).rejects.toMatchObject({ code: 'cancelled' });
    await expect(batches.verdict()).rejects.toMatchObject({ code: 'cancelled' });
  });
});
