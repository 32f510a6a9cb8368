import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { csvFolderMarket } from '../../../src/market/csv-folder.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import { ALL, fileOf, folderOf, HEADER, marketOf, times } from './folders.ts';

const DAYS = ['08', '09', '10', '11', '12', '16', '17', '18', '19', '22'];
const VOLUMES = [24_111_222, 31_222_333, 18_333_444, 118_444_555, 27_000_100];

/** Ten rows without an end of the last one. */
function rowsWith(volumes: readonly (number | string)[], price = '10.50'): string {
  const rows = DAYS.map((day, i) => `2024-01-${day},10,11,9,${price},${volumes[i % volumes.length]}`);
  return [HEADER, ...rows].join('\n');
}

const WHOLE = rowsWith(VOLUMES);
const volumesOf = (text: string | Uint8Array): (number | null)[] =>
  marketOf({ 'AAPL.csv': text })
    .rows('AAPL', '1d', ALL)
    .map(({ volume }) => volume);

describe('a file that was cut', () => {
  it('within a line is refused with what to do', () => {
    for (const count of [10, 15, 20])
      expect(() => volumesOf(WHOLE.slice(0, -count))).toThrow(
        /AAPL\.csv, line 11: the file ends within this line: get it again, or remove the line/,
      );
    // Within the file, or with an end, it is an uneven line like any other.
    expect(() => volumesOf(`${WHOLE.slice(0, -10)}\n`)).toThrow(
      /line 11: has 5 fields, and the first line 6: mend or remove it/,
    );
    expect(() => volumesOf(WHOLE.replace(',24111222', ''))).toThrow(
      /line 2: has 5 fields, and the first line 6/,
    );
  });

  it.each([1, 2, 4, 7, 8])('within its last number by %s characters is refused', (count) => {
    const left = '27000100'.slice(0, -count);
    expect(() => volumesOf(WHOLE.slice(0, -count))).toThrow(
      `line 11: the file ends within this line, and its last number "${left}" is cut: get the file again, or end the line`,
    );
    // An end says that it is whole, whatever it is.
    expect(volumesOf(`${WHOLE.slice(0, -count)}\n`).at(-1)).toEqual(left === '' ? Number.NaN : Number(left));
  });

  it.each([
    ['decimals of one length', ['10.50', '11.25', '9.75'], '10.5'],
    ['a point', ['10.5', '11.25', '9'], '10.'],
    ['a letter', ['1.2M', '950K', '3M'], '3.1'],
    ['a decimal that is always written', ['10.0', '11.25', '9.5'], '10'],
  ])('is told by %s', (_, volumes, left) => {
    const text = rowsWith(volumes);
    const cut = text.slice(0, text.lastIndexOf(',') + 1) + left;
    expect(() => volumesOf(cut)).toThrow(`its last number "${left}" is cut`);
    expect(volumesOf(text)).toHaveLength(10);
  });
});

describe('a file that was cut within a last field that', () => {
  const HEAD = 'open,high,low,close,volume';
  const rows = (fields: readonly string[]): string =>
    fields.map((field) => `10,11,9,10.5,7,${field}`).join('\n');

  it('is a date is refused', () => {
    const text = `${HEAD},date\n${rows(DAYS.map((day) => `2024-01-${day}`))}`;
    expect(volumesOf(text)).toHaveLength(10);
    expect(() => volumesOf(text.slice(0, -1))).toThrow('its last field "2024-01-2" is cut');
  });

  it('is a ticker is refused, unless it is one of the file', () => {
    const table = (...names: readonly string[]): string =>
      `date,${HEAD},ticker\n${names.map((name, i) => `2024-01-${DAYS[i]},10,11,9,10.5,7,${name}`).join('\n')}`;
    const tickersOf = (text: string): readonly string[] => marketOf({ 'prices.csv': text }).tickers();
    expect(() => tickersOf(table('AAPL', 'MSFT', 'AA'))).toThrow('its last field "AA" is cut');
    expect(tickersOf(table('AAPL', 'AA', 'AAPL', 'AA'))).toEqual(['AA', 'AAPL']);
    expect(tickersOf(`${table('AAPL', 'MSFT', 'AA')}\n`)).toEqual(['AA', 'AAPL', 'MSFT']);
  });

  it('says that the row is not final leaves it out', () => {
    const text = `date,${HEAD},is_final\n2024-01-08,10,11,9,10.5,7,true\n2024-01-09,10,11,9,10.5,7,fals`;
    expect(volumesOf(text)).toEqual([7]);
  });

  it('ends in its point is refused however few rows there are', () => {
    expect(() => volumesOf(`${HEADER}\n2024-01-08,10,11,9,10.5,7.`)).toThrow('its last number "7." is cut');
    expect(() => volumesOf('date,volume,open,high,low,close\n2024-01-08,7,10,11,9,10.')).toThrow(
      '"10." is cut',
    );
  });
});

describe('a file of prices of two lengths that was cut within its last one', () => {
  const NYSE = calendarById('XNYS');
  const textOf = (rows: number, last: string, close: (i: number) => string): string => {
    const days: string[] = [];
    for (let day = parseDay('2023-01-03'); days.length < rows; day++)
      if (NYSE.isSession(day)) days.push(formatDay(day));
    const closes = [...days.keys()].map((i) => (i === rows - 1 ? last : close(i)));
    return `date,volume,open,high,low,close\n${days.map((day, i) => `${day},7,15,20,10,${closes[i]}`).join('\n')}`;
  };
  const padded = (i: number): string => (12 + i / 40).toFixed(i % 7 === 0 ? 3 : 2);
  const read = (text: string): number => volumesOf(text).length;

  it('is refused where none of many ends so early', () => {
    expect(() => read(textOf(60, '12.3', padded))).toThrow('line 61: the file ends within this line');
    expect(() => read(textOf(60, '12', padded))).toThrow('its last number "12" is cut');
  });

  it('is read where it may be whole', () => {
    expect(read(textOf(60, '12.34', padded))).toBe(60);
    expect(read(`${textOf(60, '12.3', padded)}\n`)).toBe(60);
    // As numbers are written without their last noughts; few rows; few values.
    expect(read(textOf(60, '12.3', (i) => String(12 + i / 40)))).toBe(60);
    expect(read(textOf(40, '12.3', padded))).toBe(40);
    expect(read(textOf(60, '12.3', (i) => padded(i % 30)))).toBe(60);
  });
});

describe('a file whose last line has no end', () => {
  it('is read where the last number may be whole', () => {
    expect(volumesOf(WHOLE)).toEqual([...VOLUMES, ...VOLUMES]);
    for (const last of ['9000100', '15000000', '118444556'])
      expect(volumesOf(WHOLE.replace(/\d+$/, last)).at(-1)).toBe(Number(last));
    // Of a thin share, and of one whose volume is not always told.
    expect(volumesOf(rowsWith([1200, 5, 310, 0, 7])).at(-1)).toBe(7);
    expect(volumesOf(rowsWith([1200, '', 310, 0, ''])).at(-1)).toBeNaN();
    expect(volumesOf(rowsWith(['1.2', '3', '2.25'])).at(-1)).toBe(1.2);
    expect(volumesOf(rowsWith(['1.2', '2.25']).replace(/[\d.]+$/, '3')).at(-1)).toBe(3);
    // As long as the others, it has lost no digit.
    expect(volumesOf(rowsWith([41_000_000, 52_000_000]).replace(/\d+$/, '10000000')).at(-1)).toBe(10_000_000);
  });

  it('is read where the last column is none that is stored, or is quoted', () => {
    const text = WHOLE.replace(HEADER, `${HEADER},Adj Close`).replaceAll(/(\d)$/gm, '$1,10.50');
    expect(volumesOf(text.slice(0, -3)).at(-1)).toBe(27_000_100);
    expect(volumesOf(WHOLE.replaceAll(/,(\d+)$/gm, ',"$1"').replace(/"\d+"$/, '"4"')).at(-1)).toBe(4);
  });

  it('is named, unless it cannot be cut', () => {
    const note =
      'AAPL.csv: its last row may be cut, for no line end follows it: not final until the file changes; ' +
      'end the line if it is whole';
    const told = (files: Record<string, string | Uint8Array>): readonly string[] => {
      const market = marketOf(files);
      expect(market.notes).toEqual([]);
      return market.notRead('AAPL');
    };
    const ended = `${WHOLE}\n`;
    expect(told({ 'AAPL.csv': WHOLE })).toEqual([note]);
    expect(told({ 'AAPL.csv': WHOLE, 'MSFT.csv': ended })).toEqual([note]);
    expect(told({ 'AAPL.csv': ended, 'MSFT.csv': WHOLE, 'IBM.csv': WHOLE })).toEqual([]);
    expect(told({ 'AAPL.csv': ended.replaceAll('\n', '\r\n') })).toEqual([]);
    expect(told({ 'AAPL.csv.gz': gzipSync(WHOLE) })).toEqual([]);
    expect(told({ 'AAPL.csv': Buffer.from(`\uFEFF${ended}`, 'utf16le') })).toEqual([]);
    expect(told({ 'AAPL.csv': Buffer.from(`\uFEFF${WHOLE}`, 'utf16le') })).toEqual([note]);
    expect(told({ 'AAPL.csv': WHOLE.replace(HEADER, `${HEADER},x`).replaceAll(/(\d)$/gm, '$1,1') })).toEqual(
      [],
    );
  });

  it('has its last row in doubt, whatever the order of its rows and the clock of its stamps', () => {
    const doubted = (text: string, interval: '1d' | '5m' = '1d', stamps: 'start' | 'end' = 'start') =>
      marketOf({ 'AAPL.csv': text }, null, stamps).read('AAPL', interval, ALL).mayBeCut.map(formatDay);
    expect(doubted(WHOLE)).toEqual(['2024-01-22']);
    expect(doubted(`${WHOLE}\n`)).toEqual([]);
    const [, ...rows] = WHOLE.split('\n');
    expect(doubted([HEADER, ...rows.toReversed()].join('\n'))).toEqual(['2024-01-08']);
    const starts = fileOf(times(['2024-01-08', '2024-01-09'], '09:30', '16:00', 5)).trimEnd();
    expect(doubted(starts, '5m')).toEqual(['2024-01-09']);
    const ends = fileOf(times(['2024-01-08', '2024-01-09'], '09:35', '16:05', 5)).trimEnd();
    expect(doubted(ends, '5m', 'end')).toEqual(['2024-01-09']);
    const market = marketOf({ 'AAPL.csv': WHOLE });
    expect(market.read('AAPL', '1d', { from: ALL.from, to: parseDay('2024-01-22') }).mayBeCut).toEqual([]);
  });

  it('yields to another file that has the row with a line end', () => {
    const part = `${[HEADER, '2024-01-22,10,11,9,10.501,118444555'].join('\n')}\n`;
    for (const names of [
      ['AAPL_part1.csv', 'AAPL_part2.csv'],
      ['AAPL_part2.csv', 'AAPL_part1.csv'],
    ] as const) {
      const { bars, mayBeCut } = marketOf({ [names[0]]: WHOLE, [names[1]]: part }).read('AAPL', '1d', ALL);
      expect([bars.close.at(-1), bars.volume.at(-1), mayBeCut]).toEqual([10.501, 118_444_555, []]);
    }
    const both = marketOf({ 'AAPL_part1.csv': WHOLE, 'AAPL_part2.csv': part.trimEnd() }).read(
      'AAPL',
      '1d',
      ALL,
    );
    expect(both.mayBeCut.map(formatDay)).toEqual(['2024-01-22']);
  });

  it('is not looked at where it cannot be opened', () => {
    const folder = folderOf({});
    // A link to itself, which not even root can open.
    symlinkSync(join(folder, 'AAPL.csv'), join(folder, 'AAPL.csv'));
    expect(csvFolderMarket(folder).notes).toEqual([]);
  });
});
