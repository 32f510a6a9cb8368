import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  mergeBars,
  mergeIdentity,
  type Ohlcv,
  seriesKey,
  UNKNOWN_IDENTITY,
} from '../../../src/core/bars/bars.ts';

function bar(ts: number, close: number): Ohlcv {
  return { ts, open: close, high: close, low: close, close, volume: 1, vwap: null, trades: null };
}

/** Ascending and unique by `ts`. */
function bars(close: number): fc.Arbitrary<Ohlcv[]> {
  return fc
    .uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 20 })
    .map((times) => times.toSorted((a, b) => a - b).map((ts) => bar(ts, close)));
}

describe('mergeBars', () => {
  it('does what a map by ts does in which newer bars overwrite older ones', () => {
    fc.assert(
      fc.property(bars(1), bars(2), (older, newer) => {
        const model = new Map([...older, ...newer].map((each) => [each.ts, each]));
        expect(mergeBars(older, newer)).toEqual([...model.values()].toSorted((a, b) => a.ts - b.ts));
      }),
    );
  });

  it('changes nothing when the same answer comes again', () => {
    fc.assert(
      fc.property(bars(1), (once) => {
        expect(mergeBars(once, once)).toEqual(once);
      }),
    );
  });

  it('keeps bars that an empty answer lacks', () => {
    expect(mergeBars([bar(1, 1)], [])).toEqual([bar(1, 1)]);
    expect(mergeBars([], [bar(1, 1)])).toEqual([bar(1, 1)]);
  });
});

describe('seriesKey', () => {
  it('names ticker and interval', () => {
    expect(seriesKey({ ticker: 'AAPL', interval: '1d' })).toBe('AAPL 1d');
  });
});

describe('mergeIdentity', () => {
  const apple = { currency: 'USD', exchange: 'NMS', type: 'equity', firstTrade: 4000 };

  it('keeps what the newer answer leaves out and takes what it says', () => {
    expect(mergeIdentity(apple, UNKNOWN_IDENTITY)).toEqual(apple);
    expect(mergeIdentity(UNKNOWN_IDENTITY, apple)).toEqual(apple);
    expect(mergeIdentity(apple, { ...UNKNOWN_IDENTITY, exchange: 'NYQ' })).toEqual({
      ...apple,
      exchange: 'NYQ',
    });
  });
});
