import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BackfillError } from '../../../src/core/errors.ts';
import { pacingOf } from '../../../src/core/plan/quota.ts';
import type { Gate } from '../../../src/providers/http/gate.ts';
import {
  CELL,
  type GateState,
  createGateState,
  RUN,
  createRunCells,
  openGateState,
} from '../../../src/providers/http/gate-state.ts';
import { DEFAULT_POLICY, type GatePolicy, openSharedGate } from '../../../src/providers/http/shared-gate.ts';

const network = new BackfillError('network', 'refused', { retryable: true });
const clock = (): number => Date.now();
let state: GateState;
let run: Float64Array;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  state = createGateState(clock());
  run = createRunCells();
});
afterEach(() => vi.useRealTimers());

function gateOf(policy: Partial<GatePolicy> = {}): Gate {
  return openSharedGate(
    { state: openGateState(state.shared), run },
    { ...DEFAULT_POLICY, silenceToTrip: 1000, ...policy },
    clock,
  );
}

function set(cell: number, value: number): void {
  state.alone((cells) => void (cells[cell] = value));
}

const get = (cell: number): number => state.alone((cells) => cells[cell] ?? 0);

/** Most events in any half-open window of this length. */
function busiest(times: readonly number[], windowMs: number): number {
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + windowMs).length));
}

describe('a paced gate', () => {
  const quota = fc.record({
    requests: fc.integer({ min: 1, max: 40 }),
    perMs: fc.constantFrom(500, 1000, 3000),
  });

  it('never lets more through than every quota allows in any window, however many ask', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(quota, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 9 }),
        async (quotas, askers) => {
          vi.setSystemTime(1_000_000);
          state = createGateState(clock());
          const { spacing, catchUp } = pacingOf(quotas);
          set(CELL.spacing, spacing);
          set(CELL.catchUp, catchUp);
          const times: number[] = [];
          const stop = clock() + 3 * Math.max(...quotas.map(({ perMs }) => perMs));
          const ask = async (gate: Gate): Promise<void> => {
            while (clock() < stop) {
              await gate.enter();
              times.push(clock());
            }
          };
          const all = Promise.all(Array.from({ length: askers }, () => ask(gateOf())));
          await vi.advanceTimersByTimeAsync(stop - clock() + 30_000);
          await all;
          for (const { requests, perMs } of quotas)
            expect(busiest(times, perMs)).toBeLessThanOrEqual(requests);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('makes up for lateness only as far as the shortest of its windows bears', () => {
    const { catchUp } = pacingOf([
      { requests: 27, perMs: 3000 },
      { requests: 9, perMs: 1000 },
    ]);
    expect(catchUp).toBeCloseTo(4);
  });

  it('uses 99 % of a quota', async () => {
    const { spacing, catchUp } = pacingOf([{ requests: 60, perMs: 60_000 }]);
    set(CELL.spacing, spacing);
    set(CELL.catchUp, catchUp);
    const gate = gateOf();
    let sent = 0;
    const end = clock() + 600_000;
    const all = (async () => {
      for (; clock() < end; sent++) await gate.enter();
    })();
    await vi.advanceTimersByTimeAsync(602_000);
    await all;
    expect(sent).toBeGreaterThanOrEqual(0.99 * 600);
    expect(sent).toBeLessThanOrEqual(601);
  });

  it('makes up for a late request within the margin, so that timers do not cost quota', () => {
    const { spacing, catchUp } = pacingOf([{ requests: 100, perMs: 60_000 }]);
    expect(spacing).toBeCloseTo(604.8);
    expect(catchUp).toBeCloseTo(240);
  });
});

describe('a pause', () => {
  it('holds everybody for as long as the provider says', async () => {
    const [one, other] = [gateOf(), gateOf()];
    await one.enter();
    expect(await one.throttled(5000)).toBe(true);
    const entered = vi.fn<() => void>();
    void other.enter().then(() => entered());
    await vi.advanceTimersByTimeAsync(4900);
    expect(entered).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    expect(entered).toHaveBeenCalled();
  });

  it('that comes while somebody sleeps towards its slot holds that one too', async () => {
    set(CELL.spacing, 1000);
    const gate = gateOf();
    await gate.enter();
    const entered = vi.fn<() => void>();
    void gate.enter().then(() => entered());
    await vi.advanceTimersByTimeAsync(900);
    await gateOf().throttled(3000);
    await vi.advanceTimersByTimeAsync(2900);
    expect(entered).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(300);
    expect(entered).toHaveBeenCalled();
  });

  it('doubles while it was not enough, and ends the run where it would be too long', async () => {
    const gate = gateOf({ coolDownMs: 100, longestPauseMs: 10_000 });
    const pauses: number[] = [];
    for (let i = 0; i < 4; i++) {
      await gate.throttled(undefined);
      const pause = get(CELL.pausedUntil) - clock();
      vi.setSystemTime(clock() + pause + 1);
      pauses.push(pause);
    }
    expect(pauses).toEqual([100, 200, 400, 800]);
    expect(await gate.throttled(10_001)).toBe(false);
    await expect(gate.enter()).rejects.toMatchObject({ code: 'provider-down' });
  });

  it('makes empty answers worthless for a minute', async () => {
    const gate = gateOf();
    expect(await gate.isThrottling()).toBe(false);
    await gate.throttled(1000);
    vi.setSystemTime(clock() + 59_000);
    expect(await gate.isThrottling()).toBe(true);
    vi.setSystemTime(clock() + 2000);
    expect(await gate.isThrottling()).toBe(false);
  });
});

describe('an undeclared limit', () => {
  /** A provider that allows 60 requests in 10 s and says for how long to wait. */
  const admitted: number[] = [];
  const isAdmitted = (): boolean => {
    const recent = admitted.filter((at) => at > clock() - 10_000);
    if (recent.length < 60) admitted.push(clock());
    return recent.length < 60;
  };

  it('is learned from three throttles that agree, then kept without another one', async () => {
    set(CELL.adaptive, 1);
    admitted.length = 0;
    const gate = gateOf();
    const throttledAt: number[] = [];
    const started = clock();
    const worker = async (): Promise<void> => {
      while (clock() < started + 120_000) {
        await gate.enter();
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (isAdmitted()) await gate.answered();
        else {
          throttledAt.push(clock() - started);
          await gate.throttled(10_000 - (clock() - (admitted.at(-60) ?? 0)) + 1);
        }
      }
    };
    const all = Promise.all([worker(), worker(), worker()]);
    await vi.advanceTimersByTimeAsync(140_000);
    await all;
    expect(get(CELL.learnedRequests)).toBe(60);
    expect(get(CELL.learnedPerMs)).toBe(10_000);
    expect(Math.max(...throttledAt)).toBeLessThan(45_000);
    const steady = admitted.filter((at) => at >= started + 50_000 && at < started + 120_000);
    expect(steady.length).toBeGreaterThanOrEqual(0.98 * 420);
  });

  it('of a provider that does not say how long to wait is probed by one request at a time, ever better', async () => {
    set(CELL.adaptive, 1);
    admitted.length = 0;
    const gate = gateOf();
    const throttledAt: number[] = [];
    const started = clock();
    const worker = async (): Promise<void> => {
      while (clock() < started + 120_000) {
        await gate.enter();
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (isAdmitted()) await gate.answered();
        else {
          throttledAt.push(clock() - started);
          await gate.throttled(undefined);
        }
      }
    };
    const all = Promise.all(Array.from({ length: 8 }, worker));
    await vi.advanceTimersByTimeAsync(150_000);
    await all;
    // Eight in flight when the limit is first met, then one a probe, four probes to find out, two once it is known.
    expect(throttledAt.length).toBeLessThan(45);
    expect(Math.max(...throttledAt)).toBeLessThan(60_000);
    expect(admitted.filter((at) => at < started + 120_000).length).toBeGreaterThan(0.88 * 720);
  });

  it('is given up where throttles come at random, so that they do not starve the run', async () => {
    set(CELL.adaptive, 1);
    const gate = gateOf();
    let answers = 0;
    const started = clock();
    const all = (async () => {
      for (let i = 0; clock() < started + 60_000; i++) {
        await gate.enter();
        await new Promise((resolve) => setTimeout(resolve, 50));
        if ((i * 7919) % 100 < 15) await gate.throttled(1000);
        else {
          await gate.answered();
          answers++;
        }
      }
    })();
    await vi.advanceTimersByTimeAsync(70_000);
    await all;
    // Six of seven answer after 50 ms, the seventh costs a second: 4.5 a second at the very best.
    expect(answers).toBeGreaterThan(150);
  });
});

describe('the breaker', () => {
  it('trips after failures in a row of all threads together, and fails everybody at once', async () => {
    const gates = [gateOf({ failuresToTrip: 6 }), gateOf({ failuresToTrip: 6 })];
    const fault = new BackfillError('provider-fault', '502', { retryable: true });
    const verdicts = await Promise.all(
      Array.from({ length: 6 }, (_, i) => (gates[i % 2] as Gate).failed(fault)),
    );
    expect(verdicts).toEqual([true, true, true, true, true, false]);
    await expect(gates[0]?.enter()).rejects.toMatchObject({ code: 'provider-down' });
  });

  it('trips sooner at a provider that never gave a sign of life', async () => {
    const gate = gateOf({ silenceToTrip: 3, failuresToTrip: 100 });
    const fault = new BackfillError('provider-fault', '502', { retryable: true });
    const unreachable = new BackfillError('unreachable', 'no such host', { retryable: true });
    expect(await Promise.all([network, unreachable, network].map((error) => gate.failed(error)))).toEqual([
      true,
      true,
      false,
    ]);
    state = createGateState(clock());
    const alive = gateOf({ silenceToTrip: 3, failuresToTrip: 100 });
    expect(
      await Promise.all([fault, network, network, network].map((error) => alive.failed(error))),
    ).not.toContain(false);
  });

  it('does not trip while answers come in between', async () => {
    const gate = gateOf({ failuresToTrip: 3 });
    for (let i = 0; i < 20; i++) {
      await gate.failed(network);
      await gate.failed(network);
      await gate.answered();
    }
    expect(await gate.enter()).toBe(0);
  });
});

describe('the budget for retries', () => {
  it('grows with the answers and is shared by all threads', async () => {
    const policy = { retryFloor: 3, retriesPerAnswer: 2, failuresToTrip: 1000 };
    const [one, other] = [gateOf(policy), gateOf(policy)];
    expect(await Promise.all([one, other, one, other].map((gate) => gate.failed(network)))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    await one.answered();
    expect(await Promise.all([one, other, one].map((gate) => gate.failed(network)))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('a stopped run', () => {
  it('wakes everybody who waits, and leaves alone what is under way', async () => {
    const gate = gateOf();
    await gate.throttled(60_000);
    const ended = Promise.allSettled([gate.enter(), gate.pause(60_000)]);
    await vi.advanceTimersByTimeAsync(1000);
    run[RUN.cancelled] = 1;
    await vi.advanceTimersByTimeAsync(100);
    const reason = expect.objectContaining({ code: 'cancelled' });
    expect(await ended).toEqual([1, 2].map(() => ({ status: 'rejected', reason })));
    expect(gate.signal.aborted).toBe(false);
  });

  it('counts nobody as waiting any more', async () => {
    set(CELL.spacing, 10_000);
    const gate = gateOf();
    await gate.enter();
    const refused = gate.enter().catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(50);
    expect(get(CELL.waiting)).toBe(1);
    run[RUN.cancelled] = 1;
    await vi.advanceTimersByTimeAsync(200);
    expect(await refused).toMatchObject({ code: 'cancelled' });
    expect(get(CELL.waiting)).toBe(0);
  });
});

describe('the lock of the shared memory', () => {
  it('is taken over from a thread that died while it held it', () => {
    const words = new Int32Array(state.shared, 0, 2);
    words[0] = 77;
    words[1] = 77;
    expect(get(CELL.sent)).toBe(0);
    expect(words[0]).toBe(0);
  });
});
