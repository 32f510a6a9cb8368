import { describe, expect, it } from 'vitest';
import { assertAgreement } from '../../src/backfill/agreement.ts';
import type { CorporateAction } from '../../src/core/bars.ts';
import { compareBars } from '../../src/core/compare.ts';
import { BackfillError } from '../../src/core/errors.ts';
import { MS_PER_DAY, formatDay } from '../../src/core/day.ts';
import { SESSIONS, answer, bars, dividend, hearing, split, task } from './hearings.ts';

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
function verdict(closes: readonly number[], testCase: Case = {}): BackfillError | undefined {
  const { wanted = [], replaces, known = [], said = [], isLast = false } = testCase;
  const base = hearing();
  const answered = bars(closes).filter(({ close }) => !Number.isNaN(close));
  const comparison = compareBars(bars(closes.map(() => 100)), answered, () => 0);
  const heard = hearing({
    task: task(replaces === undefined ? {} : { replaces }),
    answer: answer({ actions: said }),
    stored: { ...base.stored, actions: known },
    isLast,
  });
  try {
    assertAgreement(heard, comparison, ({ ts }) => wanted.includes(SESSIONS.indexOf(ts / MS_PER_DAY)));
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
    expect(verdict(same(10))).toBeUndefined();
    expect(verdict([])).toBeUndefined();
    expect(verdict([...same(9), Number.NaN])).toBeUndefined();
    expect(verdict([...same(9), 149])).toBeUndefined();
    expect(verdict([...same(9), 100 / 1.49])).toBeUndefined();
  });

  it.each([151, 100 / 1.51])('is refused if one close of 100 is now %d', (close) => {
    const error = verdict([...same(9), close]);
    expect(error).toMatchObject({ code: 'bad-answer', retryable: true, ticker: 'AAPL' });
    expect(error?.message).toContain(
      `contradicts 1 of 10 stored sessions, the first of ${date(9)} (close 100, now ${close}); ` +
        `if the stored ones are wrong: backfill forget AAPL --start ${date(9)} --end ${date(9)}`,
    );
  });

  it('is believed of one bar once it said so again and again', () => {
    expect(verdict([...same(9), 151], { isLast: true })).toBeUndefined();
    expect(verdict([100, 100, 160, 160], { isLast: true })).toBeUndefined();
    expect(verdict([100, 140, 160, 170], { isLast: true })?.code).toBe('bad-answer');
  });

  it('may say anything of a session that was wanted again', () => {
    expect(verdict([...same(9), 151], { wanted: [9] })).toBeUndefined();
    expect(verdict([...same(8), 151, 151], { wanted: [9] })?.message).toContain(date(8));
  });

  it.each([
    ['above', 1],
    ['below', -1],
  ])('is about something else if most of its closes lie %s the stored ones', (_, sign) => {
    const apart = (i: number): number => 100 * (1 + i / 1000) ** sign;
    const error = verdict([100, apart(11), apart(13), apart(15)]);
    expect(error).toMatchObject({ code: 'bad-answer', retryable: true });
    expect(error?.message).toContain(`contradicts 3 of 4 stored sessions, the first of ${date(1)}`);
    expect(verdict([100, apart(11), apart(13), apart(15)], { wanted: [1, 2, 3] })?.code).toBe('bad-answer');
  });

  it('is not about something else if half of them do, if there is only one, or if they lie near', () => {
    expect(verdict([100, 100, 102, 104])).toBeUndefined();
    expect(verdict([102])).toBeUndefined();
    expect(verdict([102, 104])?.code).toBe('bad-answer');
    expect(verdict([102, 104, 106])?.code).toBe('bad-answer');
    expect(verdict([100.5, 100.7, 100.9, 100.6])).toBeUndefined();
  });
});

describe('an answer that changes stored closes by one ratio', () => {
  it('restates the series, which is no reason to ask again', () => {
    const error = verdict([93, 93]);
    expect(error).toMatchObject({ code: 'restated', retryable: false, ticker: 'AAPL' });
    expect(error?.message).toBe('the provider changed 2 stored bars of AAPL, by 0.930000');
  });

  it('is refused if the ratio is a split’s that it does not mention', () => {
    const error = verdict([25, 25]);
    expect(error).toMatchObject({ code: 'basis-unknown', retryable: true, ticker: 'AAPL' });
    expect(error?.message).toContain('as a split 4:1 would that it does not mention');
  });

  it('restates the series if it mentions a split that was not known', () => {
    const said = [split('2025-06-20', 4)];
    expect(verdict([25, 25], { said })?.code).toBe('restated');
    expect(verdict([25, 25], { said, known: [split('2025-06-23', 4)] })?.code).toBe('restated');
    expect(verdict([25, 25], { said, known: [dividend('2025-06-20', 1)] })?.code).toBe('restated');
    expect(verdict([25, 25], { said, known: said })?.code).toBe('basis-unknown');
  });

  it('is judged by the ratio of what changed, where the newer bars did not', () => {
    const half = [...same(60).map(() => 50), ...same(60)];
    expect(verdict(half)?.message).toContain(
      'changes 60 stored bars of AAPL, by 0.500000, as a split 2:1 would',
    );
    expect(verdict(half)?.message).toContain('if the stored ones are wrong: backfill forget AAPL');
    expect(verdict(half.map((close) => (close === 50 ? 95 : close)))).toMatchObject({
      ...{ code: 'restated', message: 'the provider changed 60 stored bars of AAPL, by 0.950000' },
    });
  });

  it('contradicts the store if the newer bars changed and the older ones did not', () => {
    const error = verdict([...same(60), ...same(40).map(() => 60)]);
    expect(error).toMatchObject({ code: 'bad-answer', retryable: true });
    expect(error?.message).toContain(`contradicts 40 of 100 stored sessions, the first of ${date(60)}`);
    expect(verdict([...same(60), ...same(40).map(() => 60)], { isLast: true })?.code).toBe('bad-answer');
  });

  it('does not restate it by a few corrected bars, however many are compared', () => {
    expect(verdict([...same(60), 102, ...same(60)])).toBeUndefined();
  });

  it('is refused if it changes them by as many ratios as dividends make', () => {
    const levels = [...same(60).map(() => 97), ...same(60).map(() => 98), ...same(60).map(() => 99)];
    const error = verdict(levels);
    expect(error).toMatchObject({ code: 'basis-unknown', retryable: true });
    expect(error?.message).toContain('by 0.970000, and by 2 other ratios, as an adjustment for dividends');
    expect(verdict([...levels.slice(60)])?.code).toBe('restated');
  });
});

describe('an answer that replaces a restated series', () => {
  it('may differ as it likes', () => {
    expect(verdict([93, 25, 500, 101, 7], { replaces: true })).toBeUndefined();
    expect(verdict([25, 25], { replaces: true })).toBeUndefined();
    expect(verdict([25, 25], { replaces: false })?.code).toBe('basis-unknown');
  });

  it('changes nothing if it lacks stored bars', () => {
    const error = verdict([93, Number.NaN, 93, Number.NaN], { replaces: true });
    expect(error).toMatchObject({ code: 'restated', retryable: false, ticker: 'AAPL' });
    expect(error?.message).toContain(
      `no longer has 2 of its stored bars, the first of ${date(1)}: nothing is changed`,
    );
    expect(error?.message).toContain('backfill forget AAPL');
  });
});
