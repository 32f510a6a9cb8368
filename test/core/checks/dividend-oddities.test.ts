import { describe, expect, it } from 'vitest';
import type { CorporateAction } from '../../../src/core/bars/bars.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { formatDay } from '../../../src/core/session/day.ts';
import { findDividendOddities } from '../../../src/core/checks/dividend-oddities.ts';
import { readMarket } from '../../../src/providers/offline/read-market.ts';
import { csvFolderMarket } from '../../../src/market/csv-folder.ts';
import { isComplete } from '../../../src/market/market.ts';
import { SESSIONS, dividend, split, stored } from '../../backfill/received.ts';
import { caseOf } from '../../cases.ts';
import { CASES, describeWith } from '../../needs.ts';
import { sessionPrices } from '../rows.ts';

const XNYS = calendarById('XNYS');
/** 2025-07-01, with nineteen sessions before it. */
const EX = 21;
const exDate = formatDay(SESSIONS[EX] ?? 0);
const later = (sessions: number): string => formatDay(SESSIONS[EX + sessions] ?? 0);

/** Names what is odd where closes stand at 100 up to the ex-date, and at `after` from then on. */
function odd(after: number, actions: readonly CorporateAction[], opens = after): string[] {
  const bars = SESSIONS.slice(0, 170).map((day, i) =>
    stored(day, i < EX ? 100 : after, i === EX ? { open: opens, high: Math.max(opens, after) } : {}),
  );
  const context = { interval: '1d', calendar: XNYS, actions, known: [] } as const;
  return findDividendOddities(sessionPrices(bars, context), actions).map(
    ({ kind, session, note }) => `${formatDay(session)} ${kind} ${note}`,
  );
}

describe('a dividend', () => {
  it('of a tenth of the price or more is odd unless the ex-date shows it', () => {
    expect(odd(100, [dividend(exDate, 25)])).toEqual([
      `${exDate} dividend-size the dividend of 25 is 25 % of the price, and open 100 after a close of 100 does not show it`,
    ]);
    expect(odd(75, [dividend(exDate, 25)])).toEqual([]);
    expect(odd(86, [dividend(exDate, 25)])).toEqual([]);
    expect(odd(89, [dividend(exDate, 25)])).toHaveLength(1);
    expect(odd(100, [dividend(exDate, 9.9)])).toEqual([]);
    expect(odd(100, [dividend(exDate, 10)])).toHaveLength(1);
    expect(odd(100, [dividend(exDate, 150)])).toHaveLength(1);
  });

  it('is shown by the open or by the close', () => {
    expect(odd(75, [dividend(exDate, 25)], 99)).toEqual([]);
    expect(odd(99, [dividend(exDate, 25)], 75)).toEqual([]);
  });

  it('of the day of a split is one a new share', () => {
    expect(odd(50, [split(exDate, 2), dividend(exDate, 2)])).toEqual([]);
    expect(odd(50, [split(exDate, 2), dividend(exDate, 15)])).toHaveLength(1);
    expect(odd(35, [split(exDate, 2), dividend(exDate, 15)])).toEqual([]);
  });

  it('about 100 times or 1/100 of those beside it is in another unit', () => {
    const others = [dividend('2025-06-06', 0.05), dividend(later(60), 0.05), dividend(later(120), 0.06)];
    expect(odd(100, [...others, dividend(exDate, 5)])).toEqual([
      `${exDate} dividend-size the dividend of 5 is about 100 times those beside it: another unit?`,
    ]);
    expect(odd(100, [...others, dividend(exDate, 0.0005)])).toEqual([
      expect.stringContaining('is about 1/100 of those beside it'),
    ]);
    expect(odd(95, [...others, dividend(exDate, 5)])).toEqual([]);
    expect(odd(100, [...others, dividend(exDate, 1.5)])).toEqual([]);
    expect(odd(100, [...others, dividend(exDate, 0.01)])).toEqual([]);
  });

  it.each([
    [3.49, 0],
    [3.51, 1],
    [6.99, 1],
    [7.01, 0],
  ])('of 70 to 140 times those beside it is in another unit: %d beside 0.05', (amount, count) => {
    const one = (of: number, beside: number): string[] =>
      odd(100, [dividend('2025-06-06', beside), dividend(exDate, of), dividend(later(60), beside)]);
    expect([one(amount, 0.05), one(0.05, amount)].map(({ length }) => length)).toEqual([count, count]);
  });

  it('is compared with those beside it up to three times one another', () => {
    const beside = (amount: number): string[] =>
      odd(100, [dividend('2025-06-06', 0.05), dividend(exDate, 8.5), dividend(later(60), amount)]);
    expect([beside(0.149), beside(0.151)].map(({ length }) => length)).toEqual([1, 0]);
  });

  it('is compared with those beside it in shares of one day', () => {
    const reverse = split(later(10), 1 / 100);
    const others = [dividend('2025-06-06', 0.05), dividend(later(60), 5), dividend(later(120), 5)];
    expect(odd(100, [...others, reverse, dividend(exDate, 0.05)])).toEqual([]);
  });

  it('at the end of a series needs three that agree', () => {
    const before = [dividend('2025-06-04', 0.05), dividend('2025-06-06', 0.05), dividend('2025-06-10', 0.05)];
    expect(odd(100, [...before, dividend(exDate, 5)])).toHaveLength(1);
    expect(odd(100, [...before.slice(1), dividend(exDate, 5)])).toEqual([]);
    expect(odd(100, [...before.slice(1), dividend('2025-06-11', 1), dividend(exDate, 5)])).toEqual([]);
  });

  it('in another currency is named whatever its size, and is no measure of others', () => {
    const foreign = { ...dividend(exDate, 31), currency: 'USD' } as CorporateAction;
    expect(odd(100, [foreign])).toEqual([
      `${exDate} dividend-currency the dividend of 31 is in USD, not in the currency of the price: prices are not adjusted for it`,
    ]);
  });
});

describeWith(CASES)('a real history', () => {
  const oddIn = (folder: string, ticker: string): number => {
    const market = csvFolderMarket(caseOf(`yahoo-histories/${folder}`));
    const range = { from: 18_000, to: 21_000 };
    const request = { series: { ticker, interval: '1d' }, range, now: Date.UTC(2026, 0, 1) } as const;
    const { closed, actions } = readMarket(market, request, 'csv');
    const rows = market.rows(ticker, '1d', closed);
    const context = { interval: '1d', calendar: calendarById('XLON'), actions, known: [] } as const;
    return findDividendOddities(sessionPrices(rows.filter(isComplete), context), actions).length;
  };

  it('with dividends in pence on a price in pounds is odd at every one', () => {
    expect(oddIn('PSH-L-1d-bad-div', 'PSH.L')).toBe(11);
  });

  it.each([
    ['PSH-L-1d-bad-div-fixed', 'PSH.L'],
    ['ELCO-L-1d-bad-div-fixed', 'ELCO.L'],
    ['TENT-L-1d-bad-div-fixed', 'TENT.L'],
  ])('that is good is not: %s', (folder, ticker) => {
    expect(oddIn(folder, ticker)).toBe(0);
  });
});
