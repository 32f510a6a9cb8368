import { describe, expect, it } from 'vitest';
import { CELL, type GateState, createGateState } from '../../../src/providers/http/gate-state.ts';
import { learnLimit } from '../../../src/providers/http/learn-limit.ts';

const MINUTE = 60_000;

/** `count` requests are admitted evenly in the ten seconds before `now`, then the provider throttles. */
function episode(state: GateState, now: number, count: number): { requests: number; perMs: number } {
  return state.alone((cells, recent) => {
    for (let i = 0; i < count; i++) recent.noteAdmitted(now - 9000 + (i * 8000) / count);
    learnLimit(cells, recent, now);
    return { requests: cells[CELL.learnedRequests] ?? 0, perMs: cells[CELL.learnedPerMs] ?? 0 };
  });
}

describe('a limit', () => {
  it('is learned where three counts of one window agree', () => {
    const state = createGateState(0);
    const learned = [1, 3, 6].map((minutes) => episode(state, minutes * MINUTE + 1, 60));
    expect(learned.map(({ requests }) => requests)).toEqual([0, 0, 60]);
    expect(state.alone((cells) => cells[CELL.spacing] ?? 0)).toBeGreaterThan(0);
  });

  it('is not learned from counts that differ, from few, or from a window that is not full yet', () => {
    const varying = createGateState(0);
    expect(
      [60, 40, 70, 50].map((count, i) => episode(varying, (3 * i + 2) * MINUTE, count).requests),
    ).toEqual([0, 0, 0, 0]);
    const few = createGateState(0);
    expect([9, 9, 9, 9].map((count, i) => episode(few, (3 * i + 2) * MINUTE, count).requests)).toEqual([
      0, 0, 0, 0,
    ]);
    const young = createGateState(0);
    expect([1, 2, 3].map((i) => episode(young, i * 2000, 30).requests)).toEqual([0, 0, 0]);
  });

  it('is dropped where throttles go on under it, and after the second time not looked for any more', () => {
    const state = createGateState(0);
    let now = 0;
    const next = (): number => episode(state, (now += 3 * MINUTE), 60).requests;
    const seen = Array.from({ length: 14 }, next);
    // Three to learn, two to drop; once more; then five minutes of rest, in which one episode falls.
    expect(seen).toEqual([0, 0, 60, 60, 0, 0, 0, 60, 60, 0, 0, 0, 0, 60]);
  });
});
