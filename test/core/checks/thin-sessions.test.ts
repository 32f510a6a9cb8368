import { describe, expect, it } from 'vitest';
import type { Ohlcv } from '../../../src/core/bars/bars.ts';
import { calendarById, calendarFor } from '../../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import { SESSIONS, context, dayBar, minuteBars } from '../daily-bars.ts';
import { type RowContext, findOddities } from '../rows.ts';

function minutes(...counts: number[]): Ohlcv[] {
  return counts.flatMap((count, i) => minuteBars(SESSIONS[i] ?? 0, count, 10));
}

function thinOnes(bars: readonly Ohlcv[], change: Partial<RowContext> = {}): string[] {
  const oddities = findOddities(bars, context({ interval: '1m', ...change }));
  return oddities.map(({ kind, session, note }) => `${kind} ${formatDay(session)}: ${note}`);
}

describe('a thin session', () => {
  it('has fewer than half of the bars of the median session', () => {
    expect(thinOnes(minutes(390, 390, 194, 390, 390))).toEqual([
      'thin 2025-03-05: 194 bars, where about 390 are usual',
    ]);
    expect(thinOnes(minutes(390, 390, 1, 390, 390))).toEqual([
      'thin 2025-03-05: 1 bar, where about 390 are usual',
    ]);
    expect(thinOnes(minutes(300, 300, 149, 300, 300))).toHaveLength(1);
    expect(thinOnes(minutes(300, 300, 150, 300, 300))).toEqual([]);
    expect(thinOnes(minutes(390, 150, 320, 390, 150, 320))).toHaveLength(2);
  });

  it('has a tenth fewer where the others, known ones too, have nearly all', () => {
    const named = ['thin 2025-03-05: 350 bars, where about 390 are usual'];
    expect(thinOnes(minutes(390, 390, 350, 390, 390))).toEqual(named);
    expect(thinOnes(minutes(390, 390, 351, 390, 390))).toEqual([]);
    const known = minutes(390, 390, 0, 390, 390);
    expect(thinOnes(minutes(0, 0, 350), { known })).toEqual(named);
  });

  it('is stamped with its first bar', () => {
    const bars = minutes(390, 390, 100, 390, 390);
    const [oddity] = findOddities(bars, context({ interval: '1m' }));
    expect(oddity?.ts).toBe(bars[780]?.ts);
  });

  it('takes five sessions to tell', () => {
    expect(thinOnes(minutes(390, 100, 390, 390))).toEqual([]);
    const known = minutes(0, 0, 0, 0, 390);
    expect(thinOnes(minutes(390, 100, 390, 390), { known })).toHaveLength(1);
  });

  it('takes three of what trades round the clock, of which the others have nearly all', () => {
    const calendar = calendarFor('BTC-USD');
    const hours = (...counts: number[]): Ohlcv[] =>
      counts.flatMap((count, i) => {
        const { open } = calendar.session(parseDay('2018-05-02') + i);
        return minuteBars(parseDay('2018-05-02') + i, count, 10).map((bar, n) => ({
          ...bar,
          ts: open + n * 3_600_000,
        }));
      });
    const thin = (...counts: number[]) => thinOnes(hours(...counts), { interval: '1h', calendar });
    expect(thin(24, 16, 24)).toEqual(['thin 2018-05-03: 16 bars, where about 24 are usual']);
    expect(thin(24, 22, 24)).toEqual([]);
    expect(thin(24, 16)).toEqual([]);
    expect(thin(24, 16, 18)).toEqual([]);
  });

  it('is none of what trades in fewer than half of its minutes anyway', () => {
    expect(thinOnes(minutes(196, 196, 90, 196, 196))).toHaveLength(1);
    expect(thinOnes(minutes(194, 194, 90, 194, 194))).toEqual([]);
  });

  it('is judged by its own hours: a half day is none', () => {
    const days = ['2025-11-25', '2025-11-26', '2025-11-28', '2025-12-01', '2025-12-02'].map(parseDay);
    const withHalfDay = (count: number): Ohlcv[] =>
      days.flatMap((day, i) => minuteBars(day, i === 2 ? count : 390, 10));
    expect(thinOnes(withHalfDay(210))).toEqual([]);
    expect(thinOnes(withHalfDay(189))).toEqual([]);
    expect(thinOnes(withHalfDay(188))).toEqual(['thin 2025-11-28: 188 bars, where about 210 are usual']);
  });

  it('counts the known bars of the session', () => {
    const known = minuteBars(SESSIONS[2] ?? 0, 360, 10);
    expect(thinOnes(minutes(390, 390, 100, 390, 390), { known })).toEqual([]);
  });

  it('is never a known one', () => {
    const known = minuteBars(SESSIONS[5] ?? 0, 10, 10);
    expect(thinOnes(minutes(390, 390, 390, 390, 390), { known })).toEqual([]);
  });

  it('leaves out the lunch break', () => {
    const calendar = calendarById('XHKG');
    const bars = calendar.sessions({ from: parseDay('2025-03-03'), to: parseDay('2025-03-10') });
    const full = bars.flatMap((day) => {
      const { open, lunch } = calendar.session(day);
      const start = [open, lunch?.end ?? 0];
      return start.flatMap((from) =>
        Array.from({ length: 90 }, (_, i) => ({ ...dayBar(0, 10), ts: from + i * 60_000 })),
      );
    });
    expect(bars).toHaveLength(5);
    // 180 are more than half of 330 minutes, though not of the 390 with the break.
    const [first = 0] = bars;
    const rest = full.filter(({ ts }) => calendar.localDay(ts) !== first);
    const odd = full.slice(0, 70);
    expect(thinOnes([...odd, ...rest], { calendar })).toEqual([
      'thin 2025-03-03: 70 bars, where about 180 are usual',
    ]);
  });

  it('is nothing of daily bars or of days without a session', () => {
    const daily = SESSIONS.slice(0, 6).map((day) => dayBar(day, 10));
    expect(thinOnes(daily, { interval: '1d' })).toEqual([]);
    const saturday = Array.from({ length: 3 }, (_, i) => ({
      ...dayBar(0, 10),
      ts: Date.parse('2025-03-08T15:00:00Z') + i * 60_000,
    }));
    expect(thinOnes([...minutes(390, 390, 390, 390, 390), ...saturday])).toEqual([]);
  });
});
