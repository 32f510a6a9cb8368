import { BackfillError } from '../../core/errors.ts';
import type { Quota } from '../../core/plan/quota.ts';
import { type BreakerPolicy, countFailure, endFailures, mayBeTriedAgain } from './breaker.ts';
import type { Gate } from './gate.ts';
import { WINDOW_MARGIN } from './late-slots.ts';
import { learnLimit } from './learn-limit.ts';
import { CELL, RUN, countAnswer, countSent, noteUsage, noteUsedUp } from './gate-state.ts';
import type { GateState, RecentRequests } from './gate-state.ts';
import { arrivals } from './arrivals.ts';

/** How a gate reacts to a provider that throttles or fails. Times in ms. */
export interface GatePolicy extends BreakerPolicy {
  /** Pause after a 429 that does not say how long; twice as long each time it was not enough. */
  readonly coolDownMs: number;
  /** Longest pause that is waited out; the run stops visibly at a longer one. */
  readonly longestPauseMs: number;
  /** Retries that a run may spend: these, and this many for each answer. */
  readonly retryFloor: number;
  readonly retriesPerAnswer: number;
  /** Windows that no run of requests may overfill, late ones included. */
  readonly windows: readonly Quota[];
}

export const DEFAULT_POLICY: GatePolicy = {
  coolDownMs: 1000,
  longestPauseMs: 600_000,
  failuresToTrip: 24,
  silenceToTrip: 5,
  retryFloor: 50,
  retriesPerAnswer: 2,
  windows: [],
};

/** An empty answer within this long of a throttle proves nothing. */
const THROTTLE_MEMORY_MS = 60_000;

/** A run that is stopped lets what is under way end by itself, or by its time-out. */
const NEVER = new AbortController().signal;

/** Nobody sleeps longer than this without looking whether the run was stopped or paused. */
const NAP_MS = 100;

/** How soon the others look what became of a probe, and how long they wait for it. */
const PROBE_NAP_MS = 10;
const PROBE_PATIENCE_MS = 5000;

/** How soon a lease that is being made may be there. */
const LEASE_NAP_MS = 2;

/** Part of what may be caught up by which a request may be late. */
export const ON_TIME = 0.5;

/** What threads share of a gate, and of one of the runs that pass it: its `RUN` cells. */
export interface GateMemory {
  readonly state: GateState;
  readonly run: Float64Array;
}

/**
 * The gate of one run in one thread, over the memory that all threads share. Times come from `clock`, the one monotonic
 * clock of all threads, in ms.
 */
export function openSharedGate({ state, run }: GateMemory, policy: GatePolicy, clock: () => number): Gate {
  const assertRunning = (): void => {
    // What is under way is left alone: it is paid for, and its answer is stored.
    if (state.alone(() => run[RUN.cancelled] !== 0)) {
      throw new BackfillError('cancelled', 'the run was stopped');
    }
  };
  const pause = async (ms: number): Promise<void> => {
    const until = clock() + ms;
    for (let left = ms; left > 0; left = until - clock()) {
      assertRunning();
      await new Promise((resolve) => setTimeout(resolve, Math.min(left, NAP_MS)));
    }
    assertRunning();
  };
  return {
    ...{ signal: NEVER, assertRunning, pause },
    enter: async (as = 'priced') => {
      let isWaiting = false;
      try {
        for (;;) {
          assertRunning();
          const { wait, request } = state.alone((cells, recent) => {
            const tried = tryEnter(cells, recent, clock(), policy);
            if (tried.wait <= 0) countSent(run, as, 1);
            return tried;
          });
          if (wait <= 0) return request;
          if (!isWaiting) state.alone((cells) => add(cells, CELL.waiting, 1));
          isWaiting = true;
          await new Promise((resolve) => setTimeout(resolve, Math.min(wait, NAP_MS)));
        }
      } finally {
        if (isWaiting) state.alone((cells) => add(cells, CELL.waiting, -1));
      }
    },
    ...arrivals(state, clock),
    withdrawn: (_, as = 'priced') => state.alone(() => countSent(run, as, -1)),
    received: (bytes) => state.alone(() => add(run, RUN.received, bytes)),
    answered: async (refusal) =>
      state.alone((cells, recent) => {
        countAnswer(run, refusal);
        noteAnswer(cells, recent, clock(), refusal);
      }),
    throttled: async (retryAfterMs) =>
      state.alone((cells, recent) => {
        add(run, RUN.throttles, 1);
        return noteThrottle(cells, recent, clock(), retryAfterMs, policy);
      }),
    used: async (usage) => state.alone((cells) => noteUsage(cells, clock(), usage)),
    usedUp: async () => state.alone(noteUsedUp),
    failed: async (error, isLast = false, isAgain = false) =>
      state.alone((cells, recent) => {
        noteFailure(cells, recent, clock());
        countFailure(cells, error, isAgain, policy);
        return !isLast && mayBeTriedAgain(cells, error, policy) && takeRetry(run, policy);
      }),
    isThrottling: async () =>
      state.alone((cells) => clock() - at(cells, CELL.lastThrottleAt) < THROTTLE_MEMORY_MS),
  };
}

function at(cells: Float64Array, cell: number): number {
  return cells[cell] ?? 0;
}

function add(cells: Float64Array, cell: number, count: number): void {
  cells[cell] = at(cells, cell) + count;
}

/** Takes a permit for a request (`wait` is 0 then), or gives the ms to wait before it is worth trying again. */
function tryEnter(
  cells: Float64Array,
  recent: RecentRequests,
  now: number,
  policy: GatePolicy,
): { wait: number; request: number } {
  const request = at(cells, CELL.sent);
  const wait = Math.max(waitForPermit(cells, now), waitForWindows(cells, recent, now, policy));
  if (wait > 0) return { wait, request };
  // A little late, it still leaves the next one its slot.
  const isOnTime = now - at(cells, CELL.nextAt) <= at(cells, CELL.catchUp) * ON_TIME;
  cells[CELL.nextAt] = (isOnTime ? at(cells, CELL.nextAt) : now) + at(cells, CELL.spacing);
  add(cells, CELL.permits, -1);
  add(cells, CELL.sent, 1);
  if (at(cells, CELL.throttlesInRow) > 0) cells[CELL.probeAt] = now;
  recent.noteSent(request, now);
  recent.onTheirWay.letThrough(request, at(cells, CELL.slot));
  add(cells, CELL.slot, 1);
  return { wait: 0, request };
}

/**
 * How long until every window has room, by when requests really went over the wire: a thread that is busy (the first
 * request of each loads code) sends late, and the pacing alone would let that be followed too soon.
 */
function waitForWindows(
  cells: Float64Array,
  recent: RecentRequests,
  now: number,
  { windows }: GatePolicy,
): number {
  let until = now;
  const learned = { requests: at(cells, CELL.learnedRequests), perMs: at(cells, CELL.learnedPerMs) };
  for (const { requests, perMs } of learned.requests > 0 ? [learned] : windows) {
    const earlier = at(cells, CELL.sent) - requests;
    if (earlier >= 0 && recent.onTheirWay.has(earlier, now)) until = Math.max(until, now + PROBE_NAP_MS);
    if (earlier >= 0) until = Math.max(until, recent.sentAt(earlier) + perMs * (1 + WINDOW_MARGIN));
  }
  return until - now;
}

/** How long until the pacing and the lease let a request through; 0 or less: now. */
function waitForPermit(cells: Float64Array, now: number): number {
  if (at(cells, CELL.down) !== 0) {
    throw new BackfillError('provider-down', 'the provider does not answer any more');
  }
  if (at(cells, CELL.usedUp) !== 0)
    throw new BackfillError('quota-exhausted', 'the provider says that the day’s requests are used up');
  if (at(cells, CELL.pausedUntil) > now) return at(cells, CELL.pausedUntil) - now;
  if (isProbed(cells, now)) return PROBE_NAP_MS;
  if (!hasPermit(cells, now)) {
    // What lapsed is about to be reserved again.
    const isUsedUp = at(cells, CELL.exhausted) !== 0 && at(cells, CELL.lapsed) < 1;
    if (isUsedUp) throw new BackfillError('quota-exhausted', 'the quota is used up');
    return Math.max(LEASE_NAP_MS, at(cells, CELL.nextAt) - now - LEASE_NAP_MS);
  }
  return at(cells, CELL.nextAt) - at(cells, CELL.catchUp) - now;
}

/** Whether one request is under way to see if the pause was long enough; the others wait for what becomes of it. */
function isProbed(cells: Float64Array, now: number): boolean {
  const probeAt = at(cells, CELL.probeAt);
  const isFresh = probeAt >= at(cells, CELL.pausedUntil) && now - probeAt < PROBE_PATIENCE_MS;
  return at(cells, CELL.throttlesInRow) > 0 && isFresh;
}

/** Whether there is a permit whose time is not over; goes on to the next lease where the last one has none. */
function hasPermit(cells: Float64Array, now: number): boolean {
  dropLate(cells, now);
  if (at(cells, CELL.permits) >= 1) return true;
  if (at(cells, CELL.nextPermits) < 1) return false;
  cells[CELL.permits] = at(cells, CELL.nextPermits);
  cells[CELL.nextAt] = Math.max(at(cells, CELL.nextAt), at(cells, CELL.nextLeaseAt));
  cells[CELL.leaseEndsAt] = at(cells, CELL.nextLeaseEndsAt);
  cells[CELL.slot] = at(cells, CELL.nextSlot);
  cells[CELL.nextPermits] = 0;
  dropLate(cells, now);
  return at(cells, CELL.permits) >= 1;
}

/** Lets permits lapse that would be used too late: others may have leased the time since. */
function dropLate(cells: Float64Array, now: number): void {
  const spacing = at(cells, CELL.spacing);
  const late = now - at(cells, CELL.nextAt) - at(cells, CELL.grace);
  const isOver = now > at(cells, CELL.leaseEndsAt);
  const due = isOver ? Number.POSITIVE_INFINITY : spacing > 0 && late > 0 ? Math.ceil(late / spacing) : 0;
  const dropped = Math.min(at(cells, CELL.permits), due);
  if (dropped === 0) return;
  add(cells, CELL.permits, -dropped);
  add(cells, CELL.lapsed, dropped);
  add(cells, CELL.slot, dropped);
  add(cells, CELL.nextAt, dropped * spacing);
}

function noteFailure(cells: Float64Array, recent: RecentRequests, now: number): void {
  recent.noteAdmitted(now);
  endThrottling(cells);
}

function noteAnswer(
  cells: Float64Array,
  recent: RecentRequests,
  now: number,
  refusal: BackfillError | undefined,
): void {
  recent.noteAdmitted(now);
  add(cells, CELL.lifeSigns, 1);
  if (refusal?.isOfOne !== true) endFailures(cells);
  endThrottling(cells);
  cells[CELL.lastAnswerAt] = now;
}

/** The provider lets requests through again. For how long it did not is how long to pause the next time. */
function endThrottling(cells: Float64Array): void {
  if (at(cells, CELL.throttlesInRow) === 0) return;
  cells[CELL.recovery] = at(cells, CELL.throttledFor);
  cells[CELL.throttlesInRow] = 0;
}

/** How long to pause where the provider does not say: as long as it took last time, then twice as long each time. */
function guessedPause(cells: Float64Array, { coolDownMs, longestPauseMs }: GatePolicy): number {
  const again = at(cells, CELL.throttlesInRow) - 1;
  const recovery = at(cells, CELL.recovery);
  if (again <= 0) return Math.max(coolDownMs, Math.min(recovery, longestPauseMs));
  return Math.min(longestPauseMs, coolDownMs * 2 ** (recovery > 0 ? again - 1 : again));
}

/** Pauses everybody. The first throttle after an answer also says something of a limit that is not declared. */
function noteThrottle(
  cells: Float64Array,
  recent: RecentRequests,
  now: number,
  retryAfterMs: number | undefined,
  policy: GatePolicy,
): boolean {
  add(cells, CELL.lifeSigns, 1);
  cells[CELL.lastThrottleAt] = now;
  const isPaused = at(cells, CELL.pausedUntil) > now;
  if (!isPaused) {
    add(cells, CELL.throttlesInRow, 1);
    if (at(cells, CELL.throttlesInRow) === 1) cells[CELL.throttledSince] = now;
    cells[CELL.throttledFor] = now - at(cells, CELL.throttledSince);
    if (at(cells, CELL.adaptive) !== 0 && at(cells, CELL.throttlesInRow) === 1)
      learnLimit(cells, recent, now);
  }
  const pause = retryAfterMs ?? guessedPause(cells, policy);
  if (pause > policy.longestPauseMs || now - at(cells, CELL.lastAnswerAt) > 2 * policy.longestPauseMs) {
    cells[CELL.down] = 1;
    return false;
  }
  // What was in flight when the pause began says nothing new.
  if (!isPaused || retryAfterMs !== undefined) {
    cells[CELL.pausedUntil] = Math.max(at(cells, CELL.pausedUntil), now + pause);
  }
  return true;
}

/** Whether a run may spend one more retry; takes it off what it may spend then. */
function takeRetry(run: Float64Array, { retryFloor, retriesPerAnswer }: GatePolicy): boolean {
  if (at(run, RUN.granted) >= retryFloor + retriesPerAnswer * at(run, RUN.answers)) return false;
  add(run, RUN.granted, 1);
  return true;
}
