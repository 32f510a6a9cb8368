import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseQuotas } from '../../../src/core/plan/quota.ts';
import { lookIntoQuota, openQuotaFile } from '../../../src/providers/http/quota-file.ts';
import { DAY, NOON, machine, record, usedToday } from './one-machine.ts';

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

  it('has the quotas that were kept last, and none once nobody keeps any', async () => {
    for (const text of ['5/day,1/s', '75/min']) {
      const process = await machine.startProcess(parseQuotas(text));
      await machine.whileWaiting(process.gate.enter());
      expect((await record()).quotas).toEqual(parseQuotas(text));
      await process.stop();
    }
    expect(await usedToday()).toBe(2);
    await (await machine.startProcess([])).stop();
    expect((await record()).quotas).toEqual([]);
    expect(await usedToday()).toBe(2);
  });

  it.each(['5', '[{"requests":0,"perMs":1000}]', '[null]'])(
    'is spoilt whose quotas are %s',
    async (quotas) => {
      await mkdir(dirname(machine.path), { recursive: true });
      await writeFile(machine.path, `{"nextAt":0,"pausedUntil":0,"windows":{},"quotas":${quotas}}`);
      expect(lookIntoQuota({ path: machine.path, former: [] }, NOON)).toMatchObject({ unknownAt: NOON });
    },
  );

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
