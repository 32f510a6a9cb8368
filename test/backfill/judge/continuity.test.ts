import { describe, expect, it } from 'vitest';
import { assertContinues } from '../../../src/backfill/judge/continuity.ts';
import { BackfillError } from '../../../src/core/errors.ts';
import type { Received } from '../../../src/backfill/judge/received.ts';
import { bars, received, split, want } from '../received.ts';
import { comparisonOf } from '../../core/rows.ts';
import { barsOf } from '../../../src/core/bars/bar-builder.ts';

const OLD = bars([80, 82, 84, 84]);

/** What is thrown for an answer that has of the first `kept` stored sessions, and then goes on at a price. */
function judgement(
  price: number,
  kept: number,
  change: Partial<Received> = {},
  ratio?: number,
): BackfillError | undefined {
  const all = bars([80, 82, 84, 84, price, price]);
  const answered = all.filter((_, i) => i < kept || i >= OLD.length);
  const actions = ratio === undefined ? [] : [split('2025-06-06', ratio)];
  try {
    const comparison = comparisonOf(OLD, answered);
    assertContinues(received(change), comparison, barsOf(answered.slice(kept)), actions);
  } catch (error) {
    if (error instanceof BackfillError) return error;
    throw error;
  }
  return undefined;
}

describe('an answer without any of the stored sessions that it was asked for', () => {
  it('and with newer ones on another level is asked for again, then another instrument’s', () => {
    expect(judgement(227, 0)).toMatchObject({ code: 'bad-answer', retryable: true });
    const last = judgement(227, 0, { isLast: true });
    expect(last?.code).toBe('identity-changed');
    expect(last?.message).toContain(
      'the 4 stored sessions up to 2025-06-05 are gone, and its prices go on at 227 after 84',
    );
    expect(judgement(30, 0, { isLast: true })?.code).toBe('identity-changed');
  });

  it('is taken where its prices go on, or a split explains them', () => {
    expect(judgement(90, 0)).toBeUndefined();
    expect(judgement(42, 0, {}, 2)).toBeUndefined();
  });

  it('is taken where one of them is there, or the whole is replaced', () => {
    expect(judgement(227, 1)).toBeUndefined();
    expect(judgement(227, 0, { want: want({ replaces: true }) })).toBeUndefined();
  });
});
