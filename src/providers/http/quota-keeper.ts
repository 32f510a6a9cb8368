import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Quota,
  type QuotaStanding,
  isPaced,
  pacingOf,
  quotaName,
  usedOf,
  windowOf,
} from '../../core/quota.ts';
import { CELL, type GateState } from './gate-state.ts';
import type { QuotaFile, QuotaRecord } from './quota-file.ts';
import { smallest } from '../../core/extremes.ts';

/** Reserved ahead: what a process that dies may waste, and how often the record is written. */
const LEASE_MS = 200;

const TICK_MS = 10;

/** No gate waits longer for a provider. */
const LONGEST_PAUSE_MS = 600_000;

/** How soon a pause that another process was told is known here. */
const LOOK_MS = 1000;

/** The two clocks of a keeper, in ms: the wall's, which processes share, and the monotonic one of the gate. */
export interface KeeperClocks {
  readonly wall: () => number;
  readonly gate: () => number;
}

export interface QuotaKeeper {
  /** Stops leasing and gives back what was leased and not used. */
  stop(): Promise<void>;
}

/**
 * Keeps a gate within the quotas of its key: leases requests from the record that all processes share, a fifth of a
 * second's worth ahead, and passes pauses on to it. Without quotas only pauses are shared, and the gate adapts.
 */
export async function startQuotaKeeper(
  state: GateState,
  quotas: readonly Quota[],
  file: QuotaFile,
  clocks: KeeperClocks,
): Promise<QuotaKeeper> {
  const { spacing, catchUp } = pacingOf(quotas.filter(isPaced));
  const long = quotas.filter((quota) => !isPaced(quota));
  const isMetered = quotas.length > 0;
  const wanted = leaseSize(spacing, long);
  const lease = async (): Promise<void> => {
    const now = clocks.wall();
    const { start, count } = await file.change((record) => reserve(record, wanted, spacing, long, now));
    state.alone((cells) => {
      cells[CELL.exhausted] = count === 0 ? 1 : 0;
      cells[CELL.nextPermits] = count;
      cells[CELL.nextLeaseAt] = clocks.gate() + (start - clocks.wall());
    });
  };

  const { pausedUntil, nextAt } = plausible(file.look(), spacing, clocks.wall());
  const fromWall = (at: number): number => clocks.gate() + (at - clocks.wall());
  state.alone((cells) => {
    cells[CELL.adaptive] = isMetered ? 0 : 1;
    cells[CELL.permits] = isMetered ? 0 : Number.POSITIVE_INFINITY;
    cells[CELL.spacing] = spacing;
    cells[CELL.catchUp] = catchUp;
    cells[CELL.pausedUntil] = fromWall(pausedUntil);
    if (isMetered) cells[CELL.nextAt] = fromWall(nextAt);
  });
  const sharePause = pauseSharer(state, file, clocks);
  const ticking = repeat(async () => {
    try {
      const look = state.alone((cells) => [...cells]);
      if (isMetered && needsLease(look, clocks.gate())) await lease();
      await sharePause();
    } catch (error) {
      // A quota that cannot be kept is not exceeded instead.
      state.alone((cells) => (cells[CELL.down] = 1));
      throw error;
    }
  }, TICK_MS);
  return {
    stop: async () => {
      try {
        await ticking.stop();
        if (isMetered) await giveBack(state, file, spacing, long, clocks);
      } finally {
        file.close();
      }
    },
  };
}

/** Requests to lease at once: a fifth of a second's worth, and no more than half a per cent of a long quota. */
function leaseSize(spacing: number, long: readonly Quota[]): number {
  const paced = spacing === 0 ? Number.POSITIVE_INFINITY : LEASE_MS / spacing;
  return Math.max(1, Math.floor(Math.min(paced, smallest(long.map(({ requests }) => requests / 200)))));
}

/** Carries pauses both ways between the gate and the record; looks into the record once a second. */
function pauseSharer(state: GateState, file: QuotaFile, { wall, gate }: KeeperClocks): () => Promise<void> {
  let lookAt = gate() + LOOK_MS;
  let known = state.alone((cells) => cells[CELL.pausedUntil] ?? 0);
  return async () => {
    const mine = state.alone((cells) => cells[CELL.pausedUntil] ?? 0);
    if (mine > known) {
      known = mine;
      const until = wall() + (mine - gate());
      await file.change((record) => ({
        record: { ...record, pausedUntil: Math.max(record.pausedUntil, until) },
        result: undefined,
      }));
    }
    if (gate() < lookAt) return;
    lookAt = gate() + LOOK_MS;
    const theirs = gate() + (plausible(file.look(), 0, wall()).pausedUntil - wall());
    if (theirs <= known + 1) return;
    known = theirs;
    state.alone((cells) => {
      cells[CELL.pausedUntil] = Math.max(theirs, cells[CELL.pausedUntil] ?? 0);
    });
  };
}

/** Whether somebody waits, nothing is in reserve, and what is left will be used up within the lease's length. */
function needsLease(cells: readonly number[], now: number): boolean {
  const at = (cell: number): number => cells[cell] ?? 0;
  if (at(CELL.waiting) === 0 || at(CELL.nextPermits) >= 1) return false;
  return at(CELL.nextAt) + at(CELL.permits) * at(CELL.spacing) - now < LEASE_MS;
}

/** Reserves up to `wanted` requests, from `start` (wall ms) on, `spacing` apart. None if a long quota is used up. */
function reserve(
  record: QuotaRecord,
  wanted: number,
  spacing: number,
  long: readonly Quota[],
  now: number,
): { record: QuotaRecord; result: { start: number; count: number } } {
  const left = long.map((quota) => quota.requests - usedOf(record, quota, now));
  const count = Math.max(0, Math.min(wanted, smallest(left)));
  const start = Math.max(now, plausible(record, spacing, now).nextAt);
  const windows = { ...record.windows };
  for (const quota of long) {
    windows[quotaName(quota)] = { index: windowOf(quota, now), used: usedOf(record, quota, now) + count };
  }
  return { record: { ...record, nextAt: start + count * spacing, windows }, result: { start, count } };
}

/** How quotas stand by their record. */
export function standingIn(record: QuotaRecord, quotas: readonly Quota[], now: number): QuotaStanding {
  const { spacing } = pacingOf(quotas.filter(isPaced));
  const { nextAt, pausedUntil, windows } = plausible(record, spacing, now);
  return { now, nextAt: Math.max(nextAt, pausedUntil), windows };
}

/** A record without what lies further ahead than any lease or pause can: that was written by a wrong clock. */
function plausible(record: QuotaRecord, spacing: number, now: number): QuotaRecord {
  const isLease = record.nextAt - now < 1000 * Math.max(spacing, LEASE_MS);
  const isPause = record.pausedUntil - now <= LONGEST_PAUSE_MS;
  return {
    ...record,
    nextAt: isLease ? record.nextAt : now,
    pausedUntil: isPause ? record.pausedUntil : now,
  };
}

async function giveBack(
  state: GateState,
  file: QuotaFile,
  spacing: number,
  long: readonly Quota[],
  { wall, gate }: KeeperClocks,
): Promise<void> {
  const { unused, localNext } = state.alone((cells) => {
    const unusedNow = (cells[CELL.permits] ?? 0) + (cells[CELL.nextPermits] ?? 0);
    cells[CELL.permits] = 0;
    cells[CELL.nextPermits] = 0;
    return { unused: unusedNow, localNext: cells[CELL.nextAt] ?? 0 };
  });
  if (unused <= 0) return;
  await file.change((record) => {
    const now = wall();
    const windows = { ...record.windows };
    for (const quota of long) {
      const used = Math.max(0, usedOf(record, quota, now) - unused);
      windows[quotaName(quota)] = { index: windowOf(quota, now), used };
    }
    // Only the last in the queue can step back; a gap before another one's requests is lost.
    const before = now + (localNext - gate());
    const isLast = Math.abs(record.nextAt - unused * spacing - before) < spacing / 2 + 1;
    return { record: { ...record, windows, nextAt: isLast ? before : record.nextAt }, result: undefined };
  });
}

/** Runs `work` again and again, a pause after each, until stopped; `stop` waits for the last. */
function repeat(work: () => Promise<void>, everyMs: number): { stop: () => Promise<void> } {
  const stopping = new AbortController();
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await work();
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  // Whoever stops it learns of a failure; until then it is nobody's.
  loop.catch(() => undefined);
  return {
    stop: () => {
      stopping.abort();
      return loop;
    },
  };
}
