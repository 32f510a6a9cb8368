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

describe('an answer that goes on over the holidays of its exchange', () => {
  const XNYS = calendarFor('AAPL');
  const year = Array.from({ length: 365 }, (_, i) => (SESSIONS[0] ?? 0) - 365 + i);
  const sessions = year.filter((day) => XNYS.isSession(day));
  const holidays = year.filter((day) => !XNYS.isSession(day) && !XNYS.isIdleWeekday(day));
  const answered = (days: readonly number[], bar: (day: number) => Partial<Bar> = () => ({})): Bar[] =>
    days.toSorted((a, b) => a - b).map((day) => stored(day, CLOSE(day), bar(day)));
  const unsold = (day: number): Partial<Bar> => (holidays.includes(day) ? { volume: 0 } : {});

  it.each([
    ['traded there', () => ({})],
    ['without a volume there, at prices of their own', unsold],
  ])('is of another market, and refused whole: %s', (_, bar) => {
    expect(holidays.length).toBeGreaterThan(8);
    const judged = judging(answered([...sessions, ...holidays], bar));
    expect(judged).toThrow(expect.objectContaining(REFUSED));
    expect(judged).toThrow(
      `the answer for AAPL has rows on ${holidays.length} of ${holidays.length} holidays of XNYS: it is of another market, and none of it is stored; a file of your own is read without the rows of these days (2024-06-19, 2024-07-04, 2024-09-02 and ${holidays.length - 3} more), or by a ticker that names its exchange, as AIR.PA does`,
    );
  });

  it.each([
    ['the whole row before, as a sheet is filled down', (before: Bar): Partial<Bar> => before],
    [
      'one price, that of the close before, and no volume',
      ({ close }: Bar): Partial<Bar> => ({ open: close, high: close, low: close, close, volume: Number.NaN }),
    ],
  ])('is its own where the row of a holiday is %s: it is dropped, by name', (_, filler) => {
    const filled: Bar[] = [];
    for (const bar of answered([...sessions, ...holidays])) {
      const before = filled.at(-1);
      const isHoliday = holidays.includes(Math.floor(bar.ts / MS_PER_DAY));
      filled.push(isHoliday && before ? { ...before, ...filler(before), ts: bar.ts } : bar);
    }
    const range = { from: sessions[0] ?? 0, to: SESSIONS[0] ?? 0 };
    const asked = want({ range, gaps: [range], sessions: sessions.length });
    const judged = judgeAnswer(received({ want: asked, answer: answer({ bars: filled }) }));
    expect(judged.rejected).toEqual([]);
    expect(judged.fillers.map(({ bar }) => Math.floor(bar.ts / MS_PER_DAY))).toEqual(holidays);
    expect(judged.fillers[0]?.reason).toBe('filler: 2024-06-19 is no session of XNYS');
  });

  it('is its own where they are fewer than half of them, or a vendor’s fillers at the close before', () => {
    const few = judging(answered([...sessions, ...holidays.slice(0, 3)]));
    expect(few).not.toThrow();
    const filled = answered([...sessions, ...holidays], unsold);
    const fillers = filled.map((bar, i) =>
      bar.volume === 0 ? { ...bar, close: filled[i - 1]?.close ?? bar.close } : bar,
    );
    expect(judging(fillers)).not.toThrow();
  });
});
