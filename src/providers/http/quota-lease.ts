import { largest, smallest } from '../../core/extremes.ts';
import { MS_PER_DAY } from '../../core/session/day.ts';
import {
  type Quota,
  type QuotaStanding,
  hasPassed,
  isPaced,
  pacingOf,
  quotaName,
  usedOf,
  windowOf,
} from '../../core/plan/quota.ts';
import { CELL, type GateState } from './gate-state.ts';
import { heldUntil } from './late-slots.ts';
import type { QuotaBook, QuotaRecord } from './quota-record.ts';
import { ON_TIME } from './shared-gate.ts';

/** Reserved ahead: what a process that dies may waste, and how often the record is written. */
export const LEASE_MS = 200;

/** A lease begins so long after it is asked for that it is there by then; or twice as long as the last one took. */
const LEAST_LEAD_MS = 5;

/** Who reserved within this long may be sending. */
const OTHERS_MS = 60_000;

/** No lease of a record that is elsewhere begins later than this after it is asked for, though the last one was long under way. */
const LONGEST_LEAD_MS = 2000;

/** Another's clock, or its lease, is no further ahead at the end of a window; further, one of the clocks was put back. */
const AHEAD_MS = 1000;

/** No gate waits longer for a provider. */
const LONGEST_PAUSE_MS = 600_000;

/** The two clocks of a keeper, in ms: the wall's, which processes share, and the monotonic one of the gate. */
export interface KeeperClocks {
  readonly wall: () => number;
  readonly gate: () => number;
}

/** What reserves the requests of one gate from the record that all processes share. */
export interface Leaser {
  /** Whether somebody waits, nothing is in reserve, and what is left will be used up within the lease's length. */
  isDue(): boolean;
  /** Reserves the next requests. */
  lease(): Promise<void>;
  /** Whether other processes have reserved of late. */
  hasOthers(): boolean;
  /** Gives back all that was reserved and not used. */
  giveBack(): Promise<void>;
}

/** Leases for a gate with quotas: a fifth of a second's worth at once, and no more than half a per cent of a long quota. */
export function openLeaser(
  state: GateState,
  quotas: readonly Quota[],
  file: QuotaBook,
  { wall, gate }: KeeperClocks,
): Leaser {
  const { spacing, catchUp } = pacingOf(quotas.filter(isPaced));
  const long = quotas.filter((quota) => !isPaced(quota));
  const wanted = leaseSize(spacing, long);
  // The last lease, and the first of which permits may be left.
  let leases: { readonly oldest: Lease; readonly last: Lease } | undefined;
  let ownEnd = 0;
  let othersAt = Number.NEGATIVE_INFINITY;
  let leadMs = LEAST_LEAD_MS;
  return {
    isDue: () =>
      needsLease(
        state.alone((cells) => [...cells]),
        gate(),
      ),
    lease: async () => {
      const { lapsed, left, localEnd } = state.alone(takeLapsed);
      let since = 0;
      const lease = await file.change((record) => {
        // Only now: the lock may have been long in coming.
        const now = wall();
        since = gate();
        if (record.nextAt !== ownEnd && record.nextAt > now - OTHERS_MS) othersAt = now;
        const notBefore = now + Math.max(leadMs, localEnd - since);
        const rest = { ...withReturned(record, lapsed, leases?.oldest), quotas };
        return reserve(rest, wanted, spacing, long, { now, notBefore });
      });
      const { start, slot, count, endsAt } = lease;
      leases = { oldest: (left > 0 ? leases?.last : undefined) ?? lease, last: lease };
      ownEnd = start + count * spacing;
      leadMs = leadAfter(gate() - since, file);
      state.alone((cells) => {
        const ahead = gate() - wall();
        cells[CELL.exhausted] = count === 0 ? 1 : 0;
        cells[CELL.nextPermits] = count;
        cells[CELL.nextSlot] = slot;
        cells[CELL.nextLeaseAt] = start + ahead;
        cells[CELL.nextLeaseEndsAt] = endsAt + ahead;
        const isStrict = file.isRemote === true || wall() - othersAt < OTHERS_MS;
        cells[CELL.grace] = isStrict ? catchUp * ON_TIME : LEASE_MS;
      });
    },
    hasOthers: () => wall() - othersAt < OTHERS_MS,
    giveBack: async () => {
      const { unused, localNext } = state.alone(takeUnused);
      if (unused <= 0) return;
      await file.change((record) => {
        const now = wall();
        const left = withReturned(record, unused, leases?.oldest);
        // Only the last in the queue can step back; a gap before another one's requests is lost.
        const before = now + (localNext - gate());
        const isLast = Math.abs(record.nextAt - unused * spacing - before) < spacing / 2 + 1;
        const slots = (record.slots ?? 0) - (isLast ? unused : 0);
        return { record: { ...left, slots, nextAt: isLast ? before : record.nextAt }, result: undefined };
      });
    },
  };
}

/** How long after it is asked for a lease begins, where the last one took so long. */
function leadAfter(tookMs: number, { isRemote }: QuotaBook): number {
  const lead = Math.max(LEAST_LEAD_MS, 2 * tookMs);
  return isRemote === true ? Math.min(lead, LONGEST_LEAD_MS) : lead;
}

function leaseSize(spacing: number, long: readonly Quota[]): number {
  const paced = spacing === 0 ? Number.POSITIVE_INFINITY : LEASE_MS / spacing;
  return Math.max(1, Math.floor(Math.min(paced, smallest(long.map(({ requests }) => requests / 200)))));
}

function needsLease(cells: readonly number[], now: number): boolean {
  const at = (cell: number): number => cells[cell] ?? 0;
  if (at(CELL.waiting) === 0 || at(CELL.nextPermits) >= 1) return false;
  return at(CELL.nextAt) + at(CELL.permits) * at(CELL.spacing) - now < LEASE_MS;
}

/** Permits that lapsed, which are the keeper's now, those that are left, and when the last of them is over. */
function takeLapsed(cells: Float64Array): { lapsed: number; left: number; localEnd: number } {
  const [lapsed, left] = [cells[CELL.lapsed] ?? 0, cells[CELL.permits] ?? 0];
  cells[CELL.lapsed] = 0;
  // It may be reserved again.
  if (lapsed > 0) cells[CELL.exhausted] = 0;
  return { lapsed, left, localEnd: (cells[CELL.nextAt] ?? 0) + left * (cells[CELL.spacing] ?? 0) };
}

/** Takes every permit from the gate. */
function takeUnused(cells: Float64Array): { unused: number; localNext: number } {
  let unused = 0;
  for (const cell of [CELL.permits, CELL.nextPermits, CELL.lapsed]) {
    unused += cells[cell] ?? 0;
    cells[cell] = 0;
  }
  return { unused, localNext: cells[CELL.nextAt] ?? 0 };
}

interface Lease {
  readonly start: number;
  /** The number of its first slot. */
  readonly slot: number;
  readonly count: number;
  /** The end of the counted windows that it was reserved in. */
  readonly endsAt: number;
  /** The windows that it was counted in, by name, and the number of each. */
  readonly counted: ReadonlyMap<string, number>;
}

/** A counted window, whatever may be sent in it. */
type Window = Pick<Quota, 'perMs'>;

/**
 * Reserves up to `wanted` requests, from `start` (wall ms, `notBefore` at the earliest) on, `spacing` apart, in one window
 * of every long quota. None if one is used up.
 */
function reserve(
  record: QuotaRecord,
  wanted: number,
  spacing: number,
  long: readonly Quota[],
  { now, notBefore }: { now: number; notBefore: number },
): { record: QuotaRecord; result: Lease } {
  const asked = Math.max(notBefore, plausible(record, spacing, now).nextAt);
  const { slots: slot = 0, late = [], quotas = [] } = plausible(record, spacing, now);
  const held = heldUntil(late, quotas.filter(isPaced), { slot, count: wanted, spacing });
  const begun = Math.max(asked, held);
  const start = Math.max(begun, largest(long.map((quota) => begunBy(record, quota, begun))));
  const toCount = windowsToCount(record, long);
  const endsAt = smallest(toCount.map((window) => (windowOf(window, start) + 1) * window.perMs));
  const left = long.map((quota) => quota.requests - usedOf(record, quota, start));
  const slots = spacing === 0 ? wanted : Math.ceil((endsAt - start) / spacing);
  const count = Math.max(0, Math.min(wanted, slots, smallest(left)));
  const counted = new Map(toCount.map((window) => [quotaName(window), countingIndex(record, window, start)]));
  const windows = { ...record.windows };
  for (const [name, index] of counted) {
    const before = windows[name];
    windows[name] = { index, used: (before?.index === index ? before.used : 0) + count };
  }
  const nextAt = start + count * spacing;
  return {
    record: { ...record, nextAt, windows, slots: slot + count },
    result: { start, slot, count, endsAt, counted },
  };
}

/** Those of these quotas, of all that were ever kept, and the day, which may be asked for next. */
function windowsToCount(record: QuotaRecord, long: readonly Quota[]): readonly Window[] {
  const kept = Object.keys(record.windows).filter((name) => /^[1-9]\d*ms$/.test(name));
  const names = new Set([...long, { perMs: MS_PER_DAY }].map(quotaName).concat(kept));
  return [...names].map((name) => ({ perMs: Number.parseInt(name, 10) }));
}

/** Of a window that is over nothing is counted any more: what is sent counts in the one that has begun. */
function countingIndex(record: QuotaRecord, window: Window, at: number): number {
  return windowOf(window, at) + (hasPassed(record, window, at) ? 1 : 0);
}

/** When the next window begins, where another is in it already that is hardly ahead; else long ago. */
function begunBy(record: QuotaRecord, quota: Quota, start: number): number {
  const begin = (windowOf(quota, start) + 1) * quota.perMs;
  return hasPassed(record, quota, start) && begin - start <= AHEAD_MS ? begin : Number.NEGATIVE_INFINITY;
}

/** A record without requests that nobody used of a lease, in the windows that it was counted in, while they last. */
function withReturned(record: QuotaRecord, unused: number, lease: Lease | undefined): QuotaRecord {
  if (unused === 0 || lease === undefined) return record;
  const windows = { ...record.windows };
  for (const [name, index] of lease.counted) {
    const before = windows[name];
    if (before?.index === index) windows[name] = { index, used: Math.max(0, before.used - unused) };
  }
  return { ...record, windows };
}

/**
 * A record without what lies further ahead than any lease or pause can: that was written by a wrong clock. Where one was
 * lost, the lease that it may have told of is over first.
 */
export function plausible(record: QuotaRecord, spacing: number, now: number): QuotaRecord {
  const isLease = record.nextAt - now < 1000 * Math.max(spacing, LEASE_MS);
  const isPause = record.pausedUntil - now <= LONGEST_PAUSE_MS;
  const { unknownAt = Number.NEGATIVE_INFINITY } = record;
  return {
    ...record,
    nextAt: Math.max(isLease ? record.nextAt : now, unknownAt + spacing + LEASE_MS),
    pausedUntil: isPause ? record.pausedUntil : now,
    ...(record.late && { late: record.late.filter(({ at }) => at - now <= LONGEST_PAUSE_MS) }),
  };
}

/**
 * A record after a provider has said that the day's requests are used up, whoever used them: those of each quota of a day or
 * more are, in its window.
 */
export function usedUp(record: QuotaRecord, quotas: readonly Quota[], now: number): QuotaRecord {
  const windows = { ...record.windows };
  for (const quota of quotas.filter(({ perMs }) => perMs >= MS_PER_DAY))
    if (!hasPassed(record, quota, now))
      windows[quotaName(quota)] = {
        index: windowOf(quota, now),
        used: Math.max(quota.requests, usedOf(record, quota, now)),
      };
  return { ...record, windows };
}

/** How quotas stand by their record. */
export function standingIn(record: QuotaRecord, quotas: readonly Quota[], now: number): QuotaStanding {
  const { spacing } = pacingOf(quotas.filter(isPaced));
  const { pausedUntil, ...use } = plausible(record, spacing, now);
  return { ...use, now, nextAt: Math.max(use.nextAt, pausedUntil) };
}
