import { expect, it } from 'vitest';
import { eachBounded, eachCounted } from '../../src/store/bounded.ts';

const ITEMS = Array.from({ length: 100 }, (_, i) => i);

it('ends after a failure only when nothing is under way any more, and begins nothing else', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const work = async (item: number): Promise<void> => {
    begun.push(item);
    await Promise.resolve();
    if (item === 3) throw new Error('the third');
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    ended.push(item);
  };
  await expect(eachBounded(ITEMS, work)).rejects.toThrow('the third');
  expect(begun.length).toBeLessThan(30);
  expect(ended).toEqual(begun.filter((item) => item !== 3));
});

it('tells after each item how many of all are done', async () => {
  const told: [number, number][] = [];
  await eachCounted(
    ITEMS,
    (done, of) => told.push([done, of]),
    async () => {},
  );
  expect(told).toEqual(ITEMS.map((i) => [i + 1, 100]));
});
