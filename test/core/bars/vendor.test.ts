import { describe, expect, it } from 'vitest';
import { storedBarsOf } from '../../../src/core/bars/bar-builder.ts';
import { slice } from '../../../src/core/bars/columns.ts';
import { givenBy, isEndpointName, labelOf, vendorOf, vendorsIn } from '../../../src/core/bars/vendor.ts';
import { stored } from '../../backfill/received.ts';

const SOURCES = ['polygon/flat', 'polygon', 'yahoo', 'polygon/trades', 'polygons', ''];
const bars = storedBarsOf(SOURCES.map((source, i) => stored(i + 1, 100, { source })));

describe('whose a row is', () => {
  it('is told by what stands before the slash of its source', () => {
    expect(SOURCES.map(vendorOf)).toEqual(['polygon', 'polygon', 'yahoo', 'polygon', 'polygons', '']);
    expect([labelOf('polygon', 'flat'), labelOf('polygon')]).toEqual(['polygon/flat', 'polygon']);
  });

  it('is asked of stored bars, each provider once, and of none whose bars were left out', () => {
    expect(vendorsIn(bars)).toEqual(['polygon', 'yahoo', 'polygons', '']);
    expect(vendorsIn(slice(bars, 2, 4))).toEqual(['yahoo', 'polygon']);
    const placesOf = (provider: string): number[] => [...bars.ts.keys()].filter(givenBy(bars, provider));
    expect(placesOf('polygon')).toEqual([0, 1, 3]);
    expect(placesOf('yahoo')).toEqual([2]);
    expect(placesOf('polygon/flat')).toEqual([]);
  });

  it('is told by an endpoint whose name is a word in lower case, and by no other', () => {
    expect(['flat', 'flat-2'].map(isEndpointName)).toEqual([true, true]);
    expect(['', 'Flat', 'a/b', '2nd', null, 7].some(isEndpointName)).toBe(false);
  });
});
