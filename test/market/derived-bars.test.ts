import { describe, expect, it } from 'vitest';
import { rowsOf, barsOf } from '../../src/core/bars/bar-builder.ts';
import type { Ohlcv } from '../../src/core/bars/bars.ts';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { parseDay } from '../../src/core/session/day.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import { derivedBars } from '../../src/market/derived-bars.ts';

/** A minute that opens at a price, rises by 2, falls by 1 and closes 1 higher. */
function minute(at: string, price: number, known: Partial<Ohlcv> = {}): Ohlcv {
  const ohlc = { open: price, high: price + 2, low: price - 1, close: price + 1 };
  return { ts: Date.parse(at), ...ohlc, volume: 100, vwap: null, trades: null, ...known };
}

function derived(
  rows: readonly Ohlcv[],
  interval: Interval,
  { calendar = 'XNYS', from = '2025-11-26', to = '2025-12-31' } = {},
): (readonly [start: string, open: number, high: number, low: number, close: number, volume: number])[] {
  const days = [{ from: parseDay(from), to: parseDay(to) }];
  const made = derivedBars({ bars: barsOf(rows), calendar: calendarById(calendar), days, interval });
  return rowsOf(made).map(({ ts, open, high, low, close, volume }) => [
    new Date(ts).toISOString().slice(0, 16),
    ...([open, high, low, close, volume] as const),
  ]);
}

describe('longer bars made of minutes', () => {
  it('begin where the session does, and have the first open, the last close, the widest range and all shares', () => {
    const rows = [
      minute('2025-11-26T14:30Z', 10),
      minute('2025-11-26T14:34Z', 30),
      minute('2025-11-26T14:35Z', 20),
      minute('2025-11-26T15:29Z', 5),
      minute('2025-11-26T15:30Z', 7),
      minute('2025-11-26T20:59Z', 8),
    ];
    expect(derived(rows, '5m')).toEqual([
      ['2025-11-26T14:30', 10, 32, 9, 31, 200],
      ['2025-11-26T14:35', 20, 22, 19, 21, 100],
      ['2025-11-26T15:25', 5, 7, 4, 6, 100],
      ['2025-11-26T15:30', 7, 9, 6, 8, 100],
      ['2025-11-26T20:55', 8, 10, 7, 9, 100],
    ]);
    expect(derived(rows, '1h')).toEqual([
      ['2025-11-26T14:30', 10, 32, 4, 6, 400],
      ['2025-11-26T15:30', 7, 9, 6, 8, 100],
      ['2025-11-26T20:30', 8, 10, 7, 9, 100],
    ]);
    expect(derived(rows, '1d')).toEqual([['2025-11-26T00:00', 10, 32, 4, 9, 600]]);
  });

  it('follow the clock of the exchange over a change of it, and never join two sessions', () => {
    const rows = [
      minute('2025-10-31T13:30Z', 10),
      minute('2025-10-31T19:59Z', 11),
      minute('2025-11-03T14:30Z', 12),
      minute('2025-11-03T20:59Z', 13),
    ];
    const autumn = { from: '2025-10-31', to: '2025-11-04' };
    expect(derived(rows, '1h', autumn).map(([start]) => start)).toEqual([
      '2025-10-31T13:30',
      '2025-10-31T19:30',
      '2025-11-03T14:30',
      '2025-11-03T20:30',
    ]);
    expect(derived(rows, '1d', autumn).map(([start, open, , , close]) => [start, open, close])).toEqual([
      ['2025-10-31T00:00', 10, 12],
      ['2025-11-03T00:00', 12, 14],
    ]);
  });

  it('begin again after a lunch break', () => {
    const rows = [
      minute('2025-11-26T02:29Z', 10), // Tokyo, 11:29
      minute('2025-11-26T03:30Z', 11), // 12:30
      minute('2025-11-26T04:29Z', 12),
      minute('2025-11-26T04:30Z', 13),
    ];
    expect(derived(rows, '1h', { calendar: 'XTKS' }).map(([start, open]) => [start, open])).toEqual([
      ['2025-11-26T02:00', 10],
      ['2025-11-26T03:30', 11],
      ['2025-11-26T04:30', 13],
    ]);
  });

  it('end with a half day', () => {
    const rows = [minute('2025-11-28T14:30Z', 10), minute('2025-11-28T17:59Z', 11)];
    expect(derived(rows, '1h').map(([start]) => start)).toEqual(['2025-11-28T14:30', '2025-11-28T17:30']);
  });

  it('are those of the days that are meant', () => {
    const rows = ['24', '25', '26', '28'].map((day) => minute(`2025-11-${day}T15:00Z`, Number(day)));
    const meant = { from: '2025-11-25', to: '2025-11-27' };
    expect(derived(rows, '1d', meant).map(([, open]) => open)).toEqual([25, 26]);
  });

  it('know what is known of all their minutes', () => {
    const bars = (...rows: Partial<Ohlcv>[]): unknown[] => {
      const minutes = rows.map((known, i) => minute(`2025-11-26T14:3${i}Z`, 10, known));
      const days = [{ from: parseDay('2025-11-26'), to: parseDay('2025-11-27') }];
      const all = { bars: barsOf(minutes), calendar: calendarById('XNYS'), days };
      return rowsOf(derivedBars({ ...all, interval: '5m' })).map(({ volume, vwap, trades }) => [
        volume,
        vwap,
        trades,
      ]);
    };
    const two = { volume: 300, vwap: 20, trades: 7 };
    expect(bars({ volume: 100, vwap: 10, trades: 3 }, two)).toEqual([[400, 17.5, 10]]);
    expect(bars({ volume: 100, vwap: null, trades: null }, two)).toEqual([[400, null, null]]);
    expect(bars({ volume: 0, vwap: null, trades: 0 }, two)).toEqual([[300, 20, 7]]);
    expect(bars({ volume: 0, vwap: null, trades: 0 })).toEqual([[0, null, 0]]);
    expect(bars({ volume: Number.NaN }, two)).toEqual([[Number.NaN, null, null]]);
  });
});
