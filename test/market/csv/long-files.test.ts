import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type CsvFolderMarket, csvFolderMarket } from '../../../src/market/csv-folder.ts';
import type { LongFiles } from '../../../src/market/csv/shared-tables.ts';
import type { StampOf } from '../../../src/market/csv/rows.ts';
import { parseDay } from '../../../src/core/session/day.ts';
import { ALL, folderOf } from './folders.ts';

const STRETCHES: LongFiles = { fromBytes: 0, stretchBytes: 2048 };
const AT_ONCE: LongFiles = { fromBytes: Number.POSITIVE_INFINITY, stretchBytes: 2048 };

type Content = string | Uint8Array;
interface How {
  readonly zone?: string;
  readonly stamps?: StampOf;
}

/** One folder, whose files are read a stretch at a time and at once. */
function bothOf(
  files: Readonly<Record<string, Content>>,
  { zone, stamps = 'start' }: How = {},
): [stretches: CsvFolderMarket, atOnce: CsvFolderMarket] {
  const folder = folderOf(files);
  const open = (long: LongFiles) => csvFolderMarket(folder, zone ?? null, stamps, {}, 10_000, long);
  return [open(STRETCHES), open(AT_ONCE)];
}

/** All that a market tells of a ticker, or why it does not. */
function toldOf(market: CsvFolderMarket, ticker: string): unknown {
  try {
    return market.intervals(ticker).map((interval) => {
      const span = market.span(ticker, interval) ?? ALL;
      const files = market.filesRead(ticker).map((file) => ({ ...file, isLong: undefined }));
      const weeks = [];
      for (let from = span.from - 3; from < span.to + 3; from += 5)
        weeks.push(market.read(ticker, interval, { from, to: from + 5 }));
      const all = market.read(ticker, interval, ALL);
      return {
        interval,
        span,
        files,
        weeks,
        all,
        told: market.toldActions(ticker),
        not: market.notRead(ticker),
      };
    });
  } catch (error) {
    return (error as Error).message;
  }
}

/** Whether the files of a ticker were read a stretch at a time. */
function areLong(market: CsvFolderMarket, ticker: string): boolean {
  return market.filesRead(ticker).every(({ isLong }) => isLong === true);
}

interface Rows {
  readonly days?: readonly string[];
  readonly minutes?: number;
  readonly from?: number;
  readonly to?: number;
  readonly stamp?: (iso: string) => string;
  readonly line?: (stamp: string, i: number) => string;
}

/** A line for every few minutes of some days, from hour to hour (exclusive). */
function linesOf({ days = WEEK, minutes = 5, from = 0, to = 24, stamp, line }: Rows = {}): string[] {
  const lines: string[] = [];
  for (const day of days) {
    for (let at = from * 60; at < to * 60; at += minutes) {
      const iso = `${day}T${two(at / 60)}:${two(at % 60)}:00Z`;
      const text = stamp?.(iso) ?? iso;
      const price = 100 + ((lines.length * 7) % 41) / 8;
      const row = `${text},${price},${price + 1},${price - 1},${price + 0.5},${10 + (lines.length % 97)}`;
      lines.push(line?.(text, lines.length) ?? row);
    }
  }
  return lines;
}

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}

const WEEK = ['2024-03-08', '2024-03-09', '2024-03-10', '2024-03-11', '2024-03-12'];
const HEADER = 'time,open,high,low,close,volume';
const clock = (iso: string): string => iso.slice(0, 16).replace('T', ' ');
const text = (lines: readonly string[], header = HEADER): string => `${[header, ...lines].join('\n')}\n`;
const PLAIN = text(linesOf());
const utf16 = (content: string): Uint8Array => Buffer.from(`\uFEFF${content}`, 'utf16le');

/** Files that are read a stretch at a time. */
const LONG: Readonly<Record<string, readonly [content: Content, how?: How]>> = {
  plain: [PLAIN],
  'newest first': [text(linesOf().toReversed())],
  'lines of CRLF': [PLAIN.replaceAll('\n', '\r\n')],
  'semicolons and commas': [PLAIN.replaceAll(',', ';').replaceAll('.', ',')],
  'a comment above, a footer below': [
    `https://example.org\n# of all\n${PLAIN}Downloaded from Example as of today\n`,
  ],
  'empty lines': [PLAIN.replaceAll(/(?<=T03.*)\n/g, '\n\n')],
  'quotes around every field': [PLAIN.replaceAll(/[^,\n]+/g, '"$&"')],
  'UTF-8 with a mark': [`\uFEFF${PLAIN}`],
  'UTF-8 beyond ASCII': [text(linesOf({ line: (at) => `${at},1,2,1,1.5,7,é€` }), `${HEADER},näme_x`)],
  'Windows-1252 far below': [Buffer.from(PLAIN.replace(/2024-03-12T00:00:00Z.*/, '$&\xa0'), 'latin1')],
  'UTF-16': [utf16(PLAIN)],
  'UTF-16 the other way around': [Buffer.from(utf16(PLAIN)).swap16()],
  'no header': [linesOf({ line: (at, i) => `${Date.parse(at) / 1000},1,2,0.5,1.5,${i}` }).join('\n')],
  'dates by day': [
    text(
      linesOf({
        stamp: (at) => `${at.slice(8, 10)}/${at.slice(5, 7)}/2024 ${at.slice(11, 16)}`,
        days: ['2024-01-13', '2024-01-14'],
      }),
    ),
  ],
  'a day that an hour is missing of': [
    text(linesOf({ stamp: clock }).filter((line) => !line.startsWith('2024-03-10 02'))),
    { zone: 'America/New_York' },
  ],
  'offsets that change': [
    text(
      linesOf({
        stamp: (at) => at.replace('Z', at < '2024-03-10T07' ? '-05:00' : '-04:00'),
        days: ['2024-03-09', '2024-03-11'],
      }),
    ),
  ],
  'stamps of ends': [PLAIN, { stamps: 'end' }],
  'rows of one stamp': [
    text(linesOf().flatMap((line, i) => (i % 400 === 15 ? [line, line.replace(/\d+$/, '3')] : [line]))),
  ],
  'rows without prices': [
    text(linesOf().map((line, i) => (i % 50 === 7 ? line.replace(/Z,[^,]*/, 'Z,') : line))),
  ],
  'cells that are no number': [
    text(linesOf().map((line, i) => (i % 50 === 7 ? line.replace(/Z,[^,]*/, 'Z,x') : line))),
  ],
  'stamps that are none': [
    text(linesOf().map((line, i) => (i % 400 === 65 ? line.replace(/^[^,]*/, 'n/a 1') : line))),
  ],
  'rows that are not final': [
    text(
      linesOf().map((line, i) => `${line},${i < 1400}`),
      `${HEADER},is_final`,
    ),
  ],
  'a name for all': [
    text(
      linesOf().map((line) => `BTC-USD,${line}`),
      `ticker,${HEADER}`,
    ),
  ],
  'its interval stated': [
    text(
      linesOf().map((line) => `5m,${line}`),
      `interval,${HEADER}`,
    ),
  ],
  'splits by the way': [
    text(
      linesOf().map((line, i) => `${line},${i === 700 ? 2 : 0}`),
      `${HEADER},Stock Splits`,
    ),
  ],
  'a last line without an end': [text(linesOf()).trimEnd()],
  'no volume but ticks': [
    text(
      linesOf().map((line) => `${line.replace(/\d+$/, '0')},7`),
      `${HEADER},tickvol`,
    ),
  ],
};

describe('a long file is read a stretch at a time as it is at once', () => {
  it.each(Object.entries(LONG))('with %s', (_, [content, how]) => {
    const [stretches, atOnce] = bothOf({ 'BTC-USD.csv': content }, how);
    expect(toldOf(stretches, 'BTC-USD')).toEqual(toldOf(atOnce, 'BTC-USD'));
    expect(areLong(stretches, 'BTC-USD')).toBe(true);
    expect(atOnce.filesRead('BTC-USD')).toMatchObject([{ path: expect.any(String) }]);
    expect(areLong(atOnce, 'BTC-USD')).toBe(false);
  });

  it('with its extended hours', () => {
    const days = ['2024-01-08', '2024-01-09', '2024-01-10', '2024-01-11', '2024-01-12'];
    const [stretches, atOnce] = bothOf({
      'AAPL.csv': text(linesOf({ days, from: 4, to: 20, stamp: clock })),
    });
    expect(toldOf(stretches, 'AAPL')).toEqual(toldOf(atOnce, 'AAPL'));
    expect(areLong(stretches, 'AAPL')).toBe(true);
    expect(stretches.read('AAPL', '5m', ALL)).toMatchObject({ bars: { length: 5 * 78 }, dropped: 5 * 114 });
  });

  it('with its crypto told by a Saturday', () => {
    const [stretches, atOnce] = bothOf({ 'BTCUSD.csv': PLAIN });
    expect(stretches.tickers()).toEqual(['BTC-USD']);
    expect(toldOf(stretches, 'BTC-USD')).toEqual(toldOf(atOnce, 'BTC-USD'));
  });

  it('with files that follow each other, whatever their names', () => {
    const parts = [WEEK.slice(3), WEEK.slice(0, 2), WEEK.slice(2, 3)].map((days) => text(linesOf({ days })));
    const files = Object.fromEntries(parts.map((part, i) => [`BTC-USD_${i}.csv`, part]));
    const [stretches, atOnce] = bothOf(files);
    expect(toldOf(stretches, 'BTC-USD')).toEqual(toldOf(atOnce, 'BTC-USD'));
    expect(areLong(stretches, 'BTC-USD')).toBe(true);
    expect(stretches.read('BTC-USD', '5m', ALL).bars.length).toBe(5 * 288);
  });
});

describe('a long file is refused as a short one is', () => {
  it.each([
    [
      'by another clock',
      'AAPL',
      { days: ['2024-01-08', '2024-01-09', '2024-01-10'], from: 14.5, to: 21, stamp: clock },
      /by the clock of UTC/,
    ],
    [
      'on shifted dates',
      'AAPL',
      {
        days: [
          '2024-01-07',
          '2024-01-08',
          '2024-01-09',
          '2024-01-10',
          '2024-01-14',
          '2024-01-15',
          '2024-01-16',
          '2024-01-17',
        ],
        from: 9.5,
        to: 16,
        stamp: clock,
      },
      /seem to be shifted/,
    ],
    [
      'without a price',
      'BTC-USD',
      { line: (at: string) => `${at},,,,,7` },
      /no other row of BTC-USD has all prices/,
    ],
  ])('%s', (_, ticker, rows, message) => {
    const [stretches, atOnce] = bothOf({ [`${ticker}.csv`]: text(linesOf(rows)) });
    expect(toldOf(stretches, ticker)).toMatch(message);
    expect(toldOf(stretches, ticker)).toEqual(toldOf(atOnce, ticker));
  });

  it('whose last line was cut', () => {
    const content = `${PLAIN}2024-03-13T00:00:00Z,100,101,99,100.5,1`;
    const [stretches, atOnce] = bothOf({ 'BTC-USD.csv': content });
    expect(toldOf(stretches, 'BTC-USD')).toMatch(/line 1442: .* its last number "1" is cut/);
    expect(toldOf(stretches, 'BTC-USD')).toEqual(toldOf(atOnce, 'BTC-USD'));
  });

  it('of another ticker', () => {
    const content = text(
      linesOf().map((line) => `ETH-USD,${line}`),
      `ticker,${HEADER}`,
    );
    const [stretches, atOnce] = bothOf({ 'BTC-USD.csv': content });
    expect(toldOf(stretches, 'BTC-USD')).toMatch(/its rows are of ETH-USD/);
    expect(toldOf(stretches, 'BTC-USD')).toEqual(toldOf(atOnce, 'BTC-USD'));
  });
});

const shuffled = linesOf().toSorted((a, b) => (a.slice(-2) < b.slice(-2) ? -1 : 1));
const daily = Array.from(
  { length: 300 },
  (_, i) => `2023-${two(1 + i / 28)}-${two(1 + (i % 28))},1,2,1,1.5,7`,
);

describe('a long file that has to be read at once', () => {
  it.each<[string, Content]>([
    ['is in no order', text(shuffled)],
    ['is daily', text(daily)],
    ['is compressed', gzipSync(PLAIN)],
    ['has quotes in one line', PLAIN.replace(/2024-03-12T00:00:00Z/, '"$&"')],
    ['has two headings', PLAIN + PLAIN.replaceAll('-03-', '-04-')],
    ['begins with a line without a date', text(['n/a,1,2,1,1.5,7', ...linesOf()])],
    ['has a field too many', `${PLAIN}2024-03-13T00:00:00Z,100,101,99,100.5,1,1\n`],
    [
      'is half of cells that are no number',
      text(linesOf().map((line, i) => (i % 2 === 0 ? line.replace(/Z,[^,]*/, 'Z,x') : line))),
    ],
    [
      'states two intervals',
      text(
        [
          ...linesOf().map((line) => `5m,${line}`),
          ...linesOf({ days: ['2024-03-13'], minutes: 60 }).map((line) => `1h,${line}`),
        ],
        `interval,${HEADER}`,
      ),
    ],
    [
      'begins with an hour and goes on by five minutes',
      text([...linesOf({ days: ['2024-01-01', '2024-01-02', '2024-01-03'], minutes: 60 }), ...linesOf()]),
    ],
    ['ends its lines with CR', PLAIN.replaceAll('\n', '\r')],
  ])('since it %s is so', (_, content) => {
    const [stretches, atOnce] = bothOf({ 'BTC-USD.csv': content });
    const told = toldOf(stretches, 'BTC-USD');
    expect(told).toEqual(toldOf(atOnce, 'BTC-USD'));
    if (typeof told !== 'string') expect(areLong(stretches, 'BTC-USD')).toBe(false);
  });

  it.each([60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71])(
    'since an hour comes twice, or not, is as it is at once: from row %i on',
    (from) => {
      const lines = linesOf({ days: ['2024-11-01', '2024-11-02', '2024-11-03', '2024-11-04'], stamp: clock });
      const at = lines.findIndex((line) => line.startsWith('2024-11-03 02:00'));
      const rows = [...lines.slice(from, at), ...lines.slice(at - 12)];
      for (const ordered of [rows, rows.toReversed()]) {
        const files = { 'BTC-USD.csv': text(ordered) };
        const [stretches, atOnce] = bothOf(files, { zone: 'America/New_York' });
        expect(toldOf(stretches, 'BTC-USD')).toEqual(toldOf(atOnce, 'BTC-USD'));
      }
    },
  );

  it('since others overlap it is joined with them', () => {
    const files = { 'BTC-USD_a.csv': PLAIN, 'BTC-USD_b.csv': text(linesOf().slice(700)) };
    const [stretches, atOnce] = bothOf(files);
    expect(toldOf(stretches, 'BTC-USD')).toMatchObject(toldOf(atOnce, 'BTC-USD') as object);
  });
});

it('a long file that is written while it is read is refused, and read anew the next time', () => {
  const folder = folderOf({ 'BTC-USD.csv': PLAIN });
  const market = csvFolderMarket(folder, null, 'start', {}, 10_000, STRETCHES);
  const day = { from: parseDay('2024-03-12'), to: parseDay('2024-03-14') };
  expect(market.read('BTC-USD', '5m', day).bars.length).toBe(288);
  appendFileSync(join(folder, 'BTC-USD.csv'), `${linesOf({ days: ['2024-03-13'] }).join('\n')}\n`);
  const said = /BTC-USD\.csv: cannot be read: it was changed while it was read: run again/;
  expect(() => market.read('BTC-USD', '5m', ALL)).toThrow(said);
  expect(market.read('BTC-USD', '5m', day).bars.length).toBe(2 * 288);
});
