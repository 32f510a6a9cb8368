import type { CorporateAction, Revision } from '../core/bars/bars.ts';
import { storedBarsOf } from '../core/bars/bar-builder.ts';
import { placeOf, storedBarAt, type StoredBars } from '../core/bars/columns.ts';
import { isSameBar, type Pairs } from '../core/bars/compare.ts';
import { correctionOddities, largeCorrections, takenNote } from '../core/checks/corrections.ts';
import type { Oddity } from '../core/checks/oddity.ts';
import { restatedBars, restatedOddity } from '../core/checks/restated-bars.ts';
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

/** Revisions of a series by what they are of. */
export interface RevisionsByKind {
  /** What corrected bars one by one. */
  readonly corrections: readonly Revision[];
  /** What restated the series, an entry an answer. */
  readonly restatements: readonly (readonly Revision[])[];
}

/**
 * Parts the revisions by which a series was restated, of which a run calls no bar odd by itself: one answer changed by lasting
 * ratios what was there of it, from the oldest bar on. `olderThan` gives the stored bars before a stamp.
 */
export async function withoutRestated(
  revisions: readonly Revision[],
  olderThan: (ts: number) => Promise<StoredBars>,
): Promise<RevisionsByKind> {
  const answers = [...grouped(revisions, ({ after }) => after.fetchedAt)].map(([at, group]) => ({
    at,
    group,
  }));
  const byRatio = answers.filter(({ group }) => group.length >= SUSTAINED && isByRatio(group));
  if (byRatio.length === 0) return { corrections: revisions, restatements: [] };
  const moved = new Set(byRatio.flatMap(({ group }) => group.map(({ before }) => before.ts)));
  const restatements: (readonly Revision[])[] = [];
  for (const { at, group } of byRatio) {
    const [first] = group as [Revision, ...Revision[]];
    const older = await olderThan(first.before.ts);
    const stayed = older.ts.some((ts, i) => (older.fetchedAt[i] as number) <= at && !moved.has(ts));
    if (!stayed) restatements.push(group);
  }
  const restated = new Set(restatements.flat());
  return { corrections: revisions.filter((revision) => !restated.has(revision)), restatements };
}

/**
 * What is odd about stored bars by the answers that restated their series: one by which they are what they are, with a ratio
 * that no split explains. `standing`: the revisions by which the stored bars are so.
 */
export function restatedIn(
  restatements: readonly (readonly Revision[])[],
  standing: readonly Revision[],
  actions: readonly CorporateAction[],
  sessionOf: (ts: number) => Day,
): Oddity[] {
  const stands = new Set(standing);
  return restatements.flatMap((group): Oddity[] => {
    const its = group.filter((revision) => stands.has(revision));
    const restated = its.length === 0 ? undefined : restatedBars(pairsOf(its), actions, sessionOf);
    return restated === undefined ? [] : [restatedOddity(restated, sessionOf)];
  });
}

/** Fewer bars are corrected one by one. */
const SUSTAINED = 3;

function isByRatio(group: readonly Revision[]): boolean {
  return restatement(pairsOf(group)) !== undefined;
}

function pairsOf(group: readonly Revision[]): Pairs {
  const [stored, answered] = [
    storedBarsOf(group.map(({ before }) => before)),
    storedBarsOf(group.map(({ after }) => after)),
  ];
  return { length: group.length, stored, answered };
}
