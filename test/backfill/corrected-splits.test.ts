import { describe, expect, it } from 'vitest';
import { parseDay } from '../../src/core/session/day.ts';
import {
  beginEmpty,
  neverSplit,
  type Vendor,
  adjusted,
  closes,
  dateOf,
  fill,
  flat,
  notes,
  splitDays,
  store,
} from './split-vendor.ts';

beginEmpty();

describe('a split whose date is corrected', () => {
  const early: Vendor = { splits: [[7, 2]], dividedBefore: 7 };
  const right: Vendor = { splits: [[10, 2]], dividedBefore: 10 };

  it.each([
    ['the whole history is asked for', 14, true],
    ['a top-up covers it', 8, false],
    ['a top-up covers the right one only', 10, false],
    ['a top-up begins between the two dates', 11, false],
  ] as const)('is withdrawn at once, and no price is wrong, when %s', async (_, filled, everything) => {
    // At first the vendor lists it three sessions too early, and adjusts its prices so.
    await fill(early, [0, filled], filled + 2);
    expect(await splitDays()).toEqual([dateOf(7)]);
    const summary = await fill(right, [0, 20], 22, everything);
    expect(summary.failures).toEqual([]);
    expect(await splitDays()).toEqual([dateOf(10)]);
    expect(await closes()).toEqual([...flat(10, 200), ...flat(11, 100)]);
    expect(await adjusted()).toEqual(flat(21, 100));
    expect(notes(summary)).toContain(
      `${dateOf(7)} the split 2:1 is withdrawn: yahoo lists it on ${dateOf(10)} now`,
    );
    const { past } = await store.readActionBook('AAPL');
    expect(past).toMatchObject([{ how: 'withdrawn', by: 'yahoo', action: { exDay: parseDay(dateOf(7)) } }]);
  });

  it('heals what was turned back with the wrong date', async () => {
    // Prices were adjusted at the right date all along; only the list was wrong.
    await fill({ splits: [[7, 2]], dividedBefore: 10 }, [0, 14], 16);
    expect((await closes()).slice(6, 11)).toEqual([200, 100, 100, 100, 100]);
    expect((await fill(right, [12, 20], 22)).failures).toEqual([]);
    await fill(right, [0, 20], 23, true);
    expect(await closes()).toEqual([...flat(10, 200), ...flat(11, 100)]);
    expect(await adjusted()).toEqual(flat(21, 100));
  });
});

describe('a split whose ratio is corrected', () => {
  it('is revised, and what was turned back with the old one is fetched again', async () => {
    await fill({ splits: [[10, 2]], dividedBefore: 10 }, [0, 14], 16);
    neverSplit();
    const summary = await fill({ splits: [[10, 4]] }, [0, 20], 22, true);
    expect(summary.failures).toEqual([]);
    expect(await closes()).toEqual([...flat(10, 400), ...flat(11, 100)]);
    expect(notes(summary)).toEqual([`${dateOf(10)} the split 2:1 is a split 4:1 now, by yahoo`]);
    expect((await store.readActionBook('AAPL')).past).toMatchObject([
      { how: 'replaced', action: { ratio: 2 } },
    ]);
  });
});
