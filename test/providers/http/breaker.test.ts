import { describe, expect, it } from 'vitest';
import { BackfillError } from '../../../src/core/errors.ts';
import type { Gate } from '../../../src/providers/http/gate.ts';
import { RUN } from '../../../src/providers/http/gate-state.ts';
import { forgetState, gateOf, run } from './timed-gate.ts';

const network = new BackfillError('network', 'refused', { retryable: true });

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
    forgetState();
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

describe('answers that cannot be read', () => {
  const unread = new BackfillError('bad-answer', 'no JSON', { retryable: true });
  const damaged = new BackfillError('bad-answer', 'a damaged file', { retryable: true, isOfOne: true });
  const forGood = new BackfillError('bad-answer', 'it came so twice', { isOfOne: true });
  const generous = { retryFloor: 1000, failuresToTrip: 4 };

  /** What becomes of as many requests, each tried so often as it may. */
  async function tried(gate: Gate, error: BackfillError, requests: number): Promise<number> {
    let tries = 0;
    for (let i = 0; i < requests; i++)
      for (let again = 0; again < 8; again++) {
        tries++;
        if (!(await gate.failed(error, again === 7, again > 0))) break;
      }
    return tries;
  }

  it('count once a request, and are not asked for again after as many tries', async () => {
    const gate = gateOf(generous);
    expect(await tried(gate, unread, 3)).toBe(6);
    expect(await gate.enter()).toBe(0);
    await gate.failed(unread);
    await expect(gate.enter()).rejects.toMatchObject({ code: 'provider-down' });
  });

  it('count as any other failure beside those', async () => {
    const gate = gateOf(generous);
    await tried(gate, unread, 1);
    for (let i = 0; i < 3; i++) await gate.failed(network);
    await expect(gate.enter()).rejects.toMatchObject({ code: 'provider-down' });
  });

  it('weigh least where one surely is what the provider keeps, and are asked for again a few times only', async () => {
    const gate = gateOf(generous);
    const kept = new BackfillError('bad-answer', 'a damaged file', {
      ...{ retryable: true, isOfOne: true, isAsKept: true },
    });
    expect(await tried(gate, kept, 255)).toBe(255 + 3);
    expect(await gate.enter()).toBe(0);
    await gate.failed(kept);
    await expect(gate.enter()).rejects.toMatchObject({ code: 'provider-down' });
  });

  it('weigh little where what is wrong is wrong with that one alone', async () => {
    const gate = gateOf(generous);
    await tried(gate, damaged, 31);
    expect(await gate.enter()).toBe(0);
    await gate.failed(damaged);
    await expect(gate.enter()).rejects.toMatchObject({ code: 'provider-down' });
  });

  it('begin no new count where such a one is not worth another try, and do where one can be read', async () => {
    const gate = gateOf(generous);
    for (let i = 0; i < 31; i++) {
      await gate.failed(damaged);
      await gate.answered(forGood);
    }
    expect(await gate.enter()).toBe(0);
    for (const answer of [undefined, new BackfillError('unknown-ticker', 'no such ticker')]) {
      await gate.answered(answer);
      expect(await gate.failed(damaged)).toBe(true);
      for (let i = 0; i < 30; i++) await gate.failed(damaged);
    }
    expect(await gate.enter()).toBe(1);
    await gate.answered(forGood);
    await gate.failed(damaged);
    await expect(gate.enter()).rejects.toMatchObject({ code: 'provider-down' });
  });
});

describe('the budget for retries', () => {
  it('pays for none after the last try', async () => {
    const gate = gateOf({ retryFloor: 1, retriesPerAnswer: 0, failuresToTrip: 1000 });
    expect(await gate.failed(network, true)).toBe(false);
    expect(run[RUN.granted]).toBe(0);
    expect(await gate.failed(network)).toBe(true);
    // It is a retry once it is sent.
    expect([run[RUN.granted], run[RUN.retries]]).toEqual([1, 0]);
  });

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
