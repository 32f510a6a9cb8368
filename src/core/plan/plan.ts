import { type Series, seriesKey } from '../bars/bars.ts';
import type { Calendar } from '../calendar/calendar.ts';
import { type Day, type DayRange, formatDay, MS_PER_DAY, utcDayOf } from '../session/day.ts';
import { withEarlyCheck } from './early-check.ts';
import { BackfillError } from '../errors.ts';
import type { SeriesGaps } from './gaps.ts';
import { type Interval, intervalMs } from '../session/interval.ts';
import { periodsOf } from '../bars/partition.ts';
import { type Quota, type QuotaStanding, unusedAt } from './quota.ts';
import { quotaTime } from './quota-time.ts';
import { span } from '../session/ranges.ts';
import {
  type Bounds,
  cutAtLookBack,
  windows,
  withOverlap,
  withRiders,
  withUncertainDays,
} from './request-days.ts';
import {
  addHoles,
  groupUnavailable,
  type HoleCounts,
  NO_HOLES,
  type Unavailable,
} from '../coverage/unavailable.ts';

/** What is to be fetched of one series: one span, and the sessions of it to store. Plain JSON. */
export interface Want {
  /** `AAPL 1d 2013-02-08..2018-02-07`, or `AAPL 1d compare 2013-02-08..2013-02-13` where no session is wanted. */
  readonly id: string;
  readonly series: Series;
  /** Calendar id. */
  readonly calendar: string;
  /** Session dates to ask for, `[from, to)`: the gaps, what lies between them, and a few final sessions beside them. */
  readonly range: DayRange;
  /** The sessions of `range` that are wanted, ascending runs, perhaps none. The others are compared with what is stored. */
  readonly gaps: readonly DayRange[];
  /** Sessions in `gaps`. */
  readonly sessions: number;
  /** The user wants the bars again, also those of another source. Default false: theirs stay. */
  readonly again?: boolean;
  /** The provider changed the whole series: what comes replaces it, however it differs. */
  readonly replaces?: boolean;
  /** Top-ups since the oldest sessions were last compared, to be noted with what it stores; 0: it compares them. */
  readonly topUps?: number;
}

/** One unit for a worker: one request, or one chain of pages, for one series or several. Plain JSON. */
export interface Task {
  /** That of its first want, and how many more there are. */
  readonly id: string;
  /** At least one, of series of one interval, no two of the same series. */
  readonly wants: readonly Want[];
  /** Requests it costs. */
  readonly requests: number;
  /** What it writes; no two tasks that share one may run at the same time. */
  readonly partitions: readonly string[];
  /** Times that a doubtful answer may be asked for in one run; default as often as makes it evidence. */
  readonly questions?: number;
}

/** The interval of the series of a task. */
export function intervalOf({ wants: [first] }: Task): Interval {
  if (first === undefined) throw new BackfillError('internal', 'a task without a want');
  return first.series.interval;
}

/** A part of a gap that the provider's look-back does not reach: recorded, not asked for. */
export interface OutOfReach {
  readonly series: Series;
  readonly calendar: string;
  readonly gaps: readonly DayRange[];
  readonly sessions: number;
  /** The look-back that it was judged by. */
  readonly reachDays: number;
}

/** The limits of a provider that shape a plan, for one interval. Days are calendar days; null: no limit. */
export interface RequestLimits {
  readonly maxSpanDays: number | null;
  readonly lookBackDays: number | null;
  readonly requestsPerSpan: number;
  /** Series of one span that one request may ask for. Default 1. */
  readonly mostSeries?: number;
  /** Rows that one for several series may bring at most, as if all traded round the clock. Default: no limit. */
  readonly mostRows?: number;
}

export interface PlanOptions {
  /** Limits by interval; every interval of the gaps must be there. */
  readonly limits: Readonly<Partial<Record<Interval, RequestLimits>>>;
  readonly quotas: readonly Quota[];
  /** What was used of them before. Default: nothing. */
  readonly standing?: QuotaStanding;
  /** Whether a task also writes the ticker's corporate actions. */
  readonly actions: boolean;
  /** ms since the epoch. */
  readonly now: number;
}

/** Gaps as tasks, priced. */
export interface Plan {
  readonly tasks: readonly Task[];
  readonly outOfReach: readonly OutOfReach[];
  /** What of all wanted series cannot be had, as earlier runs found. */
  readonly unavailable: readonly Unavailable[];
  readonly totals: HoleCounts & {
    /** Series: `complete + withHoles + provisional + unavailable + toFill`. */
    readonly series: number;
    readonly complete: number;
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
  /** What had been used of them by then. */
  readonly standing: QuotaStanding;
}

/**
 * Turns gaps into the fewest requests that close them: a request is as long as the provider allows and reaches
 * over what is already there whenever that saves one. Where it costs no request more, it also asks for the last few
 * final sessions before its gaps, or else the first ones after, so that what a provider changed meanwhile is noticed.
 * Where no request reaches back to the oldest sessions, every 21st time a small one of its own compares them.
 * Series that want the same span share a request where one may ask for several. Deterministic: series in the order
 * given, oldest gap first.
 */
export function planTasks(gapsOfSeries: readonly SeriesGaps[], options: PlanOptions): Plan {
  const wants: Want[] = [];
  const outOfReach: OutOfReach[] = [];
  for (const gaps of gapsOfSeries) {
    const limits = options.limits[gaps.series.interval];
    if (limits === undefined || gaps.gaps.length === 0) continue;
    const { reachable, beyond } = cutAtLookBack(gaps.gaps, earliestDay(limits, options.now), gaps.calendar);
    if (beyond.length > 0) outOfReach.push(outOfReachOf(gaps, beyond, limits));
    for (const want of wantsOf(gaps, reachable, limits, options.now)) wants.push(want);
  }
  const tasks = batched(wants, options);
  const requests = tasks.reduce((sum, task) => sum + task.requests, 0);
  const { standing = unusedAt(options.now) } = options;
  return {
    tasks,
    outOfReach,
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
    standing,
  };
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
  for (const { series, unavailable = [], provisional = 0, holes = NO_HOLES } of gapsOfSeries) {
    const key = seriesKey(series);
    sum = addHoles(sum, holes);
    if (asked.has(key)) counts.toFill++;
    else if (beyond.has(key) || unavailable.length > 0) counts.unavailable++;
    else if (provisional > 0) counts.provisional++;
    else if (holes.holes > 0) counts.withHoles++;
    else counts.complete++;
  }
  return { series: gapsOfSeries.length, ...counts, ...sum };
}

/** First day that lies wholly within the look-back. */
export function earliestDay({ lookBackDays }: Pick<RequestLimits, 'lookBackDays'>, now: number): Day {
  return lookBackDays === null ? Number.NEGATIVE_INFINITY : utcDayOf(now) - lookBackDays + 1;
}

/** Part of a day's quota that questions about doubtful answers may cost. */
const DOUBT_SHARE = 0.01;

/** How often in a run a doubtful answer may be asked for: once where three questions are a part of the day's quota that counts. */
function questionsOf({ requestsPerSpan }: RequestLimits, quotas: readonly Quota[]): number | undefined {
  const aDay = quotas.filter(({ perMs }) => perMs >= MS_PER_DAY);
  const isDear = aDay.some(
    ({ requests, perMs }) => 3 * requestsPerSpan >= DOUBT_SHARE * requests * (MS_PER_DAY / perMs),
  );
  return isDear ? 1 : undefined;
}

function outOfReachOf(
  { series, calendar }: SeriesGaps,
  gaps: readonly DayRange[],
  { lookBackDays }: RequestLimits,
): OutOfReach {
  const sessions = calendar.count(gaps);
  return { series, calendar: calendar.id, gaps, sessions, reachDays: lookBackDays ?? 0 };
}

/** What is wanted of one series, cut as requests may span, with what each is compared by. */
function wantsOf(
  { series, calendar, final, early, again, riders = [] }: SeriesGaps,
  reachable: readonly DayRange[],
  limits: RequestLimits,
  now: number,
): Want[] {
  const earliest = earliestDay(limits, now);
  const bounds: Bounds = { calendar, earliest, maxSpanDays: limits.maxSpanDays };
  const want = (range: DayRange, gaps: readonly DayRange[]): Want => ({
    ...wantOf(series, range, gaps, calendar),
    ...(again === true && { again }),
  });
  const own = windows(withRiders(reachable, riders, bounds), limits.maxSpanDays, calendar).map((window) =>
    want(withUncertainDays(withOverlap(window, final, bounds), bounds), window),
  );
  const isCompared = early !== undefined && own.length > 0 && early.days.from >= earliest;
  const most = limits.maxSpanDays ?? Number.POSITIVE_INFINITY;
  const comparing = ({ from, to }: DayRange): Want => want({ from, to: Math.min(to, from + most) }, []);
  return isCompared ? withEarlyCheck(own, early, comparing) : own;
}

function wantOf(series: Series, range: DayRange, gaps: readonly DayRange[], calendar: Calendar): Want {
  const { from, to } = span(gaps) ?? range;
  const what = `${gaps.length === 0 ? 'compare ' : ''}${formatDay(from)}..${formatDay(to - 1)}`;
  const id = `${seriesKey(series)} ${what}`;
  return { id, series, calendar: calendar.id, range, gaps, sessions: calendar.count(gaps) };
}

/** Wants as tasks: those of one interval and one span together, as many as a request takes. */
function batched(wants: readonly Want[], options: PlanOptions): Task[] {
  const batches: Want[][] = [];
  const open = new Map<string, Want[]>();
  for (const want of wants) {
    const { series, range } = want;
    const most = mostTogether(want, options.limits[series.interval]);
    const alike = `${series.interval} ${range.from} ${range.to}`;
    const batch = most > 1 ? open.get(alike) : undefined;
    if (batch !== undefined && batch.length < most && batch.every((one) => !isSameSeries(one.series, series)))
      batch.push(want);
    else {
      const fresh = [want];
      open.set(alike, fresh);
      batches.push(fresh);
    }
  }
  return batches.map((batch) => taskOf(batch, options));
}

/** How many series of the span of a want one request may ask for. */
function mostTogether(
  { series: { interval }, range: { from, to } }: Want,
  { mostSeries = 1, mostRows = Number.POSITIVE_INFINITY }: Partial<RequestLimits> = {},
): number {
  const rows = (to - from) * (MS_PER_DAY / intervalMs(interval));
  return Math.max(1, Math.min(mostSeries, Math.floor(mostRows / rows)));
}

function isSameSeries(a: Series, b: Series): boolean {
  return a.ticker === b.ticker && a.interval === b.interval;
}

function taskOf(wants: readonly Want[], { limits, quotas, actions }: PlanOptions): Task {
  const [first] = wants as [Want, ...Want[]];
  const own = limits[first.series.interval] as RequestLimits;
  const questions = questionsOf(own, quotas);
  // A correction that the overlap brings to light is stored too, so its partitions count as written.
  const partitions = wants.flatMap(({ series, range }) => [
    ...periodsOf(series.interval, [range]).map((period) => `${seriesKey(series)} ${period}`),
    ...(actions ? [`${series.ticker} actions`] : []),
  ]);
  return {
    id: wants.length === 1 ? first.id : `${first.id} and ${wants.length - 1} more`,
    wants,
    requests: own.requestsPerSpan,
    partitions,
    ...(questions !== undefined && { questions }),
  };
}
