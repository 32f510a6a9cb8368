import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseQuotas } from '../../../src/core/plan/quota.ts';
import { type QuotaRecord, openQuotaFile } from '../../../src/providers/http/quota-file.ts';
import { type Machine, cell, mostIn, openMachine } from './processes.ts';

const DAY = 86_400_000;
const NOON = Date.UTC(2026, 2, 2, 12);
let machine: Machine;
beforeEach(async () => {
  machine = await openMachine(NOON);
});
afterEach(() => machine.close());

const record = async (): Promise<QuotaRecord> =>
  JSON.parse(await readFile(machine.path, 'utf8')) as QuotaRecord;
const usedToday = async (): Promise<unknown> => (await record()).windows[`${DAY}ms`]?.used;

describe('a day that the provider says is used up', () => {
  it('is over for every process of the key until the next, whatever was counted', async () => {
    const quotas = parseQuotas('25/day,100/s');
    const [one, other] = [await machine.startProcess(quotas), await machine.startProcess(quotas)];
    await machine.whileWaiting(one.gate.enter());
    await one.gate.usedUp();
    await expect(one.gate.enter()).rejects.toMatchObject({ code: 'quota-exhausted' });
    await machine.elapse(50);
    expect(await usedToday()).toBe(25);
    await expect(machine.whileWaiting(other.gate.enter())).rejects.toMatchObject({ code: 'quota-exhausted' });
    await machine.whileWaiting(one.stop());
    expect(await usedToday()).toBe(25);
  });
});

describe('a quota shared by two processes', () => {
  const PER_SECOND = parseQuotas('60/s');

  it('is one number: together they send what one may, evenly, and most of it', async () => {
    const [one, other] = [await machine.startProcess(PER_SECOND), await machine.startProcess(PER_SECOND)];
    const sent: number[] = [];
    const until = NOON + 5000;
    await machine.whileWaiting(
      Promise.all([one, one, other].map((process) => machine.send(process, sent, until))),
    );
    expect(mostIn(1000, sent)).toBeLessThanOrEqual(60);
    expect(sent.length).toBeGreaterThan(0.95 * 300);
  });

  it('is one number on a machine that is so busy that everybody is late', async () => {
    const [one, other] = [await machine.startProcess(PER_SECOND), await machine.startProcess(PER_SECOND)];
    const sent: number[] = [];
    const sending = Promise.all([one, other].map((process) => machine.send(process, sent, NOON + 6000)));
    for (let stalled = 0; stalled < 60; stalled++) {
      await machine.elapse(75);
      machine.stall(25);
    }
    await machine.whileWaiting(sending);
    expect(mostIn(1000, sent)).toBeLessThanOrEqual(60);
    expect(sent.length).toBeGreaterThan(0.5 * 360);
  });

  it('is one number where one of them was idle after it had reserved', async () => {
    const [idle, busy] = [await machine.startProcess(PER_SECOND), await machine.startProcess(PER_SECOND)];
    const sent: number[] = [];
    await machine.whileWaiting(machine.send(idle, sent, NOON + 1));
    const sending = machine.send(busy, sent, NOON + 4000);
    await machine.elapse(2000);
    await machine.whileWaiting(Promise.all([sending, machine.send(idle, sent, NOON + 4000)]));
    expect(mostIn(1000, sent)).toBeLessThanOrEqual(60);
  });

  it('is used up by two of which one is killed and starts again', async () => {
    const quotas = parseQuotas('150/15s');
    const [one, killed] = [await machine.startProcess(quotas), await machine.startProcess(quotas)];
    const sent: number[] = [];
    const until = NOON + 45_000;
    const all = [one, one].map((process) => machine.send(process, sent, until));
    // Killed: it sends no more, and gives nothing back.
    await machine.whileWaiting(machine.send(killed, sent, NOON + 10_000));
    const restarted = await machine.startProcess(quotas);
    await machine.whileWaiting(Promise.all([...all, machine.send(restarted, sent, until)]));
    expect(mostIn(15_000, sent)).toBeLessThanOrEqual(150);
    expect(sent.length).toBeGreaterThan(0.97 * 450);
  });

  it('stays one number for a process that starts while the other’s requests are reserved', async () => {
    const quotas = parseQuotas('1/2s');
    const first = await machine.startProcess(quotas);
    await machine.whileWaiting(first.gate.enter());
    const since = Date.now();
    const second = await machine.startProcess(quotas);
    await machine.whileWaiting(second.gate.enter());
    expect(Date.now() - since).toBeGreaterThanOrEqual(2000);
  });

  it('passes a pause on to the other', async () => {
    const quotas = parseQuotas('1000/s');
    const [one, other] = [await machine.startProcess(quotas), await machine.startProcess(quotas)];
    await one.gate.throttled(60_000);
    await machine.elapse(1300);
    expect(cell(other, 'pausedUntil') - Date.now()).toBeGreaterThan(50_000);
    const third = await machine.startProcess(quotas);
    expect(cell(third, 'pausedUntil') - Date.now()).toBeGreaterThan(50_000);
  });
});

describe('a gate after a time in which nobody asked', () => {
  const RATES = ['60/s', '10/s', '100/min', '5/min', '1/2s', '100/min,5000/day'];

  it.each(RATES.flatMap((text) => [150, 5000, 600_000].map((idleMs) => ({ text, idleMs }))))(
    'stays even: $text, $idleMs ms',
    async ({ text, idleMs }) => {
      const quotas = parseQuotas(text);
      const process = await machine.startProcess(quotas);
      const sent: number[] = [];
      const sendSome = async (): Promise<void> => {
        for (let count = 0; count < 8; count++) {
          await process.gate.enter();
          sent.push(Date.now());
        }
      };
      await machine.whileWaiting(sendSome());
      machine.stall(idleMs);
      await machine.whileWaiting(sendSome());
      const { requests, perMs } = quotas[0] ?? { requests: 1, perMs: 0 };
      expect(sent).toHaveLength(16);
      expect((sent[8] ?? 0) - (sent[7] ?? 0)).toBeGreaterThanOrEqual(idleMs);
      // One may be caught up by 0.4 % of the window, however many follow; and this clock has whole ms.
      for (const burst of [sent.slice(0, 8), sent.slice(8)]) {
        for (const [i, at] of burst.entries()) {
          for (const [later, next] of burst.slice(i + 1).entries()) {
            expect(next - at).toBeGreaterThan((later + 1) * (perMs / requests) - 0.004 * perMs - 2);
          }
        }
      }
    },
  );
});

describe('a quota of a day', () => {
  const FIVE = parseQuotas('5/day');

  it('ends when it is used up, also for the next process, and begins anew at midnight UTC', async () => {
    const first = await machine.startProcess(FIVE);
    for (let i = 0; i < 5; i++) await machine.whileWaiting(first.gate.enter());
    const usedUp = { code: 'quota-exhausted' };
    await expect(machine.whileWaiting(first.gate.enter())).rejects.toMatchObject(usedUp);
    const second = await machine.startProcess(FIVE);
    await expect(machine.whileWaiting(second.gate.enter())).rejects.toMatchObject(usedUp);
    machine.stall(DAY / 2 - 1000);
    const late = await machine.startProcess(FIVE);
    await expect(machine.whileWaiting(late.gate.enter())).rejects.toMatchObject(usedUp);
    machine.stall(1000);
    const tomorrow = await machine.startProcess(FIVE);
    await machine.whileWaiting(tomorrow.gate.enter());
    expect(await usedToday()).toBe(1);
  });

  it('that has begun is not forgotten by a clock that is put back, nor is anything more sent in the one before', async () => {
    machine.stall(DAY / 2 + 30_000);
    const first = await machine.startProcess(FIVE);
    await machine.whileWaiting(first.gate.enter());
    await first.stop();
    machine.stall(-600_000);
    const back = await machine.startProcess(FIVE);
    const usedUp = { code: 'quota-exhausted' };
    await expect(machine.whileWaiting(back.gate.enter())).rejects.toMatchObject(usedUp);
    await back.stop();
    expect((await record()).windows).toEqual({ [`${DAY}ms`]: { index: NOON / DAY + 0.5, used: 1 } });
    machine.stall(660_000);
    const again = await machine.startProcess(FIVE);
    for (let i = 0; i < 4; i++) await machine.whileWaiting(again.gate.enter());
    await expect(machine.whileWaiting(again.gate.enter())).rejects.toMatchObject(usedUp);
  });

  it.each([
    ['600/10s', 40, 40],
    ['5/2day', 5, 5],
  ])('counts what was sent under %s', async (rate, sent, used) => {
    const first = await machine.startProcess(parseQuotas(rate));
    for (let i = 0; i < sent; i++) await machine.whileWaiting(first.gate.enter());
    await first.stop();
    expect(await usedToday()).toBe(used);
    const second = await machine.startProcess(parseQuotas(`${sent + 2}/day`));
    for (let i = 0; i < 2; i++) await machine.whileWaiting(second.gate.enter());
    await expect(machine.whileWaiting(second.gate.enter())).rejects.toMatchObject({
      code: 'quota-exhausted',
    });
  });

  it.each([
    ['600/10s', 3],
    ['5/2day', 3],
  ])('that has begun counts what is sent under %s by a clock that is put back', async (rate, sent) => {
    machine.stall(DAY / 2 + 30_000);
    const first = await machine.startProcess(FIVE);
    await machine.whileWaiting(first.gate.enter());
    await first.stop();
    machine.stall(-600_000);
    const back = await machine.startProcess(parseQuotas(rate));
    for (let i = 0; i < sent; i++) await machine.whileWaiting(back.gate.enter());
    await back.stop();
    machine.stall(660_000);
    const again = await machine.startProcess(FIVE);
    await machine.whileWaiting(again.gate.enter());
    await expect(machine.whileWaiting(again.gate.enter())).rejects.toMatchObject({ code: 'quota-exhausted' });
  });

  it('counts what is sent after midnight under another rate to the day it is sent', async () => {
    const process = await machine.startProcess(parseQuotas('600/10s'));
    machine.stall(DAY / 2 - 30);
    const sent: number[] = [];
    for (let i = 0; i < 20; i++) {
      await machine.whileWaiting(process.gate.enter());
      sent.push(Date.now());
    }
    await process.stop();
    expect(await usedToday()).toBe(sent.filter((at) => at >= NOON + DAY / 2).length);
    expect(sent[0]).toBeLessThan(NOON + DAY / 2);
  });

  it('counts in a longer window too that another run kept to', async () => {
    const long = await machine.startProcess(parseQuotas('9/2day'));
    for (let i = 0; i < 4; i++) await machine.whileWaiting(long.gate.enter());
    await long.stop();
    const day = await machine.startProcess(FIVE);
    await machine.whileWaiting(day.gate.enter());
    await expect(machine.whileWaiting(day.gate.enter())).rejects.toMatchObject({ code: 'quota-exhausted' });
    await day.stop();
    const again = await machine.startProcess(parseQuotas('9/2day'));
    for (let i = 0; i < 4; i++) await machine.whileWaiting(again.gate.enter());
    await expect(machine.whileWaiting(again.gate.enter())).rejects.toMatchObject({ code: 'quota-exhausted' });
  });

  it('goes on in the one that another has begun whose clock is a moment ahead', async () => {
    machine.stall(DAY / 2 - 500);
    const ahead = {
      nextAt: 0,
      pausedUntil: 0,
      windows: { [`${DAY}ms`]: { index: NOON / DAY + 0.5, used: 3 } },
    };
    await mkdir(dirname(machine.path), { recursive: true });
    await writeFile(machine.path, JSON.stringify(ahead));
    const process = await machine.startProcess(FIVE);
    for (let i = 0; i < 2; i++) await machine.whileWaiting(process.gate.enter());
    expect(Date.now()).toBeGreaterThanOrEqual(NOON + DAY / 2);
    await expect(machine.whileWaiting(process.gate.enter())).rejects.toMatchObject({
      code: 'quota-exhausted',
    });
    expect(await usedToday()).toBe(5);
  });

  it('gets back what was reserved and not used', async () => {
    const process = await machine.startProcess(parseQuotas('2000/day'));
    await machine.whileWaiting(process.gate.enter());
    expect(await usedToday()).toBeGreaterThan(1);
    await process.stop();
    expect(await usedToday()).toBe(1);
  });

  it('is reserved no further than the day goes, so that its last requests are left to others', async () => {
    const process = await machine.startProcess(parseQuotas('60/s,20000/day'));
    machine.stall(DAY / 2 - 60);
    await machine.whileWaiting(process.gate.enter());
    expect(await usedToday()).toBeLessThanOrEqual(4);
  });

  it('gets back what lapsed', async () => {
    const quotas = parseQuotas('60/s,2400/day');
    const process = await machine.startProcess(quotas);
    await machine.whileWaiting(process.gate.enter());
    for (let times = 0; times < 5; times++) {
      await machine.elapse(5000);
      await machine.whileWaiting(process.gate.enter());
    }
    await process.stop();
    expect(await usedToday()).toBe(6);
  });

  it('is not given back by what was reserved the day before', async () => {
    const quotas = parseQuotas('2000/day');
    const [one, other] = [await machine.startProcess(quotas), await machine.startProcess(quotas)];
    machine.stall(DAY / 2 - 500);
    await machine.whileWaiting(one.gate.enter());
    machine.stall(1000);
    for (let i = 0; i < 7; i++) await machine.whileWaiting(other.gate.enter());
    await one.stop();
    await other.stop();
    expect(await usedToday()).toBe(7);
  });

  it('counts a request that was reserved before midnight and is sent after it to the day it is sent', async () => {
    const quotas = parseQuotas('20000/day');
    const process = await machine.startProcess(quotas);
    machine.stall(DAY / 2 - 500);
    await machine.whileWaiting(process.gate.enter());
    machine.stall(1000);
    for (let i = 0; i < 60; i++) await machine.whileWaiting(process.gate.enter());
    await process.stop();
    expect(await usedToday()).toBe(60);
  });
});

describe('the record of a quota', () => {
  it('that another hand has spoilt, or that lies in an impossible future, does not stop a run', async () => {
    const quotas = parseQuotas('100/s');
    const future = { nextAt: NOON + 30 * DAY, pausedUntil: NOON + 30 * DAY, windows: {} };
    await mkdir(dirname(machine.path), { recursive: true });
    for (const text of ['{"nextAt":', JSON.stringify(future)]) {
      await writeFile(machine.path, text);
      const process = await machine.startProcess(quotas);
      const since = Date.now();
      await machine.whileWaiting(process.gate.enter());
      expect(Date.now() - since).toBeLessThan(2000);
      await process.stop();
    }
  });

  it('of a day that is far from having begun does not count', async () => {
    const windows = { [`${DAY}ms`]: { index: NOON / DAY + 1.5, used: 5 } };
    await mkdir(dirname(machine.path), { recursive: true });
    await writeFile(machine.path, JSON.stringify({ nextAt: 0, pausedUntil: 0, windows }));
    const process = await machine.startProcess(parseQuotas('5/day'));
    await machine.whileWaiting(process.gate.enter());
    expect(await usedToday()).toBe(1);
  });

  it('that cannot be kept is said in one line', async () => {
    await writeFile(dirname(machine.path), '');
    await expect(openQuotaFile({ path: machine.path, former: [] }, Date.now)).rejects.toMatchObject({
      code: 'store-unusable',
    });
  });

  it('that cannot be kept any more is said so too, and frees the record', async () => {
    const { path } = machine;
    const file = await openQuotaFile({ path, former: [] }, Date.now);
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
