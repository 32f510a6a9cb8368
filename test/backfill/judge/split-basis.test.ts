import { describe, expect, it } from 'vitest';
import { assertKnownBasis } from '../../../src/backfill/judge/split-basis.ts';
import { MANUAL } from '../../../src/core/actions/action-book.ts';
import type { CorporateAction } from '../../../src/core/bars/bars.ts';
import { type DayRange, formatDay, utcDayOf } from '../../../src/core/session/day.ts';
import { BackfillError } from '../../../src/core/errors.ts';
import { NOW, SESSIONS, answer, bars, dividend, received, span, split, stored, want } from '../received.ts';
import { comparisonOf } from '../../core/rows.ts';

interface Case {
  readonly known?: readonly CorporateAction[];
  readonly said?: readonly CorporateAction[];
  readonly wireBasis?: 'raw' | 'split-adjusted';
  readonly isEmpty?: boolean;
  readonly replaces?: boolean;
  /** Sessions that are stored, and ex-dates that were answered for; default from May on. */
  readonly present?: DayRange;
  readonly covered?: readonly DayRange[];
  /** How many bars, from 2025-06-02 on, the answer repeats; default none. */
  readonly compared?: number;
}

/** What is thrown for an answer about 2025-06-02 to 2025-07-15, heard on 2025-07-16. */
function judgement(testCase: Case): BackfillError | undefined {
  const { known = [], said = [], wireBasis = 'split-adjusted', compared = 0 } = testCase;
  const { present = span('2025-05-01', '2025-05-30'), covered = [span('2025-05-01', '2025-07-15')] } =
    testCase;
  const repeated = bars(Array.from({ length: compared }, () => 100));
  const given = testCase.isEmpty ? [] : [stored(SESSIONS[0] ?? 0, 100)];
  const base = received();
  const heard = received({
    want: want(testCase.replaces === undefined ? {} : { replaces: testCase.replaces }),
    answer: answer({ wireBasis, actions: said, bars: given }),
    stored: {
      ...base.stored,
      coverage: { ...base.stored.coverage, present: [present] },
      actions: known,
      book: { ...base.stored.book, covered },
    },
  });
  try {
    assertKnownBasis(heard, comparisonOf(repeated, repeated), utcDayOf);
  } catch (error) {
    if (error instanceof BackfillError) return error;
    throw error;
  }
  return undefined;
}

describe('a split that the store knows', () => {
  const known = [split('2025-06-20', 1.5)];

  it('must be among those of a split-adjusted answer', () => {
    const error = judgement({ known, said: [dividend('2025-06-20', 1.5)] });
    expect(error).toMatchObject({ code: 'basis-unknown', retryable: true, ticker: 'AAPL' });
    expect(error?.message).toContain('leaves out the split 3:2 of 2025-06-20 that the store knows');
    expect(error?.message).toContain('backfill actions AAPL --withdraw 2025-06-20,split');
    expect(judgement({ known, said: known })).toBeUndefined();
  });

  it('is another one if it is of a far day or of another ratio on a near one, but for rounding', () => {
    expect(judgement({ known, said: [split('2025-07-01', 1.5)] })?.code).toBe('basis-unknown');
    expect(judgement({ known, said: [split('2025-06-23', 1.5001)] })?.code).toBe('basis-unknown');
    expect(judgement({ known, said: [split('2025-06-20', 1.5 * (1 + 5e-7))] })).toBeUndefined();
  });

  it('may be moved or changed by its source: it is news then', () => {
    expect(judgement({ known, said: [split('2025-06-23', 1.5)] })?.code).toBe('restated');
    expect(judgement({ known, said: [split('2025-06-30', 1.5)], compared: 30 })).toBeUndefined();
    expect(judgement({ known, said: [split('2025-06-20', 1.5001)] })).toBeUndefined();
  });

  it('is written as its shares, or as it is', () => {
    expect(judgement({ known: [split('2025-06-20', 1 / 20)] })?.message).toContain('the split 1:20 of');
    expect(judgement({ known: [split('2025-06-20', 1.0307123)] })?.message).toContain(
      'the split 1.0307123 of',
    );
  });

  it('is looked for if it is effective today, not tomorrow, and after the first day asked for', () => {
    expect(formatDay(utcDayOf(NOW))).toBe('2025-07-16');
    expect(judgement({ known: [split('2025-07-16', 4)] })?.code).toBe('basis-unknown');
    expect(judgement({ known: [split('2025-07-17', 4)] })).toBeUndefined();
    expect(judgement({ known: [split('2025-06-03', 4)] })?.code).toBe('basis-unknown');
    expect(judgement({ known: [split('2025-06-02', 4)] })).toBeUndefined();
    expect(judgement({ known: [split('2025-05-20', 4)] })).toBeUndefined();
  });

  it('does not matter to a raw answer, nor to one without bars', () => {
    expect(judgement({ known, wireBasis: 'raw' })).toBeUndefined();
    expect(judgement({ known, isEmpty: true })).toBeUndefined();
  });
});

describe('a split that was entered by hand and is left out', () => {
  const EX = SESSIONS[2] ?? 0;
  const judged = (
    closes: readonly number[],
    {
      ratio = 2,
      wireBasis = 'split-adjusted' as 'raw' | 'split-adjusted',
      said = [] as CorporateAction[],
      repeats = 0,
    },
  ): string | undefined => {
    const byHand = split(formatDay(EX), ratio);
    const base = received();
    const heard = received({
      answer: answer({ wireBasis, actions: said, bars: bars(closes) }),
      book: { ...base.book, entries: [{ action: byHand, source: MANUAL, fetchedAt: NOW }] },
      stored: { ...base.stored, actions: [byHand] },
    });
    const repeated = bars(closes.slice(0, repeats));
    try {
      assertKnownBasis(heard, comparisonOf(repeated, repeated), utcDayOf);
    } catch (error) {
      if (error instanceof BackfillError && error.code === 'basis-unknown') return error.message;
      throw error;
    }
    return undefined;
  };

  it('is not missed where the prices show it', () => {
    expect(judged([100, 100, 50, 50], {})).toBeUndefined();
    expect(judged([5, 5, 50, 50], { ratio: 0.1 })).toBeUndefined();
  });

  it('is missed where they are adjusted for it, whatever they repeat', () => {
    for (const repeats of [0, 2]) {
      const message = judged([50, 50, 50, 50], { repeats });
      expect(message).toContain(
        'the split 2:1 of 2025-06-04 that was entered by hand, and its prices are adjusted for it',
      );
      expect(message).toContain('backfill actions AAPL --withdraw 2025-06-04,split');
    }
  });

  it('is missed where they cannot tell, but for what they repeat from before it', () => {
    for (const [closes, ratio] of [
      [[50, 50, 50, 50], 1.25],
      [[50, 50], 2],
    ] as const) {
      expect(judged(closes, { ratio })).toContain('its prices do not tell whether they are adjusted for it');
      expect(judged(closes, { ratio, repeats: 1 })).toBeUndefined();
    }
  });

  it('is no matter where it says that there was none', () => {
    expect(judged([50, 50, 50, 50], { ratio: 1 })).toBeUndefined();
    expect(judged([50, 50], { ratio: 1 })).toBeUndefined();
  });

  it('is no matter of raw prices, nor where it is listed', () => {
    expect(judged([50, 50, 50, 50], { wireBasis: 'raw' })).toBeUndefined();
    expect(judged([50, 50, 50, 50], { said: [split('2025-06-04', 2)] })).toBeUndefined();
  });
});

describe('a split that the store does not know', () => {
  const said = [split('2025-06-20', 4)];

  it('restates what was stored before it, if it was said that there is none', () => {
    const error = judgement({ said });
    expect(error).toMatchObject({ code: 'restated', retryable: false, ticker: 'AAPL' });
    expect(error?.message).toBe('AAPL was stored without its split 4:1 of 2025-06-20');
  });

  it('is no news if its day was never answered for, or if nothing older is stored', () => {
    expect(judgement({ said, covered: [span('2025-05-01', '2025-06-19')] })).toBeUndefined();
    expect(judgement({ said, present: span('2025-06-20', '2025-07-01') })).toBeUndefined();
    expect(judgement({ said, present: span('2025-06-19', '2025-07-01') })?.code).toBe('restated');
  });

  it('is left to the comparison where the answer repeats a session before it', () => {
    expect(judgement({ said, compared: 1 })).toBeUndefined();
    expect(judgement({ said: [split('2025-06-02', 4)], compared: 5 })?.code).toBe('restated');
  });

  it('does not hold up what replaces the series, nor a raw answer', () => {
    expect(judgement({ said, replaces: true })).toBeUndefined();
    expect(judgement({ said, wireBasis: 'raw' })).toBeUndefined();
  });

  it('counts as known by its day alone, whoever listed others', () => {
    expect(judgement({ said, known: said })).toBeUndefined();
    expect(judgement({ said: [...said, split('2025-06-10', 2)], known: said })?.message).toContain(
      '2:1 of 2025-06-10',
    );
  });
});
