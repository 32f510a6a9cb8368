import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import type { Ohlcv } from '../../src/core/bars/bars.ts';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import type { ErrorCode } from '../../src/core/errors.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import { MS_PER_DAY, parseDay, utcDayOf } from '../../src/core/session/day.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { openYahoo } from '../../src/providers/yahoo/index.ts';
import type { FaultName } from '../../src/simulator/faults/faults.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { toolsInProcess } from './in-process.ts';
import { rowsIn } from '../store/rows.ts';

const TICKERS = ['ALFA', 'BRIQ', 'CORV', 'ELNA', 'HAZL', 'JUNP', 'PYRE', 'UMBR'];
const YEAR = { start: '2024-06-17', end: '2025-06-18' };
const market = sampleMarket(1);
const truth = openSample({ id: 'sample' });
let folder = '';
let store: BarStore;
let now = 0;
const simulators: Simulator[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-garbage-'));
});
afterAll(() => rm(folder, { recursive: true }));
let stores = 0;
beforeEach(() => {
  now = Date.parse('2025-06-20T12:00:00Z');
  store = openStore(join(folder, String(stores++)));
});
afterEach(async () => {
  for (const simulator of simulators.splice(0)) await simulator.close();
});

/** Yahoo's wire, of which every answer, or a part of them, is hit by one kind of garbage. */
async function garbage(fault: FaultName, rate = 1, seed = 1): Promise<Provider> {
  const faults = { rates: `${fault}=${100 * rate}%`, seed };
  const simulator = await startSimulator({ wire: 'yahoo', market, now: () => now, faults });
  simulators.push(simulator);
  return openYahoo({ id: 'yahoo', url: simulator.url }, OPEN_GATE);
}

function run(
  provider: Provider,
  request: { start?: string; end?: string; tickers?: string[]; intervals?: Interval[] } = {},
): Promise<RunSummary> {
  return backfill(
    { tickers: TICKERS, ...YEAR, ...request },
    toolsInProcess(provider, store, () => now),
  );
}

/** Stored bars that were never traded so. A price of Yahoo's wire is exact to 2e-7. */
async function untrue(interval: Interval = '1d'): Promise<string[]> {
  const found: string[] = [];
  for (const { series } of (await store.scan()).series.values()) {
    const bars = await rowsIn(store, series);
    const [first, last] = [bars[0], bars.at(-1)].map((bar) => utcDayOf(bar?.ts ?? 0)) as [number, number];
    // A session may have another date than its bars in UTC.
    const range = { from: first - 1, to: last + 2 };
    const traded = new Map(market.rows(series.ticker, interval, range).map((row) => [row.ts, row]));
    for (const bar of bars) {
      const row = traded.get(bar.ts);
      const isTrue =
        row !== undefined &&
        (['open', 'high', 'low', 'close'] as const).every(
          (field) => Math.abs(bar[field] / (row[field] ?? 0) - 1) <= 2e-7,
        );
      if (!isTrue) found.push(`${series.ticker} ${new Date(bar.ts).toISOString()} ${bar.close}`);
    }
  }
  return found;
}

async function rows(): Promise<number> {
  return [...(await store.scan()).series.values()].reduce((sum, state) => sum + state.rows, 0);
}

const SESSIONS = calendarById('XNYS').sessions({
  from: parseDay(YEAR.start),
  to: parseDay(YEAR.end) + 1,
}).length;

describe('rows that cannot be true', () => {
  it.each<[FaultName, string]>([
    ['crossed', 'below'],
    ['negative-price', 'is no positive price'],
    ['zero-price', 'is no positive price'],
    ['not-a-number', ''],
    ['negative-volume', 'is no volume'],
    ['contradicting', 'another row has the same stamp'],
    ['gross-spike', ''],
    ['unit-flip', '100'],
    ['stale-tail', 'that repeat the one of'],
  ])(
    'of kind %s are kept out, in quarantine, and the good ones of the same answers are stored',
    async (kind, reason) => {
      const summary = await run(await garbage(kind));
      expect(summary).toMatchObject({ failed: 0 });
      expect(summary.rejected).toBeGreaterThanOrEqual(TICKERS.length);
      expect(await untrue()).toEqual([]);
      expect(await rows()).toBeGreaterThan(TICKERS.length * SESSIONS * 0.8);
      const { records } = await store.readRejected();
      expect(records.map(({ series }) => series.ticker).toSorted()).toEqual(TICKERS);
      for (const { reason: said } of records.flatMap((record) => record.rows)) expect(said).toContain(reason);
      expect(summary.absent).toMatchObject({ rejected: expect.any(Number) });
    },
  );

  it.each<FaultName>(['constant', 'interpolated'])(
    'of kind %s are dropped and counted, and their sessions asked for again',
    async (kind) => {
      const summary = await run(await garbage(kind));
      expect(summary).toMatchObject({ failed: 0, absent: { 'vendor-empty': expect.any(Number) } });
      expect(summary.fillers).toBeGreaterThanOrEqual(TICKERS.length * 5);
      expect(await untrue()).toEqual([]);
    },
  );

  it('on days without a session are dropped and counted', async () => {
    const summary = await run(await garbage('filler'));
    expect(summary).toMatchObject({ failed: 0, absent: {}, inserted: TICKERS.length * SESSIONS });
    expect(summary.fillers).toBeGreaterThan(TICKERS.length * 50);
    expect(await untrue()).toEqual([]);
  });
});

describe('an answer that is wrong as a whole', () => {
  it.each<[FaultName, ErrorCode]>([
    ['microseconds', 'bad-answer'],
    ['nanoseconds', 'bad-answer'],
    ['wrong-ticker', 'bad-answer'],
  ])('by %s is refused and stores nothing', async (kind, code) => {
    const summary = await run(await garbage(kind), { tickers: ['ALFA'] });
    expect(summary.failures).toMatchObject([{ ticker: 'ALFA', code }]);
    expect(await rows()).toBe(0);
  });

  it('for want of rows, from all tickers, is a storm and proves nothing', async () => {
    const summary = await run(await garbage('empty'));
    expect(summary.failures.map(({ code }) => code)).toEqual(TICKERS.map(() => 'provider-fault'));
    expect((await store.scan()).series.size).toBe(0);
  });

  it.each<FaultName>(['empty', 'half', 'microseconds', 'wrong-ticker'])(
    'now and then, by %s, is asked for again until it is right',
    async (kind) => {
      expect(await run(await garbage(kind, 0.25, 2))).toMatchObject({
        ...{ failed: 0, absent: {}, inserted: TICKERS.length * SESSIONS },
      });
      expect(await untrue()).toEqual([]);
    },
  );

  it('because it is another ticker’s is taken back from both', async () => {
    const summary = await run(await garbage('other-series', 0.5, 6), { tickers: ['ALFA', 'BRIQ', 'ELNA'] });
    expect(summary.failures.map(({ ticker }) => ticker)).toEqual(['ALFA', 'BRIQ']);
    for (const failure of summary.failures) {
      expect(failure).toMatchObject({
        code: 'bad-answer',
        message: expect.stringContaining('the very same bars'),
      });
    }
    expect(await untrue()).toEqual([]);
  });
});

describe('a store that knows better', () => {
  beforeEach(async () => {
    now = Date.parse('2025-06-01T12:00:00Z');
    await run(truth, { end: '2025-05-30' });
    now = Date.parse('2025-06-20T12:00:00Z');
  });

  it.each<[FaultName, ErrorCode]>([
    ['other-series', 'bad-answer'],
    ['unit-flip', 'bad-answer'],
  ])('refuses an answer with %s', async (kind, code) => {
    const before = await rows();
    const summary = await run(await garbage(kind));
    expect(await untrue()).toEqual([]);
    if (kind === 'other-series') {
      expect(summary.failures.map((failure) => failure.code)).toEqual(TICKERS.map(() => code));
      expect(await rows()).toBe(before);
    } else expect(summary.rejected).toBeGreaterThan(0);
  });

  it.each<FaultName>(['wrong-currency', 'wrong-type', 'recycled'])(
    'says that the provider describes another instrument by %s, and takes it if the prices are the same',
    async (kind) => {
      const summary = await run(await garbage(kind));
      expect(summary).toMatchObject({ failed: 0, inserted: TICKERS.length * 13 });
      expect(summary.warnings.map((warning) => warning.kind)).toEqual(TICKERS.map(() => 'identity'));
      expect(await untrue()).toEqual([]);
      const alone = openStore(join(folder, String(stores++)));
      const other = toolsInProcess(await garbage(kind), alone, () => now);
      await backfill(
        { tickers: ['ALFA'], ...YEAR },
        toolsInProcess(truth, alone, () => now),
      );
      await alone.forget({ ticker: 'ALFA', interval: '1d' }, { from: 20_100, to: 30_000 });
      // Without a bar to compare, what it says of itself is all there is.
      const far = await backfill({ tickers: ['ALFA'], start: '2025-06-10', end: '2025-06-18' }, other);
      expect(far.failures).toMatchObject([{ code: 'identity-changed' }]);
    },
  );

  it('refuses an answer without the splits that it knows', async () => {
    const split = { tickers: ['CORV'], start: '2022-06-01', end: '2022-08-31' };
    await run(truth, split);
    await store.forget({ ticker: 'CORV', interval: '1d' }, { from: 19_180, to: 19_190 });
    const summary = await run(await garbage('no-splits'), split);
    expect(summary.failures).toMatchObject([{ ticker: 'CORV', code: 'basis-unknown' }]);
    expect(await untrue()).toEqual([]);
    expect(await run(await garbage('no-splits', 0.4), split)).toMatchObject({ failed: 0 });
    expect(await untrue()).toEqual([]);
  });

  it('is not changed by a level that only a whole new answer would show', async () => {
    await run(truth);
    const before = await rowsIn(store, { ticker: 'ALFA', interval: '1d' });
    for (const kind of ['jump', 'basis-flip'] as const) {
      await backfill(
        { tickers: ['ALFA'], ...YEAR, everything: true },
        toolsInProcess(await garbage(kind, 0.5), store, () => now),
      );
    }
    const after = await rowsIn(store, { ticker: 'ALFA', interval: '1d' });
    const values = (bars: readonly Ohlcv[]) => bars.map(({ ts, close }) => [ts, Math.fround(close)]);
    expect(values(after)).toEqual(values(before));
  });
});

describe('bars that may be true', () => {
  it.each<[FaultName, string]>([
    ['jump', 'jump'],
    ['spike', 'spike'],
    ['basis-flip', 'basis-flip'],
  ])('with a %s are stored and named', async (fault, kind) => {
    const summary = await run(await garbage(fault));
    expect(summary).toMatchObject({ failed: 0, rejected: 0, inserted: TICKERS.length * SESSIONS });
    const named = summary.warnings.filter((warning) => warning.kind === kind).map(({ ticker }) => ticker);
    expect(new Set(named).size).toBeGreaterThanOrEqual(TICKERS.length - 1);
  });

  it('of a thin intraday session are stored, and the session is named', async () => {
    const recent = { tickers: ['ALFA'], start: '2025-06-02', end: '2025-06-18', intervals: ['5m' as const] };
    const summary = await run(await garbage('thin'), recent);
    expect(summary).toMatchObject({ failed: 0, rejected: 0 });
    expect(summary.warnings.map(({ kind }) => kind)).toContain('thin');
    expect(await untrue('5m')).toEqual([]);
  });
});

describe('a clean run after a run of garbage', () => {
  it.each<FaultName>(['crossed', 'contradicting', 'unit-flip', 'stale-tail', 'interpolated', 'empty'])(
    'with %s leaves the truth and nothing else',
    async (kind) => {
      await run(await garbage(kind, 0.5));
      now += 3 * MS_PER_DAY;
      const summary = await run(await garbage('empty', 0));
      expect(summary).toMatchObject({ failed: 0, rejected: 0 });
      expect(await rows()).toBe(TICKERS.length * SESSIONS);
      expect(await untrue()).toEqual([]);
    },
  );
});
