import { describe, expect, it } from 'vitest';
import { barsOf, rowsOf } from '../../../src/core/bars/bar-builder.ts';
import { NO_BARS } from '../../../src/core/bars/columns.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { soundBars } from '../../../src/core/checks/sound-bars.ts';
import type { Interval } from '../../../src/core/session/interval.ts';

/** Why bars at these instants are refused, in their order; null of those that are not. */
function refusals(calendar: string, interval: Interval, instants: readonly string[]): (string | null)[] {
  const prices = { open: 10, high: 11, low: 9, close: 10.5, volume: 100, vwap: null, trades: null };
  const stamps = instants.map((instant) => Date.parse(`${instant}Z`));
  const bars = barsOf(stamps.map((ts, i) => ({ ...prices, ts, close: 10.5 + i / 100 })));
  const context = { interval, calendar: calendarById(calendar), actions: [], known: NO_BARS, type: null };
  const { accepted, rejected } = soundBars(bars, context);
  expect(accepted.length + rejected.length).toBe(stamps.length);
  expect(rowsOf(accepted).map(({ ts }) => ts)).toEqual(
    stamps.filter((ts) => rejected.every(({ bar }) => bar.ts !== ts)),
  );
  return stamps.map((ts) => rejected.find(({ bar }) => bar.ts === ts)?.reason ?? null);
}

const OFF = 'no bar of the session starts then';

describe('a bar that starts where its interval has none', () => {
  it.each([
    ['24-7', '1h', ['2025-06-07T00:00', '2025-06-07T00:30', '2025-06-07T01:00']],
    ['24-5-FX', '15m', ['2025-06-04T10:00', '2025-06-04T10:05', '2025-06-04T10:15']],
    ['XNYS', '1h', ['2025-06-04T13:30', '2025-06-04T14:00', '2025-06-04T14:30']],
    ['XTKS', '1h', ['2025-06-04T03:30', '2025-06-04T04:00', '2025-06-04T04:30']],
  ] as const)('is refused by the calendar %s, whoever gives it (%s)', (calendar, interval, instants) => {
    expect(refusals(calendar, interval, instants)).toEqual([null, OFF, null]);
  });

  it('is refused outside the session too', () => {
    const instants = ['2025-06-04T13:00', '2025-06-04T13:30', '2025-06-04T20:00'];
    const outside = 'it is outside the session';
    expect(refusals('XNYS', '5m', instants)).toEqual([outside, null, outside]);
  });

  it('costs a session none of its sound bars, however many there are', () => {
    const instants = ['00:00', '00:10', '00:20', '00:30', '01:00'].map((time) => `2025-06-07T${time}`);
    expect(refusals('24-7', '1h', instants)).toEqual([null, OFF, OFF, OFF, null]);
  });

  it('is a day that is stamped with a time', () => {
    const instants = ['2025-06-03T00:00', '2025-06-04T04:00'];
    expect(refusals('XNYS', '1d', instants)).toEqual([null, 'its stamp 2025-06-04T04:00:00.000Z is no date']);
  });

  it('is none where the calendar is a guess, or knows no hours yet', () => {
    expect(refusals('weekdays', '1h', ['2025-06-04T10:07'])).toEqual([null]);
    expect(refusals('XNYS', '1h', ['1931-06-03T15:07'])).toEqual([null]);
  });
});
