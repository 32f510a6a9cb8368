import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CALENDAR_ZONES, calendarById } from '../../../src/core/calendar/calendars.ts';
import { parseDay } from '../../../src/core/session/day.ts';

const IDS = CALENDAR_ZONES.map(([id]) => id);

const calendar = fc.constantFrom(...IDS).map(calendarById);
/** Within the facts and well outside on both sides. */
const day = fc.integer({ min: parseDay('1955-01-01'), max: parseDay('2035-12-31') });
const runs = { numRuns: 1500 };

describe('laws of every calendar', () => {
  it('next and previous session are inverse on sessions', () => {
    fc.assert(
      fc.property(calendar, day, (each, d) => {
        const session = each.sessionOnOrAfter(d);
        expect(each.previousSession(each.nextSession(session))).toBe(session);
        expect(each.nextSession(each.previousSession(session))).toBe(session);
      }),
      runs,
    );
  });

  it('the session on or after a day is the first, the one on or before it the last', () => {
    fc.assert(
      fc.property(calendar, day, (each, d) => {
        const [before, after] = [each.sessionOnOrBefore(d), each.sessionOnOrAfter(d)];
        expect(before <= d && d <= after).toBe(true);
        expect(each.isSession(d)).toBe(before === after);
        expect(each.sessions({ from: before, to: after + 1 })).toEqual(
          before === after ? [d] : [before, after],
        );
      }),
      runs,
    );
  });

  it('sessions of a range are its days that are sessions', () => {
    fc.assert(
      fc.property(calendar, day, fc.integer({ min: -5, max: 400 }), (each, from, length) => {
        const days = Array.from({ length: Math.max(length, 0) }, (_, i) => from + i);
        expect(each.sessions({ from, to: from + length })).toEqual(days.filter((d) => each.isSession(d)));
      }),
      runs,
    );
  });

  it('counts the sessions of ranges as many as it lists, also where the facts begin and end', () => {
    const range = fc
      .tuple(day, fc.oneof(fc.integer({ min: -5, max: 40 }), fc.integer({ min: 0, max: 29_000 })))
      .map(([from, length]) => ({ from, to: from + length }));
    fc.assert(
      fc.property(calendar, fc.array(range, { maxLength: 3 }), (each, ranges) => {
        expect(each.count(ranges)).toBe(ranges.flatMap((one) => each.sessions(one)).length);
      }),
      { numRuns: 500 },
    );
  });

  it('a session holds its open and every instant up to its close, and not its close', () => {
    fc.assert(
      fc.property(calendar, day, fc.integer({ min: 0, max: 999 }), (each, d, part) => {
        const { day: session, open, close, lunch, closingCall } = each.session(each.sessionOnOrAfter(d));
        expect(open).toBeLessThan(close);
        expect(each.sessionAt(open)).toBe(session);
        expect(each.sessionAt(open + Math.floor(((close - open) * part) / 1000))).toBe(session);
        expect(each.sessionAt(close - 1)).toBe(session);
        expect(each.sessionAt(close)).not.toBe(session);
        expect(each.sessionAt(open - 1)).not.toBe(session);
        const call = closingCall === null ? [] : [closingCall];
        const instants = lunch ? [open, lunch.start, lunch.end, ...call, close] : [open, ...call, close];
        expect(instants).toEqual([...new Set(instants)].toSorted((a, b) => a - b));
      }),
      runs,
    );
  });

  it('sessions follow each other without overlap', () => {
    fc.assert(
      fc.property(calendar, day, (each, d) => {
        const session = each.sessionOnOrAfter(d);
        expect(each.session(each.nextSession(session)).open).toBeGreaterThanOrEqual(
          each.session(session).close,
        );
      }),
      runs,
    );
  });

  it('the last settled session has closed, the one after it has not', () => {
    const delay = fc.integer({ min: 0, max: 72 * 3_600_000 });
    const time = fc.integer({ min: 0, max: 86_399_999 });
    fc.assert(
      fc.property(calendar, day, time, delay, (each, d, ms, settleDelayMs) => {
        const now = d * 86_400_000 + ms;
        const settled = each.lastSettled(now, settleDelayMs);
        expect(each.session(settled).close + settleDelayMs).toBeLessThanOrEqual(now);
        expect(each.session(each.nextSession(settled)).close + settleDelayMs).toBeGreaterThan(now);
      }),
      runs,
    );
  });

  it('the last sessions are as many as asked for and end with the given one', () => {
    fc.assert(
      fc.property(calendar, day, fc.integer({ min: 1, max: 600 }), (each, d, count) => {
        const last = each.sessionOnOrBefore(d);
        const range = each.lastSessions(last, count);
        const sessions = each.sessions(range);
        expect(sessions).toHaveLength(count);
        expect(sessions.at(-1)).toBe(last);
        expect(range).toEqual({ from: sessions[0], to: last + 1 });
      }),
      runs,
    );
  });
});
