import type { Revision } from '../core/bars/bars.ts';
import { storedBarsOf } from '../core/bars/bar-builder.ts';
import { placeOf, storedBarAt, type StoredBars } from '../core/bars/columns.ts';
import { isSameBar, type Pairs } from '../core/bars/compare.ts';
import { correctionOddities, largeCorrections, takenNote } from '../core/checks/corrections.ts';
import type { Oddity } from '../core/checks/oddity.ts';
import { restatement } from '../core/checks/restatement.ts';
import { grouped } from '../core/grouped.ts';
import type { Day } from '../core/session/day.ts';

/**
 * What is odd about stored bars by the revisions that made them what they are: final prices that one answer changed by more
 * than vendors correct, as the run said that took them. A bar that was changed again, or stored anew, is judged by the last.
 */
export function correctedBars(
  bars: StoredBars,
  revisions: readonly Revision[],
  sessionOf: (ts: number) => Day,
): Oddity[] {
  const standing = standingRevisions(bars, revisions).filter(({ stayed }) => stayed !== true);
  const before = new Map(standing.map((revision) => [revision.before.ts, revision.before]));
  if (before.size === 0) return [];
  const rows = Array.from({ length: bars.length }, (_, i) => storedBarAt(bars, i));
  // With those that did not change: all of them show what prices are rounded to.
  const stored = storedBarsOf(rows.map((row) => before.get(row.ts) ?? row));
  const large = largeCorrections({ length: bars.length, stored, answered: bars });
  return correctionOddities(large, sessionOf, takenNote);
}

/**
 * The revisions by which stored bars are what they are: the last that replaced a bar, and all that a bar stayed against, where
 * it was not changed otherwise since.
 */
export function standingRevisions(bars: StoredBars, revisions: readonly Revision[]): Revision[] {
  const taken = revisions.filter(({ stayed }) => stayed !== true);
  const last = new Map(taken.map((revision) => [revision.before.ts, revision]));
  return revisions.filter((revision) => {
    const { before, after, stayed } = revision;
    if (stayed !== true && last.get(before.ts) !== revision) return false;
    const place = placeOf(bars, before.ts);
    return place !== -1 && isSameBar(storedBarAt(bars, place), stayed === true ? before : after, 0);
  });
}

/**
 * Revisions without those of series that were restated, where a run calls no bar odd: one answer changed by lasting ratios
 * what was there of it, from the oldest bar on. `olderThan` gives the stored bars before a stamp.
 */
export async function withoutRestated(
  revisions: readonly Revision[],
  olderThan: (ts: number) => Promise<StoredBars>,
): Promise<readonly Revision[]> {
  const answers = [...grouped(revisions, ({ after }) => after.fetchedAt)].map(([at, group]) => ({
    at,
    group,
  }));
  const byRatio = answers.filter(({ group }) => group.length >= SUSTAINED && isByRatio(group));
  if (byRatio.length === 0) return revisions;
  const moved = new Set(byRatio.flatMap(({ group }) => group.map(({ before }) => before.ts)));
  const restated = new Set<Revision>();
  for (const { at, group } of byRatio) {
    const [first] = group as [Revision, ...Revision[]];
    const older = await olderThan(first.before.ts);
    const stayed = older.ts.some((ts, i) => (older.fetchedAt[i] as number) <= at && !moved.has(ts));
    if (!stayed) for (const revision of group) restated.add(revision);
  }
  return revisions.filter((revision) => !restated.has(revision));
}

/** Fewer bars are corrected one by one. */
const SUSTAINED = 3;

function isByRatio(group: readonly Revision[]): boolean {
  const [stored, answered] = [
    storedBarsOf(group.map(({ before }) => before)),
    storedBarsOf(group.map(({ after }) => after)),
  ];
  const pairs: Pairs = { length: group.length, stored, answered };
  return restatement(pairs) !== undefined;
}
