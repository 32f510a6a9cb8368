import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPaced, pacingOf, parseQuotas, quotaText, shareOf } from '../../../src/core/plan/quota.ts';

describe('a share of quotas', () => {
  it.each([
    ['200/min', 0.5, '100 req/min'],
    ['5/min', 0.5, '2 req/min'],
    ['1/s', 0.5, '1 req/2s'],
    ['1/s,25/day', 0.8, '1 req/1250ms and 25 req/day'],
    ['5/min,500/day', 1, '5 req/min and 500 req/day'],
    ['30/h', 0.1, '30 req/h'],
    ['1/30min', 0.1, '1 req/3599999ms'],
  ])('of %s, of a part of %s, is %s', (text, share, words) => {
    expect(quotaText(shareOf(parseQuotas(text), share))).toBe(words);
  });

  it('is never more, and is kept as the quotas are', () => {
    const quota = fc.record({
      requests: fc.integer({ min: 1, max: 10_000 }),
      perMs: fc.integer({ min: 1, max: 100_000_000 }),
    });
    const share = fc.double({ min: 0.001, max: 1, noNaN: true });
    fc.assert(
      fc.property(quota, share, (one, part) => {
        const [less = one] = shareOf([one], part);
        expect(isPaced(less)).toBe(isPaced(one));
        expect(pacingOf([less]).spacing).toBeGreaterThanOrEqual(pacingOf([one]).spacing);
      }),
    );
  });
});

describe('parseQuotas', () => {
  it.each([
    ['5/min', [{ requests: 5, perMs: 60_000 }]],
    ['20/s', [{ requests: 20, perMs: 1000 }]],
    ['100/10s', [{ requests: 100, perMs: 10_000 }]],
    ['300000/5min', [{ requests: 300_000, perMs: 300_000 }]],
    ['2000/h', [{ requests: 2000, perMs: 3_600_000 }]],
    ['500/day', [{ requests: 500, perMs: 86_400_000 }]],
    ['1/2day', [{ requests: 1, perMs: 172_800_000 }]],
    [
      '5/min,500/day',
      [
        { requests: 5, perMs: 60_000 },
        { requests: 500, perMs: 86_400_000 },
      ],
    ],
    [
      ' 500/day , 1/s ',
      [
        { requests: 500, perMs: 86_400_000 },
        { requests: 1, perMs: 1000 },
      ],
    ],
  ])('reads %s', (text, quotas) => {
    expect(parseQuotas(text)).toEqual(quotas);
  });

  it.each([
    [1000, 's sec secs second seconds'],
    [60_000, 'm min mins minute minutes'],
    [3_600_000, 'h hr hrs hour hours'],
    [86_400_000, 'd day days'],
  ])('reads a time of %d ms, however it is written', (ms, words) => {
    for (const word of words.split(' ')) {
      expect(parseQuotas(`30/${word}`), word).toEqual([{ requests: 30, perMs: ms }]);
      expect(parseQuotas(`9/2${word}`), word).toEqual([{ requests: 9, perMs: 2 * ms }]);
    }
  });

  it.each([
    '',
    '5',
    '5/',
    '/min',
    '0/min',
    '5/0s',
    '-5/min',
    '5.5/min',
    '5/mo',
    '5/w',
    '5/ms',
    '5/constructor',
    '5 /min',
    '5/MIN',
    '1e3/s',
  ])('refuses "%s", saying how to write it', (text) => {
    expect(() => parseQuotas(text)).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: `"${text}" is no rate; write it as 5/min, 100/10s, 30/h or 500/day`,
      }),
    );
  });

  it('refuses what counts over more than a year', () => {
    expect(parseQuotas('1/366day')).toHaveLength(1);
    for (const text of ['1/367day', '1/999999day', '5/8785h']) {
      expect(() => parseQuotas(text)).toThrow(
        `"${text}" counts over more than a year; the longest is 366day`,
      );
    }
  });

  it('names the part that is wrong', () => {
    expect(() => parseQuotas('5/min,many/day')).toThrow('"many/day" is no rate');
    expect(() => parseQuotas('5/min,')).toThrow('"" is no rate');
  });

  it('gives whole positive numbers for whatever it takes', () => {
    const part = fc
      .tuple(
        fc.integer({ min: 0, max: 1_200_000_000 }),
        fc.oneof({ weight: 3, arbitrary: fc.nat(366) }, { weight: 1, arbitrary: fc.nat(2_000_000) }),
        fc.constantFrom('s', 'min', 'h', 'day', 'd'),
      )
      .map(([requests, count, unit]) => `${requests}/${count}${unit}`);
    let taken = 0;
    fc.assert(
      fc.property(part, (text) => {
        let quotas;
        try {
          quotas = parseQuotas(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'usage' });
          return;
        }
        taken++;
        for (const { requests, perMs } of quotas) {
          expect(Number.isSafeInteger(requests) && requests > 0).toBe(true);
          expect(Number.isSafeInteger(perMs) && perMs > 0).toBe(true);
        }
      }),
    );
    expect(taken).toBeGreaterThan(20);
  });
});

describe('quotas in words', () => {
  it.each([
    ['5/min', '5 req/min'],
    ['100/10s', '100 req/10s'],
    ['1/90s', '1 req/90s'],
    ['5/60s', '5 req/min'],
    ['5000/day', '5,000 req/day'],
    ['5/24h', '5 req/day'],
    ['2000/h,1/2day', '2,000 req/h and 1 req/2day'],
  ])('of %s are %s', (text, words) => {
    expect(quotaText(parseQuotas(text))).toBe(words);
  });

  it('of windows that the grammar has no unit for are in ms', () => {
    expect(quotaText([{ requests: 3, perMs: 250 }])).toBe('3 req/250ms');
  });

  it('can be read again', () => {
    const part = fc
      .tuple(
        fc.integer({ min: 1, max: 999_999_999 }),
        fc.integer({ min: 1, max: 366 }),
        fc.constantFrom('s', 'min', 'h', 'day'),
      )
      .map(([requests, count, unit]) => `${requests}/${count}${unit}`);
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), (parts) => {
        const quotas = parseQuotas(parts.join(','));
        const words = quotaText(quotas)
          .replaceAll(/,| req/g, '')
          .replaceAll(' and ', ',');
        expect(parseQuotas(words)).toEqual(quotas);
      }),
    );
  });
});
