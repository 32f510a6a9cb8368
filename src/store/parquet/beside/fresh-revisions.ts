import type { Revision } from '../../../core/bars/bars.ts';
import { isSameBar } from '../../../core/bars/compare.ts';
import { vendorOf } from '../../../core/bars/vendor.ts';
import { grouped } from '../../../core/grouped.ts';

/**
 * Of some revisions those that are not known yet. All may be: their commit came through, that of the bars did not, and the
 * same answer came again. Of a bar that stayed what one source has instead is kept once, however often it says so.
 */
export function freshRevisions(known: readonly Revision[], added: readonly Revision[]): Revision[] {
  const taken = known.filter(({ stayed }) => stayed !== true);
  const latest = new Map(taken.map((revision) => [revision.before.ts, revision]));
  const refused = grouped(
    known.filter(({ stayed }) => stayed === true),
    ({ before }) => before.ts,
  );
  return added.filter((revision) => {
    const { ts } = revision.before;
    if (revision.stayed !== true) return !isRepeat(latest.get(ts), revision);
    return refused.get(ts)?.some((one) => saysTheSame(one, revision)) !== true;
  });
}

/**
 * Whether the last revision of a stamp is this one: it speaks of the very same stored bar, which would be another if its
 * replacement had been committed. The same values alone prove nothing: a vendor may change its mind back and forth.
 */
function isRepeat(last: Revision | undefined, revision: Revision): boolean {
  return (
    last !== undefined &&
    last.before.fetchedAt === revision.before.fetchedAt &&
    isSameBar(last.before, revision.before, 0) &&
    isSameBar(last.after, revision.after, 0)
  );
}

/** Whether a source offers once more what a bar stayed against before. */
function saysTheSame(one: Revision, other: Revision): boolean {
  return (
    vendorOf(one.after.source) === vendorOf(other.after.source) &&
    isSameBar(one.before, other.before, 0) &&
    isSameBar(one.after, other.after, 0)
  );
}

/** Stable, so that the last one of a stamp in a file is the last one that was added at its time. */
export function inOrder(a: Revision, b: Revision): number {
  return a.before.ts - b.before.ts || a.after.fetchedAt - b.after.fetchedAt;
}
