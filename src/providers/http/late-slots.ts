import { largest } from '../../core/extremes.ts';
import { type Quota, pacingOf } from '../../core/plan/quota.ts';
import type { LateSlot } from './quota-record.ts';

/**
 * Windows are kept by when requests arrive, which is known of those on a connection that was made for them only when their
 * answers begin. The record tells of those that may have come late, so that whoever is given a slot that a window away leaves
 * as much time after them.
 */

/** Part of a window that is left free for the time on the wire. */
export const WINDOW_MARGIN = 0.002;

/** Late slots remembered; of more, the oldest two are taken for one. */
const MOST_LATE = 32;

/** Late slots with one more: none that another makes needless, and none whose windows are over. Times are wall ms. */
export function withLate(
  known: readonly LateSlot[],
  more: LateSlot,
  paced: readonly Quota[],
  now: number,
): readonly LateSlot[] {
  const longestMs = largest(paced.map(({ perMs }) => perMs));
  const all = [...known, more].filter(({ at }) => at + longestMs * (1 + WINDOW_MARGIN) > now);
  const needed = all.filter(
    (one) =>
      !all.some(
        (other) =>
          other !== one &&
          other.slot <= one.slot &&
          other.at >= one.at &&
          (other.slot < one.slot || other.at > one.at),
      ),
  );
  const ascending = needed.toSorted((a, b) => a.slot - b.slot);
  while (ascending.length > MOST_LATE) {
    const [first, second] = ascending as [LateSlot, LateSlot];
    ascending.splice(0, 2, { slot: first.slot, at: second.at });
  }
  return ascending;
}

/**
 * When the first of `count` slots from number `slot` on, `spacing` apart, may begin at the earliest, so that none comes too
 * soon after those that were late; -Infinity: they do not hold it up. A gate lets a request through ahead of its slot by as much
 * as may be caught up.
 */
export function heldUntil(
  late: readonly LateSlot[],
  paced: readonly Quota[],
  { slot, count, spacing }: { readonly slot: number; readonly count: number; readonly spacing: number },
): number {
  let until = Number.NEGATIVE_INFINITY;
  const { catchUp } = pacingOf(paced);
  for (const { requests, perMs } of paced)
    for (const { slot: lateSlot, at } of late) {
      const first = Math.max(0, lateSlot + requests - slot);
      if (first < count)
        until = Math.max(until, at + catchUp + perMs * (1 + WINDOW_MARGIN) - first * spacing);
    }
  return until;
}
