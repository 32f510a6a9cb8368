import { describe, expect, it } from 'vitest';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import { fileOf, HEADER, marketOf, stampsOf, times } from './folders.ts';

const NYSE = calendarById('XNYS');

/** Twenty sessions from a day on, at a level. */
function fileAt(from: string, price: number, sessions = 20): string {
  const days: string[] = [];
  for (let day = parseDay(from); days.length < sessions; day++)
    if (NYSE.isSession(day)) days.push(formatDay(day));
  const values = `${price},${price * 1.01},${price * 0.99},${price}`;
  return `${HEADER}\n${days.map((day) => `${day},${values},1000\n`).join('')}`;
}

/** The first ends on 2024-01-30. */
const EARLIER = fileAt('2024-01-02', 100);
const from = (price: number, sessions?: number): string => fileAt('2024-01-31', price, sessions);
const read = (files: Record<string, string>, ticker = 'AAPL') => stampsOf(marketOf(files), ticker).length;

describe('files of a ticker of which the next begins where the one before ends', () => {
  it.each([
    [25, '4:1'],
    [50.4, '2:1'],
    [66.6, '3:2'],
    [1000, '1:10'],
  ])('are refused where they go on at %d of 100, as after a split of %s', (price, split) => {
    expect(() => read({ 'AAPL.csv': EARLIER, 'AAPL (1).csv': from(price) })).toThrow(
      new RegExp(
        `AAPL\\.csv and .*AAPL \\(1\\)\\.csv stand for one ticker, and the one ends on 2024-01-30 at 100, the other begins on ` +
          `2024-01-31 at ${price}: where that is a ${split} split, list it in actions.csv; else one of them is adjusted for ` +
          'it and the other is not: get both alike$',
      ),
    );
  });

  it('are read where the split is listed, or the file tells of it', () => {
    const files = { 'AAPL.csv': EARLIER, 'AAPL (1).csv': from(25) };
    const listed = (line: string) => ({ ...files, 'actions.csv': `ticker,date,kind,value\n${line}\n` });
    expect(read(listed('AAPL,2024-01-31,split,4:1'))).toBe(40);
    for (const day of ['2024-01-30', '2024-02-01'])
      expect(() => read(listed(`AAPL,${day},split,4:1`))).toThrow('4:1');
    expect(() => read(listed('AAPL,2024-01-31,dividend,4'))).toThrow('4:1');
    const [header, first, ...others] = from(25).trimEnd().split('\n');
    const told = [`${header},Stock Splits`, `${first},4`, ...others.map((line) => `${line},0`)].join('\n');
    expect(read({ ...files, 'AAPL (1).csv': `${told}\n` })).toBe(40);
  });

  it('are read where no split moves prices so, by itself or at once', () => {
    for (const price of [102, 60, 40])
      expect(read({ 'AAPL.csv': EARLIER, 'AAPL (1).csv': from(price) })).toBe(40);
    const news = from(25)
      .replace('2024-01-31,25,25.25', '2024-01-31,25,28')
      .replace('24.75,25,', '24.75,28,');
    expect(read({ 'AAPL.csv': EARLIER, 'AAPL (1).csv': news })).toBe(40);
    expect(read({ 'AAPL.csv': EARLIER, 'AAPL (1).csv': fileAt('2024-04-01', 25) })).toBe(40);
  });

  it('are read where they are short, for every split lies between two of them then', () => {
    expect(read({ 'AAPL.csv': EARLIER, 'AAPL (1).csv': from(25, 5) })).toBe(25);
  });

  it('are read of what has no splits', () => {
    expect(read({ 'BTC-USD.csv': EARLIER, 'BTC-USD (1).csv': from(25) }, 'BTC-USD')).toBe(40);
  });

  it('are refused among others, of intraday bars too', () => {
    const hours = (dates: string, days: readonly number[], price: number): string =>
      fileOf(
        times(
          days.map((day) => `${dates}-${String(day).padStart(2, '0')}`),
          '09:30',
          '16:00',
          60,
        ),
      ).replaceAll(',10,11,9,10.5,', `,${price},${price},${price},${price},`);
    const early = hours('2024-01', [8, 9, 10, 11, 12, 16, 17, 18, 19], 100);
    const late = hours('2024-02', [5, 6, 7, 8, 9, 12, 13, 14], 50);
    const market = marketOf({
      'AAPL_1h.csv': early,
      'AAPL.csv': fileAt('2024-01-23', 100),
      'AAPL_1h (1).csv': late,
    });
    expect(() => stampsOf(market, 'AAPL', '1h')).toThrow(
      /AAPL_1h\.csv and .*AAPL_1h \(1\)\.csv stand .* 2:1 split/,
    );
  });
});
