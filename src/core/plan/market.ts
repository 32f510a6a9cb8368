import { seriesKey } from '../bars/bars.ts';
import { periodOf, periodRange, periodsOf } from '../bars/partition.ts';
import type { Calendar } from '../calendar/calendar.ts';
import { grouped } from '../grouped.ts';
import { assetClassOf } from '../instrument/asset-class.ts';
import { type Day, type DayRange, formatDay } from '../session/day.ts';
import type { Interval } from '../session/interval.ts';
import { contains, intersect, normalize, span, subtract } from '../session/ranges.ts';
import { partitionsOf } from './batches.ts';
import { type SeriesGaps, sessionRuns } from './gaps.ts';
import type { MarketBytes } from './answer-bytes.ts';
import { bytesOfSession } from './bytes.ts';
import { earliestDay, type MarketLimits, type PlanOptions } from './limits.ts';
import { type Alike, costOfRest } from './market-rest.ts';
import { weightOf } from './weight.ts';
import { OVERLAP_SESSIONS } from './request-days.ts';
import { type Slice, actionDaysOf, bucketOf, sliceKey } from './slice.ts';
import type { Collect, Distribute, Want } from './task.ts';

/** The sessions of an interval that are asked of whole markets, ascending. */
export interface MarketChoice {
  readonly limits: MarketLimits;
  readonly sessions: readonly Day[];
  /** The same. */
  readonly days: readonly DayRange[];
}

/** Levels of a choice that are priced. */
const MOST_LEVELS = 16;

/**
 * Chooses the sessions of an interval that cost least if whole markets are asked for them, and no other series by
 * series: those that at least so many series lack, for the number that weighs least together with what is left (see `weightOf`;
 * by requests alone where nobody knows the bytes); of two that weigh the same, the one that asks fewer markets. What lies staged
 * costs nothing, and what only a market reaches is asked of one. Undefined where there is none.
 */
export function chooseMarket(
  gapsOfSeries: readonly SeriesGaps[],
  interval: Interval,
  { limits: allLimits, quotas, staged = [], mostOfMarkets = false, now }: PlanOptions,
): MarketChoice | undefined {
  const limits = allLimits[interval];
  if (limits?.market === undefined) return undefined;
  const { market } = limits;
  const own = staged.filter((one) => one.interval === interval);
  const there = new Set(own.flatMap((one) => (one.actionsSince === undefined ? [one.session] : [])));
  const lackingSeries = gapsOfSeries.filter(
    ({ series }) => series.interval === interval && isOf(market, series.ticker),
  );
  const alike = alikeIn(lackingSeries, market, now);
  const lacking = new Map<Day, number>();
  for (const { sessions, count } of alike)
    for (const day of sessions) lacking.set(day, (lacking.get(day) ?? 0) + count);
  const earliest = earliestDay(limits, now);
  const choose = (level: number): Day[] =>
    [...lacking]
      .filter(([day, count]) => count >= level || there.has(day) || day < earliest)
      .map(([day]) => day)
      .toSorted((a, b) => a - b);
  const asked = { interval, limits, now };
  // Of some sessions they may be known and of others not: all are weighed by the same, or none.
  const sizes = costOfRest([], alike, asked).bytes === undefined ? undefined : market.bytes;
  const price = (sessions: readonly Day[]): number => {
    const toAsk = sessions.filter((day) => !there.has(day));
    const forActions = requestsFor(unknownActionDays(sessions, own, market), market);
    const rest = costOfRest(daysOf(sessions), alike, asked);
    const requests = toAsk.length * market.requestsPerSession + forActions + rest.requests;
    const bytes = sizes && bytesOfMarket(toAsk, forActions, sizes, now) + (rest.bytes ?? 0);
    return weightOf(requests, bytes ?? 0, quotas);
  };
  if (mostOfMarkets) return choiceOf(market, choose(1));
  let best = choose(Number.POSITIVE_INFINITY);
  let least = price(best);
  for (const level of levelsOf(new Set(lacking.values()))) {
    const sessions = choose(level);
    const cost = price(sessions);
    if (cost < least) [best, least] = [sessions, cost];
  }
  return choiceOf(market, best);
}

function choiceOf(limits: MarketLimits, sessions: readonly Day[]): MarketChoice | undefined {
  return sessions.length === 0 ? undefined : { limits, sessions, days: daysOf(sessions) };
}

/** The days from the first to the last of some sessions whose splits and dividends do not lie staged. */
function unknownActionDays(
  sessions: readonly Day[],
  staged: readonly Slice[],
  { actionPages }: MarketLimits,
): readonly DayRange[] {
  if (actionPages === undefined || sessions.length === 0) return [];
  return subtract([actionDays(sessions)], normalize(staged.flatMap(actionDaysOf)));
}

/** The days whose splits and dividends sessions are judged by. `sessions`: at least one, ascending. */
export function actionDays(sessions: readonly Day[]): DayRange {
  return { from: sessions[0] as Day, to: (sessions.at(-1) as Day) + 1 };
}

/** Requests for the splits and dividends of some days, each run a chain of pages a list. */
function requestsFor(runs: readonly DayRange[], { actionPages = [] }: MarketLimits): number {
  const pagesOf = ({ from, to }: DayRange): number =>
    actionPages.reduce((sum, aYear) => sum + Math.ceil((aYear * (to - from)) / DAYS_A_YEAR), 0);
  return runs.reduce((sum, run) => sum + pagesOf(run), 0);
}

const DAYS_A_YEAR = 366;

/** Whether a market has instruments of a ticker's class. */
function isOf({ of }: MarketLimits, ticker: string): boolean {
  return of === undefined || of.includes(assetClassOf(ticker));
}

/** The highest first: the fewest sessions. */
function levelsOf(counts: ReadonlySet<number>): number[] {
  const levels = [...counts].toSorted((a, b) => b - a);
  const step = Math.ceil(levels.length / MOST_LEVELS);
  return levels.filter((_, i) => i % step === 0 || i === levels.length - 1);
}

function alikeIn(gapsOfSeries: readonly SeriesGaps[], market: MarketLimits, now: number): Alike[] {
  // Series that lack the same mostly share the list of it.
  const groups = grouped(
    gapsOfSeries.filter(({ gaps }) => gaps.length > 0),
    ({ gaps }) => gaps,
  );
  return [...groups].flatMap(([gaps, [first, ...others]]) => {
    if (first === undefined) return [];
    const { calendar } = first;
    const reached = intersect(gaps, [reachOf(calendar, market, now)]);
    const sessions = reached.flatMap((run) => calendar.sessions(run));
    const { ticker } = first.series;
    return { gaps, calendar, ticker, sessions, count: others.length + 1 };
  });
}

/**
 * The days of a calendar of which a market's answers are final. None of a calendar that is a guess: its bars lie on days that
 * nobody would ask for. (A session that a calendar does not know yet is a gap once it does.)
 */
function reachOf(calendar: Calendar, market: MarketLimits, now: number): DayRange {
  if (calendar.advisory) return { from: 0, to: 0 };
  return { from: earliestDay(market, now), to: calendar.lastSettled(now, market.settleDelayMs) + 1 };
}

/** Bytes of the answers for some sessions, and for so many pages of their splits and dividends. */
function bytesOfMarket(sessions: readonly Day[], pages: number, bytes: MarketBytes, now: number): number {
  const ofSessions = sessions.reduce((sum, session) => sum + bytesOfSession(session, bytes, now), 0);
  return ofSessions + pages * (bytes.aPageOfActions ?? 0);
}

function daysOf(sessions: readonly Day[]): DayRange[] {
  return normalize(sessions.map((day) => ({ from: day, to: day + 1 })));
}

/** What of a series is wanted of whole markets, a want a partition, and the days of it. */
export function marketWants(
  { series, calendar, gaps, final }: SeriesGaps,
  { limits, days }: MarketChoice,
  now: number,
): { readonly wants: Want[]; readonly days: readonly DayRange[] } {
  const { interval } = series;
  if (!isOf(limits, series.ticker)) return { wants: [], days: [] };
  const own = intersect(intersect(gaps, days), [reachOf(calendar, limits, now)]);
  const wants = periodsOf(interval, own).map((period): Want => {
    const runs = sessionRuns(intersect(own, [periodRange(period)]), calendar);
    const { from, to } = span(runs) as DayRange;
    return {
      id: `${seriesKey(series)} ${formatDay(from)}..${formatDay(to - 1)} of markets`,
      ...{ series, calendar: calendar.id, gaps: runs, sessions: calendar.count(runs) },
      range: { from: overlapBefore(from, calendar, intersect(final, days)), to },
      market: `${interval} ${period}`,
    };
  });
  return { wants, days: own };
}

/** Where a few final sessions begin that are asked for anyway, so that what comes is compared with them. */
function overlapBefore(from: Day, calendar: Calendar, final: readonly DayRange[]): Day {
  let first = from;
  for (let i = 0; i < OVERLAP_SESSIONS; i++) {
    const before = calendar.sessionOnOrBefore(first - 1);
    if (!contains(final, before)) break;
    first = before;
  }
  return first;
}

/** What collects the chosen sessions, oldest first, after their splits and dividends, and what distributes them to the wants. */
export function marketTasks(
  wants: readonly Want[],
  choices: ReadonlyMap<Interval, MarketChoice>,
  { actions, staged = [] }: PlanOptions,
): (Collect | Distribute)[] {
  const there = new Set(staged.map(sliceKey));
  const markets = grouped(wants, ({ market = '' }) => market);
  return [...markets].flatMap(([market, own]) => {
    const [first] = own as [Want, ...Want[]];
    const { interval } = first.series;
    const choice = choices.get(interval) as MarketChoice;
    const sessions = choice.sessions.filter((day) => `${interval} ${periodOf(interval, day)}` === market);
    const collecting = (what: string, slice: Slice, requests: number): Collect => {
      const id = `market ${interval} ${what}`;
      return { id, slice, market, wants: [], requests, partitions: [] };
    };
    const ownStaged = staged.filter((one) => one.interval === interval);
    const askedActions = unknownActionDays(sessions, ownStaged, choice.limits).map((days) => {
      const slice = { interval, session: days.to - 1, actionsSince: days.from };
      const what = `actions ${formatDay(days.from)}..${formatDay(days.to - 1)}`;
      return collecting(what, slice, requestsFor([days], choice.limits));
    });
    const collects = sessions.map((session): Collect => {
      const slice = { interval, session };
      const requests = there.has(sliceKey(slice)) ? 0 : choice.limits.requestsPerSession;
      return collecting(formatDay(session), slice, requests);
    });
    const actionsFirst = choice.limits.actionPages !== undefined && {
      actions: { days: actionDays(sessions), asked: askedActions.map(({ slice }) => slice) },
    };
    const buckets = grouped(own, ({ series: { ticker } }) => bucketOf(ticker));
    const distributes = [...buckets].map(([bucket, some]): Distribute => {
      const partitions = partitionsOf(some, actions);
      return {
        id: `${market} bucket ${bucket}`,
        market,
        bucket,
        sessions,
        wants: some,
        requests: 0,
        partitions,
        ...actionsFirst,
      };
    });
    return [...askedActions, ...collects, ...distributes];
  });
}
