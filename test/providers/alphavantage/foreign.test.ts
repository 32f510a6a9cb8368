import { describe, expect, it } from 'vitest';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { type Day, formatDay, parseDay } from '../../../src/core/session/day.ts';
import { answerTo, dates } from './serving.ts';

const XNYS = calendarById('XNYS');
const FROM = parseDay('2025-11-10');
const TO = parseDay('2026-05-15');
const DAYS = Array.from({ length: TO - FROM + 1 }, (_, i) => FROM + i);
const SESSIONS = DAYS.filter((day) => XNYS.isSession(day));
/** Thanksgiving, Christmas, New Year, Martin Luther King, Presidents, Good Friday. */
const HOLIDAYS = DAYS.filter((day) => !XNYS.isSession(day) && !XNYS.isIdleWeekday(day));

interface Shown {
  readonly volume?: (day: Day) => number;
  readonly close?: (day: Day) => number;
}

function csv(
  days: readonly Day[],
  { volume = () => 100, close = (day) => 50 + (day % 9) }: Shown = {},
): string {
  const lines = days
    .toSorted((a, b) => b - a)
    .map(
      (day) => `${formatDay(day)},${close(day)},${close(day)},${close(day)},${close(day)},${volume(day)}\n`,
    );
  return `timestamp,open,high,low,close,volume\n${lines.join('')}`;
}

const asked = (ticker = 'IBM') => ({ ticker, range: dates('2026-05-11', '2026-05-15') });

describe('a table that names no symbol', () => {
  const onHolidays = (day: Day): number => (HOLIDAYS.includes(day) ? 0 : 100);

  it.each([
    ['without a volume there', { volume: onHolidays }],
    ['without a volume there, at the close before', { volume: onHolidays, close: () => 50 }],
    ['with one', {}],
  ])('and goes on over the holidays of the exchange is of another market: %s', async (_, shown) => {
    expect(HOLIDAYS).toHaveLength(6);
    await expect(answerTo(csv([...SESSIONS, ...HOLIDAYS], shown), asked())).rejects.toMatchObject({
      ...{ code: 'bad-answer', retryable: false },
      message:
        "Alpha Vantage's answer for IBM is of another instrument, and none of it is stored: it has rows on 6 of 6 holidays of XNYS",
    });
  });

  it('is the share’s own with a stray row or two on holidays', async () => {
    const { bars } = await answerTo(csv([...SESSIONS, ...HOLIDAYS.slice(0, 2)]), asked());
    expect(bars.length).toBe(5);
    const few = csv([...SESSIONS.slice(-20), ...HOLIDAYS.slice(-1)]);
    expect((await answerTo(few, asked())).bars.length).toBe(5);
  });

  it('is no share’s where prices move for weeks and nothing is traded', async () => {
    const untraded = csv(SESSIONS, { volume: () => 0 });
    await expect(answerTo(untraded, asked())).rejects.toMatchObject({
      message: expect.stringMatching(/: none of its \d+ rows has a volume, and prices move$/),
    });
    // A fund that is not quoted, a share that nobody wants, and one that was traded once.
    expect((await answerTo(untraded, asked('VFINX'))).bars.length).toBe(5);
    const still = csv(SESSIONS, { volume: () => 0, close: () => 50 });
    expect((await answerTo(still, asked())).bars.length).toBe(5);
    const once = csv(SESSIONS, { volume: (day) => (day === SESSIONS[3] ? 100 : 0) });
    expect((await answerTo(once, asked())).bars.length).toBe(5);
    const young = csv(SESSIONS.slice(-19), { volume: () => 0 });
    expect((await answerTo(young, asked())).bars.length).toBe(5);
  });

  it('may be of a currency on whatever day', async () => {
    const rows = csv([...SESSIONS, ...HOLIDAYS], { volume: () => 0 });
    expect((await answerTo(rows, asked('EURUSD=X'))).bars.length).toBe(5);
  });
});
