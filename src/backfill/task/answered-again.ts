import { fingerprintOf } from '../../core/bars/fingerprint.ts';
import { mergeBars } from '../../core/bars/merge-bars.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import type { Want } from '../../core/plan/task.ts';
import { comparedSessions } from '../compared-sessions.ts';
import type { Judgement } from '../judge/judge-answer.ts';
import type { SeriesReport } from '../runner.ts';

/** By what an answer is known that repeats final bars, and of an opinion what it says of each session. */
export function withAnswered(
  { wanted, comparison }: Judgement,
  { opinionOf, series, calendar }: Want,
): Pick<SeriesReport, 'answered' | 'sessions'> {
  const { compared } = comparison;
  const answered = compared.length > 0 ? fingerprintOf(mergeBars(compared.answered, wanted)) : null;
  const sessionOf = sessionDateOf(series.interval, calendarById(calendar));
  return {
    ...(answered !== null && { answered }),
    ...(opinionOf !== undefined && { sessions: comparedSessions(comparison, sessionOf) }),
  };
}
