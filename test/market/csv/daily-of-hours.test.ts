import { expect, it } from 'vitest';
import { barsOf } from '../../../src/core/bars/bar-builder.ts';
import { rowsOf } from '../../../src/core/bars/bar-builder.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { parseDay, startOfDay } from '../../../src/core/session/day.ts';
import { dailyOfHours } from '../../../src/market/csv/daily-of-hours.ts';

const NYSE = calendarById('XNYS');

/** The clock hour that begins at so many hours UTC on a day of winter, at a price. */
function hour(at: number, price: number, more: object = {}) {
  const ts = Date.parse('2024-01-03T00:00:00Z') + at * 3_600_000;
  return {
    ...{ ts, open: price, high: price + 2, low: price - 1, close: price + 1, volume: 10 },
    ...{ vwap: null, trades: null },
    ...more,
  };
}

const HOURS = [14, 15, 16, 17, 18, 19, 20].map((at, i) => hour(at, 100 + i));

function daily(hours: readonly ReturnType<typeof hour>[], faults = new Map<number, string>()) {
  const made = dailyOfHours({ bars: barsOf(hours), faults }, NYSE);
  return { rows: rowsOf(made.bars), faults: [...made.faults] };
}

const DAY = {
  ...{ ts: startOfDay(parseDay('2024-01-03')), open: 100, high: 108, low: 99, close: 107, volume: 70 },
};

it('joins the hours of a session, each once', () => {
  const [first, ...others] = HOURS as [ReturnType<typeof hour>, ...ReturnType<typeof hour>[]];
  for (const hours of [HOURS, [first, first, ...others]])
    expect(daily(hours)).toMatchObject({ rows: [DAY], faults: [] });
});

it.each([
  ['cannot be', [hour(16, 102, { high: 90 })], 'its hour of 16:00Z: high 90 is below low 101'],
  ['is in another unit', [hour(16, 10_200, { high: 10_300, low: 10_100 })], '100 times'],
  ['is contradicted', [hour(16, 102), hour(16, 104)], 'another row has the same stamp'],
])('says that a day is wrong of which an hour %s', (_, wrong, reason) => {
  const { rows, faults } = daily([...HOURS.slice(0, 2), ...wrong, ...HOURS.slice(3)]);
  expect(rows).toHaveLength(1);
  expect(faults).toEqual([[0, expect.stringContaining(reason)]]);
});

it('says that a day is wrong of which hours in a row had no trade, where nearly every hour has', () => {
  const days = [0, 1, 2, 5, 6, 7].flatMap((day) =>
    HOURS.map((one) => hour((one.ts - DAY.ts) / 3_600_000 + 24 * day, one.open)),
  );
  const still = { open: 104, high: 104, low: 104, close: 104, volume: 0 };
  const idle = (places: readonly number[]): unknown[] =>
    daily(days.map((one, i) => (places.includes(i) ? { ...one, ...still } : one))).faults;
  expect(idle([16, 17])).toEqual([
    [2, expect.stringMatching(/^its hour of 16:00Z: one of 2 bars in a row at 104/)],
  ]);
  expect([idle([]), idle([16])]).toEqual([[], []]);
});

it('says that a day is wrong of which an hour cannot be read, and makes none without its open or its close', () => {
  expect(daily(HOURS, new Map([[2, 'line 4: not a number']])).faults).toEqual([
    [0, 'its hour of 16:00Z: line 4: not a number'],
  ]);
  expect([daily(HOURS.slice(1)).rows, daily(HOURS.slice(0, -1)).rows]).toEqual([[], []]);
});

it('tells of the hours that hold no time of a session, and not of those of a session without a bar', () => {
  const outside = (hours: readonly ReturnType<typeof hour>[]): readonly number[] =>
    dailyOfHours({ bars: barsOf(hours), faults: new Map() }, NYSE).outside;
  const day = parseDay('2024-01-03');
  expect(outside(HOURS)).toEqual([]);
  expect(outside(HOURS.slice(1))).toEqual([]);
  // From 9 to 14 in New York's early trading, and from 21 after its close; on a Saturday all day long.
  const early = [9, 13].map((at) => hour(at, 99));
  const saturday = hour(3 * 24 + 15, 99);
  expect(outside([...early, ...HOURS, hour(21, 99), saturday])).toEqual([day, day, day, day + 3]);
});
