import { describe, expect, it } from 'vitest';
import { calendarFor } from '../../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';

const DELAY_MS = 4 * 3_600_000;

function lastSettled(ticker: string, now: string, delayMs = DELAY_MS): string {
  return formatDay(calendarFor(ticker).lastSettled(Date.parse(now), delayMs));
}

/** Session, the instant at which it settles four hours after its close, and the session before it. */
const SETTLES: readonly (readonly [
  what: string,
  ticker: string,
  session: string,
  at: string,
  before: string,
])[] = [
  ['New York in winter', 'AAPL', '2025-01-15', '2025-01-16T01:00Z', '2025-01-14'],
  ['New York in summer', 'AAPL', '2025-07-15', '2025-07-16T00:00Z', '2025-07-14'],
  ['New York after a weekend', 'AAPL', '2025-01-13', '2025-01-14T01:00Z', '2025-01-10'],
  ['New York before Christmas, a half day', 'AAPL', '2024-12-24', '2024-12-24T22:00Z', '2024-12-23'],
  ['New York after Thanksgiving, a half day', 'AAPL', '2025-11-28', '2025-11-28T22:00Z', '2025-11-26'],
  ['Paris in winter', 'AIR.PA', '2025-01-15', '2025-01-15T20:30Z', '2025-01-14'],
  ['Paris before Christmas, a half day', 'AIR.PA', '2024-12-24', '2024-12-24T17:05Z', '2024-12-23'],
  ['London in winter', 'VOD.L', '2025-01-15', '2025-01-15T20:30Z', '2025-01-14'],
  ['London in summer', 'VOD.L', '2025-07-15', '2025-07-15T19:30Z', '2025-07-14'],
  ['London before Christmas, a half day', 'VOD.L', '2024-12-24', '2024-12-24T16:30Z', '2024-12-23'],
  ['Tokyo', '7203.T', '2025-01-15', '2025-01-15T10:30Z', '2025-01-14'],
  [
    'Tokyo before its close moved in November 2024',
    '7203.T',
    '2024-11-01',
    '2024-11-01T10:00Z',
    '2024-10-31',
  ],
  ['Sydney in summer time', 'BHP.AX', '2025-01-15', '2025-01-15T09:00Z', '2025-01-14'],
  ['Sydney in winter', 'BHP.AX', '2025-07-15', '2025-07-15T10:00Z', '2025-07-14'],
  ['crypto', 'BTC-USD', '2025-01-15', '2025-01-16T04:00Z', '2025-01-14'],
  ['crypto on a Sunday', 'BTC-USD', '2025-01-12', '2025-01-13T04:00Z', '2025-01-11'],
  ['currencies in winter', 'EURUSD=X', '2025-01-15', '2025-01-16T04:00Z', '2025-01-14'],
  ['currencies in summer', 'EURUSD=X', '2025-07-15', '2025-07-16T03:00Z', '2025-07-14'],
  ['currencies on a Friday', 'EURUSD=X', '2025-01-17', '2025-01-18T04:00Z', '2025-01-16'],
  // New York changed its clocks on 9 March 2025, Europe on 30 March.
  ['New York in the weeks between', 'AAPL', '2025-03-12', '2025-03-13T00:00Z', '2025-03-11'],
  ['Paris in the weeks between', 'AIR.PA', '2025-03-12', '2025-03-12T20:30Z', '2025-03-11'],
  ['Paris on its first Monday of summer time', 'AIR.PA', '2025-03-31', '2025-03-31T19:30Z', '2025-03-28'],
  ['London on its first Monday of summer time', 'VOD.L', '2025-03-31', '2025-03-31T19:30Z', '2025-03-28'],
  ['crypto in the night of the change', 'BTC-USD', '2025-03-30', '2025-03-31T04:00Z', '2025-03-29'],
  // Europe changed its clocks on 26 October 2025, New York on 2 November.
  ['New York in the week between', 'AAPL', '2025-10-29', '2025-10-30T00:00Z', '2025-10-28'],
  ['Paris in the week between', 'AIR.PA', '2025-10-29', '2025-10-29T20:30Z', '2025-10-28'],
  ['currencies in the week between', 'EURUSD=X', '2025-10-29', '2025-10-30T04:00Z', '2025-10-28'],
  ['New York on its first Monday of winter time', 'AAPL', '2025-11-03', '2025-11-04T01:00Z', '2025-10-31'],
  // Sydney changed its clocks on 6 April and 5 October 2025.
  ['Sydney on its first Monday of winter time', 'BHP.AX', '2025-04-07', '2025-04-07T10:00Z', '2025-04-04'],
  ['Sydney on its second day of summer time', 'BHP.AX', '2025-10-07', '2025-10-07T09:00Z', '2025-10-06'],
];

describe('a session settles a delay after its own close', () => {
  it.each(SETTLES)('%s', (_, ticker, session, at, before) => {
    expect(lastSettled(ticker, at)).toBe(session);
    const justBefore = new Date(Date.parse(at) - 1).toISOString();
    expect(lastSettled(ticker, justBefore)).toBe(before);
  });
});

describe('the last settled session', () => {
  it('is at its close where there is no delay', () => {
    expect(lastSettled('AAPL', '2025-01-15T21:00:00Z', 0)).toBe('2025-01-15');
    expect(lastSettled('AAPL', '2025-01-15T20:59:59.999Z', 0)).toBe('2025-01-14');
  });

  it('is of one date in Sydney while New York is at the one before, and never of a date to come', () => {
    const now = '2025-01-15T09:00Z';
    expect(lastSettled('BHP.AX', now)).toBe('2025-01-15');
    expect(lastSettled('AAPL', now)).toBe('2025-01-14');
    // Sydney's 16 January began by its own clock; its session did not.
    expect(lastSettled('BHP.AX', '2025-01-15T14:00Z')).toBe('2025-01-15');
    expect(lastSettled('BHP.AX', '2025-01-16T08:59:59Z')).toBe('2025-01-15');
  });

  it('goes back over more than one session where the delay is longer than a day', () => {
    expect(lastSettled('BTC-USD', '2025-01-16T00:00Z', 3 * 86_400_000)).toBe('2025-01-12');
    expect(lastSettled('AAPL', '2025-01-14T12:00Z', 3 * 86_400_000)).toBe('2025-01-10');
  });

  it('is the same all weekend, and the next one only when that has closed and settled', () => {
    const calendar = calendarFor('EURUSD=X');
    for (let now = Date.parse('2025-01-18T04:00Z'); now < Date.parse('2025-01-21T04:00Z'); now += 3_600_000) {
      expect(calendar.lastSettled(now, DELAY_MS)).toBe(parseDay('2025-01-17'));
    }
  });
});
