import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseQuotas } from '../../../src/core/plan/quota.ts';
import { CELL } from '../../../src/providers/http/gate-state.ts';
import { DAY, NOON, machine, record, usedToday } from './one-machine.ts';
import { cell } from './processes.ts';

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

  it('is used to the last request, also where whoever had it slept through its time', async () => {
    const process = await machine.startProcess(parseQuotas('40/2s,3/day'), true, 6);
    for (let i = 0; i < 2; i++) await machine.whileWaiting(process.gate.enter());
    const last = process.gate.enter();
    while (cell(process, 'nextPermits') === 0) await machine.elapse(1);
    // As it is once another has found that nothing is left.
    process.state.alone((cells) => (cells[CELL.exhausted] = 1));
    machine.stall(500);
    await machine.whileWaiting(last);
    await expect(machine.whileWaiting(process.gate.enter())).rejects.toMatchObject({
      code: 'quota-exhausted',
    });
    expect(await usedToday()).toBe(3);
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
