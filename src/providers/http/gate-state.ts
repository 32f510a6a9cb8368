import type { BackfillError, ErrorCode } from '../../core/errors.ts';
import { hrtime } from 'node:process';
import type { SentAs } from '../allowance.ts';
import type { Usage } from './gate.ts';
import { NUMBERS_OF_EACH, type OnTheirWay, onTheirWay } from './on-their-way.ts';

/**
 * The numbers of a gate in memory that all threads share, whatever run they work for. Times are ms of one monotonic clock
 * that all threads read (`process.hrtime`), never the wall clock. A spin lock guards every read-modify-write; it is held for
 * less than a microsecond and never across an `await`.
 */
export interface GateState {
  readonly shared: SharedArrayBuffer;
  /** Runs a synchronous function alone among all threads. */
  alone<T>(work: (cells: Float64Array, requests: RecentRequests) => T): T;
}

/** When the latest requests were sent; guarded like the cells. */
export interface RecentRequests {
  /** When a request was sent, by its number; -Infinity for one that is not remembered. */
  sentAt(request: number): number;
  noteSent(request: number, now: number): void;
  readonly onTheirWay: OnTheirWay;
  /** A request came to an end that the provider counts: not throttled. */
  noteAdmitted(now: number): void;
  /** Requests that were admitted and came to an end within the last `perMs`. */
  admittedWithin(perMs: number, now: number): number;
}

/** Cells of the shared memory. */
export const CELL = {
  /** When the next request may be sent. */
  nextAt: 0,
  /** Time between two requests; 0: not paced. */
  spacing: 1,
  /** How late a request may be sent and still leave the next one its slot. */
  catchUp: 2,
  /** Requests that may still be sent in the lease, and in the lease that follows it from `nextLeaseAt` on. */
  permits: 3,
  nextPermits: 4,
  nextLeaseAt: 5,
  /** Threads that wait for a permit. */
  waiting: 6,
  pausedUntil: 7,
  /** Flags: 0 or 1. */
  exhausted: 8,
  down: 9,
  sent: 10,
  /** Failures since the last answer, as the breaker counts them. */
  failuresInRow: 11,
  throttlesInRow: 12,
  lastAnswerAt: 13,
  lastThrottleAt: 14,
  /** Whether the limit is not declared and may be learned. */
  adaptive: 15,
  /** The limit that was learned: requests in a window of ms; 0: none. */
  learnedRequests: 16,
  learnedPerMs: 17,
  /** How often one was learned, and throttles since that it does not explain. */
  lessons: 18,
  misfits: 19,
  /** Until then nothing is learned: the throttles come from something else than the rate. */
  unlearnableUntil: 20,
  /** Admitted in the last second, ten seconds and minute before the last throttle; 0: there was none. */
  before1s: 21,
  before10s: 22,
  before60s: 23,
  startedAt: 24,
  /** How many of those counts in a row agreed. */
  agreed1s: 25,
  agreed10s: 26,
  agreed60s: 27,
  admitted: 28,
  /** HTTP answers of any kind: somebody is there. */
  lifeSigns: 29,
  /** When the request was sent that tries whether the provider still throttles. */
  probeAt: 30,
  /** When the throttles in a row began, for how long they have lasted, and for how long the last ones did. */
  throttledSince: 31,
  throttledFor: 32,
  recovery: 33,
  /** When the counted window ends that the lease, and the one that follows it, were reserved in. */
  leaseEndsAt: 34,
  nextLeaseEndsAt: 35,
  /** How late a permit may be used: less where other processes send in between. */
  grace: 36,
  /** Permits that nobody used in time; the keeper gives them back. */
  lapsed: 37,
  /** Flag, 0 or 1: the provider says that the day's requests are used up. */
  usedUp: 38,
  /** Units that may be used in a window of which the provider tells the use, where it has told that; 0: it has not. */
  toldLimit: 39,
  /** Slot of the next request in the lease, and of the first in the lease that follows it. */
  slot: 40,
  nextSlot: 41,
  /** The first slot of those that arrived late, and when the last of them did; the keeper takes them. -1: none. */
  lateSlot: 42,
  lateAt: 43,
  /** Tries since the last answer that brought what cannot be read. */
  unreadInRow: 44,
} as const;

/** Cells of one run in memory that its threads share, guarded like those of the gate that it passes. */
export const RUN = {
  /** Flag: 0 or 1. */
  cancelled: 0,
  sent: 1,
  answers: 2,
  /** Those of the requests sent that are no part of a plan, see `SentAs`. */
  retries: 3,
  throttled: 4,
  pages: 5,
  isolation: 6,
  secondAsks: 7,
  /** Answers that refuse a request for its pace. */
  throttles: 8,
  /** Those of the answers that refuse to tell: they bring nothing of what was asked for. */
  refusals: 9,
  /** Further tries that the run was granted, whether they were sent or not. */
  granted: 10,
  /** Bytes of answers, as they came. */
  received: 11,
} as const;

/** What a run has sent, fresh: nothing. */
export function createRunCells(): Float64Array<SharedArrayBuffer> {
  const { BYTES_PER_ELEMENT } = Float64Array;
  return new Float64Array(new SharedArrayBuffer(Object.keys(RUN).length * BYTES_PER_ELEMENT));
}

/** Counts so many requests of a run as sent: `-1` one that was not sent after all. */
export function countSent(run: Float64Array, as: SentAs, count: 1 | -1): void {
  run[RUN.sent] = (run[RUN.sent] ?? 0) + count;
  if (as !== 'priced') run[RUN[as]] = (run[RUN[as]] ?? 0) + count;
}

/** What was asked for, though it is no data. */
const TOLD: ReadonlySet<ErrorCode> = new Set(['unknown-ticker', 'no-data']);

/** Counts an answer to a run, and whether it refuses to tell, whatever its status: that there is no such ticker is told. */
export function countAnswer(run: Float64Array, refusal: BackfillError | undefined): void {
  run[RUN.answers] = (run[RUN.answers] ?? 0) + 1;
  if (refusal !== undefined && !TOLD.has(refusal.code)) run[RUN.refusals] = (run[RUN.refusals] ?? 0) + 1;
}

/** The provider says that the day's requests are used up: what was leased of them is void. */
export function noteUsedUp(cells: Float64Array): void {
  cells[CELL.usedUp] = 1;
  for (const cell of [CELL.permits, CELL.nextPermits, CELL.lapsed]) cells[cell] = 0;
}

/**
 * The provider tells what was used of a limit: where no more is left than may be under way, nobody sends before the next
 * window. That is no throttle, and says nothing against an empty answer.
 */
export function noteUsage(cells: Float64Array, now: number, usage: Usage): void {
  const { used = 0, limit, toldLimit = 0, reserve, endsInMs } = usage;
  if (toldLimit > 0) cells[CELL.toldLimit] = toldLimit;
  const most = cells[CELL.toldLimit] || limit;
  if (used < most - Math.min(reserve, most / 2)) return;
  cells[CELL.pausedUntil] = Math.max(cells[CELL.pausedUntil] ?? 0, now + endsInMs);
}

const CELLS = Object.keys(CELL).length;
const LOCK_BYTES = 8;

/** Requests remembered; windows that hold more are kept by their pacing alone. */
const REMEMBERED = 8192;

/** Fresh shared memory, from `now` on; not paced, and with endless permits. */
export function createGateState(now: number): GateState {
  const state = openGateState(
    new SharedArrayBuffer(
      LOCK_BYTES + (CELLS + (2 + NUMBERS_OF_EACH) * REMEMBERED + 1) * Float64Array.BYTES_PER_ELEMENT,
    ),
  );
  state.alone((cells) => {
    cells[CELL.permits] = Number.POSITIVE_INFINITY;
    cells[CELL.startedAt] = now;
    cells[CELL.lastAnswerAt] = now;
    cells[CELL.lastThrottleAt] = Number.NEGATIVE_INFINITY;
    cells[CELL.nextAt] = now;
    cells[CELL.leaseEndsAt] = Number.POSITIVE_INFINITY;
    cells[CELL.nextLeaseEndsAt] = Number.POSITIVE_INFINITY;
    cells[CELL.grace] = Number.POSITIVE_INFINITY;
    cells[CELL.lateSlot] = -1;
  });
  return state;
}

/** The same memory seen from another thread. */
export function openGateState(shared: SharedArrayBuffer): GateState {
  const lock = new Int32Array(shared, 0, 2);
  const cells = new Float64Array(shared, LOCK_BYTES, CELLS);
  const requests = recentRequests(new Float64Array(shared, LOCK_BYTES + cells.byteLength), cells);
  return {
    shared,
    alone: (work) => {
      const mine = acquire(lock);
      try {
        return work(cells, requests);
      } finally {
        Atomics.compareExchange(lock, HOLDER, mine, FREE);
      }
    },
  };
}

/** Words of the lock: who holds it (the number of an acquisition, or 0), and the last number given out. */
const HOLDER = 0;
const LAST = 1;
const FREE = 0;

/** Nobody holds the lock for so long but a thread that was terminated while it did. */
const ABANDONED_MS = 1000;

/** Spins until the lock is free, or until its holder must be dead. Gives the number of this acquisition. */
function acquire(lock: Int32Array): number {
  const mine = Atomics.add(lock, LAST, 1) + 1;
  let seen = Atomics.compareExchange(lock, HOLDER, FREE, mine);
  // Held for a few hundred nanoseconds; sleeping would cost more.
  for (let since = 0; seen !== FREE;) {
    const holder = Atomics.compareExchange(lock, HOLDER, FREE, mine);
    if (holder !== seen) since = 0;
    else if (since === 0) since = monotonicNow();
    else if (monotonicNow() - since > ABANDONED_MS) {
      if (Atomics.compareExchange(lock, HOLDER, holder, mine) === holder) return mine;
    }
    seen = holder;
  }
  return mine;
}

function recentRequests(memory: Float64Array, cells: Float64Array): RecentRequests {
  const ring = memory.subarray(0, REMEMBERED);
  const admitted = memory.subarray(REMEMBERED, 2 * REMEMBERED);
  const isRemembered = (request: number): boolean =>
    request >= 0 && (cells[CELL.sent] ?? 0) - request <= REMEMBERED;
  return {
    onTheirWay: onTheirWay(memory.subarray(2 * REMEMBERED), ring, isRemembered),
    sentAt: (request) =>
      isRemembered(request) ? (ring[request % REMEMBERED] ?? 0) : Number.NEGATIVE_INFINITY,
    noteSent: (request, now) => {
      if (isRemembered(request)) ring[request % REMEMBERED] = now;
    },
    noteAdmitted: (now) => {
      const count = cells[CELL.admitted] ?? 0;
      admitted[count % REMEMBERED] = now;
      cells[CELL.admitted] = count + 1;
    },
    admittedWithin: (perMs, now) => {
      const total = cells[CELL.admitted] ?? 0;
      let count = 0;
      while (count < Math.min(total, REMEMBERED)) {
        if ((admitted[(total - 1 - count) % REMEMBERED] ?? 0) <= now - perMs) break;
        count++;
      }
      return count;
    },
  };
}

/** The one clock of all threads, and of all processes of this machine: ms, monotonic. */
export function monotonicNow(): number {
  return Number(hrtime.bigint()) / 1e6;
}
