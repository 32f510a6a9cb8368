import { seriesKey } from '../../core/bars/bars.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { NOTHING_KNOWN } from '../../core/coverage/coverage.ts';
import type { ErrorData } from '../../core/errors.ts';
import { type SeriesGaps, sessionRuns } from '../../core/plan/gaps.ts';
import { withoutMarkets } from '../../core/plan/limits.ts';
import { planTasks } from '../../core/plan/plan.ts';
import type { Task, Want } from '../../core/plan/task.ts';
import { span, union } from '../../core/session/ranges.ts';
import type { Capabilities } from '../../providers/provider.ts';
import type { Scan } from '../../store/scan.ts';
import type { SeriesResult } from '../runner.ts';

/** What the store had before a run, and what the run asked for. */
export interface BeforeRefetch {
  readonly scan: Scan;
  readonly planned: readonly Task[];
  /** When the last task of that began, ms since the epoch. */
  readonly lastBegun: number;
}

/**
 * Tasks that fetch every series again which its provider restated: patched, it would have two bases. The results that
 * asked for it are taken out of `results`, unless the provider no longer reaches the whole series: then they stay
 * failures, and say what to do.
 */
export function refetchRestated(
  results: Map<Want, SeriesResult>,
  before: BeforeRefetch,
  { intervals, quotas, actions }: Capabilities,
  now: number,
): Task[] {
  const bySeries = new Map<string, Map<Want, ErrorData>>();
  for (const [want, result] of results) {
    if (result.ok || result.error.code !== 'restated' || want.opinionOf !== undefined) continue;
    const key = seriesKey(want.series);
    bySeries.set(key, (bySeries.get(key) ?? new Map<Want, ErrorData>()).set(want, result.error));
  }
  return [...bySeries.values()].flatMap((restated) => {
    const wants = [...restated.keys()];
    const whole = wholeSeries(wants, before, results);
    const plan = planTasks(whole, { limits: withoutMarkets(intervals), quotas, actions, now });
    if (plan.outOfReach.length > 0) {
      for (const [want, error] of restated) results.set(want, tooFarBack(want, error));
      return [];
    }
    for (const want of wants) results.delete(want);
    return plan.tasks.map((task) => ({
      ...task,
      wants: task.wants.map((want) => ({
        ...want,
        replaces: true,
        replacesSince: before.lastBegun,
        topUps: 0,
      })),
    }));
  });
}

/** The failure where a series cannot be fetched again as a whole. */
function tooFarBack({ series: { ticker, interval } }: Want, error: ErrorData): SeriesResult {
  const message =
    `${error.message}, and no longer reaches the whole series: nothing is changed; ` +
    `to take what it has now: backfill forget ${ticker} --interval ${interval}, then run again`;
  return { ok: false, error: { ...error, message } };
}

/** All that is stored of the series of some wants, also by this run, and what they ask for, as one gap. */
function wholeSeries(
  wants: readonly Want[],
  { scan, planned }: BeforeRefetch,
  results: ReadonlyMap<Want, SeriesResult>,
): SeriesGaps[] {
  const [first] = wants;
  if (first === undefined) return [];
  const { series } = first;
  const calendar = calendarById(first.calendar);
  const { present } = scan.series.get(seriesKey(series))?.coverage ?? NOTHING_KNOWN;
  const fetched = planned
    .flatMap((task) => task.wants)
    .filter((want) => seriesKey(want.series) === seriesKey(series) && results.get(want)?.ok !== false);
  const days = span(
    union(
      present,
      [...wants, ...fetched].flatMap(({ gaps }) => gaps),
    ),
  );
  const gaps = days === undefined ? [] : sessionRuns([days], calendar);
  return [{ series, calendar, gaps, sessions: calendar.count(gaps), final: [] }];
}
