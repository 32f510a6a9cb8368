import { describe, expect, it } from 'vitest';
import { barsOf } from '../../../src/core/bars/bar-builder.ts';
import type { Ohlcv } from '../../../src/core/bars/bars.ts';
import type { Calendar } from '../../../src/core/calendar/calendar.ts';
import { calendarById, calendarFor } from '../../../src/core/calendar/calendars.ts';
import { type Day, parseDay } from '../../../src/core/session/day.ts';
import { intervalMs } from '../../../src/core/session/interval.ts';
import { shortSessions } from '../../../src/core/checks/short-sessions.ts';

const XNYS = calendarById('XNYS');
const DAYS = XNYS.sessions({ from: parseDay('2024-10-21'), to: parseDay('2024-12-31') });
const LENGTH = intervalMs('5m');

/** So many 5m bars of a session, spread over its hours, or the slots of these numbers. */
function session(day: Day, bars: number | readonly number[], calendar: Calendar = XNYS): Ohlcv[] {
  const { open, close } = calendar.session(day);
  const room = (close - open) / LENGTH;
  const slots =
    typeof bars === 'number' ? Array.from({ length: bars }, (_, i) => Math.floor((i * room) / bars)) : bars;
  return slots.map((slot) => {
    return {
      ts: open + slot * LENGTH,
      open: 1,
      high: 1,
      low: 1,
      close: 1,
      volume: 1,
      vwap: null,
      trades: null,
    };
  });
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

const sessions = (days: readonly Day[], bars: number): Ohlcv[] => days.flatMap((day) => session(day, bars));
const shortIn = (bars: readonly Ohlcv[], known: readonly Ohlcv[] = [], calendar: Calendar = XNYS) =>
  shortSessions(barsOf(bars), { interval: '5m', calendar, known: barsOf(known) });
const [day = 0] = DAYS.slice(20);

describe('a session', () => {
  it('is short with fewer than half of the bars that the twenty before it have', () => {
    const before = sessions(DAYS.slice(0, 20), 78);
    const fewer = sessions(DAYS.slice(0, 20), 60);
    expect(shortIn([...fewer, ...session(day, 29)])).toEqual([day]);
    expect(shortIn([...fewer, ...session(day, 30)])).toEqual([]);
    expect(shortIn([...before, ...session(day, 38)])).toEqual([day]);
  });

  it('is short with a tenth fewer where all others have nearly every bar', () => {
    const before = sessions(DAYS.slice(0, 20), 76);
    expect(shortIn([...before, ...session(day, 68)])).toEqual([day]);
    expect(shortIn([...before, ...session(day, 69)])).toEqual([]);
    expect(shortIn([...sessions(DAYS.slice(17, 20), 78), ...session(day, 60)])).toEqual([]);
  });

  it('is short like that beside two of what trades round the clock', () => {
    const calendar = calendarFor('BTC-USD');
    const [first = 0] = DAYS;
    const of = (count: number) =>
      shortIn(
        [288, 288, count].flatMap((bars, i) => session(first + i, bars, calendar)),
        [],
        calendar,
      );
    expect(of(259)).toEqual([first + 2]);
    expect(of(260)).toEqual([]);
  });

  it('is short beside others that are, after full ones or between them, a half day by its own hours', () => {
    const [halfDay, full] = [parseDay('2024-11-29'), sessions(DAYS.slice(0, 22), 78)];
    const late = [...sessions(DAYS.slice(22, 25), 66), ...session(halfDay, 30)];
    expect(shortIn([...full, ...late])).toEqual([...DAYS.slice(22, 25), halfDay]);
    expect(shortIn(late, full)).toEqual([...DAYS.slice(22, 25), halfDay]);
    expect(
      shortIn([
        ...sessions(DAYS.slice(0, 17), 78),
        ...sessions(DAYS.slice(17, 22), 42),
        ...sessions(DAYS.slice(22, 26), 78),
      ]),
    ).toEqual(DAYS.slice(17, 22));
    expect(shortIn([...sessions(DAYS.slice(0, 3), 42), ...sessions(DAYS.slice(3, 10), 78)])).toEqual(
      DAYS.slice(0, 3),
    );
  });

  it('is not where sessions of every filling are usual, be most of them nearly full', () => {
    const fillings = [78, 76, 73, 77, 66, 78, 72, 75, 76, 78, 70, 77, 78, 74, 64, 76, 78, 71, 75, 78, 65, 78];
    expect(shortIn(fillings.flatMap((bars, i) => session(DAYS[i] ?? 0, bars)))).toEqual([]);
    const between = (count: number): Ohlcv[] => [
      ...sessions(DAYS.slice(0, 20 - count), 78),
      ...sessions(DAYS.slice(20 - count, 20), 73),
    ];
    expect(shortIn([...between(2), ...session(day, 65)])).toEqual([day]);
    expect(shortIn([...between(3), ...session(day, 65)])).toEqual([]);
  });

  it('is held against stored sessions, and only the given ones are told', () => {
    const stored = [...sessions(DAYS.slice(0, 19), 78), ...session(DAYS[19] ?? 0, 5)];
    expect(shortIn(session(day, 20), stored)).toEqual([day]);
    expect(shortIn([], stored)).toEqual([]);
  });

  it('is held against the last twenty, not against those long ago', () => {
    const long = sessions(DAYS.slice(0, 20), 78);
    const lately = sessions(DAYS.slice(20, 40), 45);
    // Once half of the twenty are of the new kind, that is what is usual.
    const ofOldKind = DAYS.slice(20, 32).filter((one) => one !== parseDay('2024-11-29'));
    expect(shortIn([...long, ...lately, ...session(DAYS[40] ?? 0, 30)])).toEqual(ofOldKind);
  });

  it('is held against exactly twenty before it', () => {
    const [long, lately] = [sessions(DAYS.slice(0, 10), 78), sessions(DAYS.slice(10, 20), 30)];
    expect(shortIn(session(day, 30), [...long, ...lately])).toEqual([day]);
    expect(shortIn(session(DAYS[21] ?? 0, 30), [...long, ...lately, ...session(day, 30)])).toEqual([]);
  });

  it.each<[string, number, number, number, boolean]>([
    ['four others that are steady', 4, 75, 67, true],
    ['three others that are', 3, 75, 67, false],
    ['others that have nearly all', 20, 75, 67, true],
    ['others that lack a few more', 20, 74, 66, false],
    ['a tenth fewer than the others', 20, 75, 68, false],
    ['others with half of their bars', 20, 39, 19, true],
    ['others with fewer', 20, 38, 18, false],
  ])('is short by bounds that hold from both sides: %s', (_, count, of, bars, isShort) => {
    expect(shortIn(session(day, bars), sessions(DAYS.slice(20 - count, 20), of))).toEqual(
      isShort ? [day] : [],
    );
  });

  it('is cut with twenty bars in a row, or nine in ten of them', () => {
    const lacking = (count: number): number[] => range(0, 40).filter((i) => i % 7 !== 3 || i / 7 > count);
    expect([36, 35].map((count) => lacking(40 - count).length)).toEqual([36, 35]);
    expect(shortIn(session(day, range(0, 20)))).toEqual([day]);
    expect(shortIn(session(day, lacking(4)))).toEqual([day]);
    expect(shortIn(session(day, lacking(5)))).toEqual([]);
  });

  it('is held against those after it where it is among the first', () => {
    expect(shortIn([...session(DAYS[0] ?? 0, 20), ...sessions(DAYS.slice(1, 10), 78)])).toEqual([DAYS[0]]);
    expect(shortIn([...session(DAYS[0] ?? 0, 20), ...session(DAYS[1] ?? 0, 78)])).toEqual([DAYS[0]]);
  });

  it('is not short alone, in a series that hardly trades, or by its own short hours', () => {
    expect(shortIn(session(day, 20))).toEqual([]);
    expect(shortIn([...sessions(DAYS.slice(0, 20), 30), ...session(day, 5)])).toEqual([]);
    const halfDay = parseDay('2024-11-29');
    const before = DAYS.filter((one) => one < halfDay);
    expect(shortIn([...sessions(before, 78), ...session(halfDay, 42)])).toEqual([]);
    expect(shortIn([...sessions(before, 78), ...session(halfDay, 20)])).toEqual([halfDay]);
  });

  it('is never short of daily bars, and where the calendar is a guess', () => {
    const bars = [...sessions(DAYS.slice(0, 20), 78), ...session(day, 20)];
    expect(shortSessions(barsOf(bars), { interval: '1d', calendar: XNYS, known: barsOf([]) })).toEqual([]);
    expect(shortIn(bars, [], calendarById('weekdays'))).toEqual([]);
  });

  it('is short where it trades without a gap and stops, or begins, long before or after the exchange', () => {
    for (const slots of [range(0, 62), range(16, 78), range(20, 50), range(0, 62).filter((i) => i % 12 > 0)])
      expect(shortIn(session(day, slots))).toEqual([day]);
    const all = DAYS.slice(0, 20).flatMap((one) => session(one, range(0, 42)));
    expect(shortIn(all)).toHaveLength(20);
  });

  it('is not where it stops a little before, has gaps all over, or is too little to tell', () => {
    for (const slots of [range(0, 63), range(0, 40).filter((i) => i % 5 > 0), range(0, 19)])
      expect(shortIn(session(day, slots))).toEqual([]);
    const halfDay = parseDay('2024-11-29');
    expect(shortIn(session(halfDay, range(0, 42)))).toEqual([]);
  });

  it('is not cut by its lunch', () => {
    const tokyo = calendarById('XTKS');
    const { open, close, lunch } = tokyo.session(day);
    const slots = range(0, (close - open) / LENGTH).filter((i) => {
      const ts = open + i * LENGTH;
      return lunch === null || ts < lunch.start || ts >= lunch.end;
    });
    expect(shortIn(session(day, slots, tokyo), [], tokyo)).toEqual([]);
    expect(shortIn(session(day, slots.slice(0, 30), tokyo), [], tokyo)).toEqual([day]);
  });
});
