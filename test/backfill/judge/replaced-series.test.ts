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
      for (const price of [0.3, 0.9, 4, 60, 2000].filter((one) => Math.min(ratio, 1 / ratio) * one > 0.05)) {
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

  /** A year of closes of a large company, and of another that moves against it. */
  const year = (from: number, swing: number): number[] =>
    Array.from({ length: 255 }, (_, i) => from * (1 + swing * Math.sin(i / 40) + 0.01 * Math.sin(i ** 2)));
  const whole = (closes: readonly number[]): number[] => closes.map((close) => Math.round(close));
  const inCents = (closes: readonly number[]): number[] => closes.map(cents);
  const LARGE = inCents(year(110, 0.13));

  it.each([10, 12, 20, 25, 50, 100, 0.5])('is none if it stands at %d, however coarse that is', (price) => {
    const standing = LARGE.map(() => price);
    expect(replacing(LARGE, standing)).toMatchObject({ code: 'bad-answer' });
    expect(replacing(inCents(year(1.1, 0.13)), standing)).toMatchObject({ code: 'bad-answer' });
    expect(replacing(standing, LARGE)).toMatchObject({ code: 'bad-answer' });
  });

  it.each([
    ['whole numbers', LARGE, whole(year(12.5, -0.1))],
    ['whole numbers of three digits', LARGE, whole(year(90, -0.1))],
    ['cents, as what is stored', inCents(year(1.1, 0.13)), inCents(year(0.13, -0.1))],
    ['tenths', LARGE, year(43, -0.06).map((close) => Math.round(close * 10) / 10)],
  ])('is none of another company in %s', (_, before, now) => {
    expect(replacing(before, now)).toMatchObject({ code: 'bad-answer' });
    expect(replacing(now, before)).toMatchObject({ code: 'bad-answer' });
  });

  it('is none if it stands still where a unit is more than all that is stored moved by', () => {
    expect(
      replacing(
        inCents(year(10, 0.02)),
        LARGE.map(() => 5),
      ),
    ).toMatchObject({ code: 'bad-answer' });
  });

  it('shows nothing by a price that stands still, and needs no proof where nothing else was compared', () => {
    const halting = (from: number, step: number): number[] =>
      Array.from({ length: 252 }, (_, i) => from + ((step * Math.floor(i / 4)) % 7));
    expect(replacing(halting(12, 1), halting(12, 3))).toMatchObject({ code: 'bad-answer' });
    expect(replacing(Array(60).fill(50), Array(60).fill(500))).toBeUndefined();
  });

  it.each([
    ['a split 10:1 of a share of about three', year(3, 0.3), 0.1, 0.01],
    ['a split 5:1 in rupiah', whole(year(430, 0.2)), 0.2, 1],
    ['a reverse split 1:10 in rupiah', whole(year(54, 0.1)), 10, 1],
    ['a split 2:1 in yen', whole(year(1200, 0.1)), 0.5, 1],
    ['a spin-off, from cents to whole numbers', LARGE, 0.9, 1],
  ])('restates it if that is %s', (_, before, ratio, unit) => {
    const printed = (close: number): number => Number((Math.round(close / unit) * unit).toFixed(2));
    const stored = before.map((close) => cents(close));
    const now = stored.map((close) => printed(close * ratio));
    expect(replacing(stored, now)).toBeUndefined();
    // One of ten corrected besides breaks no ratio.
    const corrected = now.map((close, i) => (i % 40 === 7 ? printed(close * 1.4) : close));
    expect(replacing(stored, corrected)).toBeUndefined();
  });

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
