import { describe, expect, it } from 'vitest';
import {
  adjustedStretches,
  type SessionClose,
} from '../../../../src/store/parquet/doctor/adjusted-stretch.ts';

describe('adjusted stretches', () => {
  const splits = [
    { kind: 'split', exDay: 10, ratio: 2 },
    { kind: 'split', exDay: 20, ratio: 3 },
  ] as const;
  /** One close a day from 1 on, from what a day's price is. */
  const closes = (price: (day: number) => number): SessionClose[] =>
    Array.from({ length: 30 }, (_, i) => ({ day: i + 1, close: price(i + 1) * (1 + (i % 3) / 200) }));
  const raw = (day: number): number => (day < 10 ? 600 : day < 20 ? 300 : 100);

  it('are none where every split shows at its ex-date', () => {
    expect(adjustedStretches(closes(raw), splits)).toEqual([]);
  });

  it('reach back over several splits, all of which they are adjusted for', () => {
    const found = adjustedStretches(
      closes((day) => (day >= 5 && day < 20 ? 100 : raw(day))),
      splits,
    );
    expect(found).toEqual([{ from: 5, to: 20 }]);
  });

  it('end at an earlier split that shows', () => {
    const found = adjustedStretches(
      closes((day) => (day >= 15 && day < 20 ? 100 : raw(day))),
      splits,
    );
    expect(found).toEqual([{ from: 15, to: 20 }]);
  });

  it('may begin at an ex-date, where prices were not yet split', () => {
    const found = adjustedStretches(
      closes((day) => (day >= 20 && day < 25 ? 300 : raw(day))),
      splits,
    );
    expect(found).toEqual([{ from: 20, to: 25 }]);
  });

  it('are none where the level changes nowhere: the split may be what is wrong', () => {
    expect(
      adjustedStretches(
        closes(() => 100),
        splits,
      ),
    ).toEqual([]);
  });

  it('are none where a price halves by itself and the splits show', () => {
    expect(
      adjustedStretches(
        closes((day) => (day < 5 ? 1200 : raw(day))),
        splits,
      ),
    ).toEqual([]);
  });

  it('are none for a split too small to tell', () => {
    const found = adjustedStretches(
      closes((day) => (day < 5 ? 110 : 100)),
      [{ ...splits[0], ratio: 1.1 }],
    );
    expect(found).toEqual([]);
  });
});
