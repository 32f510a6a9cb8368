import { describe, expect, it } from 'vitest';
import { learn, NOTHING_KNOWN, unlearn, within } from '../../../src/core/coverage/coverage.ts';
import { holesIn } from '../../../src/core/coverage/unavailable.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { findGaps } from '../../../src/core/plan/gaps.ts';
import { absence, days } from '../../store/fixtures.ts';

const DAY_MS = 86_400_000;
const WEEK = days('2026-02-23', '2026-02-28');
const TUESDAY = days('2026-02-24', '2026-02-25');
const at = (checkedAt: number, attempts = 1, nextRetryAt: number | null = checkedAt + DAY_MS) =>
  absence(TUESDAY, { reason: 'rejected', provider: 'yahoo', checkedAt, attempts, nextRetryAt });
const answered = (checkedAt: number) => ({ ...NOTHING_KNOWN, present: [WEEK], lacking: [at(checkedAt)] });

describe('a session that has bars and lacks others', () => {
  it('is told again with a longer wait each time, and whole once an answer has all of it', () => {
    const first = learn(NOTHING_KNOWN, answered(0));
    expect(first).toEqual(answered(0));
    const second = learn(first, answered(DAY_MS));
    const [again] = at(DAY_MS, 2, 3 * DAY_MS).by;
    expect(second.lacking).toEqual([{ ...TUESDAY, by: [{ ...again, since: 0 }] }]);
    expect(learn(second, { ...NOTHING_KNOWN, present: [WEEK] })).not.toHaveProperty('lacking');
    const others = { ...NOTHING_KNOWN, present: [days('2026-02-26', '2026-02-28')] };
    expect(learn(second, others).lacking).toEqual(second.lacking);
  });

  it('is cut with its days', () => {
    expect(within(answered(0), [TUESDAY])).toEqual({ ...answered(0), present: [TUESDAY] });
    expect(unlearn(answered(0), [TUESDAY])).not.toHaveProperty('lacking');
  });

  it('is a hole, and asked for again when that is due, of another provider at once', () => {
    const calendar = calendarById('XNYS');
    const wanted = [{ series: { ticker: 'AAPL', interval: '5m' as const }, calendar, range: WEEK }];
    const gapsAt = (now: number, provider = 'yahoo') => {
      const [one] = findGaps(wanted, { get: () => answered(0) }, { provider, now });
      return one?.gaps;
    };
    expect(holesIn(answered(0), WEEK, calendar)).toEqual({ holes: 1, holesAround: 0, holesRejected: 1 });
    expect(gapsAt(DAY_MS - 1)).toEqual([]);
    expect(gapsAt(DAY_MS)).toEqual([TUESDAY]);
    expect(gapsAt(0, 'alpaca')).toEqual([TUESDAY]);
  });
});
