import { seriesKey } from '../core/bars.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { type DayRange, formatDay } from '../core/day.ts';
import type { Plan, Task } from '../core/plan.ts';
import { type Quota, quotaText } from '../core/quota.ts';
import { counted, holesText, waitText } from './standing-text.ts';
import { formatCount, formatDuration, plural, table } from './table.ts';

/** The line a run opens with: `Total: 503  Complete: 127  To fill: 376  Requests: 376  Estimated time at 5 req/min: 1h 15m 12s`. */
export function openingLine(plan: Plan, quotas: readonly Quota[]): string {
  const { totals } = plan;
  const counts =
    `Total: ${formatCount(totals.series)}  Complete: ${formatCount(totals.complete)}  ` +
    counted('With holes', totals.withHoles) +
    counted('Waiting', totals.provisional) +
    counted('Unavailable', totals.unavailable) +
    `To fill: ${formatCount(totals.toFill)}  Requests: ${formatCount(totals.requests)}`;
  return counts + estimate(plan, quotas);
}

/** What a run opens with besides: `Filling 62 series of 31 tickers from yahoo with 8 workers`. */
export function workLine(plan: Plan, provider: string, workers: number): string {
  return `Filling ${seriesText(plan)} from ${provider} with ${plural(workers, 'worker')}`;
}

/** The line a verification opens with: `Comparing 62 series of 31 tickers with yahoo: 1,240 sessions in 62 requests by 8 workers`. */
export function verifyingLine(
  plan: Plan,
  provider: string,
  quotas: readonly Quota[],
  workers: number,
): string {
  const { sessions, requests } = plan.totals;
  return (
    `Comparing ${seriesText(plan)} with ${provider}: ` +
    `${plural(sessions, 'session')} in ${plural(requests, 'request')} by ${plural(workers, 'worker')}${estimate(plan, quotas)}`
  );
}

/** A series is a ticker at one interval. */
function seriesText({ tasks }: Plan): string {
  const series = new Set(tasks.map((task) => seriesKey(task.series)));
  const tickers = new Set(tasks.map((task) => task.series.ticker));
  return `${formatCount(series.size)} series of ${plural(tickers.size, 'ticker')}`;
}

function estimate({ quotaMs }: Plan, quotas: readonly Quota[]): string {
  return quotaMs === null ? '' : `  Estimated time at ${quotaText(quotas)}: ${formatDuration(quotaMs)}`;
}

/** What a run says instead of `openingLine` when the plan has no task. */
export function nothingToDoLine({ totals }: Plan): string {
  const { series, complete, withHoles, provisional, unavailable } = totals;
  const lacking = [
    ...(unavailable > 0 ? [`${formatCount(unavailable)} cannot be had`] : []),
    ...(provisional > 0 ? [waitText(provisional)] : []),
    ...(withHoles > 0 ? [holesText(withHoles)] : []),
  ];
  const what =
    lacking.length === 0
      ? `of ${formatCount(series)} series every session is present or known to be absent`
      : `of ${formatCount(series)} series ${formatCount(complete)} are complete, ${lacking.join(', ')}`;
  return `Nothing to do: ${what}. check-data shows which.`;
}

/** What `--dry-run` prints: one line a gap, or a comparison with what is stored, then the totals. */
export function planText(plan: Plan, quotas: readonly Quota[]): string[] {
  const rows = plan.tasks.flatMap((task) =>
    (task.gaps.length > 0 ? task.gaps : [task.range]).map((gap, i) => ({ task, gap, first: i === 0 })),
  );
  const lines = table(
    [
      { title: 'TICKER', text: ({ task }) => task.series.ticker },
      { title: 'INT', text: ({ task }) => task.series.interval },
      { title: 'GAP', text: ({ task, gap }) => gapText(task, gap) },
      { title: 'SESSIONS', text: ({ task, gap }) => sessionsText(task, gap), right: true },
      { title: 'REQUESTS', text: ({ task, first }) => (first ? String(task.requests) : ''), right: true },
    ],
    rows,
  );
  const beyond = plan.outOfReach.map(
    ({ series, sessions, gaps }) =>
      `${series.ticker} ${series.interval}: ${plural(sessions, 'session')} before ` +
      `${formatDay(gaps.at(-1)?.to ?? 0)} beyond the provider's look-back: not asked for`,
  );
  const { totals } = plan;
  const sum = `${plural(totals.sessions, 'session')} in ${plural(totals.requests, 'request')}`;
  return [
    ...(rows.length > 0 ? lines : []),
    ...beyond,
    ...(rows.length > 0 ? ['', sum] : []),
    openingLine(plan, quotas),
  ];
}

function gapText({ gaps }: Task, { from, to }: DayRange): string {
  return `${gaps.length === 0 ? 'compare ' : ''}${formatDay(from)}..${formatDay(to - 1)}`;
}

/** Sessions that are wanted; of those that are only compared, none is. */
function sessionsText({ calendar, gaps }: Task, gap: DayRange): string {
  return gaps.length === 0 ? '' : String(calendarById(calendar).sessions(gap).length);
}
