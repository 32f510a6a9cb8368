import { describe, expect, it } from 'vitest';
import { inspect } from '../../../src/report/inspection.ts';
import { ALL, folderOf, HEADER, marketOf } from './folders.ts';
import { bothOf, toldOf, two } from './stretches.ts';

const row = '2024-01-08,10,14,9,12,7';
const barsOf = (header: string, more = '') =>
  marketOf({ 'AAPL.csv': `${header}\n${row}${more}\n` })
    .rows('AAPL', '1d', ALL)
    .map(({ open, high, low, close, volume }) => [open, high, low, close, volume]);

describe('a column', () => {
  it.each([
    ...['(000s)', "('000)", '(000)', '(K)', '(M)', '(in thousands)', '(thousands)', '[mio]', '(x1000)'],
    ...['(in lots)', '(Lakhs)', '_millions', ' in thousands', '_000s', ' k', '_k', ' M', '_x100'],
  ])('of volumes that counts in others than shares is refused: Volume%s', (unit) => {
    expect(() => barsOf(`date,open,high,low,close,Volume${unit}`)).toThrow(
      `AAPL.csv, line 1: its column "Volume${unit}" says that its numbers are of another unit: write each in full, in shares`,
    );
  });

  it.each([
    '(cents)',
    '(in cents)',
    '[pence]',
    '(¢)',
    '(thousands)',
    '(%)',
    '(USDx100)',
    '(USD x 100)',
    '(mUSD)',
    '(kEUR)',
    '(USD k)',
    '(x100)',
  ])('of prices that are of another unit is refused: open %s', (unit) => {
    expect(() => barsOf(`date,open ${unit},high ${unit},low ${unit},close ${unit},volume`)).toThrow(
      `line 1: its column "open ${unit}" says that its numbers are of another unit: write prices in what`,
    );
  });

  it.each(['(adj)', '(adjusted)', '[adj]', '(split adjusted)', '(split-adj.)'])(
    'of adjusted prices is none of prices as traded: close %s',
    (word) => {
      const all = `date,open ${word},high ${word},low ${word},close ${word},volume`;
      const none = (name: string): string =>
        `names no column "${name}" but the adjusted "${name} ${word}": a store has prices as they were traded, get those`;
      expect(() => barsOf(all)).toThrow(none('open'));
      expect(() => barsOf(`date,open,high,low,close ${word},volume`)).toThrow(none('close'));
      expect(barsOf(`date,open,high,low,close,volume,close ${word}`, ',3')).toEqual([[10, 14, 9, 12, 7]]);
    },
  );

  it('is refused below another header, in a file that is read in parts, and before a run', () => {
    const first = `date,open,high,low,close,volume\n${row}\n`;
    const second = 'date,open,high,low,close,volume (K)\n2024-01-09,10,14,9,12,7\n';
    expect(() => marketOf({ 'AAPL.csv': first + second }).intervals('AAPL')).toThrow(
      'line 3: its column "volume (K)"',
    );
    const rows = Array.from(
      { length: 60 },
      (_, i) => `2024-01-08 10:${String(i).padStart(2, '0')},10,14,9,12,7\n`,
    );
    const files = { 'AAPL.csv': `date,open,high,low,close,volume (K)\n${rows.join('')}` };
    for (const market of bothOf(files))
      expect(toldOf(market, 'AAPL')).toContain('line 1: its column "volume (K)"');
    const [file] = inspect({ path: folderOf(files) }, Date.now()).files;
    expect(file?.refused).toEqual([expect.stringContaining('its column "volume (K)" says')]);
  });

  it.each([
    'date,open (USD),high (USD),low (USD),close (USD),volume',
    'date,open (unadjusted),high (not adjusted),low (non-adjusted),close (raw),volume',
    'date,open,high,low,close,Volume (shares)',
    'date,open,high,low,close,Volume AAPL',
    'date,open,high,low,close,Volume_(Contracts)',
    'date (UTC),open,high,low,close,Volume (ticks)',
  ])('that says what numbers are anyway is read: %s', (header) => {
    expect(barsOf(header)).toEqual([[10, 14, 9, 12, 7]]);
  });

  it('of another unit is passed over where there is one beside it', () => {
    expect(barsOf('date,open,high,low,close,volume,Volume (K),open (cents)', ',1,2')).toEqual([
      [10, 14, 9, 12, 7],
    ]);
  });
});

describe('a volume', () => {
  const volumesOf = (header: string, ticker: string, more = '') =>
    marketOf({ [`${ticker}.csv`]: `date,open,high,low,close,${header}\n${row}${more}\n` })
      .rows(ticker, '1d', ALL)
      .map(({ volume }) => volume);

  it.each([
    ...['USD', 'EUR', 'GBP', 'USDT', 'quote', 'Currency', '$'].map((word) => `Volume ${word}`),
    ...[
      'volume_usd',
      'Volume$',
      'Volume (USD)',
      'Volume [EUR]',
      'Volume in USD',
      'Volume_(Currency)',
      'volume_quote',
    ],
  ])('of money is not read: %s', (header) => {
    for (const ticker of ['AAPL', 'BTC-USD']) expect(volumesOf(header, ticker)).toEqual([Number.NaN]);
    expect(volumesOf(`${header},Volume`, 'AAPL', ',8')).toEqual([8]);
  });

  it.each(['Volume USDT,Volume BTC', 'Volume (USD),Volume (BTC)', 'volume_usd,volume_btc'])(
    'of a pair is that of its first, in whatever order: %s',
    (header) => {
      expect(volumesOf(header, 'BTC-USDT', ',8')).toEqual([8]);
      expect(volumesOf(header.split(',').toReversed().join(','), 'BTC-USDT', ',8')).toEqual([7]);
    },
  );

  it.each([
    ['Volume BTC', 'AAPL'],
    ['Volume BTC', 'ETH-BTC'],
    ['Volume (apples)', 'AAPL'],
    ['Volume (24h)', 'BTC-USD'],
  ])('of something else is refused: %s of %s', (header, ticker) => {
    const word = header.replaceAll(/Volume |[()]/g, '');
    const told = `${ticker}.csv: its column "${header}" counts "${word}", and not what ${ticker} is of: call it "volume"`;
    expect(() => volumesOf(header, ticker)).toThrow(told);
    const lines = Array.from(
      { length: 48 },
      (_, i) => `2024-01-08 ${two(10 + i / 12)}:${two((i % 12) * 5)},10,14,9,12,7\n`,
    );
    const files = { [`${ticker}.csv`]: `date,open,high,low,close,${header}\n${lines.join('')}` };
    for (const market of bothOf(files)) expect(toldOf(market, ticker)).toContain(told);
  });

  it('is no amount of money', () => {
    expect(() =>
      marketOf({ 'AAPL.csv': `${HEADER}\n2024-01-08,10,14,9,12,$7\n` }).rows('AAPL', '1d', ALL),
    ).toThrow('line 2: "$7" is not a number (volume)');
  });
});

describe('prices whose columns name a currency', () => {
  const inCurrency = (...words: readonly string[]): string =>
    `date,${['Open', 'High', 'Low', 'Close'].map((name, i) => `${name} (${words[i] ?? words[0]})`).join(',')},volume\n${row}\n`;
  const currencyOf = (ticker: string, ...words: readonly string[]): unknown => {
    const market = marketOf({ [`${ticker}.csv`]: inCurrency(...words) });
    return [market.rows(ticker, '1d', ALL).length, market.listing(ticker)?.currency];
  };

  it('are in that, as if a column said it', () => {
    expect(currencyOf('AAPL', 'USD')).toEqual([1, 'USD']);
    expect(currencyOf('VOD.L', 'EUR')).toEqual([1, 'EUR']);
    expect(currencyOf('VOD.L', 'GBp')).toEqual([1, 'GBp']);
    expect(currencyOf('AAPL', 'unadjusted')).toEqual(currencyOf('AAPL', 'raw'));
  });

  it('are refused where those are two', () => {
    expect(() => currencyOf('AAPL', 'USD', 'USD', 'USD', 'EUR')).toThrow(
      'AAPL.csv, line 1: its columns "Open (USD)" and "Close (EUR)" say that its prices are in two currencies',
    );
  });
});

describe('the fixed-point prices of Databento', () => {
  const header = 'ts_event,rtype,publisher_id,instrument_id,open,high,low,close,volume,symbol';
  const fileWith = (prices: string): string =>
    `${header}\n1404172800000000000,35,1,1,${prices},7,AAPL\n1404259200000000000,35,1,1,${prices},7,AAPL\n`;
  const fixed = fileWith('93520000000,94070000000,93130000000,93520000000');
  const told =
    'looks like a file of Databento, whose prices are multiplied by 1,000,000,000: ask for decimal prices';

  it('are refused, under whatever name', () => {
    for (const market of bothOf({ 'AAPL.csv': fixed }))
      expect(toldOf(market, 'AAPL')).toContain(`line 1: ${told}`);
    expect(() => marketOf({ 'xnas-itch-20140701.ohlcv-1d.csv': fixed })).toThrow(told);
  });

  it('are read where they are decimal', () => {
    const market = marketOf({ 'AAPL.csv': fileWith('93.520000000,94.070000000,93.130000000,93.520000000') });
    expect(market.rows('AAPL', '1d', ALL).map(({ close }) => close)).toEqual([93.52, 93.52]);
  });
});

describe('a count of changes of the price', () => {
  const rows = (ticker: string, header: string, cells: string) =>
    marketOf({
      [`${ticker}.csv`]: `date,open,high,low,close,${header}\n2024-01-08,10,14,9,12,${cells}\n`,
    }).rows(ticker, '1d', ALL);
  const refused =
    'its volumes are those of "tick_volume", which counts changes of the price, and not what is traded of AAPL';

  it('is the volume of currencies where no other is known, and never that of a share', () => {
    expect(rows('EURUSD=X', 'tick_volume,spread,real_volume', '400,2,0')).toMatchObject([{ volume: 400 }]);
    expect(rows('BTC-USD', 'tick_volume', '400')).toMatchObject([{ volume: 400 }]);
    expect(rows('AAPL', 'tick_volume,spread,real_volume', '400,2,9000')).toMatchObject([{ volume: 9000 }]);
    expect(() => rows('AAPL', 'tick_volume', '400')).toThrow(refused);
    expect(() => rows('AAPL', 'tick_volume,real_volume', '400,0')).toThrow(refused);
  });
});

describe('the volume of a file', () => {
  it.each(['Total Traded Quantity', 'Total Volume', 'real_volume', 'TTL_TRD_QNTY', 'Shares Traded', 'Qty'])(
    'may be called %s',
    (name) => {
      expect(barsOf(`date,open,high,low,close,${name}`)).toEqual([[10, 14, 9, 12, 7]]);
    },
  );

  it('is noted where none is read, and a column may be it', () => {
    const notesOf = (header: string): string[] => {
      const market = marketOf({ 'AAPL.csv': `${header}\n${row}\n` });
      return market.filesRead('AAPL').flatMap(({ notes }) => notes);
    };
    expect(notesOf('date,open,high,low,close,Shares')).toEqual([
      'AAPL.csv: no column of it is known to be of volumes, which are unknown: call "Shares" "volume" if it is',
    ]);
    for (const name of ['spread', 'volatility', 'avg vol', 'Volume'])
      expect(notesOf(`date,open,high,low,close,${name}`)).toEqual([]);
  });

  it('is not read in lots, as Tushare writes it', () => {
    const header = 'trade_date,open,high,low,close,pre_close,change,pct_chg,vol,amount';
    const read = () =>
      marketOf({ 'AAPL.csv': `${header}\n20240108,10,14,9,12,11,1,9,7,84\n` }).rows('AAPL', '1d', ALL);
    expect(read).toThrow(
      'line 1: looks like a file of Tushare, whose "vol" counts lots of 100: write shares',
    );
  });
});
