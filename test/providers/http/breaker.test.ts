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
