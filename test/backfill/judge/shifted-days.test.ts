import { describe, expect, it } from 'vitest';
import { judgeAnswer } from '../../../src/backfill/judge/judge-answer.ts';
import { barsOf } from '../../../src/core/bars/bar-builder.ts';
import type { Bar } from '../../../src/core/bars/bars.ts';
import { calendarFor } from '../../../src/core/calendar/calendars.ts';
import { MS_PER_DAY, parseDay } from '../../../src/core/session/day.ts';
import { SESSIONS, answer, received, stored, want } from '../received.ts';

const CLOSE = (i: number): number => 100 + (i % 7);

/** The bars of some sessions, each as many days later as is said of its place. */
function moved(days: (i: number) => number, count = 30, change: Partial<Bar> = {}): Bar[] {
  return SESSIONS.slice(0, count).map((day, i) => stored(day + days(i), CLOSE(i), change));
}

const judging = (bars: readonly Bar[]) => () => judgeAnswer(received({ answer: answer({ bars }) }));

const REFUSED = { code: 'bad-answer', retryable: true, ticker: 'AAPL' };

describe('an answer whose dates are shifted', () => {
  it.each([
    ['a day late', 1, 'one day earlier'],
    ['a day early', -1, 'one day later'],
    ['two days late', 2, '2 days earlier'],
  ])('%s is refused whole, and it is said how', (_, days, fits) => {
    expect(judging(moved(() => days))).toThrow(expect.objectContaining(REFUSED));
    expect(judging(moved(() => days))).toThrow(
      new RegExp(
        String.raw`the dates for AAPL seem to be shifted, and none of its rows is stored: \d+ of 30 dates are no sessions of XNYS, and all would be ${fits}$`,
      ),
    );
  });

  it('is one too where only its later dates are', () => {
    expect(judging(moved((i) => (i < 20 ? 0 : 1)))).toThrow(/dates from 2025-07-0\d on are no sessions/);
  });

  it('is none that has some rows on closed days besides, or fillers of nobody', () => {
    const closed = ['2025-06-07', '2025-06-15', '2025-06-19', '2025-07-04'].map((date, i) =>
      stored(parseDay(date), 50 + i),
    );
    const all = [...moved(() => 0), ...closed].toSorted((a, b) => a.ts - b.ts);
    expect(judging(all)().rejected).toHaveLength(4);
    const filled = moved(() => 0).flatMap((bar) =>
      new Date(bar.ts).getUTCDay() === 5
        ? [
            bar,
            { ...bar, ts: bar.ts + MS_PER_DAY, volume: 0 },
            { ...bar, ts: bar.ts + 2 * MS_PER_DAY, volume: 0 },
          ]
        : [bar],
    );
    expect(judging(filled)).not.toThrow();
  });

  it('is none of what trades every day', () => {
    const bars = Array.from({ length: 30 }, (_, i) => stored((SESSIONS[0] ?? 0) + i, CLOSE(i)));
    const series = { ticker: 'BTC-USD', interval: '1d' as const };
    const calendar = calendarFor(series.ticker);
    const heard = received({
      want: want({ series, calendar: calendar.id }),
      calendar,
      answer: answer({ bars }),
    });
    expect(judgeAnswer({ ...heard, answer: { ...heard.answer, bars: barsOf(bars) } }).rejected).toEqual([]);
  });
});
