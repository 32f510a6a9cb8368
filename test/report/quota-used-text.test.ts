import { describe, expect, it } from 'vitest';
import { UNBOUNDED } from '../../src/report/page.ts';
import { type QuotaUsed, quotaTexts } from '../../src/report/quota-used-text.ts';

const HOUR = 3_600_000;
const MIDNIGHT = Date.UTC(2026, 10, 21);
const opening = (inMs: number) => ({ at: MIDNIGHT, inMs, isTomorrow: true });
const SHORT = { ...UNBOUNDED, columns: 80, isWhole: false };

/** A key of which so many of 25 requests of the day are used. */
function used(provider: string, count: number, more: Partial<QuotaUsed> = {}): QuotaUsed {
  return {
    ...{ provider, key: 'another', port: null },
    windows: [
      { requests: 5, perMs: 60_000, used: null, next: null },
      { requests: 25, perMs: 24 * HOUR, used: count, next: opening(HOUR) },
    ],
    opens: count >= 25 ? opening(HOUR) : null,
    ...more,
  };
}

/** Thirty records: keys of two providers, one at hand, and servers on this machine. */
const MANY = [
  used('alphavantage', 3, { key: 'own' }),
  ...Array.from({ length: 12 }, (_, i) => used('alphavantage', i < 3 ? 25 : 2)),
  ...Array.from({ length: 5 }, () => used('polygon', 1)),
  ...Array.from({ length: 10 }, (_, i) => used('sample', 4, { key: 'none', port: 8000 + i })),
  used('alpaca', 7),
  used('yahoo', 9, { key: 'none' }),
];

describe('the quotas of many keys and servers', () => {
  it('are a line a provider on a terminal, with what is at hand on its own', () => {
    expect(MANY).toHaveLength(30);
    const lines = quotaTexts(MANY, SHORT);
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'alphavantage',
      'alphavantage with 12 other keys',
      'polygon with 5 other keys',
      'sample at 10 ports',
      'alpaca with another key',
      'yahoo',
    ]);
    expect(lines[1]).toMatch(
      /^alphavantage with 12 other keys: 93 requests counted, 3 used up, the last of which opens again at [^;]+ \(in 1h\); --all lists each$/,
    );
    expect(lines[2]).toBe('polygon with 5 other keys: 5 requests counted, none is used up; --all lists each');
    expect(lines[3]).toBe('sample at 10 ports: 40 requests counted, none is used up; --all lists each');
  });

  it('name the last of several to open', () => {
    const later = { at: MIDNIGHT + 2 * HOUR, inMs: 3 * HOUR, isTomorrow: true };
    const group = [used('polygon', 25), used('polygon', 25, { opens: later }), used('polygon', 25)];
    expect(quotaTexts(group, SHORT)[0]).toContain('3 used up, the last of which opens again at ');
    expect(quotaTexts(group, SHORT)[0]).toContain('(in 3h); ');
  });

  it('are told one by one where a page wants all, or there is one of each', () => {
    expect(quotaTexts(MANY, UNBOUNDED)).toHaveLength(30);
    const ones = MANY.filter(({ provider }) => ['alpaca', 'yahoo'].includes(provider));
    expect(quotaTexts(ones, SHORT)).toEqual(quotaTexts(ones, UNBOUNDED));
  });
});
