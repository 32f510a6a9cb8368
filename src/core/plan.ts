import { type Series, seriesKey } from './bars.ts';
import type { Calendar } from './calendar/calendar.ts';
import { type Day, type DayRange, formatDay, MS_PER_DAY, utcDayOf } from './day.ts';
import { withEarlyCheck } from './early-check.ts';
import type { SeriesGaps } from './gaps.ts';
import type { Interval } from './interval.ts';
import { periodsOf } from './partition.ts';
import { type Quota, type QuotaStanding, unusedAt } from './quota.ts';
import { quotaTime } from './quota-time.ts';
import { span } from './ranges.ts';
import {
  type Bounds,
  cutAtLookBack,
  windows,
  withOverlap,
  withRiders,
  withUncertainDays,
} from './request-days.ts';
import { groupUnavailable, type Unavailable } from './unavailable.ts';

/** One unit for a worker: one span of one series to ask for, and the sessions of it to store. Plain JSON. */
export interface Task {
  /** `AAPL 1d 2013-02-08..2018-02-07`, or `AAPL 1d compare 2013-02-08..2013-02-13` where nothing is wanted. */
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
  /** Requests it costs. */
  readonly requests: number;
  /** What it writes; no two tasks that share one may run at the same time. */
  readonly partitions: readonly string[];
  /** Times that a doubtful answer may be asked for in one run; default as often as makes it evidence. */
  readonly questions?: number;
  /** The user wants the bars again, also those of another source. Default false: theirs stay. */
  readonly again?: boolean;
  /** The provider changed the whole series: what comes replaces it, however it differs. */
  readonly replaces?: boolean;
  /** Top-ups since the oldest sessions were last compared, to be noted with what it stores; 0: it compares them. */
  readonly topUps?: number;
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
  readonly totals: {
    /** Series: `complete + withHoles + provisional + unavailable + toFill`. */
    readonly series: number;
    readonly complete: number;
    /** Series of which nothing is asked and some session has no bar though nobody says why; and such sessions. */
    readonly withHoles: number;
    readonly holes: number;
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
 * Deterministic: series in the order given, oldest gap first.
 */
export function planTasks(gapsOfSeries: readonly SeriesGaps[], options: PlanOptions): Plan {
  const tasks: Task[] = [];
  const outOfReach: OutOfReach[] = [];
  for (const { series, calendar, gaps, final, early, again, riders = [] } of gapsOfSeries) {
    const limits = options.limits[series.interval];
    if (limits === undefined || gaps.length === 0) continue;
    const questions = questionsOf(limits, options.quotas);
    const earliest = earliestDay(limits, options.now);
    const { reachable, beyond } = cutAtLookBack(gaps, earliest, calendar);
    if (beyond.length > 0) {
      outOfReach.push({
        series,
        calendar: calendar.id,
        gaps: beyond,
        sessions: calendar.count(beyond),
        reachDays: limits.lookBackDays ?? 0,
      });
    }
    const bounds: Bounds = { calendar, earliest, maxSpanDays: limits.maxSpanDays };
    const task = (range: DayRange, wanted: readonly DayRange[]): Task => {
      const { requestsPerSpan } = limits;
      const one = taskFor(series, { range, gaps: wanted }, calendar, requestsPerSpan, options.actions);
      return { ...one, ...(questions !== undefined && { questions }), ...(again === true && { again }) };
    };
    const own = windows(withRiders(reachable, riders, bounds), limits.maxSpanDays, calendar).map((window) =>
      task(withUncertainDays(withOverlap(window, final, bounds), bounds), window),
    );
    const isCompared = early !== undefined && own.length > 0 && early.days.from >= earliest;
    const most = limits.maxSpanDays ?? Number.POSITIVE_INFINITY;
    const comparing = ({ from, to }: DayRange): Task => task({ from, to: Math.min(to, from + most) }, []);
    for (const one of isCompared ? withEarlyCheck(own, early, comparing) : own) tasks.push(one);
  }
  const requests = tasks.reduce((sum, task) => sum + task.requests, 0);
  const { standing = unusedAt(options.now) } = options;
  return {
    tasks,
    outOfReach,
    unavailable: groupUnavailable(
      gapsOfSeries.map(({ series: { ticker }, unavailable = [] }) => ({ ticker, parts: unavailable })),
    ),
    totals: {
      ...countStanding(gapsOfSeries, tasks, outOfReach),
      sessions: tasks.reduce((sum, task) => sum + task.sessions, 0),
      requests,
    },
    quotaMs: quotaTime(requests, options.quotas, standing),
    standing,
  };
}

/** How many series of which nothing is asked are complete, and how many are not. */
function countStanding(
  gapsOfSeries: readonly SeriesGaps[],
  tasks: readonly Task[],
  outOfReach: readonly OutOfReach[],
): Omit<Plan['totals'], 'sessions' | 'requests'> {
  const asked = new Set(tasks.map(({ series }) => seriesKey(series)));
  const beyond = new Set(outOfReach.map(({ series }) => seriesKey(series)));
  const counts = { complete: 0, withHoles: 0, provisional: 0, unavailable: 0, toFill: 0, holes: 0 };
  for (const { series, unavailable = [], provisional = 0, holes = 0 } of gapsOfSeries) {
    const key = seriesKey(series);
    counts.holes += holes;
    if (asked.has(key)) counts.toFill++;
    else if (beyond.has(key) || unavailable.length > 0) counts.unavailable++;
    else if (provisional > 0) counts.provisional++;
    else if (holes > 0) counts.withHoles++;
    else counts.complete++;
  }
  return { series: gapsOfSeries.length, ...counts };
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

function taskFor(
  series: Series,
  { range, gaps }: Pick<Task, 'range' | 'gaps'>,
  calendar: Calendar,
  requests: number,
  actions: boolean,
): Task {
  const { from, to } = span(gaps) ?? range;
  const what = `${gaps.length === 0 ? 'compare ' : ''}${formatDay(from)}..${formatDay(to - 1)}`;
  // A correction that the overlap brings to light is stored too, so its partitions count as written.
  const partitions = periodsOf(series.interval, [range]).map((period) => `${seriesKey(series)} ${period}`);
  if (actions) partitions.push(`${series.ticker} actions`);
  return {
    id: `${seriesKey(series)} ${what}`,
    series,
    calendar: calendar.id,
    range,
    gaps,
    sessions: calendar.count(gaps),
    requests,
    partitions,
  };
}
