import { describe, expect, it } from 'vitest';
import { barsOf } from '../../../src/core/bars/bar-builder.ts';
import { wholeSessions } from '../../../src/core/bars/whole-sessions.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { formatDay } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';

const MINUTE = 60_000;
const LATER = Date.parse('2027-01-01');

/** Bars of these lengths of time, `[from, to)`. */
function barsIn(lengthMs: number, ...times: readonly (readonly [from: string, to: string])[]) {
  const rows = times.flatMap(([from, to]) => {
    const [start, end] = [Date.parse(from), Date.parse(to)];
    return Array.from({ length: Math.ceil((end - start) / lengthMs) }, (_, i) => ({
      ...{
        ts: start + i * lengthMs,
        open: 1,
        high: 1,
        low: 1,
        close: 1,
        volume: 1,
        vwap: null,
        trades: null,
      },
    }));
  });
  return barsOf(rows);
}

const whole = (
  bars: ReturnType<typeof barsIn>,
  calendar: string,
  interval: Interval,
  now = LATER,
): string[] => wholeSessions(bars, interval, calendarById(calendar), now).map(formatDay);

describe('sessions of which every bar is there', () => {
  it('lack none between the open and the close, whatever the interval', () => {
    const [open, close] = ['2026-03-02T14:30:00Z', '2026-03-02T21:00:00Z'];
    expect(whole(barsIn(MINUTE, [open, close]), 'XNYS', '1m')).toEqual(['2026-03-02']);
    expect(whole(barsIn(60 * MINUTE, [open, close]), 'XNYS', '1h')).toEqual(['2026-03-02']);
    expect(whole(barsIn(MINUTE, [open, '2026-03-02T20:59:00Z']), 'XNYS', '1m')).toEqual([]);
    const hole = barsIn(MINUTE, [open, '2026-03-02T15:00:00Z'], ['2026-03-02T15:01:00Z', close]);
    expect(whole(hole, 'XNYS', '1m')).toEqual([]);
  });

  it('are over at an early close, and rest at lunch', () => {
    const half = barsIn(MINUTE, ['2025-11-28T14:30:00Z', '2025-11-28T18:00:00Z']);
    expect(whole(half, 'XNYS', '1m')).toEqual(['2025-11-28']);
    const [morning, afternoon] = [
      ['2026-03-02T01:30:00Z', '2026-03-02T04:00:00Z'],
      ['2026-03-02T05:00:00Z', '2026-03-02T08:00:00Z'],
    ] as const;
    expect(whole(barsIn(5 * MINUTE, morning, afternoon), 'XHKG', '5m')).toEqual(['2026-03-02']);
    expect(whole(barsIn(5 * MINUTE, morning), 'XHKG', '5m')).toEqual([]);
  });

  it('need those alone that have closed by now', () => {
    const bars = barsIn(MINUTE, ['2026-03-02T14:30:00Z', '2026-03-02T14:40:00Z']);
    expect(whole(bars, 'XNYS', '1m', Date.parse('2026-03-02T14:40:59Z'))).toEqual(['2026-03-02']);
    expect(whole(bars, 'XNYS', '1m', Date.parse('2026-03-02T14:41:00Z'))).toEqual([]);
  });

  it('have one bar of a day, and are known of no calendar whose hours are advice', () => {
    expect(whole(barsIn(1440 * MINUTE, ['2026-03-02', '2026-03-04']), 'XNYS', '1d')).toEqual([
      '2026-03-02',
      '2026-03-03',
    ]);
    expect(whole(barsIn(MINUTE, ['2026-03-02', '2026-03-03']), 'weekdays', '1m')).toEqual([]);
  });
});
