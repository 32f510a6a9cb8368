import { calendarById } from '../core/calendar/calendars.ts';
import { type DayRange, formatDay } from '../core/day.ts';
import type { Plan, Task } from '../core/plan.ts';
import { type Quota, quotaText } from '../core/quota.ts';
import { counted, holesText, waitText } from './standing-text.ts';
import { formatCount, formatDuration, plural, table } from './table.ts';

/** The line a run opens with: `Total: 503  Complete: 127  To fill: 376  Requests: 376  Estimated time at 5 req/min: 1h 15m 12s`. */
export function openingLine({ totals, quotaMs }: Plan, quotas: readonly Quota[]): string {
  const counts =
    `Total: ${totals.series}  Complete: ${totals.complete}  ` +
    counted('With holes', totals.withHoles) +
    counted('Waiting', totals.provisional) +
    counted('Unavailable', totals.unavailable) +
    `To fill: ${totals.toFill}  Requests: ${formatCount(totals.requests)}`;
  return quotaMs === null
    ? counts
    : `${counts}  Estimated time at ${quotaText(quotas)}: ${formatDuration(quotaMs)}`;
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
      ? `of ${series} series every session is present or known to be absent`
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
