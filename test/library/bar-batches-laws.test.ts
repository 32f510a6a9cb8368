import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instants, lakes, readings } from './invented-lake.ts';
import { beginLakes, historyOf, itemsOf, outcome, rowsIn } from './lake-history.ts';
import { rounds } from '../needs.ts';

beginLakes();

describe('batches', () => {
  it('have the rows of a read, value for value, in every way it may be asked for', async () => {
    let given = 0;
    await fc.assert(
      fc.asyncProperty(lakes, fc.array(readings, { minLength: 4, maxLength: 6 }), async (lake, ways) => {
        const history = await historyOf(lake);
        for (const { series } of lake.series)
          for (const options of ways) {
            const read = await outcome(() => history.read(series, options));
            const batches = await outcome(() => itemsOf(history.batches(series, options)));
            expect(Array.isArray(batches) ? batches.flatMap(rowsIn) : batches).toEqual(read);
            given += Array.isArray(read) ? read.length : 0;
          }
      }),
      { numRuns: rounds(20) },
    );
    expect(given).toBeGreaterThan(25 * rounds(20));
  });

  it('of what was known at an instant are those of a store that knows no more, whatever comes later', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        lakes,
        instants,
        fc.constantFrom('none', 'splits', 'all'),
        async (lake, asOf, adjust) => {
          const [whole, then] = [await historyOf(lake), await historyOf(lake, asOf)];
          for (const { series, bars } of lake.series) {
            const read = await outcome(() => whole.read(series, { adjust, asOf }));
            const stamps = bars.filter(({ closes }) => closes <= asOf).map(({ ts }) => ts);
            if (Array.isArray(read)) expect(read.map(({ ts }) => ts)).toEqual(stamps);
            if (stamps.length === 0) continue;
            const known = await outcome(() => then.read(series, { adjust, asOf }));
            if (Array.isArray(read)) compared += read.length;
            expect(Array.isArray(read) ? read : read.code).toEqual(Array.isArray(known) ? known : known.code);
          }
        },
      ),
      { numRuns: rounds(40) },
    );
    expect(compared).toBeGreaterThan(7 * rounds(40));
  });
});
