import { coverageOf } from './coverage.ts';
import type { SeriesSelection } from './history.ts';
import type { Parts } from './parts.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import type { CoveredSessions, Freshness } from '../core/coverage/freshness.ts';
import type { Unstored } from '../core/coverage/overdue.ts';
import { largest } from '../core/extremes.ts';
import { grouped } from '../core/grouped.ts';
import { type Day, type DayRange, parseDay } from '../core/session/day.ts';
import type { Interval } from '../core/session/interval.ts';
import { intersect, normalize, subtract } from '../core/session/ranges.ts';
import {
  type ReportedAbsence,
  type SeriesCoverage,
  type SessionRun,
  isLeftOut,
  untradable,
} from '../report/series-coverage.ts';
import type { Universe } from '../core/universe/universe.ts';

/** What `History.freshness` tells. */
export async function freshnessIn(
  { store, capabilities, clock, universeToRead }: Parts,
  { tickers, intervals }: SeriesSelection,
): Promise<Freshness> {
  const now = clock();
  const universe = await universeToRead(tickers);
  const request = { ...(intervals && { intervals }) };
  const { series } = await coverageOf(store, capabilities, now, request, universe);
  const settleDelayMs = (interval: Interval): number => capabilities.intervals[interval]?.settleDelayMs ?? 0;
  return freshnessOf(series, { now, settleDelayMs, ...(universe && { lives: universe.lives }) });
}

/** By what series are fresh. */
interface Judging {
  /** ms since the epoch. */
  readonly now: number;
  /** How long after its close a session of an interval is final, ms. */
  readonly settleDelayMs: (interval: Interval) => number;
  /** Default: whatever the day, each ticker is wanted. */
  readonly lives?: Universe['lives'];
}

/**
 * How a store stands by the coverage of its series: what they lack, and how much they have. Of what was delisted, or left an
 * index, no later session is expected.
 */
function freshnessOf(series: readonly SeriesCoverage[], judging: Judging): Freshness {
  const counted = series.filter((one) => !isLeftOut(one));
  const stored = counted.filter(({ rows }) => rows > 0);
  const alike = grouped(stored, ({ calendar, interval }) => `${calendar} ${judging.settleDelayMs(interval)}`);
  return {
    unstored: [...alike.values()].map((some) => unstoredOf(some, judging)),
    covered: [...grouped(counted, ({ calendar }) => calendar)].map(([calendar, some]) =>
      coveredOf(calendar, some),
    ),
  };
}

function coveredOf(calendar: string, series: readonly SeriesCoverage[]): CoveredSessions {
  let [tradable, stored] = [0, 0];
  for (const { expected, absentByReason, present, unsure, lacking } of series) {
    tradable += expected - untradable(absentByReason);
    stored += present - unsure - lacking;
  }
  return { calendar, series: series.length, tradable, stored };
}

/** Of series of one calendar that settle alike. */
function unstoredOf(series: readonly SeriesCoverage[], { now, lives, ...judging }: Judging): Unstored {
  const [{ calendar, interval }] = series as readonly [SeriesCoverage];
  const settleDelayMs = judging.settleDelayMs(interval);
  const settled = calendarById(calendar).lastSettled(now, settleDelayMs);
  /** Nearly all series lack the same. */
  const lacked = new Map<string, DayRange>();
  const behind = new Map<Day, number>();
  for (const one of series) {
    const life = lives?.get(one.ticker);
    const lackedOfAll = lackedBy(one, settled);
    const days = life === undefined ? lackedOfAll : intersect(lackedOfAll, life);
    for (const range of days) lacked.set(`${range.from} ${range.to}`, range);
    const [first] = days;
    if (first !== undefined) behind.set(first.from, (behind.get(first.from) ?? 0) + 1);
  }
  return {
    ...{ calendar, settleDelayMs, days: normalize([...lacked.values()]) },
    behind: [...behind].map(([from, count]) => ({ from, series: count })).toSorted((a, b) => a.from - b.from),
  };
}

/** Days whose session a series lacks, from its first known one on; `settled` is the last one that is final. */
function lackedBy(
  { missingRuns, provisionalSessions, provisional, unsure, absences, last }: SeriesCoverage,
  settled: Day,
): DayRange[] {
  const known = largest([absences.at(-1)?.to, last ?? undefined].map(dayOf));
  // What is stored before it is final is due once it is.
  const end = provisional > unsure ? settled : Math.max(settled, known);
  const lacked = normalize([
    ...missingRuns.map(daysOf),
    ...provisionalSessions.map(parseDay).map((day) => ({ from: day, to: day + 1 })),
    ...absences.filter(isDueYet).map(daysOf),
    { from: end + 1, to: Number.POSITIVE_INFINITY },
  ]);
  const delisted = absences.find(({ reason }) => reason === 'delisted');
  if (delisted === undefined) return lacked;
  return subtract(lacked, [{ from: parseDay(delisted.from), to: Number.POSITIVE_INFINITY }]);
}

/** Whether a session has no bar for the time being only. */
function isDueYet({ reason }: ReportedAbsence): boolean {
  return reason === 'not-yet-published';
}

function daysOf({ from, to }: SessionRun): DayRange {
  return { from: parseDay(from), to: parseDay(to) + 1 };
}

function dayOf(date: string | undefined): Day {
  return date === undefined ? Number.NEGATIVE_INFINITY : parseDay(date);
}
