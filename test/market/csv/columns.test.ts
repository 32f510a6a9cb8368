import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ALL, HEADER, marketOf, stampsOf } from './folders.ts';

describe('a date and a time in two columns', () => {
  it.each([
    ['Date,Time,Open,High,Low,Close,Volume', '2024-01-08,09:30:00', '2024-01-08,09:35:00', ','],
    ['<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>', '20240108,093000', '20240108,093500', ','],
    ['Date,Time,Open,High,Low,Close,Volume', '01/08/2024,930', '01/31/2024,935', ','],
    ['Date,Timestamp,Open,High,Low,Close,Volume', '20240108,09:30:00', '20240108,09:35:00', ','],
    ['<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<VOL>', '2024.01.08\t09:30', '2024.01.08\t09:35', '\t'],
    ['Date;Time;Open;High;Low;Close;Volume', '08.01.2024;09:30', '08.01.2024;09:35', ';'],
  ])('%s are joined', (header, first, second, sign) => {
    const row = (stamp: string): string => [stamp, '10', '11', '9', '10.5', '7'].join(sign);
    // A second row on the same day makes it intraday.
    const same = `${first.split(sign)[0]}${sign}${second.split(sign)[1]}`;
    const others = second.startsWith(first.split(sign)[0] ?? '') ? [] : [row(second)];
    const market = marketOf({ 'SPY.csv': `${[header, row(first), row(same), ...others].join('\n')}\n` });
    expect(stampsOf(market, 'SPY', '5m').slice(0, 2)).toEqual(['2024-01-08T14:30Z', '2024-01-08T14:35Z']);
    expect(market.rows('SPY', '5m', ALL)[0]).toMatchObject({ open: 10, close: 10.5, volume: 7 });
  });

  it('are not joined where the time is a whole stamp', () => {
    const text =
      'date,time,open,high,low,close,volume\n2024-01-08,1704724200,1,1,1,1,1\n2024-01-08,1704724500,1,1,1,1,1\n';
    expect(() => marketOf({ 'SPY.csv': text }).intervals('SPY')).not.toThrow();
  });

  it('of Stooq’s daily files give dates', () => {
    const text =
      '<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\n' +
      'HD.US,D,20240108,000000,10,11,9,10.5,7,0\nHD.US,D,20240109,000000,10,11,9,10.5,7,0\n';
    expect(stampsOf(marketOf({ 'hd.us.txt': text }), 'HD')).toEqual(['2024-01-08', '2024-01-09']);
  });
});

describe('a volume that is not told', () => {
  const text = `${HEADER}\n2024-01-08,10,11,9,10.5,\n2024-01-09,10,11,9,10.5,N/A\n2024-01-10,10,11,9,10.5,5\n`;

  it.each(['^SPX', 'EURUSD=X'])('of %s is none traded', (ticker) => {
    const rows = marketOf({ [`${ticker}.csv`]: text }).rows(ticker, '1d', ALL);
    expect(rows.map(({ volume }) => volume)).toEqual([0, 0, 5]);
  });

  it('of a share is unknown, and no row is lost', () => {
    const rows = marketOf({ 'AAPL.csv': text }).rows('AAPL', '1d', ALL);
    expect(rows.map(({ volume }) => volume)).toEqual([Number.NaN, Number.NaN, 5]);
  });

  it('may have no column at all', () => {
    const market = marketOf({ 'AAPL.csv': 'date,open,high,low,close\n2024-01-08,10,11,9,10.5\n' });
    expect(market.rows('AAPL', '1d', ALL)).toMatchObject([{ close: 10.5, volume: Number.NaN }]);
  });

  it('of a row without prices stays not told', () => {
    const market = marketOf({ 'AAPL.csv': `${HEADER}\n2024-01-08,-,N/A,NaN,null,\n2024-01-09,1,1,1,1,1\n` });
    expect(market.rows('AAPL', '1d', ALL)[0]).toMatchObject({ open: null, close: null, volume: null });
  });
});

describe('numbers', () => {
  const rowOf = (text: string) => marketOf({ 'AIR.PA.csv': text }).rows('AIR.PA', '1d', ALL)[0];

  it('may have a decimal comma', () => {
    const text = 'Date;Open;High;Low;Close;Volume\n08.01.2024;1.234,5;1.240,25;1.230;1.235,75;1.234.567\n';
    expect(rowOf(text)).toMatchObject({
      open: 1234.5,
      high: 1240.25,
      low: 1230,
      close: 1235.75,
      volume: 1_234_567,
    });
  });

  it('may mark thousands, name the money or be shortened', () => {
    const text =
      'Date,Close/Last,Volume,Open,High,Low\n01/31/2024,"$1,234.50",1.2M,$1230,"$1,240",$1229.75\n';
    expect(rowOf(text)).toMatchObject({
      open: 1230,
      high: 1240,
      low: 1229.75,
      close: 1234.5,
      volume: 1_200_000,
    });
    const web =
      '"Date","Price","Open","High","Low","Vol.","Change %"\n"01/31/2024","1,234.50","1,230.00","1,240.00","1,229.75","5.5K","-0.12%"\n';
    expect(rowOf(web)).toMatchObject({ open: 1230, high: 1240, low: 1229.75, close: 1234.5, volume: 5500 });
    const starred = 'Date,Open,High,Low,Close*,Adj Close**,Volume\nJan 31, 2024,1,2,1,2,9,"1,000"\n'.replace(
      'Jan 31, 2024',
      '"Jan 31, 2024"',
    );
    expect(rowOf(starred)).toMatchObject({ close: 2, volume: 1000 });
    const points = `${HEADER}\n2024-01-08,"38,123","38,200","38,001.5","38,150","1,000"\n`;
    expect(rowOf(points)).toMatchObject({ open: 38_123, close: 38_150, volume: 1000 });
  });

  it('that are none are named with their line', () => {
    expect(() => rowOf(`${HEADER}\n2024-01-08,1,1,1,1,1\n2024-01-09,1,x,1,1,1\n`)).toThrow(
      /line 3: "x" is not a number/,
    );
  });
});

describe('dates with the day or the month first', () => {
  it.each([
    ['01/02/24', 'the day or the month or the year: give --csv-dates dmy or mdy or ymd'],
    ['31/01/24', 'the day or the year: give --csv-dates dmy or ymd'],
  ])('with two digits of the year name all that they may be: %s', (date, ways) => {
    const market = marketOf({ 'AAPL.csv': `${HEADER}\n${date},1,1,1,1,1\n` });
    expect(() => market.intervals('AAPL')).toThrow(`"${date}" may start with ${ways}, or write them as`);
  });

  it('are refused where nothing tells which', () => {
    const market = marketOf({ 'AAPL.csv': `${HEADER}\n01/02/2024,1,1,1,1,1\n01/03/2024,1,1,1,1,1\n` });
    expect(() => market.intervals('AAPL')).toThrow(
      /"01\/02\/2024" may start with the day or the month: give --csv-dates dmy or mdy, or write them as/,
    );
  });
});

describe('dates of which one has an order', () => {
  it('are refused with that, not with the first', () => {
    const text = `${HEADER}\n2024-01-05,1,1,1,1,1\n2024-01-08,1,1,1,1,1\n01/09/2024,1,1,1,1,1\n`;
    expect(() => marketOf({ 'AAPL.csv': text }).intervals('AAPL')).toThrow(
      /line 4: its dates such as "01\/09\/2024" may start with the day or the month/,
    );
  });
});

describe('a file', () => {
  it('of two packed parts is refused where the second is damaged, and may be padded with zeros', () => {
    const parts = [`${HEADER}\n2024-01-09,1,1,1,1,1\n`, '2024-01-08,2,2,2,2,2\n'].map((text) =>
      gzipSync(text),
    );
    const read = (bytes: Uint8Array): number =>
      marketOf({ 'AAPL.csv.gz': bytes }).rows('AAPL', '1d', ALL).length;
    expect(read(Buffer.concat(parts))).toBe(2);
    expect(read(Buffer.concat([...parts, Buffer.alloc(512)]))).toBe(2);
    const [one = Buffer.alloc(0), two = Buffer.alloc(0)] = parts;
    const whole = /AAPL\.csv\.gz: is no whole gzip file \(.*\): get it again/;
    expect(() => read(Buffer.concat([one, Buffer.alloc(1), two.subarray(1)]))).toThrow(whole);
    expect(() => read(Buffer.concat([one, Buffer.from('\0garbage')]))).toThrow(whole);
    expect(() => read(Buffer.concat([one, Buffer.alloc(9), Buffer.from('x')]))).toThrow(whole);
  });

  it('may be compressed, also in small letters, and unpacked under its old name', () => {
    const text = `${HEADER}\n2024-01-08,1,1,1,1,1\n`;
    const market = marketOf({
      'AAPL.csv.gz': gzipSync(text),
      'MSFT.CSV.GZ': gzipSync(text),
      'TEF.csv.gz': text,
    });
    for (const ticker of ['AAPL', 'MSFT', 'TEF']) expect(stampsOf(market, ticker)).toEqual(['2024-01-08']);
  });

  it('may be in UTF-16, as MetaTrader writes it', () => {
    const text = '\uFEFF<DATE>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\n2024.01.08\t1\t1\t1\t1\t5\n';
    expect(stampsOf(marketOf({ 'EURUSD.csv': Buffer.from(text, 'utf16le') }), 'EURUSD=X')).toEqual([
      '2024-01-08',
    ]);
  });

  it('may begin with the address that it came from', () => {
    const text =
      'https://www.CryptoDataDownload.com\nunix,date,symbol,open,high,low,close,Volume BTC,Volume USDT,tradecount\n' +
      '1704672000000,2024-01-08 00:00:00,BTCUSDT,1,2,1,2,3.5,7,9\n';
    const market = marketOf({ 'Binance_BTCUSDT_d.csv': text });
    expect(market.rows('BTC-USDT', '1d', ALL)).toMatchObject([{ close: 2, volume: 3.5, trades: 9 }]);
  });

  it('may be Binance’s, without a header', () => {
    const line = (at: number): string => `${at},1.5,2,1,1.75,3.5,${at + 59_999},7,9,1,1,0\n`;
    const market = marketOf({
      'BTCUSDT-1m-2024-01.csv': line(1_704_672_000_000) + line(1_704_672_060_000),
      'ETHUSDT-1m-2025-01.csv': line(1_735_689_600_000_000) + line(1_735_689_660_000_000),
    });
    expect(market.rows('BTC-USDT', '1m', ALL)).toMatchObject([{ open: 1.5, trades: 9 }, { volume: 3.5 }]);
    expect(stampsOf(market, 'ETH-USDT', '1m')).toEqual(['2025-01-01T00:00Z', '2025-01-01T00:01Z']);
  });

  it('may have its stamps in a first column without a name', () => {
    const text = ',Open,High,Low,Close,Volume\n2024-01-08,1,1,1,1,1\n';
    expect(stampsOf(marketOf({ 'AAPL.csv': text }), 'AAPL')).toEqual(['2024-01-08']);
  });

  it('may be of yfinance, with three lines of header', () => {
    const text =
      'Price,Close,High,Low,Open,Volume\nTicker,AAPL,AAPL,AAPL,AAPL,AAPL\nDate,,,,,\n' +
      '2024-01-08,10.5,11,9,10,7\n2024-01-09,10.6,11,9,10,8\n';
    const market = marketOf({ 'AAPL.csv': text, 'prices.csv': text.replaceAll('AAPL', 'MSFT') });
    expect(market.tickers()).toEqual(['AAPL', 'MSFT']);
    expect(market.rows('AAPL', '1d', ALL)).toMatchObject([
      { open: 10, close: 10.5, volume: 7 },
      { close: 10.6 },
    ]);
    const others = text.replace('Ticker,AAPL,AAPL', 'Ticker,AAPL,MSFT');
    expect(() => marketOf({ 'AAPL.csv': others }).intervals('AAPL')).toThrow(
      /is named after AAPL, but holds MSFT, AAPL: name it all-prices\.csv/,
    );
  });

  it('may have its header again in the middle, where two were put together', () => {
    const text = `${HEADER}\n2024-01-08,1,1,1,1,1\n${HEADER}\n2024-01-09,1,1,1,1,1\n`;
    expect(stampsOf(marketOf({ 'AAPL.csv': text }), 'AAPL')).toEqual(['2024-01-08', '2024-01-09']);
  });

  it('may name the zone behind each stamp', () => {
    const row = (time: string): string => `20240108  ${time} US/Central,10,11,9,10.5,7\n`;
    const text = `${HEADER}\n${row('08:30:00')}${row('08:35:00')}`;
    expect(stampsOf(marketOf({ 'SPY.csv': text }), 'SPY', '5m')[0]).toBe('2024-01-08T14:30Z');
  });

  it('may have a number since the epoch beside a time without an offset: the number is taken', () => {
    const text =
      'Timestamp,Gmtoffset,Datetime,Open,High,Low,Close,Volume\n' +
      '1704724200,0,2024-01-08 14:30:00,1,1,1,1,1\n1704724500,0,2024-01-08 14:35:00,1,1,1,1,1\n';
    expect(stampsOf(marketOf({ 'SPY.csv': text }), 'SPY', '5m')).toEqual([
      '2024-01-08T14:30Z',
      '2024-01-08T14:35Z',
    ]);
  });
});

it.each(['close_time', 'Close Time', 'end_date'])(
  'a file with the ends of bars alone is refused as that: %s',
  (name) => {
    const text = `${name},open,high,low,close,volume\n2024-01-08 23:59:59.999,1,1,1,1,1\n`;
    expect(() => marketOf({ 'BTC-USD.csv': text }).intervals('BTC-USD')).toThrow(
      `line 1: the header names no column "date" but "${name}", which is when a bar ends: name it date where its bars are days, or time and give --csv-stamps end`,
    );
    const none = 'close,open,high,low,volume\n1,1,1,1,1\n';
    expect(() => marketOf({ 'BTC-USD.csv': none }).intervals('BTC-USD')).toThrow(
      'no column "date" ("close, open',
    );
  },
);
