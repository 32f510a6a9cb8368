import { describe, expect, it } from 'vitest';
import { assertAgreement } from '../../../src/backfill/judge/agreement.ts';
import type { BackfillError } from '../../../src/core/errors.ts';
import { bars, dividend, received, split } from '../received.ts';
import { comparisonOf } from '../../core/rows.ts';
import { date, judgement } from './repeated-bars.ts';

const same = (count: number): number[] => Array.from({ length: count }, () => 100);

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

describe('an answer with open and close swapped', () => {
  const prices = [
    [10, 10.05],
    [10.05, 10.02],
    [10.02, 10.02],
    [10.02, 10.08],
  ] as const;
  const barsOf = (rows: readonly (readonly [number, number])[]) =>
    bars(rows.map(([, close]) => close)).map((bar, i) => ({ ...bar, open: rows[i]?.[0] ?? 0 }));
  const judged = (rows: readonly (readonly [number, number])[]) => () =>
    assertAgreement(
      received(),
      comparisonOf(barsOf(prices.slice(0, rows.length)), barsOf(rows)),
      () => false,
    );
  const swapped = prices.map(([open, close]) => [close, open] as const);

  it('is refused, however near they are', () => {
    expect(judged(swapped)).toThrow(
      /contradicts 3 of 4 stored sessions, .* \(close 10.05, now 10\), with open and close swapped; if the stored ones are wrong/,
    );
  });

  it('is believed of two bars, or where some were corrected instead', () => {
    expect(judged(swapped.slice(0, 3))).not.toThrow();
    expect(judged([...swapped.slice(0, 3), [10.02, 10.07]])).not.toThrow();
  });
});

describe('an answer that changes stored closes by one ratio', () => {
  it('restates the series, which is no reason to ask again', () => {
    const error = judgement([93, 93]);
    expect(error).toMatchObject({ code: 'restated', retryable: false, ticker: 'AAPL' });
    expect(error?.message).toBe('the provider changed 2 stored bars of AAPL, by 0.930000');
  });

  it('is refused of files, which are no second answer, unless they are to be read again or list a new split', () => {
    const edition = 'one';
    const error = judgement([98.5, 98.5], { edition });
    expect(error).toMatchObject({ code: 'bad-answer', retryable: false, ticker: 'AAPL' });
    expect(error?.message).toBe(
      'the files change 2 stored bars of AAPL, by 0.985000, and nothing says why: get them as before, or to take them: ' +
        `backfill AAPL --interval 1d --start ${date(0)} --end ${date(1)} --no-gaps`,
    );
    expect(judgement([98.5, 98.5], { edition, again: true })?.code).toBe('restated');
    expect(judgement([25, 25], { edition, said: [split('2025-06-20', 4)] })?.code).toBe('restated');
    const isSaid = { edition, said: [split('2025-06-20', 0.93)], known: [split('2025-06-20', 0.93)] };
    expect(judgement([93, 93], isSaid)?.code).toBe('restated');
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

  it('is not one that lies within a unit of what is stored, and is not rounded from it', () => {
    const stored = repeated([12.59, 13.17, 12.77, 12.76], 10);
    expect(grid(stored, repeated([12, 14, 12, 13], 10))).toMatchObject({ code: 'bad-answer' });
    expect(grid(stored, stored.map(Math.round))).toBeNull();
    // A unit of less than half a per cent may have been cut off as well.
    const hundreds = stored.map((close) => close * 20);
    expect(grid(hundreds, hundreds.map(Math.floor))).toBeNull();
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
