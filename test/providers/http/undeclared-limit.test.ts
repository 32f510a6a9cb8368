import { describe, expect, it, vi } from 'vitest';
import { CELL } from '../../../src/providers/http/gate-state.ts';
import { clock, gateOf, get, set } from './timed-gate.ts';

describe('an undeclared limit', () => {
  /** A provider that allows 60 requests in 10 s and says for how long to wait. */
  const admitted: number[] = [];
  const isAdmitted = (): boolean => {
    const recent = admitted.filter((at) => at > clock() - 10_000);
    if (recent.length < 60) admitted.push(clock());
    return recent.length < 60;
  };

  /** Asks so many at a time, and gives when each was refused, ms after the start. `waitMs`: what the provider says then. */
  async function askForTwoMinutes(
    gate: ReturnType<typeof gateOf>,
    atOnce: number,
    waitMs: () => number | undefined,
  ): Promise<number[]> {
    admitted.length = 0;
    const throttledAt: number[] = [];
    const started = clock();
    const worker = async (): Promise<void> => {
      while (clock() < started + 120_000) {
        await gate.enter();
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (isAdmitted()) await gate.answered();
        else {
          throttledAt.push(clock() - started);
          await gate.throttled(waitMs());
        }
      }
    };
    const all = Promise.all(Array.from({ length: atOnce }, worker));
    await vi.advanceTimersByTimeAsync(150_000);
    await all;
    return throttledAt;
  }

  it('is learned from three throttles that agree, then kept without another one', async () => {
    set(CELL.adaptive, 1);
    const gate = gateOf();
    const started = clock();
    const throttledAt = await askForTwoMinutes(
      gate,
      3,
      () => 10_000 - (clock() - (admitted.at(-60) ?? 0)) + 1,
    );
    expect(get(CELL.learnedRequests)).toBe(60);
    expect(get(CELL.learnedPerMs)).toBe(10_000);
    expect(Math.max(...throttledAt)).toBeLessThan(45_000);
    const steady = admitted.filter((at) => at >= started + 50_000 && at < started + 120_000);
    expect(steady.length).toBeGreaterThanOrEqual(0.98 * 420);
  });

  it('of a provider that does not say how long to wait is probed by one request at a time, ever better', async () => {
    set(CELL.adaptive, 1);
    const gate = gateOf();
    const started = clock();
    const throttledAt = await askForTwoMinutes(gate, 8, () => undefined);
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
