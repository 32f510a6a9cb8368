import type { Ohlcv } from '../core/bars.ts';
import type { Calendar } from '../core/calendar/calendar.ts';
import type { RejectedBar } from '../core/checks.ts';
import { type Absence, type AbsenceReason, type Coverage, nextRetry } from '../core/coverage.ts';
import type { Day, DayRange } from '../core/day.ts';
import { sessionDateOf } from '../core/partition.ts';
import type { Task } from '../core/plan.ts';
import { contains, subtract } from '../core/ranges.ts';
import type { BarAnswer } from '../providers/provider.ts';

/** An answer after its checks. */
export interface CheckedAnswer {
  readonly task: Task;
  readonly calendar: Calendar;
  readonly answer: BarAnswer;
  readonly accepted: readonly Ohlcv[];
  readonly rejected: readonly RejectedBar[];
  /** Provider id. */
  readonly source: string;
  /** ms since the epoch. */
  readonly now: number;
}

/** What an answer says of the sessions that were wanted; the three counts add up to all of them. */
export interface Learned {
  readonly learned: Coverage;
  readonly present: number;
  readonly absent: Partial<Record<AbsenceReason, number>>;
  readonly missing: number;
}

/** A session this young may simply not be out yet: two days. */
const FRESH_MS = 2 * 86_400_000;

/**
 * The state of every wanted session after an answer. Without a bar it is absent only where the answer speaks of
 * it; a session outside the answer's proven span stays missing.
 */
export function learnFrom(checked: CheckedAnswer): Learned {
  const { task, calendar, answer, accepted, rejected } = checked;
  const sessionOf = sessionDateOf(task.series.interval, calendar);
  const present = new Set(accepted.map((bar) => sessionOf(bar.ts)));
  // The first fault of a session says more than what followed from it.
  const faults = new Map(rejected.toReversed().map(({ bar, reason }) => [sessionOf(bar.ts), reason]));
  const empty = new Set(answer.unusable.map(({ ts }) => sessionOf(ts)));
  const absences: Absence[] = [];
  const absent: Partial<Record<AbsenceReason, number>> = {};
  let missing = 0;
  for (const session of task.gaps.flatMap((gap) => calendar.sessions(gap))) {
    if (present.has(session)) continue;
    const evidence = explain(session, checked, faults.get(session), empty.has(session));
    if (evidence === null) missing++;
    else {
      absent[evidence.reason] = (absent[evidence.reason] ?? 0) + 1;
      appendAbsence(absences, session, evidence, checked);
    }
  }
  const days = [...present].toSorted((a, b) => a - b).map((day): DayRange => ({ from: day, to: day + 1 }));
  const known = joinSessions(days, calendar);
  // Of a session beyond the proof only some bars may have come: it is asked for again.
  const provisional = task.series.interval === '1d' ? [] : subtract(known, [answer.proven]);
  const learned = { present: known, provisional, absent: absences };
  return { learned, present: present.size, absent, missing };
}

interface Evidence {
  readonly reason: AbsenceReason;
  readonly note?: string;
}

function explain(
  session: Day,
  { answer, calendar, now }: CheckedAnswer,
  fault: string | undefined,
  empty: boolean,
): Evidence | null {
  if (fault !== undefined) return { reason: 'rejected', note: fault };
  if (empty) return { reason: 'vendor-empty', note: 'a row without prices' };
  const { firstTrade } = answer.identity;
  if (firstTrade !== null && session < firstTrade) return { reason: 'pre-listing' };
  if (answer.delistedOn !== null && session >= answer.delistedOn) return { reason: 'delisted' };
  if (!contains([answer.proven], session)) return null;
  const isFresh = calendar.session(session).close > now - FRESH_MS;
  return { reason: isFresh ? 'not-yet-published' : 'vendor-empty' };
}

/** Adds a session to the last run if it is the next session with the same evidence, else starts a run. */
function appendAbsence(runs: Absence[], session: Day, evidence: Evidence, checked: CheckedAnswer): void {
  const { calendar, source, now } = checked;
  const last = runs.at(-1);
  const continues =
    last !== undefined &&
    last.reason === evidence.reason &&
    last.note === evidence.note &&
    calendar.nextSession(last.to - 1) === session;
  if (continues) {
    runs[runs.length - 1] = { ...last, to: session + 1 };
    return;
  }
  const nextRetryAt = nextRetry(evidence.reason, 1, now);
  runs.push({
    from: session,
    to: session + 1,
    ...evidence,
    provider: source,
    checkedAt: now,
    attempts: 1,
    nextRetryAt,
  });
}

/** Days with a bar as runs. Days that are no sessions (outside a calendar's reliable range) stand alone. */
function joinSessions(days: readonly DayRange[], calendar: Calendar): DayRange[] {
  const runs: DayRange[] = [];
  for (const day of days) {
    const last = runs.at(-1);
    if (last !== undefined && calendar.nextSession(last.to - 1) >= day.from) {
      runs[runs.length - 1] = { from: last.from, to: day.to };
    } else runs.push(day);
  }
  return runs;
}
