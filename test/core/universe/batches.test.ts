import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Batch, batchesOf } from '../../../src/core/universe/batches.ts';
import type { Universe } from '../../../src/core/universe/universe.ts';

const universeOf = (count: number): Universe => ({
  tickers: Array.from({ length: count }, (_, i) => `T${i}`),
  lives: new Map([['T0', [{ from: 1, to: 2 }]]]),
});

/** A batch but for which others were asked for with it. */
function unasked({ universe: { tickers, lives }, number, of, first, last, total }: Batch): unknown {
  return { tickers, lives, number, of, first, last, total };
}

describe('the batches of a universe', () => {
  it('are its tickers in their order, each in one of them, of one size but for the last', () => {
    const counts = fc.record({
      total: fc.integer({ min: 1, max: 60 }),
      size: fc.integer({ min: 1, max: 70 }),
    });
    fc.assert(
      fc.property(counts, ({ total, size }) => {
        const universe = universeOf(total);
        const batches = batchesOf(universe, { size });
        expect(batches.flatMap((batch) => batch.universe.tickers)).toEqual(universe.tickers);
        for (const { number, of, first, last, ...batch } of batches) {
          expect([of, batch.total]).toEqual([batches.length, total]);
          expect(batch.universe.tickers).toEqual(universe.tickers.slice(first - 1, last));
          expect(batch.universe.tickers).toHaveLength(number < of ? size : total - (of - 1) * size);
        }
      }),
    );
  });

  it('are the same whichever of them are asked for', () => {
    const all = batchesOf(universeOf(23), { size: 5 });
    const some = batchesOf(universeOf(23), { size: 5, start: 2, most: 2 });
    const rest = batchesOf(universeOf(23), { size: 5, start: 4, most: 9 });
    expect(some.map(unasked)).toEqual(all.slice(2, 4).map(unasked));
    expect(rest.map(unasked)).toEqual(all.slice(4).map(unasked));
    expect([all, some, rest].map((batches) => batches.map(({ universe }) => universe.batch?.asked))).toEqual([
      Array.from({ length: 5 }, () => ({ first: 1, last: 5 })),
      Array.from({ length: 2 }, () => ({ first: 3, last: 4 })),
      [{ first: 5, last: 5 }],
    ]);
    expect(all[2]).toMatchObject({ number: 3, of: 5, first: 11, last: 15, total: 23 });
  });

  it('know the lives of their members, and no others', () => {
    const [one, two] = batchesOf(universeOf(4), { size: 2 });
    expect([...(one?.universe.lives.keys() ?? [])]).toEqual(['T0']);
    expect(two?.universe.lives.size).toBe(0);
  });

  it.each([
    [
      { size: 5, start: 5 },
      'start 5: there are 5 batches (23 tickers, 5 a batch), and the first is 0; give at most 4',
    ],
    [
      { size: 30, start: 1 },
      'start 1: there is 1 batch (23 tickers, 30 a batch), and the first is 0; give at most 0',
    ],
    [{ size: 0 }, 'size 0: must be a whole number of at least 1'],
    [{ size: 5, start: -1 }, 'start -1: must be a whole number of at least 0'],
    [{ size: 5, most: 0.5 }, 'most 0.5: must be a whole number of at least 1'],
  ])('that there cannot be say why: %o', (options, message) => {
    expect(() => batchesOf(universeOf(23), options)).toThrow(message);
  });
});
