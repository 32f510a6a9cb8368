import { gzipSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { HEADER, marketOf, zipped } from './folders.ts';

const BARS = `${HEADER}\n2024-01-08,10,11,9,10.5,7\n2024-01-09,10,11,9,10.5,7\n`;
const WEIGHTS = 'name,weight\nApple,3\n';
const RENAME = 'the name is no ticker: rename it, or write a column "ticker"';
const NO_DATE = 'the header names no column "date"';

describe('a file whose name tells no ticker', () => {
  it.each([
    ['SP_SPX, 1D.csv', BARS, 'its exchange "SP" names no suffix of a ticker; rename it'],
    ['DAT_ASCII_SPXUSD_M1_202401.csv', BARS, 'its symbol "SPXUSD" is no pair of currencies; rename it'],
    ['AIR_FR.csv', BARS, 'its "_FR" may be a place; rename it as the ticker is written (AIR.PA)'],
    ['wkn_865985.csv', BARS, 'its "wkn" says a number, and no ticker; rename it'],
    ['US0378331005.csv', BARS, 'US0378331005 is an ISIN, and no ticker; rename it'],
    [
      'MSFT.Last.txt',
      '20240108 093500;10;14;9;12;7\n20240108 094000;10;14;9;12;7\n',
      'its ".Last" is NinjaTrader\'s, and no part of a ticker: rename it (MSFT), and say --csv-stamps end, as its times are the ends of bars',
    ],
    [
      'MSFT.Bid.txt',
      '20240108;10;14;9;12;7\n',
      'its ".Bid" is NinjaTrader\'s, and no part of a ticker: quotes are no bars of trades, export those (.Last)',
    ],
    ['prices.csv', BARS, RENAME],
    ['my stock.csv.gz', gzipSync(BARS), RENAME],
    ['my stock.zip', zipped('my stock.csv', BARS), RENAME],
    ['my stock.txt', BARS, RENAME],
    ['README.csv', BARS, RENAME],
    ['bare rows.csv', BARS.slice(HEADER.length + 1), RENAME],
    ['prices.csv', '20240108 00:00,3710600,3714700,3706700,3709900,5\n', RENAME],
    [
      'data.csv.gz',
      gzipSync(BARS).subarray(0, 40),
      'is no whole gzip file (unexpected end of file): get it again',
    ],
    ['prices.zip', 'no zip', 'is no whole zip file (its end is missing): get it again'],
    [
      'prices.zip',
      zipSync({ 'a.csv': strToU8(BARS), 'b.csv': strToU8(BARS) }),
      'holds 2 CSV files: pack each into a zip file of its own',
    ],
    ['table.csv', '', 'is empty: get it again, or remove it'],
    ['export.csv', `ticker,${HEADER}\n`, 'has a header and no row: get it again, or remove it'],
    [
      'export.csv',
      `ticker,${HEADER}\nIBM,2024-01-08,1,2,1,2,3\nIBM,"2024-01-09,1,2,1,2,3\n`,
      /^line 3: opens a quote /,
    ],
    ['quotes.csv', '{"error": "no"}', 'is JSON, not CSV: get the prices as CSV; it may tell of an error'],
  ])('is held for one of prices where it may be: %s', (name, content, reason) => {
    const { tickers, unread } = of(name, content);
    expect(tickers).toEqual(['AAPL']);
    expect(unread.nameless).toEqual([
      { path: name, reason: typeof reason === 'string' ? reason : expect.stringMatching(reason) },
    ]);
    expect(unread.asides).toEqual([]);
  });

  it.each([
    ['my holdings.csv', WEIGHTS, NO_DATE],
    ['README.csv', WEIGHTS, NO_DATE],
    ['License.csv', 'MIT\n', NO_DATE],
    ['SP_SPX, 1D.csv', 'time,close\n2024-01-08,1\n', 'the header names no column "open"'],
    ['my dividends.csv.gz', gzipSync('date,dividend\n2024-01-08,1\n'), 'the header names no column "open"'],
    ['my holdings.zip', zipped('my holdings.csv', WEIGHTS), 'no CSV with a header'],
    [
      'my photos.zip',
      zipSync({ 'a.jpg': strToU8('x') }),
      'holds no CSV file: pack one into it, or remove it',
    ],
    ['prices.md', BARS, 'no CSV, text or zip file'],
    ['notes.txt', 'What is in here', 'no CSV with a header'],
  ])('is held for another one where it holds none: %s', (name, content, reason) => {
    const { tickers, unread } = of(name, content);
    expect(tickers).toEqual(['AAPL']);
    expect(unread.nameless).toEqual([]);
    expect(unread.asides).toEqual([`not read: ${name} (${reason})`]);
  });

  it('is told of by its place in the folder', () => {
    const { unread } = of('sub/no ticker.csv', BARS);
    expect(unread.nameless).toEqual([{ path: 'sub/no ticker.csv', reason: RENAME }]);
  });
});

it('a column of tickers tells what a name leaves open', () => {
  const { tickers, unread } = of('ALL_FR.csv', `ticker,${HEADER}\nAIR.PA,2024-01-08,10,11,9,10.5,7\n`);
  expect(tickers).toEqual(['AAPL', 'AIR.PA']);
  expect(unread.nameless).toEqual([]);
});

function of(name: string, content: string | Uint8Array) {
  const market = marketOf({ 'AAPL.csv': BARS, [name]: content });
  return { tickers: market.tickers(), unread: market.unread };
}
