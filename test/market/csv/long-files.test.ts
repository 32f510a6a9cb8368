import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { csvFolderMarket } from '../../../src/market/csv-folder.ts';
import { parseDay } from '../../../src/core/session/day.ts';
import { ALL, folderOf } from './folders.ts';
import {
  type Content,
  HEADER,
  type How,
  PLAIN,
  STRETCHES,
  areLong,
  bothOf,
  clock,
  linesOf,
  text,
  toldOf,
} from './stretches.ts';

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
  'rows that do not say whether they are final': [
    text(
      linesOf().map((line, i) => `${line},${i % 400 === 9 ? 'maybe' : i < 1400}`),
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
    const lines = linesOf();
    const parts = [lines.slice(3 * 288), lines.slice(0, 2 * 288), lines.slice(2 * 288, 3 * 288)].map((part) =>
      text(part),
    );
    const files = Object.fromEntries(parts.map((part, i) => [`BTC-USD_${i}.csv`, part]));
    const [stretches, atOnce] = bothOf(files);
    expect(toldOf(stretches, 'BTC-USD')).toEqual(toldOf(atOnce, 'BTC-USD'));
    expect(areLong(stretches, 'BTC-USD')).toBe(true);
    expect(stretches.read('BTC-USD', '5m', ALL).bars.length).toBe(5 * 288);
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
