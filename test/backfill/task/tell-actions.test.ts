import { describe, expect, it } from 'vitest';
import { heard } from '../../../src/backfill/task/tell-actions.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';

const calendar = calendarById('XNYS');
const AT = Date.parse('2026-01-20T15:00:00Z');
const MINUTE = 60_000;
const answer = { actions: [] };
const error = { code: 'unknown-ticker' as const, message: 'nobody knows it', retryable: false };

const tickersOf = (parts: Parameters<typeof heard>[0], now: number) => {
  const { answers, errors } = heard(parts, calendar, now);
  return [[...answers.keys()], [...errors.keys()]];
};

describe('what was told of splits', () => {
  const told = {
    at: AT,
    parts: [
      { ticker: 'A', answer },
      { ticker: 'B', error },
    ],
  };

  it('counts for ten minutes, as does that there is no such ticker', () => {
    expect(tickersOf(told, AT)).toEqual([['A'], ['B']]);
    expect(tickersOf(told, AT + 10 * MINUTE - 1)).toEqual([['A'], ['B']]);
    expect(tickersOf(told, AT + 10 * MINUTE)).toEqual([[], []]);
    expect(heard(told, calendar, AT).errors.get('B')?.error).toMatchObject({
      ...error,
      name: 'BackfillError',
    });
  });

  it('counts no more when the next day has begun where it is traded', () => {
    const late = { ...told, at: Date.parse('2026-01-21T04:59:00Z') };
    expect(tickersOf(late, late.at + MINUTE - 1)).toEqual([['A'], ['B']]);
    expect(tickersOf(late, late.at + MINUTE)).toEqual([[], []]);
  });

  it('does not count where it may be better the next time', () => {
    const parts = [
      { ticker: 'A', answer: { ...answer, isSilent: true as const } },
      { ticker: 'B', error: { ...error, code: 'network' as const, retryable: true } },
    ];
    expect(tickersOf({ at: AT, parts }, AT)).toEqual([[], []]);
  });
});
