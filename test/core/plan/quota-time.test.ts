import { describe, expect, it } from 'vitest';
import { type QuotaStanding, parseQuotas, unusedAt } from '../../../src/core/plan/quota.ts';
import { quotaOpening, quotaTime } from '../../../src/core/plan/quota-time.ts';

const SECOND = 1000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
const NOON = Date.UTC(2026, 2, 2, 12);

const time = (requests: number, quotas: string, standing: Partial<QuotaStanding> = {}): number | null =>
  quotaTime(requests, parseQuotas(quotas), { ...unusedAt(NOON), ...standing });

/** So many requests of a day's quota were sent today. */
const usedToday = (used: number) => ({
  windows: { [`${DAY}ms`]: { index: Math.floor(NOON / DAY), used } },
});

describe('the time that quotas allow', () => {
  it.each([
    [1, '1/min', 0],
    [2, '1/2s', 2 * SECOND],
    [40, '100/min,5000/day', 23.4 * SECOND],
    [503, '5/min', 502 * 12 * SECOND],
    [100, '100/10s', 9.9 * SECOND],
    [300, '10/s,100/min', 3 * MINUTE],
    [5000, '5000/day', 0],
    [5001, '5000/day', 12 * HOUR],
    [10_001, '5000/day', 36 * HOUR],
    [503, '5/min,25/day', 19.5 * DAY + 2 * 12 * SECOND],
    [120, '100/h', HOUR],
    [51, '20/h,50/day', 12 * HOUR],
    [4, '1/2day', 5.5 * DAY],
  ])('is, of %i requests at %s from noon on, %i ms but for the slack', (requests, quotas, expected) => {
    expect(time(requests, quotas)).toBeGreaterThanOrEqual(expected * 0.99);
    expect(time(requests, quotas)).toBeLessThanOrEqual(expected * 1.01);
  });

  it('counts what was used of the day by then', () => {
    expect(time(40, '5000/day', usedToday(4960))).toBe(0);
    expect(time(41, '5000/day', usedToday(4960))).toBe(12 * HOUR);
    expect(time(1, '5/min,25/day', usedToday(25))).toBe(12 * HOUR);
    expect(time(1, '25/day', usedToday(40))).toBe(12 * HOUR);
    const yesterday = { windows: { [`${DAY}ms`]: { index: Math.floor(NOON / DAY) - 1, used: 25 } } };
    expect(time(25, '25/day', yesterday)).toBe(0);
  });

  it('waits for the requests that others have reserved', () => {
    expect(time(1, '1/min', { nextAt: NOON + 30 * SECOND })).toBe(30 * SECOND);
    expect(time(1, '1/min', { nextAt: NOON - DAY })).toBe(0);
  });

  it('goes on at midnight while requests are being sent', () => {
    const late = NOON + 12 * HOUR - MINUTE;
    const [perMinute, aDay] = parseQuotas('60/min,10/day');
    const standing = { ...unusedAt(late), ...usedToday(0) };
    // Ten before midnight, ten after it without another wait.
    expect(quotaTime(20, [perMinute!, aDay!], standing)).toBeCloseTo(MINUTE + 9 * 1008, 0);
    expect(quotaTime(10, [perMinute!, aDay!], standing)).toBeCloseTo(9 * 1008, 0);
  });

  it('is nothing for no request, and unknown without a quota', () => {
    expect(time(0, '1/day')).toBe(0);
    expect(quotaTime(5, [], unusedAt(NOON))).toBeNull();
  });

  it('is found at once for however many requests', () => {
    const since = performance.now();
    const days = (time(1e9, '25/day') ?? 0) / DAY;
    expect(days / 4e7).toBeCloseTo(1, 2);
    expect(performance.now() - since).toBeLessThan(500);
  });
});

describe('a quota that is used up', () => {
  const opening = (quotas: string, now: number): unknown => {
    const used = Object.fromEntries(
      parseQuotas(quotas).map(({ requests, perMs }) => [
        `${perMs}ms`,
        { index: Math.floor(now / perMs), used: requests },
      ]),
    );
    return quotaOpening(parseQuotas(quotas), { now, nextAt: 0, windows: used });
  };

  it.each([
    ['25/day', NOON, 12 * HOUR, true],
    ['25/day', NOON + 10 * HOUR, 2 * HOUR, false],
    ['20/h', NOON + 23 * MINUTE, 37 * MINUTE, false],
    ['20/h', NOON + 11.5 * HOUR, HOUR / 2, false],
    ['3/2day', NOON, 36 * HOUR, false],
    ['20/h,50/day', NOON, 12 * HOUR, true],
  ])('of %s opens again at the next boundary', (quotas, now, inMs, isTomorrow) => {
    expect(opening(quotas, now)).toEqual({ at: now + inMs, inMs, isTomorrow });
  });
});
