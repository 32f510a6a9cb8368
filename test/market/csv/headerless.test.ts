import { describe, expect, it } from 'vitest';
import { ALL, marketOf, stampsOf } from './folders.ts';

const DAYS = ['2024.01.02', '2024.01.03', '2024.01.04', '2024.01.05', '2024.01.08'];
const lines = (stamps: readonly (string | number)[], rest: string): string =>
  stamps.map((stamp) => `${stamp},${rest}\n`).join('');
const DAY = Date.UTC(2024, 0, 6);
const hours = [0, 1, 2, 3].map((hour) => DAY + hour * 3_600_000);

describe('a file without a header', () => {
  it('may be MetaTrader’s, of hours', () => {
    const stamps = ['00:00', '01:00', '02:00'].map((time) => `2024.01.02,${time}`);
    const market = marketOf({ 'EURUSD60.csv': lines(stamps, '1.10312,1.10418,1.10301,1.10400,512') });
    expect(stampsOf(market, 'EURUSD=X', '1h')).toEqual([
      '2024-01-02T00:00Z',
      '2024-01-02T01:00Z',
      '2024-01-02T02:00Z',
    ]);
    expect(market.rows('EURUSD=X', '1h', ALL)[0]).toMatchObject({
      open: 1.10312,
      high: 1.10418,
      low: 1.10301,
      close: 1.104,
      volume: 512,
    });
  });

  it('may be MetaTrader’s, of days, and with three decimals between semicolons', () => {
    const text = lines(
      DAYS.map((day) => `${day},00:00`),
      '145.123,145.500,145.001,145.200,7',
    );
    for (const content of [text, text.replaceAll(',', ';')]) {
      const market = marketOf({ 'USDJPY1440.csv': content });
      expect(stampsOf(market, 'USDJPY=X')).toEqual(DAYS.map((day) => day.replaceAll('.', '-')));
      expect(market.rows('USDJPY=X', '1d', ALL)[0]).toMatchObject({ open: 145.123, close: 145.2 });
    }
  });

  it.each([
    ['a date', DAYS, '10,11,9,10.5', null],
    ['a date and a volume', DAYS, '10,11,9,10.5,7', 7],
    ['digits', DAYS.map((day) => day.replaceAll('.', '')), '10,11,9,10.5,7', 7],
  ] as const)('may begin with %s', (_, stamps, rest, volume) => {
    const rows = marketOf({ 'AAPL.csv': lines(stamps, rest) }).rows('AAPL', '1d', ALL);
    expect(rows).toHaveLength(5);
    expect(rows[0]).toMatchObject({
      open: 10,
      high: 11,
      low: 9,
      close: 10.5,
      volume: volume ?? Number.NaN,
      trades: null,
    });
  });

  it('may be Kraken’s: seconds since the epoch, and the number of trades behind the volume', () => {
    const text = lines(
      hours.map((at) => at / 1000),
      '42000.1,42100,41900,42050.5,1.25,7',
    );
    const market = marketOf({ 'XBTUSD_60.csv': text });
    expect(market.tickers()).toEqual(['BTC-USD']);
    expect(market.rows('BTC-USD', '1h', ALL)[0]).toMatchObject({
      ts: hours[0],
      close: 42_050.5,
      volume: 1.25,
      trades: 7,
    });
  });

  it('is refused where its columns stand in another order', () => {
    const bitfinex = lines(hours, '10,10.5,11,9,7');
    expect(() => marketOf({ 'BTCUSD.csv': bitfinex }).intervals('BTC-USD')).toThrow(
      'line 1: the file has no header, and its columns are not open, high, low, close in this order: write a header line',
    );
  });

  it.each([
    ['2024.01.02,10,11,9,10.5,7,8', 'the header names no column "date"'],
    ['AAPL,10,11,9,10.5,7', 'the header names no column "date"'],
    ['20240102 00:00,1050000,1100000,900000,1000000,7', 'looks like a file of Lean'],
  ])('is refused where nothing tells what it holds: %s', (line, problem) => {
    expect(() => marketOf({ 'AAPL.csv': `${line}\n${line}\n` }).intervals('AAPL')).toThrow(problem);
  });
});

describe('a file of MetaTrader 5', () => {
  const header = '<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\n';
  const row = (time: string, volume: number): string =>
    `2024.01.02\t${time}\t1.1\t1.2\t1.0\t1.15\t100\t${volume}\t5\n`;

  it.each([
    [0, 100],
    [3, 3],
  ])('whose volume is %d has one of %d: ticks where the broker knows no volume', (volume, read) => {
    const text = header + row('00:00:00', 0) + row('00:05:00', volume);
    const market = marketOf({ 'EURUSD_M5_202401020000_202401020005.csv': text });
    expect(market.rows('EURUSD=X', '5m', ALL)[1]).toMatchObject({ open: 1.1, close: 1.15, volume: read });
  });
});
