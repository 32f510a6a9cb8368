import { describe, expect, it } from 'vitest';
import { calendarFor } from '../../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import { fileOf, marketOf, times } from './folders.ts';

const NEW_YORK = calendarFor('AAPL');
const FIRST = parseDay('2023-12-20');
/** On more of its holidays than these two an exchange's rows would be another market's. */
const WITHOUT: ReadonlySet<string> = new Set(['2023-12-25', '2024-01-15', '2024-02-19']);
const datesTo = (last: number): string[] =>
  Array.from({ length: last - FIRST + 1 }, (_, i) => formatDay(FIRST + i)).filter((day) => !WITHOUT.has(day));

describe('rows of closed days', () => {
  it.each(['2024-03-31', '2024-03-29', '2024-01-01', '2024-03-28'])(
    'are counted once, whatever ranges of sessions a series is read in: up to %s',
    (date) => {
      const last = parseDay(date);
      const dates = datesTo(last);
      const market = marketOf({ 'AAPL.csv': fileOf(times(dates, '09:30', '16:00', 60)) });
      const count = (from: number, to: number): { bars: number; dropped: number } => {
        const { bars, dropped } = market.read('AAPL', '1h', { from, to });
        return { bars: bars.length, dropped };
      };
      const all = count(FIRST, last + 1);
      expect(all.bars + all.dropped).toBe(dates.length * 7);
      for (const length of [1, 2, 5, 20]) {
        const sessions = NEW_YORK.sessions({ from: FIRST, to: last + 1 });
        const sum = { bars: 0, dropped: 0 };
        for (let i = 0; i < sessions.length; i += length) {
          const part = sessions.slice(i, i + length);
          const one = count(part[0] as number, (part.at(-1) as number) + 1);
          sum.bars += one.bars;
          sum.dropped += one.dropped;
        }
        expect(sum).toEqual(all);
      }
    },
  );
});
