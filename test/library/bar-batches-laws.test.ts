import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bar } from '../../src/core/bars/bars.ts';
import { storedRowsOf } from '../../src/core/bars/bar-builder.ts';
import { BackfillError } from '../../src/core/errors.ts';
import type { BarBatch } from '../../src/library/bar-batch.ts';
import type { History } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { openStore } from '../../src/store/open.ts';
import { NOON, temporaryFolder } from '../store/fixtures.ts';
import { fill, instants, type Lake, lakes, readings } from './invented-lake.ts';

let root = '';
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ path: root, remove } = await temporaryFolder());
});
afterAll(() => remove());

let stores = 0;

/** A history of a new store with a lake in it, or with what was known of it at an instant. */
async function historyOf(lake: Lake, asOf?: number): Promise<History> {
  const store = join(root, String(stores++));
  await fill(openStore(store), lake, asOf);
  return openHistory({ store, provider: { id: 'sample' }, clock: () => NOON });
}

/** Bars of a batch as rows. */
function rowsIn({ rows: length, vwap, trades, ...columns }: BarBatch): Bar[] {
  return storedRowsOf({ ...columns, length, vwap, trades });
}

/** What a call gives, or the error that it ends with. */
async function outcome<T>(call: () => Promise<T>): Promise<T | { code: string; message: string }> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof BackfillError)) throw error;
    return { code: error.code, message: error.message };
  }
}

async function batchesIn(batches: AsyncIterable<BarBatch>): Promise<BarBatch[]> {
  const all: BarBatch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

describe('batches', () => {
  it('have the rows of a read, value for value, in every way it may be asked for', async () => {
    let given = 0;
    await fc.assert(
      fc.asyncProperty(lakes, fc.array(readings, { minLength: 4, maxLength: 6 }), async (lake, ways) => {
        const history = await historyOf(lake);
        for (const { series } of lake.series)
          for (const options of ways) {
            const read = await outcome(() => history.read(series, options));
            const batches = await outcome(() => batchesIn(history.batches(series, options)));
            expect(Array.isArray(batches) ? batches.flatMap(rowsIn) : batches).toEqual(read);
            given += Array.isArray(read) ? read.length : 0;
          }
      }),
      { numRuns: 20 },
    );
    expect(given).toBeGreaterThan(3000);
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
      { numRuns: 60 },
    );
    expect(compared).toBeGreaterThan(2000);
  });
});
