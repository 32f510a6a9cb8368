import type { BarAnswer } from '../../providers/provider.ts';
import type { RejectedRow } from '../../store/store.ts';
import type { Judgement } from './judge-answer.ts';
import { closedDayOf } from '../../core/checks/closed-days.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import type { Interval } from '../../core/session/interval.ts';
import { wrongRows } from './learn-from.ts';

/** Rows that failed a check, and those that came with values that are none. */
export function refusedRows({ rejected }: Pick<Judgement, 'rejected'>, answer: BarAnswer): RejectedRow[] {
  return [
    ...rejected.map(({ bar, reason }) => ({ row: bar, reason })),
    ...wrongRows(answer).map(({ row, reason }) => ({ row, reason })),
  ];
}

/** How many of those are of days on which there is no session for sure: nothing lacks for them. */
export function refusedOffSession(
  { rejected }: Pick<Judgement, 'rejected'>,
  answer: BarAnswer,
  series: { readonly interval: Interval; readonly calendar: Calendar },
): number {
  const closedOn = closedDayOf(series);
  const stamps = [...rejected.map(({ bar }) => bar.ts), ...wrongRows(answer).map(({ ts }) => ts)];
  return stamps.filter((ts) => closedOn(ts) === 'sure').length;
}
