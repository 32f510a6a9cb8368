import { calendarById } from '../../../core/calendar/calendars.ts';
import { plural } from '../../../core/plural.ts';
import { learn, NOTHING_KNOWN, unlearn } from '../../../core/coverage/coverage.ts';
import { type Day, type DayRange, formatDay } from '../../../core/session/day.ts';
import { contains, normalize } from '../../../core/session/ranges.ts';
import { compact, type Knowledge } from '../partition/knowledge.ts';
import type { Partition } from '../files/layout.ts';

/** What there is to hold knowledge against. */
interface Evidence {
  readonly known: Knowledge;
  /** Whether `known` was made of the rows for want of anything better. */
  readonly isRebuilt: boolean;
  /** Session dates of the sound rows. */
  readonly days: ReadonlySet<Day>;
  /** Session dates of the rows that go, by their stamps. */
  readonly faulty: readonly Day[];
  /** Whether knowledge was written with as many rows as are sound, of the same extent. */
  readonly fits: boolean;
}

/**
 * Knowledge that agrees with the sound rows. A session that has none left is missing. One that has rows, but lost some
 * or was not known to have any, stays and is provisional: it is fetched again. `contradictions` says in words where
 * knowledge and rows disagreed, beyond what the rows that go explain.
 */
export function reconcile(
  { series }: Partition,
  { known, isRebuilt, days, faulty, fits }: Evidence,
): { knowledge: Knowledge; contradictions: string[] } {
  const calendar = calendarById(known.calendar);
  const { present, absent } = known.coverage;
  const touched = new Set(faulty);
  const empty = present.flatMap((range) => calendar.sessions(range)).filter((day) => !days.has(day));
  const unknown = [...days].filter((day) => !contains(present, day));
  // Such a row may be of any session: its stamp is what is wrong.
  const strays = faulty.filter((day) => !calendar.isSession(day) || !contains(present, day)).length;
  // Of a session of many bars it cannot be told whether those that are left are all.
  const isDoubtful =
    series.interval !== '1d' && (isRebuilt || (!fits && (faulty.length === 0 || strays > 0)));
  const again = asRanges(
    isDoubtful ? [...days] : [...unknown, ...[...days].filter((day) => touched.has(day))],
  );
  const kept = unlearn(known.coverage, [...asRanges(empty), ...again]);
  const coverage = learn(kept, { ...NOTHING_KNOWN, present: again, provisional: again });
  const unexplained = empty.filter((day) => !touched.has(day));
  const contradictions: string[] = [];
  if (unexplained.length > strays) contradictions.push(text(unexplained, 'known as present without a row'));
  const denied = unknown.filter((day) => contains(absent, day));
  const unlisted = unknown.filter((day) => !contains(absent, day));
  if (denied.length > 0) contradictions.push(text(denied, 'known as absent with rows'));
  if (unlisted.length > 0) contradictions.push(text(unlisted, 'with rows not known as present'));
  return { knowledge: { ...known, coverage: compact(coverage, calendar) }, contradictions };
}

function text(days: readonly Day[], what: string): string {
  const [first = 0] = days;
  return `${plural(days.length, 'session')} ${what} (${formatDay(first)})`;
}

function asRanges(days: readonly Day[]): DayRange[] {
  return normalize(days.map((day) => ({ from: day, to: day + 1 })));
}
