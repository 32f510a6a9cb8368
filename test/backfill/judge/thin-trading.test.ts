import { describe, expect, it } from 'vitest';
import type { CheckedAnswer } from '../../../src/backfill/judge/checked-answer.ts';
import { isThinlyTraded } from '../../../src/backfill/judge/thin-trading.ts';
import type { Bar } from '../../../src/core/bars/bars.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import type { Absence } from '../../../src/core/coverage/coverage.ts';
import { type Day, type DayRange, MS_PER_DAY } from '../../../src/core/session/day.ts';
import { firstClaim } from '../../../src/core/coverage/evidence.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import { NOW, SESSIONS, answer, stored, want } from '../received.ts';
import { barsOf } from '../../../src/core/bars/bar-builder.ts';

/** Traded value of a session that is thin and of one that is not: close times volume. */
const THIN = 249_000;
const THICK = 251_000;

/** A bar of this traded value on the session of an index; the close is far from 1, so that volume alone says nothing. */
const traded = (i: number, value: number): Bar =>
  stored(SESSIONS[i] ?? Number.NaN, 10, { volume: value / 10 });

const absence = (day: Day): Absence => ({
  ...{ from: day, to: day + 1 },
  by: [firstClaim('vendor-empty', 'test', 0)],
});

interface Case {
  readonly calendar?: string;
  readonly interval?: Interval;
  /** Stored bars. */
  readonly known?: readonly Bar[];
  /** Indexes of sessions with a row that stands for no trade. */
  readonly idle?: readonly number[];
  /** Sessions of which the store knows that they have no bar, by their indexes. */
  readonly absent?: readonly number[];
  readonly currency?: string;
  /** Sessions that the answer is about; default all. */
  readonly gaps?: readonly DayRange[];
}

/** Whether the session of an index is explained by thin trading, given the answer's bars. */
function isThin(accepted: readonly Bar[], session: number, testCase: Case = {}): boolean {
  const { calendar = 'XNYS', interval = '1d', known = [], idle = [], absent = [] } = testCase;
  const { currency = null, gaps = [{ from: 0, to: Number.MAX_SAFE_INTEGER }] } = testCase;
  const fillers = idle.map((i) => ({ bar: traded(i, 0), reason: 'an idle bar' }));
  const checked: CheckedAnswer = {
    ...{ want: want({ series: { ticker: 'AAPL', interval }, gaps }), calendar: calendarById(calendar) },
    ...{ answer: answer(), accepted: barsOf(accepted), rejected: [], fillers, known: barsOf(known) },
    absent: absent.map((i) => absence(SESSIONS[i] ?? Number.NaN)),
    ...{ currency, lastSettled: SESSIONS.at(-1) ?? 0, source: 'test', now: NOW },
  };
  return isThinlyTraded(checked)(SESSIONS[session] ?? Number.NaN);
}

/** Bars of `count` sessions with one value, but for the sessions left out. */
const all = (value: number, without: readonly number[] = [], count = 60): Bar[] =>
  Array.from({ length: count }, (_, i) => i)
    .filter((i) => !without.includes(i))
    .map((i) => traded(i, value));

/** The same of a share that stands idle every sixth session, which has a row without volume. */
const idling = (value: number, without: readonly number[] = [], count = 60): Bar[] =>
  all(value, without, count).map((bar) => {
    const i = SESSIONS.indexOf(bar.ts / MS_PER_DAY);
    return i % 6 === 3 ? traded(i, 0) : bar;
  });

/** The same of a share of which hardly anything is traded every sixth session, and that has no row of what is idle. */
const ebbing = (value: number, without: readonly number[] = [], count = 60): Bar[] =>
  all(value, without, count).map((bar) => {
    const i = SESSIONS.indexOf(bar.ts / MS_PER_DAY);
    return i % 6 === 3 ? traded(i, value / 100) : bar;
  });

const run = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe('a session without a bar', () => {
  it('was without a trade if the sessions around it are thinly traded, some of them not at all', () => {
    expect(isThin(idling(THIN, [20]), 20)).toBe(true);
    expect(isThin(idling(THICK, [20]), 20)).toBe(false);
  });

  it('is the vendor’s hole in a share that traded in every other session, however little', () => {
    for (const value of [THIN, 1000, 10]) expect(isThin(all(value, [20]), 20)).toBe(false);
    const weeks = [run(10, 15), run(20, 25), run(40, 45)].flat();
    for (const session of weeks) expect(isThin(all(THIN, weeks), session)).toBe(false);
  });

  it('is the vendor’s hole where volumes are of one order, whatever else is lacking', () => {
    const some = (i: number): Bar => traded(i, THIN / (1 + (i % 7)));
    const without = [5, 20, 33, 47, 58];
    const bars = run(0, 60).flatMap((i) => (without.includes(i) ? [] : [some(i)]));
    for (const session of without.slice(0, -1)) expect(isThin(bars, session)).toBe(false);
  });

  it('of a series that never has a volume, as an index, is the vendor’s hole', () => {
    expect(isThin(all(0, [20]), 20)).toBe(false);
    const once = all(0, [20]).map((bar, i) => (i === 3 ? traded(3, THIN) : bar));
    expect(isThin(once, 20)).toBe(true);
    // The volume 0 of a bar that moves is not counted by anybody.
    const moving = once.map((bar) => ({ ...bar, high: bar.high * 1.01 }));
    expect(isThin(moving, 20)).toBe(false);
  });

  it('is judged by the median of the ten bars on either side of it', () => {
    const around = (value: number, ...odd: readonly number[]): Bar[] =>
      idling(value, [20]).map((bar) =>
        odd.includes(SESSIONS.indexOf(bar.ts / MS_PER_DAY))
          ? traded(SESSIONS.indexOf(bar.ts / MS_PER_DAY), 1e9)
          : bar,
      );
    const from = (first: number, last: number): number[] => run(first, last + 1);
    expect(isThin(around(THIN, 20, ...from(0, 9), ...from(31, 59)), 20)).toBe(true);
    expect(isThin(around(THIN, ...from(10, 18)), 20)).toBe(true);
    expect(isThin(around(THIN, ...from(10, 19)), 20)).toBe(false);
    expect(isThin(around(THIN, ...from(22, 30)), 20)).toBe(true);
    expect(isThin(around(THIN, ...from(21, 30)), 20)).toBe(false);
    expect(isThin(around(THIN, ...from(15, 19), ...from(21, 24)), 20)).toBe(true);
  });

  it('is the vendor’s hole if bars stand on one side only', () => {
    expect(isThin(idling(THIN, [], 20), 20)).toBe(false);
    expect(isThin(idling(THIN).slice(21), 20)).toBe(false);
    expect(isThin([], 20)).toBe(false);
  });

  it('needs a bar within five sessions of it on both sides', () => {
    const idle = run(45, 51);
    const thin = (without: readonly number[]): Bar[] =>
      idling(THIN, without).map((bar) => {
        const i = SESSIONS.indexOf(bar.ts / MS_PER_DAY);
        return idle.includes(i) ? traded(i, 0) : bar;
      });
    expect(isThin(thin(run(15, 21)), 20)).toBe(false);
    expect(isThin(thin(run(16, 21)), 20)).toBe(true);
    expect(isThin(thin(run(20, 26)), 20)).toBe(false);
    expect(isThin(thin(run(20, 25)), 20)).toBe(true);
  });

  it('is the vendor’s hole if more sessions in a row lack than the share stands idle elsewhere', () => {
    for (const session of [20, 21]) expect(isThin(idling(THIN, [20, 21]), session)).toBe(false);
    const twice = idling(THIN, [20, 21]).map((bar, i) => ([3, 4].includes(i) ? traded(i, 0) : bar));
    for (const session of [20, 21]) expect(isThin(twice, session)).toBe(true);
  });

  it('without rows for idle sessions: was idle if some lack here and there and volumes come near to nothing', () => {
    expect(isThin(ebbing(THIN, [20, 41]), 20)).toBe(true);
    expect(isThin(ebbing(THICK, [20, 41]), 20)).toBe(false);
    expect(isThin(ebbing(THIN, [20]), 20)).toBe(false);
    const scattered = [5, 12, 26, 27, 37, 38, 48];
    const threeInARow = ebbing(THIN, [...scattered, 20, 21, 22]);
    for (const session of [5, 21, 27, 38]) expect(isThin(threeInARow, session)).toBe(true);
    const weeks = [run(10, 15), run(20, 25), run(40, 45), [5, 30]].flat();
    for (const session of [10, 14, 22, 44]) expect(isThin(ebbing(THIN, weeks), session)).toBe(false);
    const pairs = [10, 11, 19, 20, 31, 32, 40, 41];
    for (const session of pairs) expect(isThin(ebbing(THIN, pairs), session)).toBe(false);
  });

  it('is seen in the light of what the store lacks around it, but not of what was never asked for', () => {
    const asked = SESSIONS[20] ?? 0;
    const gaps = [{ from: asked, to: asked + 1 }];
    const known = ebbing(THIN, [15, 20]);
    expect(isThin([], 20, { known, gaps, absent: [15] })).toBe(true);
    expect(isThin([], 20, { known, gaps })).toBe(false);
  });

  it('is seen in the light of stored bars too, of which an answered one takes the place', () => {
    const idle = traded(17, 0);
    expect(isThin([traded(21, THIN)], 20, { known: [idle, traded(18, THIN), traded(19, THIN)] })).toBe(true);
    expect(isThin([idle, traded(18, THIN), traded(19, THIN)], 20, { known: [traded(21, THIN)] })).toBe(true);
    const around = idling(THIN, [20]).slice(15, 25);
    const known = around.map(({ ts }) => stored(ts / MS_PER_DAY, 10, { volume: THICK / 10 }));
    expect(isThin(around, 20, { known })).toBe(true);
    expect(isThin(around.slice(0, 9), 20, { known })).toBe(true);
    expect(isThin([], 20, { known })).toBe(false);
  });

  it('is a hole where trading goes on around the clock, and between intraday bars', () => {
    for (const calendar of ['24-7', '24-5-FX'])
      expect(isThin(idling(THIN, [20]), 20, { calendar })).toBe(false);
    const hours = idling(THIN, [20]).map((bar) => ({ ...bar, ts: bar.ts + 16 * 3_600_000 }));
    expect(isThin(hours, 20, { interval: '1h' })).toBe(false);
  });

  it('is none of a share whose volumes nobody tells', () => {
    expect(isThin(all(Number.NaN, [20]), 20)).toBe(false);
    expect(isThin([...all(Number.NaN).slice(0, 20), ...idling(THIN).slice(21)], 20)).toBe(true);
    expect(isThin([...all(Number.NaN).slice(0, 20), ...idling(THICK).slice(21)], 20)).toBe(false);
  });

  it('is judged by what the currency of the prices is worth, by the order of magnitude', () => {
    const isIdle = (value: number, currency: string): boolean =>
      isThin(idling(value, [20]), 20, { currency });
    for (const currency of ['USD', 'EUR', 'XXX']) {
      expect(isIdle(THIN, currency)).toBe(true);
      expect(isIdle(THICK, currency)).toBe(false);
    }
    for (const currency of ['GBp', 'GBX', 'ILA', 'JPY', 'HUF']) {
      expect(isIdle(THIN * 100, currency)).toBe(true);
      expect(isIdle(THICK * 100, currency)).toBe(false);
    }
    for (const currency of ['KRW', 'ZAc', 'KWF']) {
      expect(isIdle(THIN * 1000, currency)).toBe(true);
      expect(isIdle(THICK * 1000, currency)).toBe(false);
    }
  });
});

describe('a session whose row stands for no trade', () => {
  it('was without a trade in a thin share, however long it stood, and at either end of its bars', () => {
    for (const share of [idling, ebbing]) {
      const idle = run(10, 40);
      for (const session of [10, 25, 39]) expect(isThin(share(THIN, idle), session, { idle })).toBe(true);
      expect(isThin(share(THIN, run(10, 60)), 50, { idle: run(10, 60) })).toBe(true);
      expect(isThin(share(THIN, run(0, 40)), 5, { idle: run(0, 40) })).toBe(true);
    }
  });

  it('is the vendor’s hole where its share trades on, however long the run', () => {
    for (const share of [idling, ebbing]) {
      const idle = run(10, 50);
      for (const session of [10, 25, 49]) expect(isThin(share(THICK, idle), session, { idle })).toBe(false);
      expect(isThin(share(THICK, run(10, 60)), 50, { idle: run(10, 60) })).toBe(false);
    }
    expect(isThin([], 20, { idle: run(10, 50) })).toBe(false);
  });

  it('is the vendor’s hole where its share traded in every other session, however little', () => {
    const idle = [...run(10, 15), ...run(20, 25)];
    // The first row of a run may be a trade of unknown volume, and is kept as a bar.
    const bars = [...all(THIN, [9, 19, ...idle]), traded(9, 0), traded(19, 0)];
    for (const session of idle) expect(isThin(bars, session, { idle })).toBe(false);
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
    expect(isThin(idling(THIN, run(10, 40)), 20, { idle })).toBe(true);
    expect(isThin(idling(THICK, run(10, 40)), 20, { idle })).toBe(false);
  });
});
