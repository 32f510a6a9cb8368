import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertAgreement, assertRestates } from '../../../src/backfill/judge/agreement.ts';
import { judgeAnswer } from '../../../src/backfill/judge/judge-answer.ts';
import type { Received } from '../../../src/backfill/judge/received.ts';
import type { CorporateAction } from '../../../src/core/bars/bars.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { BackfillError } from '../../../src/core/errors.ts';
import { MS_PER_DAY, formatDay } from '../../../src/core/session/day.ts';
import { SESSIONS, answer, bars, dividend, received, split, stored, want } from '../received.ts';
import { storedBarsOf } from '../../../src/core/bars/bar-builder.ts';
import { comparisonOf } from '../../core/rows.ts';

interface Case {
  /** The same was answered before, as often as it takes. */
  readonly isLast?: boolean;
  /** Sessions that were wanted, by index; default none. */
  readonly wanted?: readonly number[];
  readonly replaces?: boolean;
  /** Actions of the store and of the answer. */
  readonly known?: readonly CorporateAction[];
  readonly said?: readonly CorporateAction[];
}

/** What is thrown where stored closes of 100 are answered with others; NaN: the answer lacks the bar. */
function judgement(closes: readonly number[], testCase: Case = {}): BackfillError | undefined {
  const { wanted = [], replaces, known = [], said = [], isLast = false } = testCase;
  const base = received();
  const answered = bars(closes).filter(({ close }) => !Number.isNaN(close));
  const comparison = comparisonOf(bars(closes.map(() => 100)), answered);
  const heard = received({
    want: want(replaces === undefined ? {} : { replaces }),
    answer: answer({ actions: said }),
    stored: { ...base.stored, actions: known },
    isLast,
  });
  try {
    assertAgreement(heard, comparison, (ts) => wanted.includes(SESSIONS.indexOf(ts / MS_PER_DAY)));
  } catch (error) {
    if (error instanceof BackfillError) return error;
    throw error;
  }
  return undefined;
}

const same = (count: number): number[] => Array.from({ length: count }, () => 100);
const date = (i: number): string => formatDay(SESSIONS[i] ?? 0);

describe('an answer that repeats stored bars', () => {
  it('is believed if it repeats them, lacks some or corrects a few', () => {
    expect(judgement(same(10))).toBeUndefined();
    expect(judgement([])).toBeUndefined();
    expect(judgement([...same(9), Number.NaN])).toBeUndefined();
    expect(judgement([...same(9), 149])).toBeUndefined();
    expect(judgement([...same(9), 100 / 1.49])).toBeUndefined();
  });

  it.each([151, 100 / 1.51])('is refused if one close of 100 is now %d', (close) => {
    const error = judgement([...same(9), close]);
    expect(error).toMatchObject({ code: 'bad-answer', retryable: true, ticker: 'AAPL' });
    expect(error?.message).toContain(
      `contradicts 1 of 10 stored sessions, the first of ${date(9)} (close 100, now ${close}); ` +
        `if the stored ones are wrong: backfill forget AAPL --start ${date(9)} --end ${date(9)}`,
    );
  });

  it('is believed of one bar once it said so again and again', () => {
    expect(judgement([...same(9), 151], { isLast: true })).toBeUndefined();
    expect(judgement([100, 100, 160, 160], { isLast: true })).toBeUndefined();
    expect(judgement([100, 140, 160, 170], { isLast: true })?.code).toBe('bad-answer');
  });

  it('may say anything of a session that was wanted again', () => {
    expect(judgement([...same(9), 151], { wanted: [9] })).toBeUndefined();
    expect(judgement([...same(8), 151, 151], { wanted: [9] })?.message).toContain(date(8));
  });

  it.each([
    ['above', 1],
    ['below', -1],
  ])('is about something else if most of its closes lie %s the stored ones', (_, sign) => {
    const apart = (i: number): number => 100 * (1 + i / 1000) ** sign;
    const error = judgement([100, apart(11), apart(13), apart(15)]);
    expect(error).toMatchObject({ code: 'bad-answer', retryable: true });
    expect(error?.message).toContain(`contradicts 3 of 4 stored sessions, the first of ${date(1)}`);
    expect(judgement([100, apart(11), apart(13), apart(15)], { wanted: [1, 2, 3] })?.code).toBe('bad-answer');
  });

  it('is not about something else if half of them do, if there is only one, or if they lie near', () => {
    expect(judgement([100, 100, 102, 104])).toBeUndefined();
    expect(judgement([102])).toBeUndefined();
    expect(judgement([102, 104])?.code).toBe('bad-answer');
    expect(judgement([102, 104, 106])?.code).toBe('bad-answer');
    expect(judgement([100.5, 100.7, 100.9, 100.6])).toBeUndefined();
  });
});

describe('an answer that changes stored closes by one ratio', () => {
  it('restates the series, which is no reason to ask again', () => {
    const error = judgement([93, 93]);
    expect(error).toMatchObject({ code: 'restated', retryable: false, ticker: 'AAPL' });
    expect(error?.message).toBe('the provider changed 2 stored bars of AAPL, by 0.930000');
  });

  it('is refused if the ratio is a split’s that it does not mention', () => {
    const error = judgement([25, 25]);
    expect(error).toMatchObject({ code: 'basis-unknown', retryable: true, ticker: 'AAPL' });
    expect(error?.message).toContain('as a split 4:1 would that it does not mention');
  });

  it('restates the series if it mentions a split that was not known', () => {
    const said = [split('2025-06-20', 4)];
    expect(judgement([25, 25], { said })?.code).toBe('restated');
    expect(judgement([25, 25], { said, known: [split('2025-06-23', 4)] })?.code).toBe('restated');
    expect(judgement([25, 25], { said, known: [dividend('2025-06-20', 1)] })?.code).toBe('restated');
    expect(judgement([25, 25], { said, known: said })?.code).toBe('basis-unknown');
  });

  it('is judged by the ratio of what changed, where the newer bars did not', () => {
    const half = [...same(60).map(() => 50), ...same(60)];
    expect(judgement(half)?.message).toContain(
      'changes 60 stored bars of AAPL, by 0.500000, as a split 2:1 would',
    );
    expect(judgement(half)?.message).toContain('if the stored ones are wrong: backfill forget AAPL');
    expect(judgement(half.map((close) => (close === 50 ? 95 : close)))).toMatchObject({
      ...{ code: 'restated', message: 'the provider changed 60 stored bars of AAPL, by 0.950000' },
    });
  });

  it('contradicts the store if the newer bars changed and the older ones did not', () => {
    const error = judgement([...same(60), ...same(40).map(() => 60)]);
    expect(error).toMatchObject({ code: 'bad-answer', retryable: true });
    expect(error?.message).toContain(`contradicts 40 of 100 stored sessions, the first of ${date(60)}`);
    expect(judgement([...same(60), ...same(40).map(() => 60)], { isLast: true })?.code).toBe('bad-answer');
  });

  it('does not restate it by a few corrected bars, however many are compared', () => {
    expect(judgement([...same(60), 102, ...same(60)])).toBeUndefined();
  });

  it.each([
    ['5:4', 0.8],
    ['21:20', 20 / 21],
    ['3:4', 4 / 3],
  ])('is refused where it is the ratio of a small split that it does not mention, %s', (text, ratio) => {
    const error = judgement(same(5).map(() => Number((100 * ratio).toFixed(2))));
    expect(error).toMatchObject({ code: 'basis-unknown', retryable: true });
    expect(error?.message).toContain(`as a split ${text} would that it does not mention`);
    expect(judgement(same(5).map(() => 100 * ratio * 1.001))?.code).toBe('restated');
  });

  it('restates the series by two bars where they are the oldest and moved far', () => {
    expect(judgement([118, 118, 100, 100])).toMatchObject({
      ...{ code: 'restated', message: 'the provider changed 2 stored bars of AAPL, by 1.18000' },
    });
    expect(judgement([118, 117, 100, 100])).toBeUndefined();
    expect(judgement([100.9, 100.9, 100, 100])).toBeUndefined();
    expect(judgement([100, 100, 118, 118])).toBeUndefined();
  });

  it.each([
    ['listed with it', { said: [dividend(date(3), 3.7)] }],
    ['known before', { known: [dividend(date(3), 3.7)] }],
  ])('is refused where that is the factor of a dividend %s', (_, actions) => {
    const error = judgement([96.3, 96.3, 96.3, 100, 100], actions);
    expect(error).toMatchObject({ code: 'basis-unknown', retryable: true });
    expect(error?.message).toContain(`as an adjustment for its dividend of 3.7 on ${date(3)} would`);
    expect(error?.message).toContain('give prices that are not adjusted for dividends');
    expect(judgement([95, 95, 95, 100, 100], actions)?.code).toBe('restated');
    expect(judgement([96.3, 96.3, 100, 100, 100], actions)?.code).toBe('restated');
    expect(judgement([96.3, 96.3, 96.3, 96.3, 96.3], actions)?.code).toBe('restated');
  });

  it('is refused if it changes them by as many ratios as dividends make', () => {
    const levels = [...same(60).map(() => 97), ...same(60).map(() => 98), ...same(60).map(() => 99)];
    const error = judgement(levels);
    expect(error).toMatchObject({ code: 'basis-unknown', retryable: true });
    expect(error?.message).toContain('by 0.970000, and by 2 other ratios, as an adjustment for dividends');
    expect(judgement([...levels.slice(60)])?.code).toBe('restated');
  });
});

describe('an answer that is printed on another grid', () => {
  const grid = (storedCloses: readonly number[], closes: readonly number[], isLast = false) => {
    const comparison = comparisonOf(bars(storedCloses), bars(closes));
    try {
      assertAgreement(received({ isLast }), comparison, () => false);
      return null;
    } catch (error) {
      return error as BackfillError;
    }
  };
  const repeated = (closes: readonly number[], times: number): number[] =>
    Array.from({ length: times }, () => closes).flat();

  it('corrects the bars of a cheap share, however much a cent is of it', () => {
    const fine = repeated([0.123, 0.131, 0.128, 0.12], 10);
    const coarse = fine.map((close) => Number(close.toFixed(2)));
    expect(grid(fine, coarse)).toBeNull();
    expect(grid(coarse, fine)).toBeNull();
    expect(grid(repeated([0.0123], 4), repeated([0.01], 4))).toBeNull();
    expect(grid(repeated([0.0052, 0.0061], 4), repeated([0.01], 8))).toBeNull();
  });

  it('corrects half cents in a row', () => {
    const closes = Array.from({ length: 40 }, (_, i) => 36 + i / 100);
    const half = closes.map((close, i) => (i >= 20 && i < 23 ? close + 0.005 : close));
    expect(grid(closes, half)).toBeNull();
    expect(grid(half, closes)).toBeNull();
  });

  it('is refused with the days in question if a part in the middle changed by a ratio', () => {
    const closes = Array.from({ length: 40 }, (_, i) => 36 + i / 100);
    const error = grid(
      closes,
      closes.map((close, i) => (i >= 20 && i < 23 ? close * 0.997 : close)),
    );
    expect(error).toMatchObject({ code: 'bad-answer' });
    expect(error?.message).toContain(
      `contradicts 3 of 40 stored sessions, the first of ${date(20)} (close 36.2, now 36.0914); ` +
        `if the stored ones are wrong: ` +
        `backfill forget AAPL --start ${date(20)} --end ${date(22)} --interval 1d, then run again`,
    );
  });
});

describe('a refusal', () => {
  it('names the session of the exchange’s clock, not the UTC day', () => {
    const sydney = calendarById('XASX');
    const days = sydney.sessions({ from: SESSIONS[0] ?? 0, to: (SESSIONS[0] ?? 0) + 10 });
    const hours = days.map((day) => ({ ...stored(day, 100), ts: sydney.session(day).open - 3_600_000 }));
    // The last one agrees, so that not the whole series is to go.
    const apart = hours.map((bar, i) => (i === hours.length - 1 ? bar : { ...bar, close: 120 + i * 10 }));
    const heard = received({
      calendar: sydney,
      want: want({ series: { ticker: 'BHP.AX', interval: '1h' }, calendar: 'XASX' }),
    });
    expect(() => assertAgreement(heard, comparisonOf(hours, apart), () => false)).toThrow(
      `--start ${formatDay(days[0] ?? 0)} --end ${formatDay(days.at(-2) ?? 0)} --interval 1h`,
    );
  });

  it('is about the whole series where nothing that was compared agrees', () => {
    const all = bars([100, 101, 102, 103]);
    const others = all.map((bar, i) => ({ ...bar, close: 300 + 40 * i }));
    expect(() => assertAgreement(received(), comparisonOf(all, others), () => false)).toThrow(
      'if the stored ones are wrong: backfill forget AAPL --interval 1d, then run again',
    );
  });

  it('has no hole in it, whatever the closes are', () => {
    const close = fc.oneof(
      fc.constantFrom(100, 100, 100, 100.005, 99.7, 50, 25, 151, 1e-4, -3, Number.NaN),
      fc.double({ min: 90, max: 110, noNaN: true }),
    );
    fc.assert(
      fc.property(
        fc.array(close, { maxLength: 30 }),
        fc.boolean(),
        fc.boolean(),
        (closes, replaces, isLast) => {
          const message =
            judgement(closes, { replaces, isLast })?.message ?? 'backfill forget AAPL --interval 1d';
          expect(message).not.toMatch(/undefined|NaN|null|\(\)|  |--start --|--start $|of \D*\(/);
          expect(message).toMatch(
            /backfill forget AAPL .*--interval 1d|the provider changed \d+ stored bars/,
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('an answer that replaces a restated series', () => {
  /** What is thrown where these closes were stored and those are answered in their place. */
  function replacing(before: readonly number[], now: readonly number[], replaces = true): unknown {
    const { compared } = comparisonOf(bars(before), bars(now));
    try {
      assertRestates(received({ want: want({ replaces }) }), compared);
    } catch (error) {
      return error;
    }
    return undefined;
  }
  const SOME = 20;
  const cents = (price: number): number => Math.round(price * 100) / 100;
  const walk = (from: number, seed: number, count = SOME): number[] =>
    Array.from({ length: count }, (_, i) => cents(from * (1 + 0.2 * Math.sin(seed * (i + 1) ** 2))));

  it('is another instrument’s if its closes changed by a ratio each, though a few share one', () => {
    const before = walk(60, 1);
    const shared = before.map((close, i) => (i < 4 ? cents(close * 0.6) : (walk(35, 2)[i] ?? 0)));
    for (const now of [walk(35, 2), shared]) {
      const error = replacing(before, now);
      expect(error).toMatchObject({ code: 'bad-answer', ticker: 'AAPL' });
      expect(String(error)).toMatch(/contradicts \d+ of 20 stored sessions/);
      expect(String(error)).toContain('backfill forget AAPL --interval 1d, then run again');
    }
    expect(replacing(before, walk(35, 2), false)).toBeUndefined();
    expect(replacing([60.11, 61.37, 59.2], [35.2, 34.11, 37.83])).toMatchObject({ code: 'bad-answer' });
  });

  it('is refused so before anything of it is stored', () => {
    const base = received().stored;
    const coverage = { ...base.coverage, present: [want().range] };
    const before = { ...base, coverage, bars: storedBarsOf(bars(walk(60, 1))) };
    const heard = (closes: number[]): Received =>
      received({ want: want({ replaces: true }), stored: before, answer: answer({ bars: bars(closes) }) });
    expect(() => judgeAnswer(heard(walk(35, 2)))).toThrow(/contradicts 20 of 20 stored sessions/);
    expect(() => judgeAnswer(heard(walk(60, 1)))).not.toThrow();
  });

  it.each([0.01, 0.1, 0.25, 1 / 3, 0.5, 0.95, 1.05, 3, 20, 100])(
    'restates it if closes changed by the ratio %d, rounded on both sides',
    (ratio) => {
      for (const price of [0.07, 0.9, 4, 60, 2000].filter((one) => one / ratio > 0.008)) {
        const before = walk(price, 1);
        expect(
          replacing(
            before,
            before.map((close) => cents(close * ratio)),
          ),
        ).toBeUndefined();
        expect(
          replacing(
            before.map((close) => cents(close / ratio)),
            before,
          ),
        ).toBeUndefined();
      }
    },
  );

  it('restates it in steps, as dividends make, and may correct some bars besides', () => {
    const before = walk(60, 1);
    const steps = before.map((close, i) => cents(close * 0.99 ** Math.floor((20 - i) / 4)));
    expect(replacing(before, steps)).toBeUndefined();
    const corrected = before.map((close, i) => (i % 5 === 4 ? cents(close * 1.1) : cents(close / 2)));
    expect(replacing(before, corrected)).toBeUndefined();
    expect(replacing([60.11], [35.2])).toBeUndefined();
    expect(replacing([60.11, 61.37, 35], [30.06, 30.69, 35])).toBeUndefined();
  });

  it('is held against that alone, not against a correction’s size', () => {
    expect(judgement([93, 25, 500, 101, 7], { replaces: true })).toBeUndefined();
    expect(judgement([25, 25], { replaces: true })).toBeUndefined();
    expect(judgement([25, 25], { replaces: false })?.code).toBe('basis-unknown');
  });

  it('changes nothing if it lacks stored bars', () => {
    const error = judgement([93, Number.NaN, 93, Number.NaN], { replaces: true });
    expect(error).toMatchObject({ code: 'restated', retryable: false, ticker: 'AAPL' });
    expect(error?.message).toContain(
      `no longer has 2 of its stored bars, the first of ${date(1)}: nothing is changed`,
    );
    expect(error?.message).toContain('backfill forget AAPL');
  });
});
