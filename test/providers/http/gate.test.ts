import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { pacingOf } from '../../../src/core/plan/quota.ts';
import type { Gate } from '../../../src/providers/http/gate.ts';
import { CELL, RUN } from '../../../src/providers/http/gate-state.ts';
import { clock, forgetState, gateOf, get, run, set, state } from './timed-gate.ts';

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
          forgetState();
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

  it('counts nothing as sent that was withdrawn', async () => {
    const gate = gateOf();
    const [one] = [await gate.enter(), await gate.enter()];
    expect(run[RUN.sent]).toBe(2);
    gate.withdrawn(one);
    expect(run[RUN.sent]).toBe(1);
    const again = await gate.enter('retries');
    expect([run[RUN.sent], run[RUN.retries]]).toEqual([2, 1]);
    gate.withdrawn(again, 'retries');
    expect([run[RUN.sent], run[RUN.retries]]).toEqual([1, 0]);
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
