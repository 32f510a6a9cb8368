import { afterEach, beforeEach, vi } from 'vitest';
import type { Gate } from '../../../src/providers/http/gate.ts';
import {
  type GateState,
  createGateState,
  createRunCells,
  openGateState,
} from '../../../src/providers/http/gate-state.ts';
import { DEFAULT_POLICY, type GatePolicy, openSharedGate } from '../../../src/providers/http/shared-gate.ts';

/** A gate's shared memory at the fake clock of a test, new for each. */
export const clock = (): number => Date.now();
export let state: GateState;
export let run: Float64Array;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  state = createGateState(clock());
  run = createRunCells();
});
afterEach(() => vi.useRealTimers());

/** Makes the memory new within a test. */
export function forgetState(): void {
  state = createGateState(clock());
}

export function gateOf(policy: Partial<GatePolicy> = {}): Gate {
  return openSharedGate(
    { state: openGateState(state.shared), run },
    { ...DEFAULT_POLICY, silenceToTrip: 1000, ...policy },
    clock,
  );
}

export function set(cell: number, value: number): void {
  state.alone((cells) => void (cells[cell] = value));
}

export const get = (cell: number): number => state.alone((cells) => cells[cell] ?? 0);
