import { describe, expect, it } from 'vitest';
import { assertRestates } from '../../../src/backfill/judge/agreement.ts';
import { judgeAnswer } from '../../../src/backfill/judge/judge-answer.ts';
import type { Received } from '../../../src/backfill/judge/received.ts';
import { answer, bars, received, want } from '../received.ts';
import { storedBarsOf } from '../../../src/core/bars/bar-builder.ts';
import { comparisonOf } from '../../core/rows.ts';
import { date, judgement } from './repeated-bars.ts';

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
