import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ohlcv } from '../../src/core/bars/bars.ts';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import { INTERVALS } from '../../src/core/session/interval.ts';
import { isComplete } from '../../src/market/market.ts';
import { market, range, tradedSession } from './sampled.ts';

/** One bar of all: what a session's bars must add up to. */
function aggregate(bars: readonly Ohlcv[]): Partial<Ohlcv> {
  return {
    ...(bars[0] && { open: bars[0].open }),
    high: Math.max(...bars.map((bar) => bar.high)),
    low: Math.min(...bars.map((bar) => bar.low)),
    ...(bars.at(-1) && { close: bars.at(-1)?.close ?? 0 }),
    volume: bars.reduce((sum, bar) => sum + bar.volume, 0),
  };
}

describe('intraday bars of the sample market', () => {
  it('add up to the daily bar exactly, at every interval', () => {
    fc.assert(
      fc.property(tradedSession, fc.constantFrom(...INTERVALS), ({ ticker, row, day }, interval) => {
        const bars = market.rows(ticker, interval, { from: day, to: day + 1 }).filter(isComplete);
        const { open, high, low, close, volume } = row;
        expect(aggregate(bars)).toEqual({ open, high, low, close, volume });
      }),
      { numRuns: 300 },
    );
  });

  it('start on the grid of the session, within its hours and outside its lunch break, in order', () => {
    fc.assert(
      fc.property(tradedSession, ({ ticker, day }) => {
        const { open, close, lunch } = calendarFor(ticker).session(day);
        const stamps = market.rows(ticker, '1m', { from: day, to: day + 1 }).map(({ ts }) => ts);
        for (const [i, ts] of stamps.entries()) {
          expect(ts >= open && ts < close && (ts - open) % 60_000 === 0).toBe(true);
          expect(lunch === null || ts < lunch.start || ts >= lunch.end).toBe(true);
          expect(ts).toBeGreaterThan(stamps[i - 1] ?? 0);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('begin a New York hour at 09:30 and end with half an hour', () => {
    const hours = market.rows('ALFA', '1h', range('2026-01-05', '2026-01-06'));
    expect(hours.map(({ ts }) => new Date(ts).toISOString().slice(11, 16))).toEqual([
      '14:30',
      '15:30',
      '16:30',
      '17:30',
      '18:30',
      '19:30',
      '20:30',
    ]);
  });

  it('end early on a half day', () => {
    const minutes = market.rows('UMBR', '1m', range('2025-11-28', '2025-11-29'));
    expect(new Date(minutes.at(-1)?.ts ?? 0).toISOString()).toBe('2025-11-28T17:59:00.000Z');
  });

  it('pause for lunch in Tokyo, and begin their grid again after it', () => {
    const bars = market.rows('KUMO.T', '15m', range('2026-01-05', '2026-01-06'));
    const times = bars.map(({ ts }) => new Date(ts).toISOString().slice(11, 16));
    expect(times.slice(9, 11)).toEqual(['02:15', '03:30']);
    expect(times.at(-1)).toBe('06:15');
    const hours = market.rows('KUMO.T', '1h', range('2026-01-05', '2026-01-06'));
    expect(hours.map(({ ts }) => new Date(ts).toISOString().slice(11, 16))).toEqual([
      '00:00',
      '01:00',
      '02:00',
      '03:30',
      '04:30',
      '05:30',
    ]);
  });

  it('join to longer bars that agree with the minutes within them', () => {
    fc.assert(
      fc.property(
        tradedSession,
        fc.constantFrom('5m' as const, '15m' as const, '1h' as const),
        ({ ticker, day }, interval) => {
          const minutes = market.rows(ticker, '1m', { from: day, to: day + 1 }).filter(isComplete);
          const bars = market.rows(ticker, interval, { from: day, to: day + 1 }).filter(isComplete);
          for (const [i, bar] of bars.entries()) {
            const end = bars[i + 1]?.ts ?? Number.POSITIVE_INFINITY;
            const { open, high, low, close, volume } = bar;
            const within = minutes.filter(({ ts }) => ts >= bar.ts && ts < end);
            expect(aggregate(within)).toEqual({ open, high, low, close, volume });
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('leave out minutes without a trade', () => {
    expect(market.rows('SABL', '1m', range('2026-01-05', '2026-01-06')).length).toBeLessThan(385);
    expect(market.rows('ALFA', '1m', range('2026-01-05', '2026-01-06'))).toHaveLength(390);
  });
});
