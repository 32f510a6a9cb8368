import { mkdir, mkdtemp, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Quota, isPaced } from '../../../src/core/quota.ts';
import {
  CELL,
  type GateState,
  createGateState,
  monotonicNow,
} from '../../../src/providers/http/gate-state.ts';
import { type QuotaRecord, openQuotaFile } from '../../../src/providers/http/quota-file.ts';
import { type QuotaKeeper, startQuotaKeeper } from '../../../src/providers/http/quota-keeper.ts';
import { DEFAULT_POLICY, openSharedGate } from '../../../src/providers/http/shared-gate.ts';

const DAY = 86_400_000;
const NOON = Date.UTC(2026, 2, 2, 12);
let folder = '';
let path = '';
let wall: () => number;
const started: QuotaKeeper[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-quota-'));
  path = join(folder, 'quota', 'key.json');
  const ahead = NOON - monotonicNow();
  wall = () => monotonicNow() + ahead;
});
afterEach(async () => {
  for (const keeper of started.splice(0)) await keeper.stop();
  await rm(folder, { recursive: true });
});

/** One process as far as a quota can tell: a gate of its own over the record that all share. */
async function startProcess(quotas: readonly Quota[]) {
  const state: GateState = createGateState(monotonicNow());
  const keeper = await startQuotaKeeper(state, quotas, await openQuotaFile({ path, former: [] }), {
    wall,
    gate: monotonicNow,
  });
  started.push(keeper);
  const windows = quotas.filter(isPaced);
  const gate = openSharedGate(state, { ...DEFAULT_POLICY, windows }, monotonicNow);
  const stop = async (): Promise<void> => {
    started.splice(started.indexOf(keeper), 1);
    await keeper.stop();
  };
  return { gate, state, stop };
}

const record = async (): Promise<QuotaRecord> => JSON.parse(await readFile(path, 'utf8')) as QuotaRecord;

describe('a quota shared by two processes', () => {
  it('is one number: together they send what one may, evenly, and most of it', async () => {
    const quota = { requests: 60, perMs: 1000 };
    const [one, other] = [await startProcess([quota]), await startProcess([quota])];
    const sent: number[] = [];
    const until = monotonicNow() + 2500;
    const send = async (gate: typeof one.gate): Promise<void> => {
      while (monotonicNow() < until) {
        await gate.enter();
        sent.push(monotonicNow());
      }
    };
    await Promise.all([send(one.gate), send(one.gate), send(other.gate)]);
    sent.sort((a, b) => a - b);
    for (const [i, at] of sent.entries())
      expect((sent[i + 60] ?? Number.POSITIVE_INFINITY) - at).toBeGreaterThan(990);
    expect(sent.length).toBeGreaterThan(0.85 * 150);
  });

  it('stays one number for a process that starts while the other’s requests are reserved', async () => {
    const quota = { requests: 1, perMs: 2000 };
    const first = await startProcess([quota]);
    await first.gate.enter();
    const second = await startProcess([quota]);
    const since = monotonicNow();
    await second.gate.enter();
    expect(monotonicNow() - since).toBeGreaterThan(1900);
  });

  it('passes a pause on to the other', async () => {
    const quota = { requests: 1000, perMs: 1000 };
    const [one, other] = [await startProcess([quota]), await startProcess([quota])];
    one.gate.throttled(60_000);
    await sleep(1300);
    expect(other.state.alone((cells) => cells[CELL.pausedUntil] ?? 0) - monotonicNow()).toBeGreaterThan(
      50_000,
    );
    const third = await startProcess([quota]);
    expect(third.state.alone((cells) => cells[CELL.pausedUntil] ?? 0) - monotonicNow()).toBeGreaterThan(
      50_000,
    );
  });
});

describe('a quota of a day', () => {
  const quotas = [{ requests: 5, perMs: DAY }];

  it('ends when it is used up, also for the next process, and begins anew at midnight UTC', async () => {
    const first = await startProcess(quotas);
    for (let i = 0; i < 5; i++) await first.gate.enter();
    await expect(first.gate.enter()).rejects.toMatchObject({ code: 'quota-exhausted' });
    const second = await startProcess(quotas);
    await expect(second.gate.enter()).rejects.toMatchObject({ code: 'quota-exhausted' });
    const today = wall;
    wall = () => today() + DAY / 2;
    const tomorrow = await startProcess(quotas);
    await tomorrow.gate.enter();
    expect((await record()).windows[`${DAY}ms`]?.used).toBe(1);
  });

  it('gets back what was reserved and not used', async () => {
    const many = [{ requests: 2000, perMs: DAY }];
    const { gate, stop } = await startProcess(many);
    await gate.enter();
    expect((await record()).windows[`${DAY}ms`]?.used).toBeGreaterThan(1);
    await stop();
    expect((await record()).windows[`${DAY}ms`]?.used).toBe(1);
  });
});

describe('the record of a quota', () => {
  it('that another hand has spoilt, or that lies in an impossible future, does not stop a run', async () => {
    const quota = { requests: 100, perMs: 1000 };
    await (await startProcess([quota])).stop();
    await writeFile(path, '{"nextAt":');
    const spoilt = await startProcess([quota]);
    await spoilt.gate.enter();
    await spoilt.stop();
    await writeFile(
      path,
      JSON.stringify({ nextAt: NOON + 30 * DAY, pausedUntil: NOON + 30 * DAY, windows: {} }),
    );
    const ahead = await startProcess([quota]);
    const since = monotonicNow();
    await ahead.gate.enter();
    expect(monotonicNow() - since).toBeLessThan(2000);
  });

  it('that cannot be kept is said in one line', async () => {
    await writeFile(join(folder, 'quota'), '');
    await expect(openQuotaFile({ path, former: [] })).rejects.toMatchObject({ code: 'store-unusable' });
  });

  it('that cannot be kept any more is said so too, and frees the record', async () => {
    const file = await openQuotaFile({ path, former: [] });
    await mkdir(`${path}.tmp`);
    const change = (): Promise<unknown> => file.change((before) => ({ record: before, result: 'kept' }));
    await expect(change()).rejects.toMatchObject({
      code: 'store-unusable',
      message: expect.stringContaining(`the quota of the provider cannot be kept at ${path}: EISDIR`),
    });
    await rmdir(`${path}.tmp`);
    expect(await change()).toBe('kept');
    file.close();
  });
});
