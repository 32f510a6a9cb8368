import { type ActionBook, type ActionEntry, entryOf, inherit, isBarred } from '../actions/action-book.ts';
import { isSameAction } from '../actions/alike.ts';
import { type StoredBars, keep } from '../bars/columns.ts';
import { compareBars } from '../bars/compare.ts';
import { type Coverage, unlearn } from './coverage.ts';
import { type Day, type DayRange, formatDay } from '../session/day.ts';
import { contains, intersect, subtract } from '../session/ranges.ts';

/** What comes back into a series that was forgotten in part or whole, and has perhaps been filled again since. */
export interface GivenBack {
  readonly bars: StoredBars;
  readonly learned: Coverage;
  /** Sessions whose present bars say something else than the forgotten ones. */
  readonly conflicts: readonly Day[];
}

/**
 * Plans how forgotten bars and what was known of them come back: what is final now stays, and is a conflict where it
 * differs; a provisional session gives way to a final one. An absence comes back where nothing is known of a session.
 */
export function giveBack(
  forgotten: { readonly bars: StoredBars; readonly coverage: Coverage },
  present: { readonly bars: StoredBars; readonly coverage: Coverage },
  sessionOf: (ts: number) => Day,
): GivenBack {
  const [then, now] = [forgotten.coverage, present.coverage];
  const giveWay = intersect(now.provisional, subtract(then.present, then.provisional));
  const stay = subtract(now.present, giveWay);
  const taken = unlearn(then, stay);
  const { absent } = unlearn(taken, now.absent);
  const days = Float64Array.from(forgotten.bars.ts, sessionOf);
  const stays = (i: number): boolean => contains(stay, days[i] as number);
  return {
    bars: keep(forgotten.bars, (i) => !stays(i)),
    learned: { ...taken, absent },
    conflicts: differing(keep(forgotten.bars, stays), present.bars, then.provisional, sessionOf),
  };
}

/** Sessions of final bars that are gone or other now. */
function differing(
  before: StoredBars,
  now: StoredBars,
  provisional: readonly DayRange[],
  sessionOf: (ts: number) => Day,
): Day[] {
  const { differing: other, gone } = compareBars(before, now, () => 0);
  const days = new Set([...other.stored.ts, ...gone.ts].map(sessionOf));
  return [...days].filter((day) => !contains(provisional, day)).toSorted((a, b) => a - b);
}

/**
 * The book with what was forgotten of it; of one kind and ex-date, what is in force now stays. `conflicts` are words for
 * those that differ: `the split of 2020-08-31`.
 */
export function giveBackActions(
  forgotten: ActionBook,
  now: ActionBook,
): { readonly book: ActionBook; readonly conflicts: readonly string[] } {
  const isNew = ({ action }: ActionEntry): boolean =>
    entryOf(now, action) === undefined && !isBarred(now, action);
  const conflicts = forgotten.entries.flatMap(({ action }) => {
    const own = entryOf(now, action);
    const differs = own !== undefined && !isSameAction(own.action, action);
    return differs ? [`the ${action.kind} of ${formatDay(action.exDay)}`] : [];
  });
  const entries = forgotten.entries.filter(isNew);
  const book = inherit(now, { entries, past: forgotten.past, covered: forgotten.covered });
  const doubts = forgotten.doubts.filter(({ kind, exDay }) =>
    entries.some(({ action }) => action.kind === kind && action.exDay === exDay),
  );
  return { book: { ...book, doubts: [...book.doubts, ...doubts] }, conflicts };
}
