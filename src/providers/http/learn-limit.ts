import { pacingOf } from '../../core/plan/quota.ts';
import { CELL, type RecentRequests } from './gate-state.ts';

/** Windows that providers count in, longest first, with the cell that remembers each. */
const WINDOWS = [
  { perMs: 60_000, cell: CELL.before60s, agreed: CELL.agreed60s },
  { perMs: 10_000, cell: CELL.before10s, agreed: CELL.agreed10s },
  { perMs: 1000, cell: CELL.before1s, agreed: CELL.agreed1s },
] as const;

/**
 * Two counts are of the same limit if the larger is at most this much larger: answers arrive unevenly, so that some
 * of the requests that filled the window may not have been counted yet.
 */
const SAME = 1.25;

/** Smaller counts agree by chance, */
const LEAST = 20;

/** and so do fewer in a row. */
const AGREEING = 3;

/** Throttles under a learned limit that disprove it, and lessons in vain after which the rate is not the reason. */
const MISFITS = 2;
const LESSONS = 2;
const GIVE_UP_MS = 300_000;

/**
 * Learns a limit that is not declared from the moments at which the provider throttles: at a limit of N in W the
 * requests admitted in the W before each are N, time after time, while in any other window they vary. Once three throttles
 * agree the gate keeps that limit as if it were declared; the longest window that agrees is the safest. Throttles that go on
 * all the same were not about it: it is dropped, and after the second time nothing is learned for five minutes, in which
 * only the provider's pauses are kept. (Cutting the rate at every throttle instead would starve a run that is throttled at
 * random.) Call it alone among threads, at the first throttle after an answer.
 */
export function learnLimit(cells: Float64Array, recent: RecentRequests, now: number): void {
  if (now < (cells[CELL.unlearnableUntil] ?? 0)) return;
  if ((cells[CELL.learnedRequests] ?? 0) > 0) {
    const misfits = (cells[CELL.misfits] ?? 0) + 1;
    cells[CELL.misfits] = misfits;
    if (misfits >= MISFITS) forget(cells, now);
    return;
  }
  for (const { perMs, cell, agreed } of WINDOWS) {
    const before = cells[cell] ?? 0;
    // A window that the run has not filled yet counts everything and tells nothing.
    const count = now - (cells[CELL.startedAt] ?? 0) > perMs ? recent.admittedWithin(perMs, now) : 0;
    const [least, most] = [Math.min(before, count), Math.max(before, count)];
    const isSame = least >= LEAST && most <= SAME * least;
    cells[cell] = isSame ? most : count;
    const inARow = isSame ? Math.max(1, cells[agreed] ?? 1) + 1 : 1;
    cells[agreed] = inARow;
    if (inARow >= AGREEING && (cells[CELL.learnedRequests] ?? 0) === 0) learn(cells, most, perMs);
  }
}

function learn(cells: Float64Array, requests: number, perMs: number): void {
  const { spacing, catchUp } = pacingOf([{ requests, perMs }]);
  cells[CELL.learnedRequests] = requests;
  cells[CELL.learnedPerMs] = perMs;
  cells[CELL.spacing] = spacing;
  cells[CELL.catchUp] = catchUp;
  cells[CELL.misfits] = 0;
  cells[CELL.lessons] = (cells[CELL.lessons] ?? 0) + 1;
}

function forget(cells: Float64Array, now: number): void {
  for (const cell of [CELL.learnedRequests, CELL.spacing, CELL.catchUp]) cells[cell] = 0;
  for (const { cell, agreed } of WINDOWS) {
    cells[cell] = 0;
    cells[agreed] = 0;
  }
  if ((cells[CELL.lessons] ?? 0) < LESSONS) return;
  cells[CELL.lessons] = 0;
  cells[CELL.unlearnableUntil] = now + GIVE_UP_MS;
}
