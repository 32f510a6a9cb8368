import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAdjusted } from '../../../src/library/adjusted.ts';
import { barBatches } from '../../../src/library/bar-batches.ts';
import { replayOf } from '../../../src/library/replay.ts';
import { capabilitiesOf } from '../../../src/providers/registry.ts';
import { fill, lakesOf } from '../../library/invented-lake.ts';
import { itemsOf, rowsIn } from '../../library/lake-history.ts';
import { NOON } from '../fixtures.ts';
import type { StoreUnderTest } from './subject.ts';

export function describeReplay(open: () => Promise<StoreUnderTest>): void {
  describe('bars that are given as they are read', () => {
    let subject: StoreUnderTest;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(() => subject.destroy());

    it('are those that a read gives, series by series and in the order of their closes', async () => {
      const [lake] = fc.sample(lakesOf(6, 6), { numRuns: 1, seed: 7 });
      if (lake === undefined) throw new Error('no lake');
      await fill(subject.store, lake);
      const store = subject.reopen();
      const tools = {
        ...{ store, capabilities: capabilitiesOf({ id: 'sample' }), clock: () => NOON },
        call: <T>(work: () => Promise<T>) => work(),
      };
      const named = lake.series.map(({ series }) => series);
      const stored = lake.series.flatMap(({ series, bars }, of) =>
        bars.map(({ day: _day, closes, ...bar }) => ({ series, of, at: closes, bar })),
      );
      const read = await Promise.all(named.map((series) => readAdjusted(store, series, {})));
      expect(read.flat()).toEqual(stored.map(({ bar }) => bar));
      expect((await itemsOf(barBatches(tools, named, {}))).flatMap(rowsIn)).toEqual(read.flat());
      // Little by little, so that every series is read in several parts.
      const rows = await itemsOf(replayOf(tools, named, { rows: true }, { memory: 100 }));
      expect(rows).toEqual(
        stored
          .toSorted((a, b) => a.at - b.at || a.of - b.of)
          .map(({ series, at, bar }) => ({ series, at, ...bar })),
      );
    });
  });
}
