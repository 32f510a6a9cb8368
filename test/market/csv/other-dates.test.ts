import { describe, expect, it } from 'vitest';
import { ALL, marketOf, stampsOf } from './folders.ts';
import { bothOf } from './stretches.ts';

const PRICES = '10,11,9,10.5,7';
const DAYS = ['2024-01-08', '2024-01-09', '2024-01-10'];

/** Rows of two columns of dates, the first of which is `date`. */
const file = (name: string, stamps: readonly string[], dates = DAYS): string =>
  `date,open,high,low,close,volume,${name}\n${stamps.map((stamp, i) => `${dates[i]},${PRICES},${stamp}\n`).join('')}`;

const rowsOf = (ticker: string, text: string, interval: '1d' | '1h' | '1m' = '1d') =>
  marketOf({ [`${ticker}.csv`]: text }).rows(ticker, interval, ALL);

const epoch = (iso: string): string => String(Date.parse(iso) / 1000);

describe('two columns of dates', () => {
  it.each([
    ['ends of a day', 'BTC-USD', 'timestamp', ['2024-01-09', '2024-01-10', '2024-01-11'].map(epoch)],
    ['midnights of the next', 'AAPL', 'timestamp', ['2024-01-09', '2024-01-10', '2024-01-11']],
    ['midnights in New York of the next', 'AAPL', 'timestamp', DAYS.map((day) => epoch(`${day}T05:00Z`))],
  ])('that are %s apart are refused', (what, ticker, name, stamps) => {
    const dates = what.startsWith('midnights in') ? ['2024-01-05', '2024-01-08', '2024-01-09'] : DAYS;
    expect(() => rowsOf(ticker, file(name, stamps, dates))).toThrow(
      `line 2: its column "date" says ${dates[0]}, and by "timestamp", which is read, the bar is of ${
        what.startsWith('midnights in') ? '2024-01-08' : '2024-01-09'
      }: remove or rename the one that is not the bar's`,
    );
  });

  it('of which one says when a row was fetched are refused by their names', () => {
    const fetched = DAYS.map((_, i) => `2024-02-01T02:0${i}:00Z`);
    expect(() => rowsOf('AAPL', file('timestamp', fetched))).toThrow(
      'line 2: its column "date" says 2024-01-08, and by "timestamp", which is read, the bar is of 2024-01-31',
    );
  });

  it.each([
    ['AAPL', 'the open', 'T14:30:00Z'],
    ['AAPL', 'the close', 'T21:00:00Z'],
    ['AAPL', 'midnight in New York', 'T05:00:00Z'],
    ['BTC-USD', 'midnight', 'T00:00:00Z'],
  ])('of %s may be the date and %s', (ticker, _, time) => {
    const stamps = DAYS.map((day) => `${day}${time}`);
    expect(rowsOf(ticker, file('timestamp', stamps)).map(({ ts }) => ts)).toEqual(
      DAYS.map((day) => Date.parse(day)),
    );
  });

  it('may be the date of an exchange whose midnight is of the day before', () => {
    const stamps = ['2024-01-08', '2024-01-09', '2024-01-10'].map((day) =>
      new Date(Date.parse(day) - 9 * 3_600_000).toISOString(),
    );
    expect(stampsOf(marketOf({ '7203.T.csv': file('timestamp', stamps, DAYS) }), '7203.T')).toEqual(DAYS);
    // By either of the two.
    const read = file('timestamp', stamps, DAYS).replace('date,', 'datetime,');
    expect(stampsOf(marketOf({ '7203.T.csv': read }), '7203.T')).toEqual(DAYS);
  });

  it('say of intraday rows the day of their session, or that by UTC', () => {
    const hours = ['20:00', '21:00', '22:00', '23:00'].map((time) => `2024-01-08T${time}:00-05:00`);
    const of = (day: string): string => file('timestamp', hours, Array(4).fill(day) as string[]);
    for (const day of ['2024-01-08', '2024-01-09']) expect(rowsOf('BTC-USD', of(day), '1h')).toHaveLength(4);
    expect(() => rowsOf('BTC-USD', of('2024-01-10'), '1h')).toThrow('says 2024-01-10, and by "timestamp"');
  });

  it('of which one has ends are refused where a day ends, and read by who says that they are ends', () => {
    const ends = Array.from({ length: 24 }, (_, i) =>
      new Date(Date.parse('2024-01-08T01:00Z') + i * 3_600_000).toISOString(),
    );
    const text = file('timestamp', ends, Array(24).fill('2024-01-08') as string[]);
    expect(() => rowsOf('BTC-USD', text, '1h')).toThrow('line 25: its column "date" says 2024-01-08');
    const market = marketOf({ 'BTC-USD.csv': text }, null, 'end');
    expect(stampsOf(market, 'BTC-USD', '1h').at(0)).toBe('2024-01-08T00:00Z');
  });

  it('of which one is no date, or may be in two orders, say nothing of each other', () => {
    for (const cells of [
      ['Mon', 'Tue', 'Wed'],
      ['05/01/2024', '05/01/2024', '05/01/2024'],
      ['', '', ''],
    ])
      expect(rowsOf('AAPL', file('day', cells))).toHaveLength(3);
    expect(() => rowsOf('AAPL', file('day', ['05/01/2024', '13/01/2024', '']))).toThrow('says 2024-01-05');
  });

  it('are held against each other in a file that is read in parts, and below a later heading', () => {
    const minute = (i: number): string =>
      new Date(Date.parse('2024-01-08T00:00Z') + i * 60_000).toISOString();
    const lines = Array.from(
      { length: 3000 },
      (_, i) => `${i === 2990 ? '2024-01-12' : minute(i).slice(0, 10)},${PRICES},${minute(i)}`,
    );
    const text = `date,open,high,low,close,volume,timestamp\n${lines.join('\n')}\n`;
    for (const market of bothOf({ 'BTC-USD.csv': text }))
      expect(() => market.rows('BTC-USD', '1m', ALL)).toThrow('line 2992: its column "date" says 2024-01-12');
    const later = `timestamp,open,high,low,close,volume,date\n2024-01-11,${PRICES},2024-01-12\n`;
    expect(() => rowsOf('AAPL', file('timestamp', DAYS) + later)).toThrow('line 6: its column "date" says');
  });
});

describe('columns that mean the same', () => {
  const text = (header: string, row: string): string =>
    `${header},date,open,high,low,close\n${row},2024-01-08,10,11,9,10.5\n`;

  it('are read where they say the same, and refused where they do not', () => {
    expect(rowsOf('AAPL', text('volume,vol', '7,7.0'))).toMatchObject([{ volume: 7 }]);
    expect(() => rowsOf('AAPL', text('vol,volume', '9,7'))).toThrow(
      'line 2: its columns "vol" and "volume" mean the same, and say "9" and "7": rename the one that is not to be read',
    );
  });

  it.each(['AAPL', 'aapl', 'AAPL.US', 'XNAS:AAPL', ''])(
    'may name an instrument in two spellings: %s',
    (other) => {
      expect(rowsOf('AAPL', text('ticker,symbol', `AAPL,${other}`))).toHaveLength(1);
    },
  );

  it('of volumes are not those of two units, of which the first is of what is traded', () => {
    expect(rowsOf('ETH-BTC', text('Volume (ETH),Volume (BTC)', '9,7'))).toMatchObject([{ volume: 9 }]);
  });

  it.each([
    ['AAPL.US', 'NASDAQ:AAPL'],
    ['BTC-USD', 'BTCUSD'],
    ['BRK.B', 'BRK-B'],
  ])('may name one as %s and %s', (one, other) => {
    const lines = text('ticker,symbol', `${one},${other}`);
    expect(() => marketOf({ 'prices.csv': lines }).tickers()).not.toThrow();
  });

  it.each([
    ['AAPL.US', 'MSFT.US'],
    ['XNAS:AAPL', 'XNAS:MSFT'],
    ['BTC-USD', 'ETH-USD'],
    ['BRK.A', 'BRK.B'],
    ['^GSPC', '^DJI'],
  ])('do not name one as %s and %s', (one, other) => {
    const lines = text('ticker,symbol', `${one},${other}`);
    expect(() => marketOf({ 'prices.csv': lines }).tickers()).toThrow(`say "${one}" and "${other}"`);
  });

  it('name no two instruments', () => {
    expect(() => rowsOf('AAPL', text('symbol,ticker', 'MSFT,AAPL'))).toThrow(
      'line 2: its columns "symbol" and "ticker" mean the same, and say "MSFT" and "AAPL"',
    );
  });
});
