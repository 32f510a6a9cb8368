import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storedBarsOf, storedRowsOf } from '../../../src/core/bars/bar-builder.ts';
import type { Bar } from '../../../src/core/bars/bars.ts';
import { lastEmitted, RECORDED, reconcile } from '../../../src/core/bars/recorded.ts';

const bar = (ts: number, close: number, fetchedAt: number, source = RECORDED): Bar => ({
  ...{ ts, open: 5, high: 9, low: 1, close, volume: 10, vwap: null, trades: null, source, fetchedAt },
});
const emission = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 5 }))
  .map(([ts, close, at]) => bar(ts, close, at));

describe('emissions of live bars', () => {
  it('leave of each bar the last one, and every one that the next differs from as a revision', () => {
    fc.assert(
      fc.property(fc.array(emission), (emitted) => {
        const { bars, revised } = lastEmitted(emitted);
        const rows = storedRowsOf(bars);
        expect(rows.map(({ ts }) => ts)).toEqual(
          [...new Set(emitted.map(({ ts }) => ts))].toSorted((a, b) => a - b),
        );
        for (const row of rows) {
          const latest = Math.max(
            ...emitted.filter(({ ts }) => ts === row.ts).map(({ fetchedAt }) => fetchedAt),
          );
          expect(row.fetchedAt).toBe(latest);
          const chain = revised.filter(({ before }) => before.ts === row.ts);
          for (const [i, { before, after }] of chain.entries()) {
            expect(before.close).not.toBe(after.close);
            expect(after.close).toBe(chain[i + 1]?.before.close ?? row.close);
          }
        }
      }),
    );
  });

  it('are the same however often a document repeats them', () => {
    fc.assert(
      fc.property(fc.array(emission), (emitted) => {
        expect(lastEmitted([...emitted, ...emitted])).toEqual(lastEmitted(emitted));
      }),
    );
  });

  it('are held against the final bars: what differs, which came first, and what is not among them', () => {
    const recorded = storedBarsOf([bar(1, 2, 10), bar(2, 2, 10), bar(3, 2, 30), bar(4, 2, 10)]);
    const final = storedBarsOf([bar(1, 2, 20, 'yahoo'), bar(2, 3, 20, 'yahoo'), bar(3, 3, 20, 'yahoo')]);
    expect(reconcile(recorded, final)).toEqual({
      revised: [
        { before: bar(2, 2, 10), after: bar(2, 3, 20, 'yahoo') },
        { before: bar(3, 3, 20, 'yahoo'), after: bar(3, 2, 30), stayed: true },
      ],
      late: [],
      strange: [bar(4, 2, 10)],
    });
  });
});
