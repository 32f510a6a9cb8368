import { type Series, seriesKey } from '../bars/bars.ts';
import type { Calendar } from '../calendar/calendar.ts';
import { type Day, type DayRange, formatDay, utcDayOf } from '../session/day.ts';
import { askingOnce } from './actions.ts';
import { batched } from './batches.ts';
import { bytesOf } from './bytes.ts';
import { withEarlyCheck } from './early-check.ts';
import type { SeriesGaps } from './gaps.ts';
import { INTERVALS, type Interval } from '../session/interval.ts';
import { type PlanOptions, reachedFrom } from './limits.ts';
import { chooseMarket, type MarketChoice, marketTasks, marketWants } from './market.ts';
import { restOf } from './market-rest.ts';
import { type Quota, type QuotaStanding, isPaced, unusedAt } from './quota.ts';
import { quotaTime } from './quota-time.ts';
import { span } from '../session/ranges.ts';
import type { Route } from './route.ts';
import type { Fetch, Task, Want } from './task.ts';
import {
  type Bounds,
  cutAtLookBack,
  requestedDays,
  spanEnd,
  withOverlap,
  withUncertainDays,
} from './request-days.ts';
import {
  addHoles,
  groupUnavailable,
  type HoleCounts,
  NO_HOLES,
  type Unavailable,
} from '../coverage/unavailable.ts';

/** A part of a gap that the provider's look-back does not reach: recorded, not asked for. */
export interface OutOfReach {
  readonly series: Series;
  readonly calendar: string;
  readonly gaps: readonly DayRange[];
  readonly sessions: number;
  /** The look-back that it was judged by. */
  readonly reachDays: number;
}

/**
 * Tickers that a provider cannot have, whatever it is asked: of another market, or written as none of its own; or of which it
 * has no bars of some intervals. Or names that it has rows of and that are no tickers, or files of which nobody tells a ticker.
 */
export interface NotServed {
  /** Provider id. */
  readonly provider: string;
  /** In the order given, at least one. */
  readonly tickers: readonly string[];
  /** Those intervals, of the ones that are asked for. Default: it has nothing of the tickers. */
  readonly intervals?: readonly Interval[];
  /** Rows that it has of them, where they are no tickers but names as it writes them. Default: they are tickers. */
  readonly rows?: number;
  /** Whether they are no tickers but files, by their paths in its folder. Default: they are none. */
  readonly areFiles?: true;
  /** What it has instead, or why it has none. */
  readonly why: string;
}

/** The plan of a provider that is asked for what those before it cannot give. */
export interface NextPlan {
  readonly provider: string;
  /** Those that its requests keep. */
  readonly quotas: readonly Quota[];
  readonly plan: Plan;
}

/** Gaps as tasks, priced. */
export interface Plan {
  readonly tasks: readonly Task[];
  readonly outOfReach: readonly OutOfReach[];
  /** Tickers with another list of splits and dividends of the user's own than when they were last read. Default: none. */
  readonly relisted?: readonly string[];
  /** Tickers of which something is in force that such a list said, though that is gone: the first of them. Default: none. */
  readonly goneList?: readonly string[];
  /** Tickers that are asked for and cannot be, by the reason; their series count as unavailable. Default: none. */
  readonly notServed?: readonly NotServed[];
  /** What of all wanted series cannot be had, as earlier runs found. */
  readonly unavailable: readonly Unavailable[];
  readonly totals: HoleCounts & {
    /** Series: `complete + withHoles + provisional + unavailable + toFill`. */
    readonly series: number;
    readonly complete: number;
    /** Those of `complete` that have no session in the range, being listed later or delisted before. Default 0. */
    readonly withoutSession?: number;
    /** Series of which nothing is asked and some session has no bar though nobody says why. */
    readonly withHoles: number;
    /** Series of which nothing is asked and some session waits to be confirmed. */
    readonly provisional: number;
    /** Series of which nothing is asked and something cannot be had. */
    readonly unavailable: number;
    /** Series of which something is asked. */
    readonly toFill: number;
    readonly sessions: number;
    readonly requests: number;
  };
  /** Least time that the declared quotas allow, ms; null where none is declared. */
  readonly quotaMs: number | null;
  /** How large the answers are, about, in bytes, see `bytesOf`. Default: nobody knows. */
  readonly bytes?: number;
  /** What had been used of them by then. */
  readonly standing: QuotaStanding;
  /**
   * Whether so many of its tickers have no bar yet that the run may ask once more, beyond `totals.requests`: for a complete
   * one, to see whether a provider that does not know them is sound. Default false.
   */
  readonly mayProbe?: boolean;
  /**
   * What each other provider of a chain would be asked for by what is known now, in their order: what the earlier ones turn out
   * not to have comes on top. Default: there is none.
   */
  readonly next?: readonly NextPlan[];
  /** Why no series is wanted: no session of the range is final yet, or nothing was left undone. Default: some are. */
  readonly notYet?: string;
  /** What it and the other ways to the same bars cost, see `routesOf`. Default: not reckoned. */
  readonly routes?: readonly Route[];
}

/**
 * Turns gaps into the fewest requests that close them: a request is as long as the provider allows and reaches
 * over what is already there whenever that saves one. Where it costs no request more, it also asks for the last few
 * final sessions before its gaps, or else the first ones after, so that what a provider changed meanwhile is noticed.
 * Where no request reaches back to the oldest sessions, every 21st time a small one of its own compares them.
 * Series that want the same span share a request where one may ask for several, and sessions that many lack are asked of
 * the whole market where that costs fewer. Splits and dividends that come apart from bars are asked for once a ticker.
 * Deterministic: series in the order given, oldest gap first; those that share the latter one after the other.
 */
export function planTasks(gapsOfSeries: readonly SeriesGaps[], options: PlanOptions): Plan {
  const { now, standing = unusedAt(now) } = options;
  const wants: Want[] = [];
  const outOfReach: OutOfReach[] = [];
  const choices = marketChoices(gapsOfSeries, options);
  for (const gaps of gapsOfSeries) {
    const limits = options.limits[gaps.series.interval];
    if (limits === undefined || (gaps.gaps.length === 0 && !gaps.isRelisted)) continue;
    const choice = choices.get(gaps.series.interval);
    const ofMarket = choice === undefined ? NOTHING_OF_MARKETS : marketWants(gaps, choice, now);
    const rest = restOf(gaps.gaps, ofMarket.days, gaps.calendar);
    const earliest = reachedFrom(limits, gaps.series.ticker, gaps.calendar, now);
    const { reachable, beyond } = cutAtLookBack(rest, earliest, gaps.calendar);
    if (beyond.length > 0) outOfReach.push(outOfReachOf(gaps, beyond, utcDayOf(now) - earliest + 1));
    for (const want of wantsOf(gaps, reachable, ofMarket.wants, { ...limits, earliest })) wants.push(want);
  }
  const ofMarkets = wants.filter(({ market }) => market !== undefined);
  const bySeries = wants.filter(({ market }) => market === undefined);
  const tasks: Task[] = [
    ...marketTasks(ofMarkets, choices, options),
    ...askingOnce(mostFirst(batched(bySeries, options), options.quotas), options),
  ];
  const requests = tasks.reduce((sum, task) => sum + task.requests, 0);
  const bytes = bytesOf(tasks, options.limits, now);
  return {
    tasks,
    outOfReach,
    relisted: [...new Set(gapsOfSeries.flatMap((one) => (one.isRelisted ? [one.series.ticker] : [])))],
    unavailable: groupUnavailable(
      gapsOfSeries.flatMap(({ series: { ticker }, unavailable: parts = [] }) =>
        parts.length > 0 ? { ticker, parts } : [],
      ),
    ),
    totals: {
      ...countStanding(gapsOfSeries, wants, outOfReach),
      sessions: wants.reduce((sum, want) => sum + want.sessions, 0),
      requests,
    },
    quotaMs: quotaTime(requests, options.quotas, standing),
    ...(bytes !== undefined && { bytes }),
    standing,
  };
}

/**
 * Those that close most for a request come first where requests are counted: what a day's leave over is least then. Else in
 * their order.
 */
function mostFirst(tasks: readonly Fetch[], quotas: readonly Quota[]): readonly Fetch[] {
  if (quotas.every(isPaced)) return tasks;
  const closed = ({ wants, requests }: Fetch): number =>
    wants.reduce((sum, { sessions }) => sum + sessions, 0) / requests;
  return tasks.toSorted((a, b) => closed(b) - closed(a));
}

/** Days of a series that are compared with what is stored. */
export interface Compared {
  readonly series: Series;
  readonly calendar: Calendar;
  readonly days: DayRange;
  /** See `Want`. */
  readonly opinionOf?: Day;
}

/** Tasks that only compare: each asks once, whatever it is answered. */
export function comparisons(compared: readonly Compared[], options: PlanOptions): Task[] {
  return askingOnce(
    comparing(compared, options).map((task) => ({ ...task, questions: 1 })),
    options,
  );
}

/** Whether the day's requests are too few to ask for some of these more often than once in a run. */
export function mayAskOnce(compared: readonly Compared[], options: PlanOptions): boolean {
  return comparing(compared, options).some(({ questions }) => questions === 1);
}

function comparing(compared: readonly Compared[], options: PlanOptions): Fetch[] {
  return batched(
    compared.map(({ series, calendar, days, opinionOf }) => ({
      ...wantOf(series, days, [], calendar),
      ...(opinionOf !== undefined && { opinionOf }),
    })),
    options,
  );
}

const NOTHING_OF_MARKETS: ReturnType<typeof marketWants> = { wants: [], days: [] };

/** By interval. */
function marketChoices(
  gapsOfSeries: readonly SeriesGaps[],
  options: PlanOptions,
): ReadonlyMap<Interval, MarketChoice> {
  return new Map(
    INTERVALS.flatMap((interval): [Interval, MarketChoice][] => {
      const choice = chooseMarket(gapsOfSeries, interval, options);
      return choice === undefined ? [] : [[interval, choice]];
    }),
  );
}

/** How many series of which nothing is asked are complete, and how many are not. */
function countStanding(
  gapsOfSeries: readonly SeriesGaps[],
  wants: readonly Want[],
  outOfReach: readonly OutOfReach[],
): Omit<Plan['totals'], 'sessions' | 'requests'> {
  const asked = new Set(wants.map(({ series }) => seriesKey(series)));
  const beyond = new Set(outOfReach.map(({ series }) => seriesKey(series)));
  const counts = { complete: 0, withHoles: 0, provisional: 0, unavailable: 0, toFill: 0 };
  let sum = NO_HOLES;
  let withoutSession = 0;
  for (const { series, unavailable = [], provisional = 0, holes = NO_HOLES, ...one } of gapsOfSeries) {
    const key = seriesKey(series);
    sum = addHoles(sum, holes);
    if (asked.has(key)) counts.toFill++;
    else if (beyond.has(key) || unavailable.length > 0) counts.unavailable++;
    else if (provisional > 0) counts.provisional++;
    else if (holes.holes > 0) counts.withHoles++;
    else {
      counts.complete++;
      if (one.hasNoSession === true) withoutSession++;
    }
  }
  return { series: gapsOfSeries.length, ...counts, ...(withoutSession > 0 && { withoutSession }), ...sum };
}

function outOfReachOf(
  { series, calendar }: SeriesGaps,
  gaps: readonly DayRange[],
  reachDays: number,
): OutOfReach {
  const sessions = calendar.count(gaps);
  return { series, calendar: calendar.id, gaps, sessions, reachDays };
}

/**
 * What is wanted of one series beside what markets are asked for, cut as requests may span, with what each is compared by.
 */
function wantsOf(
  { series, calendar, final, early, again, isRelisted = false, riders = [], leftOut = [] }: SeriesGaps,
  reachable: readonly DayRange[],
  ofMarket: readonly Want[],
  limits: Omit<Bounds, 'calendar'>,
): Want[] {
  const { earliest } = limits;
  const bounds: Bounds = { ...limits, calendar };
  const want = (range: DayRange, gaps: readonly DayRange[]): Want => ({
    ...wantOf(series, range, gaps, calendar),
    ...(again === true && { again }),
  });
  const bySeries = requestedDays(reachable, { riders, leftOut }, bounds).map((window) =>
    want(withUncertainDays(withOverlap(window, final, bounds), bounds), window),
  );
  const own = [...bySeries, ...ofMarket.map((one) => ({ ...one, ...(again === true && { again }) }))];
  const isCompared = early !== undefined && (own.length > 0 || isRelisted) && early.days.from >= earliest;
  const comparedWith = ({ from, to }: DayRange): Want =>
    want({ from, to: Math.min(to, spanEnd(from, limits)) }, []);
  return isCompared ? withEarlyCheck(own, { ...early, isDue: isRelisted }, comparedWith) : own;
}

/** What is wanted of a series where a request asks for `range`. */
export function wantOf(series: Series, range: DayRange, gaps: readonly DayRange[], calendar: Calendar): Want {
  const { from, to } = span(gaps) ?? range;
  const what = `${gaps.length === 0 ? 'compare ' : ''}${formatDay(from)}..${formatDay(to - 1)}`;
  const id = `${seriesKey(series)} ${what}`;
  return { id, series, calendar: calendar.id, range, gaps, sessions: calendar.count(gaps) };
}
