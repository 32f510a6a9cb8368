import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarFor } from '../../../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../../../src/core/session/day.ts';
import {
  consecutive,
  daily,
  distort,
  distorted,
  expectOnlyRowsChanged,
  HOURLY,
  type Row,
  value,
} from './distorting.ts';

const seeds = fc.integer({ min: 0, max: 1000 });
const queries = fc.constantFrom(undefined, HOURLY);
/** Nine and ten sessions. */
const NINE = daily('2026-03-02', '2026-03-12');
const TEN = daily('2026-03-02', '2026-03-13');

/** A row made flat at a price (float32), with the same part of it left by dividends. */
function flatAt(row: Row | undefined, price: number): object {
  const one = Math.fround(price);
  const flat = { ...row, open: one, high: one, low: one, close: one, volume: 0 };
  if (row?.['adjclose'] === undefined) return flat;
  return { ...flat, adjclose: expect.closeTo((value(row, 'adjclose') / value(row, 'close')) * price, 3) };
}

describe('rows that are made up', () => {
  it.each(['constant', 'interpolated'] as const)(
    '%s: a run of 8 rows is flat, without volume, between two true rows',
    (how) => {
      const starts = new Set<number>();
      fc.assert(
        fc.property(seeds, queries, (seed, query) => {
          const both = distorted(how, { seed, ...(query !== undefined && { query }) });
          const { good, bad, changed } = both;
          const first = changed[0] ?? 0;
          starts.add(first);
          expect(changed).toEqual(consecutive(first, 8));
          const [before, after] = [value(good[first - 1], 'close'), value(good[first + 8], 'close')];
          for (const [place, i] of changed.entries()) {
            const price = how === 'constant' ? before : before + ((after - before) * (place + 1)) / 9;
            expect(bad[i]).toEqual(flatAt(good[i], price));
          }
          expectOnlyRowsChanged(both);
        }),
        { numRuns: 30 },
      );
      expect(starts.size).toBeGreaterThan(5);
    },
  );

  it.each(['constant', 'interpolated'] as const)('%s: needs ten rows', (how) => {
    expect(distort(how, { query: NINE })).toBe(null);
    expect(distorted(how, { query: TEN }).changed).toEqual(consecutive(1, 8));
  });

  it('filler: a flat row on every Saturday and holiday, at the close before, when that day would open', () => {
    const both = distorted('filler', { query: daily('2026-03-02', '2026-04-10') });
    const { good, bad } = both;
    const stamps = new Set(good.map(({ stamp }) => stamp));
    const extra = bad.filter(({ stamp }) => !stamps.has(stamp));
    expect(bad.filter(({ stamp }) => stamps.has(stamp))).toEqual(good);
    // The clocks change on 8 March, a Sunday; 3 April is Good Friday.
    expect(extra.map(({ stamp }) => new Date(stamp * 1000).toISOString().slice(0, 16))).toEqual([
      '2026-03-07T14:30',
      '2026-03-14T13:30',
      '2026-03-21T13:30',
      '2026-03-28T13:30',
      '2026-04-03T13:30',
      '2026-04-04T13:30',
    ]);
    for (const row of extra) {
      const before = good.findLast(({ stamp }) => stamp < row.stamp);
      const price = value(before, 'close');
      expect(row).toMatchObject({ open: price, high: price, low: price, close: price, volume: 0 });
      expect(value(row, 'adjclose')).toBeCloseTo(value(before, 'adjclose'), 3);
    }
    expectOnlyRowsChanged(both);
  });

  it.each(['ALFA', 'BRVO.PA', 'KUMO.T', 'USDQGG=X'])(
    'filler: rows of %s stay in order, none on a session or a Sunday',
    (ticker) => {
      const calendar = calendarFor(ticker);
      for (const query of [daily('2020-01-01', '2020-12-31'), daily('2026-01-01', '2026-11-30')]) {
        const { good, bad } = distorted('filler', { ticker, query });
        const stamps = bad.map(({ stamp }) => stamp);
        expect(stamps).toEqual([...new Set(stamps)].toSorted((a, b) => a - b));
        const days = stamps.map((stamp) => calendar.localDay(stamp * 1000));
        expect(new Set(days).size).toBe(days.length);
        const closed = days.filter((day) => !calendar.isSession(day)).map(formatDay);
        expect(closed.length).toBe(bad.length - good.length);
        const weekdays = closed.map((date) => new Date(date).getUTCDay());
        expect(weekdays).not.toContain(0);
        expect(weekdays.filter((day) => day === 6).length).toBeGreaterThan(44);
      }
    },
  );

  it('filler: none on sessions without a trade: a halt is no holiday', () => {
    const query = daily('2020-03-09', '2020-03-27');
    const { good, bad } = distorted('filler', { ticker: 'GLYF', query });
    expect(good).toHaveLength(10);
    expect(bad).toHaveLength(12);
  });

  it('filler: one row a closed day among hourly rows, too', () => {
    const { good, bad } = distorted('filler', {
      query: HOURLY.replace('period1=1794182400', 'period1=1793577600'),
    });
    expect(bad.length - good.length).toBe(1);
    const extra = bad.find(({ stamp }) => !good.some((row) => row.stamp === stamp));
    expect(calendarFor('ALFA').localDay((extra?.stamp ?? 0) * 1000)).toBe(parseDay('2026-11-07'));
    expect(extra).not.toHaveProperty('adjclose');
  });

  it('filler: none where every day is a session or the range has no closed day', () => {
    expect(distort('filler', { ticker: 'SMPL-USD' })).toBe(null);
    expect(distort('filler', { query: daily('2026-03-02', '2026-03-06') })).toBe(null);
  });

  it('stale-tail: the last three rows repeat the values of the fourth last', () => {
    for (const query of [daily('2020-01-01', '2020-12-31'), HOURLY]) {
      const both = distorted('stale-tail', { query });
      const { good, bad, changed } = both;
      expect(changed).toEqual(consecutive(good.length - 3, 3));
      for (const i of changed) expect(bad[i]).toEqual({ ...good.at(-4), stamp: good[i]?.stamp });
      expectOnlyRowsChanged(both);
    }
  });

  it('stale-tail: needs four rows', () => {
    expect(distort('stale-tail', { query: daily('2026-03-02', '2026-03-04') })).toBe(null);
    expect(distorted('stale-tail', { query: daily('2026-03-02', '2026-03-05') }).changed).toEqual([1, 2, 3]);
  });
});
