import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parseQuotas } from '../../../src/core/plan/quota.ts';
import { lookIntoQuota } from '../../../src/providers/http/quota-file.ts';
import { everyFlip, someFlips } from '../../flipped-bits.ts';
import { DAY, NOON, machine } from './one-machine.ts';

const QUOTAS = parseQuotas('5/day,100/s');
const place = () => ({ path: machine.path, former: [] });

/** Uses up so many of a day's requests, as one process does. */
async function use(count: number): Promise<void> {
  const process = await machine.startProcess(QUOTAS);
  for (let i = 0; i < count; i++) await machine.whileWaiting(process.gate.enter());
  await process.stop();
}

describe('the record of a quota with a flipped bit', () => {
  it('says what it said, or is not believed, whichever bit that is', async () => {
    await use(5);
    const bytes = await readFile(machine.path);
    const said = lookIntoQuota(place(), NOON);
    expect(said.windows[`${DAY}ms`]?.used).toBe(5);
    const flips = [...everyFlip(bytes)];
    let doubted = 0;
    for (const flipped of flips) {
      await writeFile(machine.path, flipped.bytes);
      const read = lookIntoQuota(place(), NOON);
      if (read.unknownAt === NOON) doubted++;
      // What is left of the field with another name says nothing.
      else expect(read, flipped.where).toMatchObject(said);
    }
    expect(doubted).toBeGreaterThan((flips.length * 7) / 8);
  });

  it('never lets a process send more than is allowed', async () => {
    await use(4);
    const bytes = await readFile(machine.path);
    for (const flipped of someFlips(bytes, 25, 'quota')) {
      await writeFile(machine.path, flipped.bytes);
      const process = await machine.startProcess(QUOTAS);
      let sent = 0;
      const sending = (async () => {
        for (;;) {
          await process.gate.enter();
          sent++;
        }
      })().catch(() => undefined);
      await machine.elapse(500);
      await process.stop();
      void sending;
      expect(sent, flipped.where).toBeLessThanOrEqual(1);
    }
  });

  it('of an earlier version is read without a seal', async () => {
    await use(3);
    const { seal: _, ...old } = JSON.parse(await readFile(machine.path, 'utf8')) as Record<string, unknown>;
    await writeFile(machine.path, JSON.stringify(old));
    expect(lookIntoQuota(place(), NOON)).toEqual(old);
  });
});
