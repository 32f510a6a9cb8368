import { describe, expect, it } from 'vitest';
import { type Verification, prepareVerification } from '../../../src/backfill/plan/verify.ts';
import { UNKNOWN_IDENTITY } from '../../../src/core/bars/bars.ts';
import { type Coverage, NOTHING_KNOWN } from '../../../src/core/coverage/coverage.ts';
import { type Day, type DayRange, formatDay } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import type { Want } from '../../../src/core/plan/task.ts';
import type { Capabilities } from '../../../src/providers/provider.ts';
import type { BarStore, ScanOptions } from '../../../src/store/store.ts';
import type { SeriesState } from '../../../src/store/scan.ts';
import { SESSIONS, XNYS, span } from '../received.ts';

const NOW = Date.parse('2026-03-02T12:00:00Z');
/** 186 sessions. */
const WHOLE = span('2025-06-02', '2026-02-27');

function capabilities(lookBackDays: number | null = null): Capabilities {
  const interval = { maxSpanDays: null, lookBackDays, requestsPerSpan: 1, settleDelayMs: 0 };
  return {
    ...{ id: 'test', intervals: { '1d': interval }, maxInFlight: null, defaultInFlight: 1, metered: false },
    ...{ quotas: [], actions: true, listsTickers: false, needsUrl: false },
  };
}

function state(ticker: string, coverage: Partial<Coverage>, interval: Interval = '1d'): SeriesState {
  const known = { calendar: 'XNYS', coverage: { ...NOTHING_KNOWN, ...coverage } };
  return { series: { ticker, interval }, ...known, identity: UNKNOWN_IDENTITY, rows: 1, fetchedAt: 0 };
}

/** The plan of a verification of some series, and what the store was asked for. */
async function prepared(
  states: readonly SeriesState[],
  verification: Partial<Verification> = {},
  provider = capabilities(),
) {
  const asked: ScanOptions[] = [];
  const scan = (options: ScanOptions = {}) => {
    asked.push(options);
    const series = new Map(states.map((one) => [`${one.series.ticker} ${one.series.interval}`, one]));
    return Promise.resolve({ series, actions: new Map(), setAside: [] });
  };
  const store = { scan } as unknown as BarStore;
  const { plan } = await prepareVerification(
    { sample: 1, seed: 1, ...verification },
    store,
    { capabilities: provider },
    NOW,
  );
  return { wants: plan.tasks.flatMap(({ wants }) => wants), asked };
}

const whole = (count: number): SeriesState[] =>
  Array.from({ length: count }, (_, i) => state(`T${i}`, { present: [WHOLE] }));
const sessionsOf = (wants: readonly Want[]): Day[] =>
  wants.flatMap(({ gaps }) => gaps.flatMap((gap) => XNYS.sessions(gap)));
const dates = (gaps: readonly DayRange[]): string[] =>
  gaps.map(({ from, to }) => `${formatDay(from)}..${formatDay(to - 1)}`);

describe('the sample of a verification', () => {
  it('is every final session if all are asked for', async () => {
    const present = [span('2025-06-02', '2025-07-31'), span('2025-09-02', '2026-02-27')];
    const { wants } = await prepared([
      state('ALFA', { present, provisional: [span('2026-02-27', '2026-02-27')] }),
    ]);
    expect(wants.map(({ gaps }) => dates(gaps))).toEqual([
      ['2025-06-02..2025-07-31', '2025-09-02..2026-02-26'],
    ]);
    expect(wants[0]?.sessions).toBe(sessionsOf(wants).length);
  });

  it('is of every final session up to a day if only that is said', async () => {
    const present = [span('2024-01-02', '2026-02-27')];
    const { wants } = await prepared([state('ALFA', { present })], { end: '2026-01-30' });
    expect(wants.map(({ gaps }) => dates(gaps))).toEqual([['2024-01-02..2026-01-30']]);
  });

  it('is drawn in blocks of twenty sessions in a row', async () => {
    const { wants } = await prepared(whole(1), { sample: 1e-9 });
    const drawn = sessionsOf(wants);
    const first = SESSIONS.indexOf(drawn[0] ?? 0);
    expect(first % 20).toBe(0);
    expect(drawn).toEqual(SESSIONS.slice(first, first + 20));
  });

  it('is one block at least, and about the part asked for', async () => {
    const all = whole(50);
    expect((await prepared(all, { sample: 1e-9 })).wants).toHaveLength(1);
    const part = sessionsOf((await prepared(all, { sample: 0.2 })).wants).length / (50 * SESSIONS.length);
    expect(part).toBeGreaterThan(0.16);
    expect(part).toBeLessThan(0.24);
  });

  it('is another of every series and for every seed, and the same for the same one', async () => {
    const draw = async (seed: number): Promise<string[][]> =>
      (await prepared(whole(20), { sample: 0.3, seed })).wants.map(({ gaps }) => dates(gaps));
    const [once, again, other] = [await draw(1), await draw(1), await draw(2)];
    expect(new Set(once.map(String)).size).toBeGreaterThan(10);
    expect(again).toEqual(once);
    expect(other).not.toEqual(once);
  });

  it('is one entry a series, with all of its blocks', async () => {
    const { wants } = await prepared(whole(20), { sample: 0.5 });
    expect(new Set(wants.map(({ series }) => series.ticker)).size).toBe(wants.length);
    expect(wants.some(({ gaps }) => gaps.length > 1)).toBe(true);
  });

  it('lies in the range asked for', async () => {
    const { wants } = await prepared(whole(1), { start: '2025-07-01', end: '2025-07-15' });
    expect(dates(wants[0]?.gaps ?? [])).toEqual(['2025-07-01..2025-07-15']);
    const years = await prepared(whole(1), { years: 1 });
    expect(sessionsOf(years.wants)).toEqual(SESSIONS);
    expect(sessionsOf((await prepared(whole(1), { days: 3 })).wants)).toEqual(SESSIONS.slice(-3));
    const until = await prepared(whole(1), { end: '2025-06-10' });
    expect(sessionsOf(until.wants).at(-1)).toBe(span('2025-06-10', '2025-06-10').from);
  });

  it('lies within the provider’s look-back, of intervals that it offers', async () => {
    const provider = capabilities(10);
    const { wants } = await prepared([...whole(1), state('T0', { present: [WHOLE] }, '1h')], {}, provider);
    expect(wants.map(({ gaps }) => dates(gaps))).toEqual([['2026-02-23..2026-02-27']]);
    const beyond = [state('ALFA', { present: [span('2025-06-02', '2025-07-31')] })];
    const hourly = [state('ALFA', { present: [WHOLE] }, '1h')];
    await expect(prepared(hourly)).rejects.toMatchObject({ code: 'usage' });
    await expect(prepared(beyond, {}, provider)).rejects.toMatchObject({ code: 'usage' });
  });

  it('is of no interval that the provider has of other classes only', async () => {
    const { intervals, ...others } = capabilities();
    const pairs = { ...intervals['1d'], serves: ['crypto'] } as (typeof intervals)['1d'];
    const provider: Capabilities = { ...others, intervals: { ...intervals, ...(pairs && { '1h': pairs }) } };
    const hourly = ['ALFA', 'SMPL-USD'].map((ticker) => state(ticker, { present: [WHOLE] }, '1h'));
    const { wants } = await prepared(hourly, {}, provider);
    expect(wants.map(({ series }) => series.ticker)).toEqual(['SMPL-USD']);
  });

  it('is of the series asked for', async () => {
    expect((await prepared(whole(1))).asked).toEqual([{}]);
    const selection = { tickers: ['ALFA'], intervals: ['1d'] } as const;
    expect((await prepared(whole(1), selection)).asked).toEqual([selection]);
  });

  it('cannot be drawn where nothing final is stored', async () => {
    const day = span('2026-02-27', '2026-02-27');
    for (const states of [[], [state('ALFA', {})], [state('ALFA', { present: [day], provisional: [day] })]])
      await expect(prepared(states)).rejects.toMatchObject({
        code: 'usage',
        message: 'nothing to verify: the store has no final session of what was asked for',
      });
  });
});
