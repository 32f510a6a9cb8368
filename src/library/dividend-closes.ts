import type { CorporateAction } from '../core/bars/bars.ts';
import { type Bars, NO_BARS } from '../core/bars/columns.ts';
import { type Day, formatDay } from '../core/session/day.ts';
import { findDividendOddities } from '../core/checks/dividend-oddities.ts';
import type { SessionClose } from '../core/adjust/factors.ts';
import { mergeBars } from '../core/bars/merge-bars.ts';
import { periodOf, periodRange } from '../core/bars/partition.ts';
import { type Sessions, sessionPrices } from '../core/checks/plausibility.ts';
import type { BarStore } from '../store/store.ts';
import type { Reading } from './reading.ts';
import { largest } from '../core/extremes.ts';

/** What the factors of dividends are made of. */
export interface DividendCloses {
  /** Ascending; the last session before each ex-date is among them. */
  readonly closes: readonly SessionClose[];
  /** What is odd about the size of dividends, a line each. */
  readonly doubts: readonly string[];
}

/**
 * The closes around the ex-dates of dividends, from as few partitions as have them. Where an intraday series lacks a
 * session, the daily series' close stands in.
 */
export async function dividendCloses(
  store: BarStore,
  reading: Reading,
  actions: readonly CorporateAction[],
): Promise<DividendCloses> {
  const { series, calendar } = reading;
  const { interval } = series;
  const exDays = actions.filter(({ kind }) => kind === 'dividend').map(({ exDay }) => exDay);
  const context = { interval, calendar, actions, known: NO_BARS };
  let bars: Bars = NO_BARS;
  for (const period of periodsAround(reading, exDays))
    bars = mergeBars(bars, await store.readBars(series, periodRange(period)));
  const sessions = sessionPrices(bars, context);
  const own = closesOf(sessions);
  const doubts = findDividendOddities(sessions, actions).filter(({ kind }) => kind === 'dividend-size');
  return {
    closes: interval === '1d' ? own : await withDaily(store, reading, own, exDays),
    doubts: doubts.map(({ session, note }) => `${formatDay(session)}: ${note}`),
  };
}

/** Partitions that hold the last session before each ex-date, or the ex-date itself; ascending. */
function periodsAround({ series, state, calendar, days }: Reading, exDays: readonly Day[]): string[] {
  const periods = new Set<string>();
  for (const exDay of exDays) {
    const run = state.coverage.present.findLast(({ from }) => from < exDay);
    if (run === undefined) continue;
    const last = calendar.sessionOnOrBefore(Math.min(run.to, exDay) - 1);
    periods.add(periodOf(series.interval, Math.max(last, run.from)));
    if (exDay < days.to) periods.add(periodOf(series.interval, exDay));
  }
  return [...periods].toSorted();
}

/** Adds the closes of daily bars before ex-dates of which there is no session. */
async function withDaily(
  store: BarStore,
  { series: { ticker }, calendar }: Reading,
  own: readonly SessionClose[],
  exDays: readonly Day[],
): Promise<readonly SessionClose[]> {
  const has = new Set(own.map(({ session }) => session));
  const lacking = exDays.filter((exDay) => !has.has(calendar.previousSession(exDay)));
  if (lacking.length === 0) return own;
  const range = { from: Number.NEGATIVE_INFINITY, to: largest(lacking) };
  const context = { interval: '1d', calendar, actions: [], known: NO_BARS } as const;
  const bars = await store.readBars({ ticker, interval: '1d' }, range);
  const daily = closesOf(sessionPrices(bars, context)).filter(({ session }) => !has.has(session));
  return [...own, ...daily].toSorted((a, b) => a.session - b.session);
}

function closesOf({ day, close }: Sessions): SessionClose[] {
  return Array.from(day, (session, i) => ({ session, close: close[i] as number }));
}
