import { type Quota, isPaced, pacingOf } from '../../core/plan/quota.ts';
import { CELL, type GateState } from './gate-state.ts';
import { heldUntil, withLate } from './late-slots.ts';
import { takeLate } from './arrivals.ts';
import type { QuotaBook } from './quota-record.ts';
import { type KeeperClocks, LEASE_MS, plausible } from './quota-lease.ts';

/** What has not arrived is said to take half as long again as it has, and that is said anew before it is over. */
const LATER_YET = 4;

/** Sooner than this, ms, nothing is said of what is on its way. */
const LEAST_MS = 5;

/**
 * Tells the other processes of a key of requests that arrived late, or may yet, and leaves as much time after theirs, also for
 * what was leased before. Costs nothing as long as none is late.
 */
export function lateSharer(
  state: GateState,
  quotas: readonly Quota[],
  file: QuotaBook,
  { wall, gate }: KeeperClocks,
  hasOthers: () => boolean,
): () => Promise<void> {
  const paced = quotas.filter(isPaced);
  const { spacing, catchUp } = pacingOf(paced);
  // Until when what is on its way was said to be, by the gate's clock.
  let saidUntil = Number.NEGATIVE_INFINITY;
  const tell = (slot: number, at: number): Promise<void> =>
    file.change((record) => {
      const late = withLate(record.late ?? [], { slot, at: at + (wall() - gate()) }, paced, wall());
      return { record: { ...record, late }, result: undefined };
    });
  const hold = async (): Promise<void> => {
    const cells = state.alone((all) => [...all]);
    const leased = [
      { cell: CELL.nextAt, slot: cells[CELL.slot] ?? 0, count: cells[CELL.permits] ?? 0 },
      { cell: CELL.nextLeaseAt, slot: cells[CELL.nextSlot] ?? 0, count: cells[CELL.nextPermits] ?? 0 },
    ].filter(({ count }) => count >= 1);
    if (leased.length === 0) return;
    const { late = [] } = plausible(file.look(), spacing, wall());
    for (const { cell, slot, count } of leased) {
      const until = heldUntil(late, paced, { slot, count, spacing }) + (gate() - wall());
      if (until <= (cells[cell] ?? 0)) continue;
      state.alone((all) => (all[cell] = Math.max(until, all[cell] ?? 0)));
      await tell(slot, until);
    }
  };
  return async () => {
    if (spacing === 0) return;
    const now = gate();
    const { slot, at, onTheirWay } = state.alone((cells, recent) => ({
      ...takeLate(cells),
      onTheirWay: recent.onTheirWay.longerThan(Math.max(catchUp, LEAST_MS), now),
    }));
    if (slot >= 0) await tell(slot, at);
    if (onTheirWay !== undefined && now > saidUntil - onTheirWay.lateMs / LATER_YET) {
      saidUntil = now + (2 * onTheirWay.lateMs) / LATER_YET;
      await tell(onTheirWay.slot, saidUntil);
    }
    if (spacing >= LEASE_MS && hasOthers()) await hold();
  };
}
