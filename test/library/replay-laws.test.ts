import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Series, seriesKey } from '../../src/core/bars/bars.ts';
import type { History } from '../../src/library/history.ts';
import type { ReadOptions } from '../../src/library/read-options.ts';
import { replayOf } from '../../src/library/replay.ts';
import type { ReplayBatch, ReplayRow } from '../../src/library/replay-batch.ts';
import { capabilitiesOf } from '../../src/providers/registry.ts';
import { openStore } from '../../src/store/open.ts';
import { NOON } from '../store/fixtures.ts';
import { instants, type Lake, lakes, lakesOf, readings } from './invented-lake.ts';
import { beginLakes, historyOf, itemsOf, outcome, storeOf } from './lake-history.ts';
import { rounds } from '../needs.ts';

beginLakes();

const namedIn = (lake: Lake): Series[] => lake.series.map(({ series }) => series);

/** All bars of a lake that a read of each series gives, in the order in which they close, then in that of the series. */
async function inOrder(history: History, lake: Lake, options: ReadOptions): Promise<ReplayRow[]> {
  const rows: (ReplayRow & { readonly of: number })[] = [];
  for (const [of, { series, bars }] of lake.series.entries()) {
    const closes = new Map(bars.map((bar) => [bar.ts, bar.closes]));
    for (const bar of await history.read(series, options))
      rows.push({ ...bar, of, series, at: closes.get(bar.ts) ?? Number.NaN });
  }
  return rows.toSorted((a, b) => a.at - b.at || a.of - b.of || a.ts - b.ts).map(({ of: _of, ...row }) => row);
}

/** The bars of batches one by one, and how many each has. */
function flat(batches: readonly ReplayBatch[]): ReplayRow[] {
  return batches.flatMap((batch) =>
    Array.from({ length: batch.rows }, (_, i): ReplayRow => {
      const { codes, names } = batch.source;
      const orNull = (value = Number.NaN): number | null => (Number.isNaN(value) ? null : value);
      return {
        series: batch.series[batch.of[i] ?? -1] as Series,
        ...{ at: batch.at[i] as number, ts: batch.ts[i] as number, open: batch.open[i] as number },
        ...{ high: batch.high[i] as number, low: batch.low[i] as number, close: batch.close[i] as number },
        ...{ volume: batch.volume[i] as number, source: names[codes[i] ?? -1] as string },
        ...{ vwap: orNull(batch.vwap?.[i]), trades: orNull(batch.trades?.[i]) },
        fetchedAt: batch.fetchedAt[i] as number,
      };
    }),
  );
}

describe('a replay', () => {
  it('has the bars of a read of each series, in the order of their closes and then of the series', async () => {
    let given = 0;
    await fc.assert(
      fc.asyncProperty(lakes, fc.array(readings, { minLength: 2, maxLength: 4 }), async (lake, ways) => {
        const history = await historyOf(lake);
        for (const options of ways) {
          const expected = await outcome(() => inOrder(history, lake, options));
          const batches = await outcome(() => itemsOf(history.replay(namedIn(lake), options)));
          const rows = await outcome(() =>
            itemsOf(history.replay(namedIn(lake), { ...options, rows: true })),
          );
          if (!Array.isArray(expected) || !Array.isArray(batches)) {
            expect([batches, rows]).toMatchObject([{ code: 'basis-unknown' }, { code: 'basis-unknown' }]);
            expect(expected).toMatchObject({ code: 'basis-unknown' });
            continue;
          }
          expect(flat(batches)).toEqual(expected);
          expect(rows).toEqual(expected);
          given += expected.length;
        }
      }),
      { numRuns: rounds(20) },
    );
    expect(given).toBeGreaterThan(25 * rounds(20));
  });

  it('is the same however little it may have in memory, and no batch ends within an instant', async () => {
    let batchesSeen = 0;
    const sizes = fc.record({
      batch: fc.integer({ min: 1, max: 40 }),
      memory: fc.integer({ min: 1, max: 400 }),
    });
    await fc.assert(
      fc.asyncProperty(lakes, sizes, fc.constantFrom('none', 'splits'), async (lake, small, adjust) => {
        const history = await historyOf(lake);
        const whole = await outcome(() => itemsOf(history.replay(namedIn(lake), { adjust })));
        if (!Array.isArray(whole)) return;
        const store = openStore(storeOf(history));
        const tools = {
          ...{ store, capabilities: capabilitiesOf({ id: 'sample' }), clock: () => NOON },
          call: <T>(work: () => Promise<T>) => work(),
        };
        const batches = (await itemsOf(replayOf(tools, namedIn(lake), { adjust }, small))) as ReplayBatch[];
        expect(flat(batches)).toEqual(flat(whole));
        for (const [i, { at, rows }] of batches.entries()) {
          expect(at).toHaveLength(rows);
          expect(batches[i + 1]?.at[0] ?? Number.POSITIVE_INFINITY).toBeGreaterThan(at.at(-1) ?? Number.NaN);
          // As soon as it has enough it ends with the instant that it is at.
          expect(at.filter((one) => one < (at.at(-1) as number)).length).toBeLessThan(small.batch);
          if (i < batches.length - 1) expect(rows).toBeGreaterThanOrEqual(small.batch);
        }
        batchesSeen += batches.length;
      }),
      { numRuns: rounds(20) },
    );
    expect(batchesSeen).toBeGreaterThan(rounds(20));
  });

  it('as of an instant is that of a store that knows no more: nothing of what comes later is in it', async () => {
    let [compared, splitsLater] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        lakes,
        instants,
        fc.constantFrom('none', 'splits', 'all'),
        async (lake, asOf, adjust) => {
          const [whole, then] = [await historyOf(lake), await historyOf(lake, asOf)];
          const known = lake.series.filter(({ bars }) => bars.some(({ closes }) => closes <= asOf));
          const named = known.map(({ series }) => series);
          if (named.length === 0) return;
          const [now, before] = [
            await outcome(() => itemsOf(whole.replay(named, { adjust, asOf, rows: true }))),
            await outcome(() => itemsOf(then.replay(named, { adjust, asOf, rows: true }))),
          ];
          if (!Array.isArray(now)) {
            expect(before).toMatchObject({ code: now.code });
            return;
          }
          expect(now).toEqual(before);
          for (const { at } of now) expect(at).toBeLessThanOrEqual(asOf);
          compared += now.length;
          const isLater = ({ series, calendar }: Lake['series'][number]): boolean =>
            lake.actions.get(series.ticker)?.some(({ exDay }) => exDay > calendar.localDay(asOf)) === true;
          if (adjust !== 'none' && known.some(isLater)) splitsLater++;
        },
      ),
      { numRuns: rounds(40) },
    );
    expect(compared).toBeGreaterThan(7 * rounds(40));
    expect(splitsLater).toBeGreaterThan(0);
  });

  it('gives bars of one instant in the order in which their series are named', async () => {
    let ties = 0;
    await fc.assert(
      fc.asyncProperty(lakesOf(4, 6), async (lake) => {
        const history = await historyOf(lake);
        const order = namedIn(lake).toReversed();
        const place = new Map(order.map((series, i) => [seriesKey(series), i]));
        const rows = await itemsOf(history.replay(order, { rows: true }));
        for (const [i, { at, series }] of rows.entries()) {
          const before = rows[i - 1];
          if (before?.at !== at) continue;
          ties++;
          expect(place.get(seriesKey(before.series))).toBeLessThan(place.get(seriesKey(series)) ?? -1);
        }
      }),
      { numRuns: rounds(15) },
    );
    expect(ties).toBeGreaterThan(rounds(20));
  });
});
