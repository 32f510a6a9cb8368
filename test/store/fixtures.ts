import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storedBarsOf } from '../../src/core/bars/bar-builder.ts';
import type { Bar, Identity, Series } from '../../src/core/bars/bars.ts';
import type { Absence, Coverage } from '../../src/core/coverage/coverage.ts';
import type { Claim } from '../../src/core/coverage/evidence.ts';
import { type DayRange, parseDay, startOfDay } from '../../src/core/session/day.ts';
import type { StagedGroup, StagedSlice, Staging } from '../../src/store/staging.ts';
import type { SeriesUpdate } from '../../src/store/store.ts';

export const AAPL: Series = { ticker: 'AAPL', interval: '1d' };
export const AAPL_5M: Series = { ticker: 'AAPL', interval: '5m' };

/** 2026-03-02 12:00 UTC: when the fixtures are fetched unless they say otherwise. */
export const NOON = Date.UTC(2026, 2, 2, 12);

export const APPLE: Identity = {
  currency: 'USD',
  exchange: 'XNAS',
  type: 'equity',
  firstTrade: parseDay('1980-12-12'),
};

/** `[from, to)` of two ISO dates. */
export function days(from: string, to: string): DayRange {
  return { from: parseDay(from), to: parseDay(to) };
}

/** No ex-dates: for corporate actions of which only the rows matter. */
export const NO_DAYS: DayRange = { from: 0, to: 0 };

export function barAt(ts: number, values: Partial<Bar> = {}): Bar {
  return {
    ts,
    open: 100,
    high: 102,
    low: 99,
    close: 101,
    volume: 1_000_000,
    vwap: null,
    trades: null,
    source: 'sample',
    fetchedAt: NOON,
    ...values,
  };
}

/** A daily bar of an ISO date. */
export function daily(date: string, values: Partial<Bar> = {}): Bar {
  return barAt(startOfDay(parseDay(date)), values);
}

/** An intraday bar at an instant such as `2026-03-02T14:30Z`. */
export function at(instant: string, values: Partial<Bar> = {}): Bar {
  return barAt(Date.parse(instant), values);
}

/** Monday to Friday, of which nothing is learned, and their days. */
export const WEEK: readonly Bar[] = [
  daily('2026-02-23'),
  daily('2026-02-24'),
  daily('2026-02-25'),
  daily('2026-02-26'),
  daily('2026-02-27'),
];
export const WEEK_DAYS: DayRange = days('2026-02-23', '2026-02-28');

export function coverage(parts: Partial<Coverage>): Coverage {
  return { present: [], provisional: [], absent: [], ...parts };
}

/** Sessions without a bar by the word of one provider. */
export function absence(range: DayRange, values: Partial<Claim> = {}): Absence {
  const claim = {
    reason: 'no-trades',
    provider: 'sample',
    checkedAt: NOON,
    attempts: 1,
    nextRetryAt: null,
  } as const;
  return { ...range, by: [{ ...claim, ...values }] };
}

export function update(bars: readonly Bar[], values: Partial<SeriesUpdate> = {}): SeriesUpdate {
  return {
    series: AAPL,
    calendar: 'XNYS',
    bars: storedBarsOf(bars),
    learned: coverage({}),
    identity: APPLE,
    fetchedAt: NOON,
    ...values,
  };
}

/** A new folder below the system's temp folder, and how to remove it. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'backfill-store-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Stages an answer that comes in such pieces. */
export function stage(
  staging: Staging,
  slice: StagedSlice,
  asOf: number,
  ...pieces: readonly (readonly StagedGroup[])[]
): Promise<void> {
  return staging.put(slice, async ({ add }) => {
    for (const groups of pieces) await add(groups);
    return asOf;
  });
}
