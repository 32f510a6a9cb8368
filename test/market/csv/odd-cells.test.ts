import { describe, expect, it } from 'vitest';
import { ALL, HEADER, marketOf, stampsOf } from './folders.ts';

const DAYS = ['2024-01-02', '2024-01-03', '2024-01-04', '2024-01-05', '2024-01-08'];
/** Five days, of which the third has other cells. */
const fileWith = (third: string): string =>
  `${HEADER}\n${DAYS.map((day, i) => (i === 2 ? third : `${day},10,11,9,10.5,${100 + i}`)).join('\n')}\n`;
const WRONG = ['x', '0x10', '1e400', 'Infinity', '１２', '1_000', '10:30'];
const NONE = ['-', 'N/A', 'null', '--', '#N/A', ''];

/** Minutes of a day as `HH:MM`. */
const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

describe('a cell that is no number', () => {
  it.each(WRONG)('%s costs its row, by name', (cell) => {
    for (const [line, field] of [
      [`2024-01-04,10,11,9,${cell},100`, 'close'],
      [`2024-01-04,10,11,9,10.5,${cell}`, 'volume'],
    ] as const) {
      const market = marketOf({ 'AAPL.csv': fileWith(line) });
      const rows = market.rows('AAPL', '1d', ALL);
      const fault = `line 4: "${cell}" is not a number (${field})`;
      expect(rows.map((row) => row.fault)).toEqual([
        undefined,
        undefined,
        `AAPL.csv, ${fault}`,
        undefined,
        undefined,
      ]);
      expect(market.notRead('AAPL')).toEqual([`AAPL.csv: 1 row of AAPL not read: ${fault}`]);
    }
  });

  it.each(NONE)('"%s" in a price leaves the row without it, by name', (cell) => {
    const market = marketOf({ 'AAPL.csv': fileWith(`2024-01-04,10,11,9,${cell},100`) });
    expect(market.rows('AAPL', '1d', ALL)[2]).toMatchObject({ open: 10, close: null });
    expect(market.notRead('AAPL')).toEqual([
      `AAPL.csv: 1 row of AAPL without all prices: line 4: "${cell}" is no price (close)`,
    ]);
  });

  it.each(NONE)('"%s" in a volume is an unknown one', (cell) => {
    const market = marketOf({ 'AAPL.csv': fileWith(`2024-01-04,10,11,9,10.5,${cell}`) });
    expect(market.rows('AAPL', '1d', ALL)[2]?.volume).toBeNaN();
    expect(market.notRead('AAPL')).toEqual([]);
  });

  it.each([...WRONG, 'n/a', ''])(
    '"%s" in the place of a date costs its row, and the session that it stands for',
    (cell) => {
      const market = marketOf({ 'AAPL.csv': fileWith(`${cell},10,11,9,10.5,100`) });
      const rows = market.rows('AAPL', '1d', ALL);
      expect(stampsOf(market, 'AAPL')).toEqual(DAYS);
      expect(rows[2]).toMatchObject({ open: null, fault: `AAPL.csv, line 4: "${cell}" is no date or time` });
    },
  );

  it.each([
    ['the first date', [0]],
    ['the first dates', [0, 1]],
    ['the last date', [4]],
    ['the last dates', [3, 4]],
    ['a date on either side', [0, 4]],
  ] as const)('in the place of %s costs the session that comes there', (_, places) => {
    const lines = DAYS.map(
      (day, i) => `${(places as readonly number[]).includes(i) ? 'n/a' : day},10,11,9,10.5,100`,
    );
    for (const inOrder of [lines, lines.toReversed()]) {
      const market = marketOf({ 'AAPL.csv': `${HEADER}\n${inOrder.join('\n')}\n` });
      expect(stampsOf(market, 'AAPL')).toEqual(DAYS);
      const unread = market
        .rows('AAPL', '1d', ALL)
        .flatMap(({ fault }, i) => (fault === undefined ? [] : [i]));
      expect(unread).toEqual(places);
      const lineOf = (place: number): number => 2 + (inOrder === lines ? place : DAYS.length - 1 - place);
      const faults = market.rows('AAPL', '1d', ALL).map(({ fault }) => fault);
      for (const place of places) expect(faults[place]).toContain(`line ${lineOf(place)}: "n/a"`);
    }
  });

  it('in the place of many first dates costs as many sessions, none twice', () => {
    const unread = '?,10,11,9,10.5,100\n'.repeat(4);
    const dated = DAYS.map((day) => `${day},10,11,9,10.5,100\n`).join('');
    const days = stampsOf(marketOf({ 'AAPL.csv': `${HEADER}\n${unread}${dated}` }), 'AAPL');
    expect(days).toEqual(['2023-12-26', '2023-12-27', '2023-12-28', '2023-12-29', ...DAYS]);
  });

  it.each([
    ['the first time of a day', 0, '2024-01-05T20:55Z'],
    ['a time before the first', 5, '2024-01-08T14:50Z'],
    ['the last time', 10, '2024-01-08T15:20Z'],
  ])('in the place of %s costs the bar that comes there', (_, place, stamp) => {
    const first = place === 5 ? 5 : 0;
    const times = Array.from({ length: 10 }, (__, i) => `2024-01-08,${clock(570 + 5 * (first + i))}`);
    const rows = times.map((time) => `${time},10,11,9,10.5,100`);
    rows.splice(place === 10 ? 10 : 0, 0, '2024-01-08,-,10,11,9,10.5,100');
    const market = marketOf({
      'AAPL.csv': `date,time,open,high,low,close,volume\n${rows.join('\n')}\n`,
    });
    const unread = market.rows('AAPL', '5m', ALL).flatMap(({ fault }, i) => (fault === undefined ? [] : [i]));
    expect(unread.map((i) => stampsOf(market, 'AAPL', '5m')[i])).toEqual([stamp]);
  });

  it('in the place of a time costs its bar', () => {
    const row = (time: string): string => `2024-01-08,${time},10,11,9,10.5,100\n`;
    const text = `date,time,open,high,low,close,volume\n${['09:30', '09:35', '-', '09:45', '09:50'].map(row).join('')}`;
    const market = marketOf({ 'AAPL.csv': text });
    expect(stampsOf(market, 'AAPL', '5m')).toEqual(
      ['14:30', '14:35', '14:40', '14:45', '14:50'].map((time) => `2024-01-08T${time}Z`),
    );
    expect(market.rows('AAPL', '5m', ALL).map(({ fault }) => fault !== undefined)).toEqual([
      false,
      false,
      true,
      false,
      false,
    ]);
  });
});

describe('a file', () => {
  const all = (cells: string): string => `${HEADER}\n${DAYS.map((day) => `${day},${cells}\n`).join('')}`;
  const reading = (text: string) => () => marketOf({ 'AAPL.csv': text }).intervals('AAPL');

  it.each(WRONG)('of %s alone is refused', (cell) => {
    expect(reading(all(`10,11,9,${cell},7`))).toThrow(
      `AAPL.csv, line 2: "${cell}" is not a number (close), and 4 more of its 5 rows are such: mend or remove them`,
    );
  });

  it.each(NONE)('of "%s" alone is refused', (cell) => {
    expect(reading(all(`${cell},11,9,10,7`))).toThrow(
      `AAPL.csv, line 2: "${cell}" is no price (open), and no other row of AAPL has all prices: nothing to read`,
    );
  });

  it('of which half the rows are wrong is refused, and read where it is less', () => {
    const rows = (wrong: number): string =>
      `${HEADER}\n${Array.from({ length: 6 }, (_, i) => `2024-01-${10 + i},10,11,9,${i < wrong ? 'x' : 10},7\n`).join('')}`;
    expect(reading(rows(3))).toThrow('and 2 more of its 6 rows are such');
    expect(reading(rows(2))).not.toThrow();
  });

  it('without any date is refused', () => {
    expect(reading(all('10,11,9,10,7').replaceAll(/^2024-01/gm, '2024-13'))).toThrow(
      'AAPL.csv, line 2: "2024-13-02" is no date or time: mend it, or write dates as YYYY-MM-DD',
    );
  });

  it('with bytes of nothing is refused as what a broken copy leaves', () => {
    expect(reading(`${HEADER}\n2024-01-02,10,11,9,1${'\0'.repeat(9)},9,0\n`)).toThrow(
      'AAPL.csv, line 2: holds bytes of nothing (NUL), as a broken copy leaves them: get the file again',
    );
  });

  it('with more fields than its header is refused with what would do', () => {
    expect(reading(`${HEADER}\n2024-01-02,10,5,11,0,9,0,10,5,7\n`)).toThrow(
      'AAPL.csv, line 2: has 10 fields, and the first line 6: mend it, and quote numbers with a comma or part the fields by semicolons',
    );
  });
});
