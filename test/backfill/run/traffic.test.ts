import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SharedTraffic, openTraffic } from '../../../src/backfill/run/traffic.ts';
import { BackfillError } from '../../../src/core/errors.ts';
import { parseQuotas } from '../../../src/core/plan/quota.ts';
import { monotonicNow } from '../../../src/providers/http/gate-state.ts';
import { DEFAULT_POLICY } from '../../../src/providers/http/shared-gate.ts';

const clocks = { wall: Date.now, gate: monotonicNow };
const reset = new BackfillError('network', 'reset', { retryable: true });

let folder = '';
let open: SharedTraffic[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-traffic-'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
  await rm(folder, { recursive: true });
});

async function start(quotas = '', policy = {}): Promise<SharedTraffic> {
  const traffic = await openTraffic({
    quotas: quotas === '' ? [] : parseQuotas(quotas),
    quotaFile: { path: join(folder, 'key.json'), former: [] },
    clocks,
    policy: { ...DEFAULT_POLICY, ...policy },
  });
  open.push(traffic);
  return traffic;
}

describe('runs that pass one gate', () => {
  it('are counted and stopped alone, and spend retries of their own', async () => {
    const traffic = await start('', { retryFloor: 1, retriesPerAnswer: 0 });
    const [one, other] = [traffic.begin(), traffic.begin()];
    await one.gate.enter();
    await one.gate.enter('retries');
    await other.gate.enter();
    await other.gate.throttled(0);
    one.gate.received(700);
    one.gate.received(42);
    other.gate.received(1);
    expect([await one.gate.failed(reset), await one.gate.failed(reset)]).toEqual([true, false]);
    expect(await other.gate.failed(reset)).toBe(true);
    await one.gate.answered();
    await other.gate.answered(new BackfillError('unknown-ticker', 'no'));
    for (const code of ['unauthorized', 'not-entitled', 'provider-fault'] as const)
      await other.gate.answered(new BackfillError(code, 'no', { scope: 'series' }));
    expect(one.now()).toMatchObject({ sent: 2, succeeded: 1, retries: 1, throttles: 0, bytesReceived: 742 });
    // One that it may send and has not sent is no retry yet.
    expect(other.now()).toMatchObject({ sent: 1, succeeded: 1, retries: 0, throttles: 1, bytesReceived: 1 });
    one.cancel();
    await expect(one.gate.enter()).rejects.toMatchObject({ code: 'cancelled' });
    await other.gate.enter();
  });

  it('share the quota of the key', async () => {
    const traffic = await start('3/day', { silenceToTrip: 2 });
    const [one, other] = [traffic.begin(), traffic.begin()];
    expect(traffic.isSpent()).toBe(false);
    for (const { gate } of [one, other, one]) await gate.enter();
    await expect(other.gate.enter()).rejects.toMatchObject({ code: 'quota-exhausted' });
    expect(traffic.isSpent()).toBe(true);
  });

  it('are all told that the provider is down, and who comes then has another gate', async () => {
    const traffic = await start('', { silenceToTrip: 2 });
    const [one, other] = [traffic.begin(), traffic.begin()];
    await one.gate.failed(reset);
    expect(traffic.isSpent()).toBe(false);
    await other.gate.failed(reset);
    expect(traffic.isSpent()).toBe(true);
    for (const { gate } of [one, other])
      await expect(gate.enter()).rejects.toMatchObject({ code: 'provider-down' });
  });

  it('are all told what keeps the quota from being kept', async () => {
    const traffic = await start('60/min');
    await rm(folder, { recursive: true });
    const { gate } = traffic.begin();
    await expect(gate.enter()).rejects.toMatchObject({ code: 'provider-down' });
    await expect.poll(() => traffic.failure()).toMatchObject({ code: 'store-unusable' });
    await expect(traffic.close()).rejects.toMatchObject({ code: 'store-unusable' });
    open = [];
    folder = await mkdtemp(join(tmpdir(), 'backfill-traffic-'));
  });
});
