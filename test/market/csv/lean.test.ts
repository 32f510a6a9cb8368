import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import { csvFolderMarket } from '../../../src/market/csv-folder.ts';
import { ALL, folderOf, marketOf, thrown, zipped } from './folders.ts';

describe('zip files of Lean', () => {
  it('hold daily prices of shares times 10,000', () => {
    const market = marketOf({
      'ibm.zip': zipped('ibm.csv', '19980102 00:00,1045000,1057500,1040600,1057500,2563200\n'),
    });
    expect(market.rows('IBM', '1d', ALL)).toMatchObject([
      { ts: Date.UTC(1998, 0, 2), open: 104.5, high: 105.75, low: 104.06, close: 105.75, volume: 2563200 },
    ]);
  });

  it('hold whole prices of shares: one with a fraction is refused with its line', () => {
    const rows = '20170103 00:00,627900,628400,621250,625800,2\n20170104 00:00,62.48,62.75,62.12,62.3,2\n';
    const daily = marketOf({ 'msft.zip': zipped('msft.csv', rows) });
    expect(thrown(() => daily.rows('MSFT', '1d', ALL))).toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/msft\.zip, line 2: "62\.48" has a fraction, .* multiplied by 10,000: /),
    });
    const minutes = marketOf({
      'spy/20240102_trade.zip': zipped('20240102_spy_minute_trade.csv', '34200000,167.5,168,167,167,5\n'),
    });
    expect(thrown(() => minutes.rows('SPY', '1m', ALL))).toMatchObject({
      message: expect.stringContaining('line 1: "167.5" has a fraction'),
    });
  });

  it('hold prices of indices and futures as they are', () => {
    const text = '20170103 00:00,2266,2270,2260,2266,5\n20170104 00:00,2270.75,2271,2260,2266,5\n';
    const folder = marketOf({
      'index/usa/daily/spx.zip': zipped('spx.csv', text),
      '^GSPC.zip': zipped('^GSPC.csv', text),
      'ES=F.zip': zipped('ES=F.csv', text),
      'index/usa/minute/ndx/20240102_trade.zip': zipped(
        '20240102_ndx_minute_trade.csv',
        '34200000,2266,2270,2260,2266,0\n',
      ),
    });
    for (const ticker of ['SPX', '^GSPC', 'ES=F'])
      expect(folder.rows(ticker, '1d', ALL), ticker).toMatchObject([{ open: 2266 }, { open: 2270.75 }]);
    expect(folder.rows('NDX', '1m', ALL)).toMatchObject([{ open: 2266 }]);
    // A folder of an index's shares is none of Lean's indices.
    const shares = marketOf({ 'index/ibm.zip': zipped('ibm.csv', text.split('\n')[0] ?? '') });
    expect(shares.rows('IBM', '1d', ALL)).toMatchObject([{ open: 0.2266 }]);
  });

  it('of contracts are no shares', () => {
    const text = '20170103 00:00,22660000,22700000,22600000,22660000,5\n';
    const paths = ['future/cme/daily/es_trade.zip', 'option/usa/minute/aapl/20240102_trade.zip'];
    const market = marketOf({
      'equity/usa/daily/ibm.zip': zipped('ibm.csv', text),
      ...Object.fromEntries(paths.map((path) => [path, zipped('es.csv', text)])),
    });
    expect(market.tickers()).toEqual(['IBM']);
    expect(market.unread.nameless.map(({ path }) => path)).toEqual(paths);
  });

  it('of other countries hold prices as they are where these have fractions, and are refused else', () => {
    const row = '20170103 00:00,80,81,80,80,5\n';
    const market = marketOf({
      'SAP.DE.zip': zipped('SAP.DE.csv', `${row}20170104 00:00,80.5,81,80,80,5\n`),
      'BMW.DE.zip': zipped('BMW.DE.csv', row),
    });
    expect(market.rows('SAP.DE', '1d', ALL)).toMatchObject([{ open: 80 }, { open: 80.5 }]);
    expect(thrown(() => market.rows('BMW.DE', '1d', ALL))).toMatchObject({
      message: expect.stringMatching(/BMW\.DE\.zip, line 1: has whole prices, which Lean multiplies/),
    });
  });

  it('hold the middle of bid and ask for currencies, or the one there is', () => {
    const market = marketOf({
      'eurusd.zip': zipped(
        'eurusd.csv',
        '20070101 00:00,1.31927,1.4,1.3,1.32095,0,1.32027,1.5,1.4,1.32195,0\n20070102 00:00,1,1,1,1,0,,,,,\n',
      ),
    });
    expect(market.rows('EURUSD=X', '1d', ALL)).toMatchObject([
      { open: 1.31977, high: 1.45, low: 1.35, close: 1.32145, volume: 0 },
      { open: 1, close: 1, volume: 0 },
    ]);
  });

  it('hold hours of crypto in UTC, but hours of shares on another grid are not offered as such', () => {
    const hours =
      '20240106 09:00,100000,110000,90000,100000,5\n20240106 10:00,100000,110000,90000,100000,6.5\n';
    const market = marketOf({
      'crypto/btcusdt.zip': zipped('btcusdt.csv', hours),
      'hour/aapl.zip': zipped('aapl.csv', hours),
    });
    expect(market.rows('BTC-USDT', '1h', ALL)).toMatchObject([
      { ts: Date.UTC(2024, 0, 6, 9), open: 100_000, volume: 5 },
      { ts: Date.UTC(2024, 0, 6, 10), volume: 6.5 },
    ]);
    expect(market.intervals('AAPL')).toEqual([]);
    expect(market.listing('AAPL')?.firstTrade).toBeNull();
  });

  describe('with hours of a share', () => {
    /** Lines of a session's hours from 09 on, as Lean writes them: each opens at its hour, closes at its end. */
    const hours = (date: string, ...of: number[]): string =>
      of
        .map((hour) => {
          const [price, time] = [hour * 10_000, String(hour).padStart(2, '0')];
          return `${date} ${time}:00,${price},${price + 20_000},${price - 20_000},${price + 10_000},${hour}\n`;
        })
        .join('');
    const daily = (text: string, others: Record<string, Uint8Array> = {}) => {
      const market = marketOf({ 'hour/aapl.zip': zipped('aapl.csv', text), ...others });
      expect(market.intervals('AAPL')).toEqual(['1d']);
      return market.rows('AAPL', '1d', ALL);
    };

    it('give the daily bars that the hours of the regular session add up to', () => {
      const rows = daily(hours('20240102', 8, 9, 10, 11, 12, 13, 14, 15, 16));
      expect(rows).toEqual([
        {
          ts: Date.UTC(2024, 0, 2),
          open: 9,
          high: 17,
          low: 7,
          close: 16,
          volume: 9 + 10 + 11 + 12 + 13 + 14 + 15,
          vwap: null,
          trades: null,
        },
      ]);
    });

    it('begin at a late open: an hour that ends there is none of the session', () => {
      const rows = daily(hours('20020911', 10, 11, 12, 13, 14, 15));
      expect(rows).toMatchObject([{ open: 12, close: 16 }]);
    });

    it('end at the close of a half day', () => {
      const rows = daily(hours('20241224', 9, 10, 11, 12, 13, 14));
      expect(rows).toMatchObject([{ close: 13, volume: 42 }]);
    });

    it('give no bar of a session without its first or its last hour, nor of a day that is none', () => {
      const rows = daily(
        hours('20240102', 10, 11, 12, 13, 14, 15) +
          hours('20240103', 9, 10, 11, 12, 13, 14) +
          hours('20240104', 9, 15) +
          hours('20240106', 9, 10, 11, 12, 13, 14, 15) +
          '20240108 09:00,,,,,\n' +
          hours('20240108', 10, 11, 12, 13, 14, 15),
      );
      expect(rows.map(({ ts }) => ts)).toEqual([Date.UTC(2024, 0, 4)]);
    });

    it('are hours: shorter bars of a table give no daily ones', () => {
      const line = (time: string): string => `20240102 ${time},10000,10000,10000,10000,5\n`;
      const text = line('09:30') + line('09:35') + line('15:00');
      const market = marketOf({ 'aapl.zip': zipped('aapl.csv', text) });
      expect(market.intervals('AAPL')).toEqual([]);
    });

    it('give none where there is a daily file', () => {
      const rows = daily(hours('20240102', 9, 10, 11, 12, 13, 14, 15), {
        'daily/aapl.zip': zipped('aapl.csv', '20240103 00:00,1045000,1057500,1040600,1057500,2563200\n'),
      });
      expect(rows).toMatchObject([{ ts: Date.UTC(2024, 0, 3), open: 104.5 }]);
    });
  });

  it('hold minutes in ms since New York midnight, summer and winter, with extended hours that are dropped', () => {
    const minutes =
      '34140000,1,1,1,1,1\n34200000,1670000,1670000,1670000,1670000,5\n57540000,2,2,2,2,2\n57600000,3,3,3,3,3\n';
    const market = marketOf({
      'spy/20240102_trade.zip': zipped('20240102_spy_minute_trade.csv', minutes),
      'spy/20240702_trade.zip': zipped('20240702_spy_minute_trade.csv', minutes),
    });
    expect(market.rows('SPY', '1m', ALL).map(({ ts, open }) => [new Date(ts).toISOString(), open])).toEqual([
      ['2024-01-02T14:30:00.000Z', 167],
      ['2024-01-02T20:59:00.000Z', 0.0002],
      ['2024-07-02T13:30:00.000Z', 167],
      ['2024-07-02T19:59:00.000Z', 0.0002],
    ]);
    expect(
      market.read('SPY', '1m', { from: parseDay('2024-07-01'), to: parseDay('2024-08-01') }).dropped,
    ).toBe(2);
    expect(market.span('SPY', '1m')).toEqual({ from: parseDay('2024-01-02'), to: parseDay('2024-07-03') });
  });

  it('that are broken are named', () => {
    const folder = folderOf({ 'spy/20240102_trade.zip': 'not a zip' });
    const market = csvFolderMarket(folder);
    expect(thrown(() => market.rows('SPY', '1m', ALL))).toMatchObject({
      code: 'usage',
      message: expect.stringContaining(join(folder, 'spy/20240102_trade.zip')),
    });
  });
});
