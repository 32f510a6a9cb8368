import { describe, expect, it } from 'vitest';
import type { UsedWindows } from '../../../../src/core/plan/quota-journal.ts';
import { parseQuotas } from '../../../../src/core/plan/quota.ts';
import { openOwnUse } from '../../../../src/providers/http/redis-quota/own-use.ts';

const day = (used: number, index = 7): UsedWindows => ({ '86400000ms': { index, used } });

/** A process that reserves, over a journal that remembers what it was told. */
function process(quotas: string) {
  const noted: UsedWindows[] = [];
  const use = openOwnUse(parseQuotas(quotas), async (own) => void noted.push(own));
  const reserve = async (before: UsedWindows, next: UsedWindows): Promise<void> => {
    const own = use.after(before, next);
    await use.cover(own);
    use.commit(own);
  };
  return { noted, use, reserve };
}

describe('what a process notes in the journal', () => {
  it('of a small day is each request, whoever else reserves', async () => {
    const { noted, reserve } = process('25/day,1/s');
    await reserve(day(4), day(5));
    await reserve(day(9), day(10));
    await reserve(day(3, 6), day(1, 8));
    expect(noted).toEqual([day(1), day(2), day(1, 8)]);
  });

  it('of a large day is a two-hundredth at once, never less than is reserved, and at the end exactly that', async () => {
    const { noted, use, reserve } = process('100000/day');
    for (let used = 0; used < 1500; used += 10) {
      await reserve(day(used), day(used + 10));
      expect(noted.at(-1)?.['86400000ms']?.used).toBeGreaterThanOrEqual(used + 10);
    }
    expect(noted).toHaveLength(3);
    // Some was given back.
    await reserve(day(1500), day(1495));
    await use.close();
    expect(noted.at(-1)).toEqual(day(1495));
  });

  it('is nothing where no quota is counted', async () => {
    const { noted, use, reserve } = process('5/min');
    await reserve({}, day(1));
    await use.close();
    expect(noted).toEqual([]);
  });

  it('is what a change would make it, until the change is made', async () => {
    const { noted, use } = process('25/day');
    await use.cover(use.after({}, day(2)));
    // Another one was faster.
    const own = use.after(day(1), day(3));
    await use.cover(own);
    use.commit(own);
    expect(noted).toEqual([day(2)]);
  });

  it('is all that the provider says is used up', async () => {
    const { noted, reserve } = process('25/day');
    await reserve(day(4), day(25));
    expect(noted).toEqual([day(21)]);
  });
});
