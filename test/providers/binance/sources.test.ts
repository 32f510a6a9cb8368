import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import { INTERVALS, type Interval } from '../../../src/core/session/interval.ts';
import { ROWS_A_PAGE, rowsADay } from '../../../src/providers/binance/capabilities.ts';
import { sourcesOf } from '../../../src/providers/binance/sources.ts';

const NOW = '2024-06-20T12:00:00Z';

/** `2024-03 2024-03-01..2024-03-31`, or `pages …`; both days inclusive. */
function sources(interval: Interval, first: string, last: string, now = NOW): string[] {
  const days = { from: parseDay(first), to: parseDay(last) + 1 };
  return sourcesOf(interval, days, Date.parse(now)).map(
    ({ month, days: { from, to } }) => `${month ?? 'pages'} ${formatDay(from)}..${formatDay(to - 1)}`,
  );
}

describe('where days are read', () => {
  it.each([
    // 1,440 rows a day: two days are three pages, a file two requests.
    ['1m', '2024-03-01', '2024-03-31', ['2024-03 2024-03-01..2024-03-31']],
    ['1m', '2024-03-10', '2024-03-11', ['2024-03 2024-03-10..2024-03-11']],
    ['1m', '2024-03-10', '2024-03-10', ['pages 2024-03-10..2024-03-10']],
    // 288: six days are two pages, seven are three.
    ['5m', '2024-03-10', '2024-03-15', ['pages 2024-03-10..2024-03-15']],
    ['5m', '2024-03-10', '2024-03-16', ['2024-03 2024-03-10..2024-03-16']],
    // 96: twenty days are two pages.
    ['15m', '2024-03-01', '2024-03-20', ['pages 2024-03-01..2024-03-20']],
    ['15m', '2024-03-01', '2024-03-21', ['2024-03 2024-03-01..2024-03-21']],
    // A month of hours is one page, and a page is two years and nine months of days.
    ['1h', '2024-03-01', '2024-03-31', ['pages 2024-03-01..2024-03-31']],
    ['1d', '2021-03-01', '2024-05-31', ['pages 2021-03-01..2024-05-31']],
  ] as const)('%s %s..%s: for the fewest requests', (interval, first, last, expected) => {
    expect(sources(interval, first, last)).toEqual(expected);
  });

  it('parts at the end of a month, and goes on over it in pages', () => {
    expect(sources('1m', '2024-02-20', '2024-04-01')).toEqual([
      '2024-02 2024-02-20..2024-02-29',
      '2024-03 2024-03-01..2024-03-31',
      'pages 2024-04-01..2024-04-01',
    ]);
    expect(sources('1h', '2023-12-20', '2024-01-10')).toEqual(['pages 2023-12-20..2024-01-10']);
  });

  // The first Monday of June 2024 is the 3rd, that of July the 1st.
  it.each([
    ['2024-06-03T23:59:59Z', 'pages 2024-05-01..2024-05-31'],
    ['2024-06-04T00:00:00Z', '2024-05 2024-05-01..2024-05-31'],
  ])('takes no file before it is published: at %s', (now, expected) => {
    expect(sources('1m', '2024-05-01', '2024-05-31', now)).toEqual([expected]);
  });

  it.each([
    ['2024-07-01T23:59:59Z', 'pages 2024-06-01..2024-06-30'],
    ['2024-07-02T00:00:00Z', '2024-06 2024-06-01..2024-06-30'],
  ])('nor where the month begins with a Monday: at %s', (now, expected) => {
    expect(sources('1m', '2024-06-01', '2024-06-30', now)).toEqual([expected]);
  });

  it('asks for no file of a month before the first', () => {
    expect(sources('1m', '2017-06-01', '2017-07-31')).toEqual([
      'pages 2017-06-01..2017-06-30',
      '2017-07 2017-07-01..2017-07-31',
    ]);
  });

  it('covers all days, each once, in order, and never for more requests than pages alone', () => {
    const day = fc.integer({ min: parseDay('2016-12-01'), max: parseDay('2024-07-01') });
    fc.assert(
      fc.property(
        fc.constantFrom(...INTERVALS),
        day,
        fc.integer({ min: 1, max: 400 }),
        (interval, from, length) => {
          const to = from + length;
          const found = sourcesOf(interval, { from, to }, Date.parse(NOW));
          expect(found[0]?.days.from).toBe(from);
          expect(found.at(-1)?.days.to).toBe(to);
          for (const [i, { days, month }] of found.entries()) {
            expect(days.from).toBeLessThan(days.to);
            expect(found[i + 1]?.days.from ?? to).toBe(days.to);
            if (month !== null)
              for (const one of [days.from, days.to - 1]) expect(formatDay(one).slice(0, 7)).toBe(month);
          }
          const pages = (days: number): number => Math.ceil((days * rowsADay(interval)) / ROWS_A_PAGE);
          const cost = found.reduce(
            (sum, { days, month }) => sum + (month === null ? pages(days.to - days.from) : 2),
            0,
          );
          // The pages of a month may share one with its neighbours'.
          expect(cost).toBeLessThanOrEqual(pages(length) + found.length - 1);
        },
      ),
    );
  });
});
