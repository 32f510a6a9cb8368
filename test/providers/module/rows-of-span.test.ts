import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rowsOfSpan } from '../../../src/providers/module/rows-of-span.ts';

const DAY = 86_400_000;

/** A server that has rows at some days and cuts its answers. */
function server(days: readonly number[], most: number, gives: 'oldest' | 'newest') {
  const asked: (readonly [start: number, end: number])[] = [];
  const fetch = (start: number, end: number) => {
    asked.push([start / DAY, end / DAY]);
    const all = days.filter((day) => start <= day * DAY && day * DAY < end);
    const some = gives === 'oldest' ? all.slice(0, most) : all.slice(-most);
    return Promise.resolve(some.map((day) => ({ ts: day * DAY, open: 1, high: 1, low: 1, close: 1 })));
  };
  return { asked, fetch };
}

const days = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 60 });

it('has all rows of a server that cuts its answers, whichever it gives first, each once', async () => {
  await fc.assert(
    fc.asyncProperty(days, fc.integer({ min: 1, max: 20 }), fc.boolean(), async (some, most, isOldest) => {
      const { asked, fetch } = server(
        some.toSorted((a, b) => a - b),
        most,
        isOldest ? 'oldest' : 'newest',
      );
      const rows = await rowsOfSpan(fetch, { start: 0, end: 61 * DAY }, { most, interval: '1d' });
      expect(rows.map(({ ts }) => ts / DAY).toSorted((a, b) => a - b)).toEqual(
        some.toSorted((a, b) => a - b),
      );
      expect(asked.length).toBeLessThanOrEqual(3 * Math.ceil(some.length / most) + 1);
    }),
    { numRuns: 300 },
  );
});

it('asks once where nothing is cut, and once more where it may have been', async () => {
  const whole = server([3, 4, 5], 10, 'oldest');
  await rowsOfSpan(whole.fetch, { start: 0, end: 10 * DAY }, { most: 10, interval: '1d' });
  expect(whole.asked).toEqual([[0, 10]]);
  const full = server([0, 1, 2, 3, 4], 3, 'oldest');
  await rowsOfSpan(full.fetch, { start: 0, end: 10 * DAY }, { most: 3, interval: '1d' });
  expect(full.asked.map(([start]) => Math.round(start))).toEqual([0, 2]);
  const untold = server([0, 1, 2, 3, 4], 3, 'oldest');
  await rowsOfSpan(untold.fetch, { start: 0, end: 10 * DAY }, { most: undefined, interval: '1d' });
  expect(untold.asked).toHaveLength(1);
});
