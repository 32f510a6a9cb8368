import { describe, expect, it } from 'vitest';
import { ALL, folderOf, HEADER, marketOf } from './folders.ts';
import { readLeanMap } from '../../../src/market/csv/lean-map.ts';

const DIGITS = '1'.repeat(400);
const WORDS = 'x'.repeat(400);
const DATES = ['2024-01-08', '2024-01-09', '2024-01-10', '2024-01-11', '2024-01-12', '2024-01-16'];
const row = (date: string, close = '10.5', volume = '7'): string => `${date},10,11,9,${close},${volume}`;
const table = (...rows: readonly string[]): string => `${[HEADER, ...rows].join('\n')}\n`;
const whole = table(...DATES.map((date) => row(date)));

/** All that is said of some files, whoever says it. */
function saidOf(files: Readonly<Record<string, string>>): string {
  try {
    const market = marketOf(files);
    const [ticker = 'AAPL'] = market.tickers();
    const faults = market.rows(ticker, '1d', ALL).map(({ fault = '' }) => fault);
    market.actions(ticker);
    return [...market.notes, ...market.notRead(ticker), ...faults].join('\n');
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a long cell', () => {
  it.each<[string, string, Readonly<Record<string, string>>]>([
    ['a price', 'is not a number (close)', { 'AAPL.csv': `${whole}${row('2024-01-17', DIGITS + WORDS)}\n` }],
    ['every price', 'is not a number (close)', { 'AAPL.csv': table(row('2024-01-08', WORDS)) }],
    ['a date', 'is no date or time', { 'AAPL.csv': `${whole}${row(DIGITS)}\n` }],
    ['every date', 'is no date or time', { 'AAPL.csv': table(row(DIGITS)) }],
    ['a header', 'the header names no column', { 'AAPL.csv': `${WORDS},${DIGITS}\n${DIGITS},2\n` }],
    ['a cut number', 'is cut', { 'AAPL.csv': whole + row('2024-01-17', '10.5', `${DIGITS}.`) }],
    [
      'a name',
      'the name is no ticker',
      { 'p.csv': `ticker,${HEADER}\n${WORDS},${row('2024-01-08')}\nAAPL,${row('2024-01-08')}\n` },
    ],
    ['a column of splits', 'is not read', { 'AAPL.csv': `${HEADER},split\n${row('2024-01-08')},${WORDS}\n` }],
    ['twins', 'two columns are called', { 'AAPL.csv': `${HEADER},close\n${row('2024-01-08')},${DIGITS}\n` }],
    [
      'a value',
      'is no value of a split',
      { 'AAPL.csv': whole, 'actions.csv': `ticker,date,kind,value\nAAPL,2024-01-08,split,${WORDS}\n` },
    ],
    [
      'a kind',
      'is neither split nor dividend',
      { 'AAPL.csv': whole, 'actions.csv': `ticker,date,kind,value\nAAPL,2024-01-08,${WORDS},2\n` },
    ],
    [
      'a day',
      'is not a date',
      { 'AAPL.csv': whole, 'actions.csv': `ticker,date,kind,value\nAAPL,${WORDS},split,2\n` },
    ],
  ])('that is %s is shown by its beginning', (_, problem, files) => {
    const said = saidOf(files);
    expect(said).toContain(problem);
    expect(said).not.toMatch(/1{41}|x{41}/);
    expect(said).toMatch(/1{40}…|x{40}…/);
  });

  it('of a map file is shown by its beginning', () => {
    const folder = folderOf({ 'aapl.csv': `${WORDS},aapl\n` });
    expect(() => readLeanMap(`${folder}/aapl.csv`)).toThrow(`"${'x'.repeat(40)}…" is not yyyyMMdd`);
  });
});
