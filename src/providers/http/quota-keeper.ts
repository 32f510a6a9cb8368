import { BackfillError } from '../../core/errors.ts';
import { type Quota, isPaced, pacingOf } from '../../core/plan/quota.ts';
import { CELL, type GateState } from './gate-state.ts';
import { lateSharer } from './late-requests.ts';
import type { QuotaBook } from './quota-record.ts';
import { type KeeperClocks, openLeaser, plausible, usedUp } from './quota-lease.ts';

const TICK_MS = 10;

/** How soon a pause that another process was told is known here. */
const LOOK_MS = 1000;

export interface QuotaKeeper {
  /** What it failed over: nothing passes the gate since; undefined: it did not. */
  failure(): unknown;
  /** Stops leasing and gives back what was leased and not used; where the record is not to be had then, that stays counted. */
  stop(): Promise<void>;
}

/**
 * Keeps a gate within the quotas of its key: leases requests from the record that all processes share, just ahead of use,
 * and passes pauses on to it. Without quotas only pauses are shared, and the gate adapts.
 */
export async function startQuotaKeeper(
  state: GateState,
  quotas: readonly Quota[],
  file: QuotaBook,
  clocks: KeeperClocks,
): Promise<QuotaKeeper> {
  const isMetered = quotas.length > 0;
  const leaser = openLeaser(state, quotas, file, clocks);
  setUp(state, quotas, file, clocks);
  if (!isMetered && (file.look().quotas ?? []).length > 0)
    await file.change((record) => ({ record: { ...record, quotas }, result: undefined }));
  const sharePause = pauseSharer(state, file, clocks);
  const shareLate = lateSharer(state, quotas, file, clocks, () => leaser.hasOthers());
  const isUsedUp = (): boolean => state.alone((cells) => cells[CELL.usedUp] === 1);
  const noteUsedUp = (): Promise<void> =>
    file.change((record) => ({ record: usedUp(record, quotas, clocks.wall()), result: undefined }));
  const noteLimit = limitSharer(state, file);
  let isNoted = false;
  const ticking = repeat(async () => {
    try {
      await shareLate();
      if (isMetered && leaser.isDue()) await leaser.lease();
      await sharePause();
      await noteLimit();
      if (!isNoted && isUsedUp()) {
        await noteUsedUp();
        isNoted = true;
      }
    } catch (error) {
      if (isLeft(error)) return;
      // A quota that cannot be kept is not exceeded instead.
      state.alone((cells) => (cells[CELL.down] = 1));
      throw error;
    }
  }, TICK_MS);
  return {
    failure: ticking.failure,
    stop: async () => {
      file.leave?.();
      try {
        await ticking.stop();
        if (isMetered) await leaser.giveBack();
        if (isUsedUp()) await noteUsedUp();
        await noteLimit();
      } catch (error) {
        if (!isLeft(error)) throw error;
      } finally {
        await file.close();
      }
    },
  };
}

/** Whether an error says no more than that the record was not to be had at the end. */
function isLeft(error: unknown): boolean {
  return error instanceof BackfillError && error.code === 'cancelled';
}

/** Brings a fresh gate to where the record stands. */
function setUp(
  state: GateState,
  quotas: readonly Quota[],
  file: QuotaBook,
  { wall, gate }: KeeperClocks,
): void {
  const { spacing, catchUp } = pacingOf(quotas.filter(isPaced));
  const isMetered = quotas.length > 0;
  const { pausedUntil, nextAt, toldLimit = 0 } = plausible(file.look(), spacing, wall());
  const fromWall = (at: number): number => gate() + (at - wall());
  state.alone((cells) => {
    cells[CELL.adaptive] = isMetered ? 0 : 1;
    cells[CELL.permits] = isMetered ? 0 : Number.POSITIVE_INFINITY;
    cells[CELL.spacing] = spacing;
    cells[CELL.catchUp] = catchUp;
    cells[CELL.pausedUntil] = fromWall(pausedUntil);
    cells[CELL.toldLimit] = toldLimit;
    if (isMetered) cells[CELL.nextAt] = fromWall(nextAt);
  });
}

/** Puts a limit that the provider tells into the record, for the runs to come. */
function limitSharer(state: GateState, file: QuotaBook): () => Promise<void> {
  const told = (): number => state.alone((cells) => cells[CELL.toldLimit] ?? 0);
  let known = told();
  return async () => {
    const toldLimit = told();
    if (toldLimit === known) return;
    known = toldLimit;
    await file.change((record) => ({ record: { ...record, toldLimit }, result: undefined }));
  };
}

/** Carries pauses both ways between the gate and the record; looks into the record once a second. */
function pauseSharer(state: GateState, file: QuotaBook, { wall, gate }: KeeperClocks): () => Promise<void> {
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

/** Runs `work` again and again, a pause after each, until it throws or is stopped; `stop` waits for the last. */
function repeat(
  work: () => Promise<void>,
  everyMs: number,
): { failure: () => unknown; stop: () => Promise<void> } {
  const stopping = new AbortController();
  let wake = (): void => undefined;
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, everyMs);
      wake = () => (clearTimeout(timer), resolve());
    });
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await work();
      if (!stopping.signal.aborted) await pause();
    }
  })();
  let failure: unknown;
  loop.catch((error: unknown) => (failure = error));
  return {
    failure: () => failure,
    stop: () => {
      stopping.abort();
      wake();
      return loop;
    },
  };
}
