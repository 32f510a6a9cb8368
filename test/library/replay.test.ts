import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storedBarsOf } from '../../src/core/bars/bar-builder.ts';
import type { Series } from '../../src/core/bars/bars.ts';
import { slice, type StoredBars } from '../../src/core/bars/columns.ts';
import { formatDay } from '../../src/core/session/day.ts';
import type { History } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { replayOf } from '../../src/library/replay.ts';
import type { ReplayOptions } from '../../src/library/replay-batch.ts';
import { ReplayCursor } from '../../src/library/replay-cursor.ts';
import { capabilitiesOf } from '../../src/providers/registry.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { at, coverage, daily, days, NOON, temporaryFolder, update } from '../store/fixtures.ts';
import { itemsOf } from './lake-history.ts';

const DAYS: Series = { ticker: 'AAPL', interval: '1d' };
const HOURS: Series = { ticker: 'AAPL', interval: '1h' };
const SYDNEY: Series = { ticker: 'BHP.AX', interval: '1d' };

let remove: () => Promise<void>;
let path = '';
let store: BarStore;
let history: History;
/** Friday and Monday: both days and the last hours of them, and those days in Sydney. */
beforeAll(async () => {
  ({ path, remove } = await temporaryFolder());
  store = openStore(join(path, 'store'));
  const learned = coverage({ present: [days('2026-02-27', '2026-02-28'), days('2026-03-02', '2026-03-03')] });
  const both = [daily('2026-02-27'), daily('2026-03-02')];
  await store.upsert(update(both, { learned }));
  await store.upsert(update(both, { series: SYDNEY, calendar: 'XASX', learned }));
  const hours = ['2026-02-27T19:30Z', '2026-02-27T20:30Z', '2026-03-02T20:30Z'].map((start) => at(start));
  await store.upsert(update(hours, { series: HOURS, learned }));
  const clock = (): number => Date.parse('2026-03-03T12:00Z');
  history = openHistory({ store: join(path, 'store'), provider: { id: 'sample' }, clock });
});
afterAll(() => remove());

/** When each bar was known, and whose it is. */
async function told(series: readonly Series[], asOf?: string): Promise<string[]> {
  const rows = history.replay(series, { rows: true, ...(asOf !== undefined && { asOf }) });
  return (await itemsOf(rows)).map(
    ({ at: known, series: { ticker, interval } }) =>
      `${new Date(known).toISOString().slice(5, 16)} ${ticker} ${interval}`,
  );
}

describe('a replay of days and hours', () => {
  it('has each bar when it closed: that of a day with the last hour of it, and Sydney half a day before', async () => {
    expect(await told([SYDNEY, DAYS, HOURS])).toEqual([
      '02-27T05:00 BHP.AX 1d',
      '02-27T20:30 AAPL 1h',
      '02-27T21:00 AAPL 1d',
      '02-27T21:00 AAPL 1h',
      '03-02T05:00 BHP.AX 1d',
      '03-02T21:00 AAPL 1d',
      '03-02T21:00 AAPL 1h',
    ]);
    expect((await told([HOURS, DAYS])).slice(1, 3)).toEqual(['02-27T21:00 AAPL 1h', '02-27T21:00 AAPL 1d']);
  });

  it('has all bars that a series has at one instant before those of the next series', async () => {
    const off: Series = { ticker: 'MSFT', interval: '1h' };
    // What does not lie on the grid closes with the session too.
    const bars = ['2026-02-27T20:30Z', '2026-02-27T20:45Z'].map((start) => at(start));
    const learned = coverage({ present: [days('2026-02-27', '2026-02-28')] });
    await store.upsert(update(bars, { series: off, learned }));
    expect((await told([off, DAYS])).slice(0, 3)).toEqual([
      '02-27T21:00 MSFT 1h',
      '02-27T21:00 MSFT 1h',
      '02-27T21:00 AAPL 1d',
    ]);
  });

  it('ends where it is as of', async () => {
    expect(await told([SYDNEY, DAYS, HOURS], '2026-02-27T20:59:59Z')).toHaveLength(2);
    expect(await told([SYDNEY, DAYS, HOURS], '2026-02-27T21:00:00Z')).toHaveLength(4);
    expect(await told([SYDNEY, DAYS, HOURS], '2026-02-27')).toHaveLength(4);
    expect(await told([SYDNEY, DAYS, HOURS], '2026-02-01')).toEqual([]);
  });

  it('comes in batches of the columns that are asked for', async () => {
    const [batch, ...others] = await itemsOf(history.replay([SYDNEY, HOURS], { columns: ['close'] }));
    expect(others).toEqual([]);
    expect(batch).toEqual({
      ...{ series: [SYDNEY, HOURS], rows: 5, of: Uint32Array.of(0, 1, 1, 0, 1) },
      at: Float64Array.from(
        [
          '2026-02-27T05:00Z',
          '2026-02-27T20:30Z',
          '2026-02-27T21:00Z',
          '2026-03-02T05:00Z',
          '2026-03-02T21:00Z',
        ],
        (instant) => Date.parse(instant),
      ),
      ts: Float64Array.from(
        ['2026-02-27', '2026-02-27T19:30Z', '2026-02-27T20:30Z', '2026-03-02', '2026-03-02T20:30Z'],
        (instant) => Date.parse(instant),
      ),
      close: new Float64Array(5).fill(101),
    });
    const [whole] = await itemsOf(history.replay(DAYS));
    expect(whole).toMatchObject({ vwap: null, source: { names: ['sample'] }, rows: 2 });
  });

  it('can be had again, and says what is lacking', async () => {
    const replay = history.replay([DAYS, HOURS], { start: '2026-02-26' });
    expect((await itemsOf(replay)).length).toBe(1);
    expect((await itemsOf(replay)).length).toBe(1);
    expect((await replay.verdict()).lacks.map(({ sessions }) => sessions)).toEqual([1, 1]);
    const refused = history.replay([DAYS, HOURS], { start: '2026-02-26', require: 'complete' });
    await expect(itemsOf(refused)).rejects.toMatchObject({ code: 'incomplete' });
    const adjusted = history.replay([DAYS], { adjust: 'splits' });
    await expect(itemsOf(adjusted)).rejects.toMatchObject({ code: 'basis-unknown', ticker: 'AAPL' });
  });

  it.each([
    [[[]], 'no series is named; name at least one'],
    [[[DAYS], { rows: 1 }], 'rows 1: must be true or false'],
    [
      [[DAYS], { rows: true, columns: ['close'] }],
      'columns: rows have all of them; leave out columns, or rows',
    ],
    [[[DAYS], { offline: true }], 'replay has no option "offline"'],
    [[[{ ...DAYS, adjust: 'all' }]], 'the series of replay has no option "adjust"'],
  ])('is refused at once where the call means nothing: %j', (given, message) => {
    const { replay } = history as unknown as { replay: (...all: readonly unknown[]) => unknown };
    expect(() => replay(...given)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining(message) }),
    );
  });
});

describe('a replay that is stopped', () => {
  /** Reads of the store, as they happen. */
  function watched(reads: string[]): BarStore {
    const readBars: BarStore['readBars'] = (series, range) => {
      reads.push(`${series.ticker} ${series.interval} ${range && formatDay(range.from)}`);
      return store.readBars(series, range);
    };
    return new Proxy(store, {
      get: (of, name) => {
        if (name === 'readBars') return readBars;
        const value: unknown = Reflect.get(of, name);
        return typeof value === 'function' ? value.bind(of) : value;
      },
    });
  }

  const toolsOver = (over: BarStore): Parameters<typeof replayOf>[0] => ({
    ...{ store: over, capabilities: capabilitiesOf({ id: 'sample' }), clock: () => NOON },
    call: (work) => work(),
  });

  it('has read no more than the next window of each series', async () => {
    const reads: string[] = [];
    const replay = replayOf(toolsOver(watched(reads)), [SYDNEY, DAYS, HOURS], {}, { batch: 1, memory: 1 });
    expect(reads).toEqual([]);
    const reading = replay[Symbol.asyncIterator]();
    await reading.next();
    // The bar of Sydney is given, and what comes after it, and after a weekend, has to be known.
    expect(reads.toSorted()).toEqual([
      'AAPL 1d 2026-02-27',
      'AAPL 1h 2026-02-27',
      ...['27', '28'].map((day) => `BHP.AX 1d 2026-02-${day}`),
      ...['01', '02'].map((day) => `BHP.AX 1d 2026-03-${day}`),
    ]);
    await reading.next();
    expect(reads).toHaveLength(6);
    await reading.next();
    expect(reads).toHaveLength(12);
    await reading.return?.();
    expect(await reading.next()).toEqual({ done: true, value: undefined });
    expect(reads).toHaveLength(12);
  });

  it('reads no days that have no bar, and as many at a time as those that are asked for allow', async () => {
    const far: Series = { ticker: 'FAR', interval: '1d' };
    const present = [days('2026-01-05', '2026-01-10'), days('2026-03-02', '2026-03-07')];
    const stamps = ['01-05', '01-06', '01-07', '01-08', '01-09', '03-02', '03-03', '03-04', '03-05', '03-06'];
    const bars = stamps.map((date) => daily(`2026-${date}`));
    await store.upsert(update(bars, { series: far, learned: coverage({ present }) }));
    const readsOf = async (options: ReplayOptions, memory: number): Promise<string[]> => {
      const reads: string[] = [];
      await itemsOf(replayOf(toolsOver(watched(reads)), far, options, { memory }));
      return reads.map((read) => read.slice('FAR 1d 2026-'.length));
    };
    // Ten bars in 61 days: six days at a time.
    expect(await readsOf({}, 1)).toEqual(['01-05', '02-28', '03-06']);
    // Of the ten bars two: they may be in memory together.
    expect(await readsOf({ start: '2026-03-03', end: '2026-03-04' }, 2)).toEqual(['03-03']);
    expect(await readsOf({ start: '2026-03-03', end: '2026-03-04' }, 1)).toEqual(['03-03', '03-04']);
  });

  it('keeps of a partition no more than the window that it is in', async () => {
    const present = [days('2026-01-05', '2026-01-10')];
    const week = storedBarsOf(['05', '06', '07', '08', '09'].map((date) => daily(`2026-01-${date}`)));
    const read = async (): Promise<StoredBars> => slice(week, 1, 2);
    const closes = ({ ts }: { readonly ts: Float64Array }): Float64Array => ts;
    const series = { stretch: { days: days('2026-01-05', '2026-01-10'), rows: 5 }, present, read, closes };
    const cursor = new ReplayCursor(series, present);
    await cursor.advance();
    const { length, ts, close, fetchedAt, source } = cursor.bars;
    expect(length).toBe(1);
    for (const { buffer } of [ts, close, fetchedAt]) expect(buffer.byteLength).toBe(8);
    expect(source.codes.buffer.byteLength).toBe(2);
  });

  it('is no more once the history is closed, in rows too', async () => {
    const other = openHistory({ store: join(path, 'store'), provider: { id: 'sample' } });
    const rows = other.replay(DAYS, { rows: true });
    const [reading, late] = [rows[Symbol.asyncIterator](), rows[Symbol.asyncIterator]()];
    expect((await reading.next()).value).toMatchObject({
      series: DAYS,
      close: 101,
      vwap: null,
      source: 'sample',
    });
    await other.close();
    // What it has it gives; it reads nothing more.
    expect((await reading.next()).done).toBe(false);
    await expect(reading.next()).rejects.toMatchObject({ code: 'cancelled' });
    await expect(late.next()).rejects.toMatchObject({ code: 'cancelled' });
  });
});

it('no bar of a window is known before the last one of the window before', async () => {
  const read = async ({ from }: { readonly from: number }): Promise<StoredBars> =>
    storedBarsOf([daily(formatDay(from)), daily(formatDay(from + 1))]);
  const all = days('2026-03-02', '2026-03-06');
  const windows = [days('2026-03-02', '2026-03-04'), days('2026-03-04', '2026-03-06')];
  const closes = (): Float64Array => Float64Array.from(times.shift() ?? []);
  const times = [
    [10, 20],
    [15, 30],
  ];
  const cursor = new ReplayCursor({ stretch: { days: all, rows: 4 }, present: [all], read, closes }, windows);
  await cursor.advance();
  expect([...cursor.at]).toEqual([10, 20]);
  await cursor.advance();
  expect([...cursor.at]).toEqual([20, 30]);
  await cursor.advance();
  expect([...cursor.at]).toEqual([]);
});
