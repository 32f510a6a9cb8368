import { describe, expect, it } from 'vitest';
import type { CheckedAnswer } from '../../src/backfill/learn-from.ts';
import { isThinlyTraded } from '../../src/backfill/thin-trading.ts';
import type { Bar } from '../../src/core/bars.ts';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { MS_PER_DAY } from '../../src/core/day.ts';
import type { Interval } from '../../src/core/interval.ts';
import { NOW, SESSIONS, answer, stored, task } from './hearings.ts';

/** Traded value of a session that is thin and of one that is not: close times volume. */
const THIN = 249_000;
const THICK = 251_000;

/** A bar of this traded value on the session of an index; the close is far from 1, so that volume alone says nothing. */
const traded = (i: number, value: number): Bar =>
  stored(SESSIONS[i] ?? Number.NaN, 10, { volume: value / 10 });

interface Case {
  readonly calendar?: string;
  readonly interval?: Interval;
  /** Stored bars. */
  readonly known?: readonly Bar[];
  /** Indexes of sessions with a row that stands for no trade. */
  readonly idle?: readonly number[];
}

/** Whether the session of an index is explained by thin trading, given the answer's bars. */
function isThin(accepted: readonly Bar[], session: number, testCase: Case = {}): boolean {
  const { calendar = 'XNYS', interval = '1d', known = [], idle = [] } = testCase;
  const fillers = idle.map((i) => ({ bar: traded(i, 0), reason: 'an idle bar' }));
  const checked: CheckedAnswer = {
    ...{ task: task({ series: { ticker: 'AAPL', interval } }), calendar: calendarById(calendar) },
    ...{ answer: answer(), accepted, rejected: [], fillers, known },
    ...{ lastSettled: SESSIONS[29] ?? 0, source: 'test', now: NOW },
  };
  const present = new Set(accepted.map(({ ts }) => ts / MS_PER_DAY));
  return isThinlyTraded(checked, present)(SESSIONS[session] ?? Number.NaN);
}

/** Bars of `count` sessions with one value, but for the sessions left out. */
const all = (value: number, without: readonly number[] = [], count = 60): Bar[] =>
  Array.from({ length: count }, (_, i) => i)
    .filter((i) => !without.includes(i))
    .map((i) => traded(i, value));

describe('a session without a bar', () => {
  it('was without a trade if the sessions around it are thinly traded', () => {
    expect(isThin(all(THIN, [20]), 20)).toBe(true);
    expect(isThin(all(THICK, [20]), 20)).toBe(false);
  });

  it('of a series that never has a volume, as an index, is the vendor’s hole', () => {
    expect(isThin(all(0, [20]), 20)).toBe(false);
    const once = all(0, [20]).map((bar, i) => (i === 3 ? traded(3, THIN) : bar));
    expect(isThin(once, 20)).toBe(true);
  });

  it('is judged by the median of the ten bars on either side of it', () => {
    const around = (value: number, ...odd: readonly number[]): Bar[] =>
      all(value, [20]).map((bar) =>
        odd.includes(SESSIONS.indexOf(bar.ts / MS_PER_DAY))
          ? traded(SESSIONS.indexOf(bar.ts / MS_PER_DAY), 1e9)
          : bar,
      );
    const from = (first: number, last: number): number[] =>
      Array.from({ length: last - first + 1 }, (_, i) => first + i);
    expect(isThin(around(THIN, 20, ...from(0, 9), ...from(31, 59)), 20)).toBe(true);
    expect(isThin(around(THIN, ...from(10, 18)), 20)).toBe(true);
    expect(isThin(around(THIN, ...from(10, 19)), 20)).toBe(false);
    expect(isThin(around(THIN, ...from(22, 30)), 20)).toBe(true);
    expect(isThin(around(THIN, ...from(21, 30)), 20)).toBe(false);
    expect(isThin(around(THIN, ...from(15, 19), ...from(21, 24)), 20)).toBe(true);
  });

  it('is the vendor’s hole if bars stand on one side only', () => {
    expect(isThin(all(THIN, [], 20), 20)).toBe(false);
    expect(isThin(all(THIN).slice(21), 20)).toBe(false);
    expect(isThin([], 20)).toBe(false);
  });

  it('needs a bar within five sessions of it on both sides', () => {
    expect(isThin(all(THIN, [15, 16, 17, 18, 19, 20]), 20)).toBe(false);
    expect(isThin(all(THIN, [16, 17, 18, 19, 20]), 20)).toBe(true);
    expect(isThin(all(THIN, [20, 21, 22, 23, 24, 25]), 20)).toBe(false);
    expect(isThin(all(THIN, [20, 21, 22, 23, 24]), 20)).toBe(true);
  });

  it('is seen in the light of stored bars too, of which an answered one takes the place', () => {
    expect(isThin([traded(21, THIN)], 20, { known: [traded(19, THIN)] })).toBe(true);
    expect(isThin([traded(19, THIN)], 20, { known: [traded(21, THIN)] })).toBe(true);
    const around = [...all(THIN, [20]).slice(15, 20), ...all(THIN, [20]).slice(20, 25)];
    const known = around.map(({ ts }) => stored(ts / MS_PER_DAY, 10, { volume: THICK / 10 }));
    expect(isThin(around, 20, { known })).toBe(true);
    expect(isThin(around.slice(0, 9), 20, { known })).toBe(true);
    expect(isThin([], 20, { known })).toBe(false);
  });

  it('is a hole where trading goes on around the clock, and between intraday bars', () => {
    const daily = (count: number): Bar[] =>
      Array.from({ length: count }, (_, i) => stored((SESSIONS[0] ?? 0) + i, 10));
    for (const calendar of ['24-7', '24-5-FX']) {
      const bars = daily(60).filter(({ ts }) => ts / MS_PER_DAY !== SESSIONS[20]);
      expect(isThin(bars, 20, { calendar })).toBe(false);
    }
    const hours = all(THIN, [20]).map((bar) => ({ ...bar, ts: bar.ts + 16 * 3_600_000 }));
    expect(isThin(hours, 20, { interval: '1h' })).toBe(false);
  });

  it('is none of a share whose volumes nobody tells', () => {
    expect(isThin(all(Number.NaN, [20]), 20)).toBe(false);
    expect(isThin([...all(Number.NaN).slice(0, 20), ...all(THIN).slice(21)], 20)).toBe(true);
    expect(isThin([...all(Number.NaN).slice(0, 20), ...all(THICK).slice(21)], 20)).toBe(false);
  });
});

describe('a session whose row stands for no trade', () => {
  const run = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

  it('was without a trade in a thin share, however long it stood, and at either end of its bars', () => {
    const idle = run(10, 40);
    for (const session of [10, 25, 39]) expect(isThin(all(THIN, idle), session, { idle })).toBe(true);
    expect(isThin(all(THIN, run(10, 60)), 50, { idle: run(10, 60) })).toBe(true);
    expect(isThin(all(THIN, run(0, 40)), 5, { idle: run(0, 40) })).toBe(true);
  });

  it('is the vendor’s hole where its share trades on, however long the run', () => {
    const idle = run(10, 50);
    for (const session of [10, 25, 49]) expect(isThin(all(THICK, idle), session, { idle })).toBe(false);
    expect(isThin(all(THICK, run(10, 60)), 50, { idle: run(10, 60) })).toBe(false);
    expect(isThin([], 20, { idle })).toBe(false);
  });

  it('was without a trade where the share stands idle again and again between large trades', () => {
    const trades = [9, 30, 51];
    const idle = run(0, 60).filter((i) => !trades.includes(i));
    for (const session of [0, 8, 10, 29, 40, 59])
      expect(
        isThin(
          trades.map((i) => traded(i, 1e9)),
          session,
          { idle },
        ),
      ).toBe(true);
  });

  it('lets a session beside it without a row be one without a trade too', () => {
    const idle = run(10, 40).filter((i) => i !== 20);
    expect(isThin(all(THIN, run(10, 40)), 20, { idle })).toBe(true);
    expect(isThin(all(THICK, run(10, 40)), 20, { idle })).toBe(false);
  });
});
