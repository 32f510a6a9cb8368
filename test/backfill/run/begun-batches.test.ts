import { describe, expect, it } from 'vitest';
import { asAsked, beyond, cutShort } from '../../../src/backfill/run/begun-batches.ts';
import type { RecordedRun } from '../../../src/backfill/run/run-record.ts';
import type { BatchPlace } from '../../../src/core/universe/universe.ts';

/** The record of a run of batch `number` of five, of 23 tickers, of which some were asked for together. */
function runOf(number: number, asked: BatchPlace['asked'], more: Partial<RecordedRun> = {}): RecordedRun {
  const last = Math.min(5 * number, 23);
  const batch = { number, of: 5, first: 5 * number - 4, last, total: 23, asked, list: 'a list' };
  return { ...WHOLE, id: `run ${number}`, batch, intervals: ['1d'], ...more };
}

const WHOLE: RecordedRun = {
  ...{ id: 'whole', provider: 'sample', startedAt: 0, endedAt: 1, bars: 0, fetched: 0 },
  ...{ failed: 0, unavailable: 0, notRun: 0, stopped: null, failures: [] },
};
const FIRST_TWO = { first: 1, last: 2 };

describe('the batches of a list that were never begun', () => {
  it('come after the newest that was', () => {
    const cut = cutShort([runOf(2, FIRST_TWO), runOf(1, FIRST_TWO)]);
    expect(cut.map(({ id }) => id)).toEqual(['run 2']);
    expect(cut.flatMap(beyond)).toEqual([
      { provider: 'sample', tickers: 13, first: 3, last: 5, of: 5, startBatch: 2 },
    ]);
  });

  it.each([
    ['the last batch was begun since', runOf(5, { first: 3, last: 5 })],
    ['the whole list was asked for since', { ...WHOLE, list: 'a list', intervals: ['1d'] }],
  ])('are none where %s', (_, since) => {
    expect(cutShort([since, runOf(2, FIRST_TWO)])).toEqual([]);
  });

  it.each<[string, Partial<RecordedRun>]>([
    ['another provider', { provider: 'csv' }],
    ['other intervals', { intervals: ['1h'] }],
  ])('stay where %s had the rest', (_, other) => {
    const runs = [runOf(5, { first: 3, last: 5 }, other), runOf(2, FIRST_TWO)];
    expect(cutShort(runs).map(({ id }) => id)).toEqual(['run 2']);
  });
});

describe('a run as it was asked for', () => {
  it('is its batches, the first one first, and none of another cut', () => {
    const its = [runOf(4, { first: 3, last: 4 }), runOf(3, { first: 3, last: 4 })] as const;
    const told = asAsked([...its, runOf(2, FIRST_TWO), runOf(1, FIRST_TWO)]);
    expect(told.map(({ id }) => id)).toEqual(['run 3', 'run 4']);
    expect(asAsked([WHOLE, ...its])).toEqual([WHOLE]);
    const [newest, cut] = [runOf(4, { first: 3, last: 4 }), runOf(3, { first: 1, last: 4 })];
    expect(asAsked([newest, cut])).toEqual([newest]);
  });

  it('is told without what came of another provider in between', () => {
    const derived = { ...WHOLE, provider: 'derived' };
    const told = asAsked([runOf(2, FIRST_TWO), derived, runOf(1, FIRST_TWO)]);
    expect(told.map(({ id }) => id)).toEqual(['run 1', 'run 2']);
  });
});
