import type { Bar, Revision } from './bars.ts';
import { placeOf, storedBarAt, type StoredBars } from './columns.ts';
import { isSameBar } from './compare.ts';
import { grouped } from '../grouped.ts';
import { RECORDED } from './recorded.ts';

/**
 * Of the revisions of a series those that happened. They are durable before the bars that they speak of are replaced, so a
 * writer that was killed in between leaves some of which nothing came: the bar `before` is the stored one still, or another
 * revision tells what replaced it in the end. `stored`: the bars as they are, read after the revisions.
 */
export function carriedOut(revisions: readonly Revision[], stored: StoredBars): Revision[] {
  const undone = new Set<Revision>();
  const taken = revisions.filter(replaces);
  const origins = new Set(taken.map(({ before }) => keyOf(before)));
  for (const rivals of grouped(taken, ({ before }) => keyOf(before)).values()) {
    const [{ before }] = rivals as [Revision, ...Revision[]];
    const place = placeOf(stored, before.ts);
    const bar = place === -1 ? undefined : storedBarAt(stored, place);
    const isStored = ({ after }: Revision): boolean => bar !== undefined && isSameBar(bar, after, 0);
    // A bar is replaced but once.
    const real =
      rivals.findLast(({ after }) => origins.has(keyOf(after))) ??
      (isStill(bar, before) ? undefined : (rivals.findLast(isStored) ?? rivals.at(-1)));
    for (const one of rivals) if (one !== real) undone.add(one);
  }
  return revisions.filter((revision) => !undone.has(revision));
}

/** Of revisions that a series has those that new ones of the same bars refute: a bar that is stored still was not replaced. */
export function refuted(known: readonly Revision[], added: readonly Revision[]): ReadonlySet<Revision> {
  const origins = new Set(added.filter(replaces).map(({ before }) => keyOf(before)));
  return new Set(known.filter((one) => replaces(one) && origins.has(keyOf(one.before))));
}

/** Whether a revision says that a stored bar was replaced: one that stayed was not, and a recorded one was no bar of the file. */
function replaces({ before, stayed }: Revision): boolean {
  return stayed !== true && before.source !== RECORDED;
}

function isStill(bar: Bar | undefined, before: Bar): boolean {
  return bar !== undefined && keyOf(bar) === keyOf(before);
}

/** Of a bar as one answer gave it: what another one gave has another time, though it has the same values. */
function keyOf({ ts, open, high, low, close, volume, source, fetchedAt }: Bar): string {
  return [ts, open, high, low, close, volume, source, fetchedAt].join(' ');
}
