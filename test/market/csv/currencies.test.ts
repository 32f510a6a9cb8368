import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { currencyOf } from '../../../src/market/csv/currencies.ts';
import { ALL, marketOf, thrown } from './folders.ts';
import { HEADER as TIMES, bothOf, linesOf, text, toldOf } from './stretches.ts';

const DAYS = ['2024-01-02', '2024-01-03', '2024-01-04', '2024-01-05', '2024-01-08', '2024-01-09'];

/** Daily rows with one word each in a last column. */
function fileIn(words: readonly string[], column = 'Currency', days: readonly string[] = DAYS): string {
  const rows = words.map((word, i) => `${days[i]},10,11,9,10.5,${i + 1},${word}\n`);
  return `Date,Open,High,Low,Close,Volume,${column}\n${rows.join('')}`;
}

const refusalOf = (files: Record<string, string | Uint8Array>, ticker = 'AAPL'): string =>
  String((thrown(() => marketOf(files).rows(ticker, '1d', ALL)) as Error | undefined)?.message);
const readFrom = (files: Record<string, string | Uint8Array>, ticker = 'AAPL') => {
  const market = marketOf(files);
  return [market.rows(ticker, '1d', ALL).length, market.listing(ticker)?.currency];
};

describe('a file whose rows are in several currencies', () => {
  it('is refused with file, ticker, both currencies and the rows', () => {
    expect(refusalOf({ 'AAPL.csv': fileIn(['USD', 'USD', 'EUR', 'EUR']) })).toMatch(
      /AAPL\.csv, line 4: the rows of AAPL are in USD \(lines 2 to 3\) and from here on in EUR: bars of two currencies are no series; leave those of one, in all files of the ticker$/,
    );
  });

  it('is refused where they change several times, which is counted', () => {
    expect(refusalOf({ 'AAPL.csv': fileIn(['USD', 'EUR', '', 'USD']) })).toContain(
      'line 3: the rows of AAPL are in USD (line 2) and from here on in EUR, and change once more, last on line 5: ',
    );
    expect(refusalOf({ 'AAPL.csv': fileIn(['USD', 'EUR', 'GBP', 'USD']) })).toContain(
      'and change 2 times more, last on line 5: ',
    );
  });

  it.each(['Currency', 'currency_code', 'CCY', 'Price Currency', 'Quote Currency'])(
    'is refused whatever the column is called: %s',
    (column) => {
      expect(refusalOf({ 'AAPL.csv': fileIn(['USD', 'EUR'], column) })).toContain('in USD (line 2)');
    },
  );

  it('is refused packed, below a later header in another order, and where the last word is cut', () => {
    const both = fileIn(['USD', 'EUR']);
    expect(refusalOf({ 'AAPL.csv.gz': gzipSync(both) })).toContain('line 3: the rows of AAPL are in USD');
    const second = 'Date,Currency,Close,High,Low,Open,Volume\n2024-01-05,EUR,10.5,11,9,10,1\n';
    expect(refusalOf({ 'AAPL.csv': fileIn(['USD']) + second })).toContain(
      'line 4: the rows of AAPL are in USD',
    );
    const cut = fileIn(['USD', 'USD', 'USD']).slice(0, -2);
    expect(refusalOf({ 'AAPL.csv': cut })).toContain(
      'line 4: the file ends within this line, and its last field "US"',
    );
  });

  it('tells pence from pounds', () => {
    expect(refusalOf({ 'VOD.L.csv': fileIn(['GBp', 'GBP']) }, 'VOD.L')).toContain('are in GBp (line 2)');
  });

  it('is refused of the ticker alone of which that is so', () => {
    const rows = DAYS.slice(0, 2).flatMap((day, i) => [
      `${day},AAPL,10,11,9,10.5,1,USD\n`,
      `${day},SAP,10,11,9,10.5,1,${i === 0 ? 'USD' : 'EUR'}\n`,
    ]);
    const files = { 'prices.csv': `Date,Ticker,Open,High,Low,Close,Volume,Currency\n${rows.join('')}` };
    expect(readFrom(files)).toEqual([2, 'USD']);
    expect(refusalOf(files, 'SAP')).toMatch(/prices\.csv, line 5: the rows of SAP are in USD \(line 3\)/);
  });

  it('is refused where its prices name other money', () => {
    const file = (...closes: string[]): string =>
      `Date,Open,High,Low,Close\n${closes.map((close, i) => `${DAYS[i]},10,11,9,${close}\n`).join('')}`;
    expect(refusalOf({ 'AAPL.csv': file('$10.5', '10.5', '10.5 €') })).toContain(
      'line 4: the rows of AAPL are in $ (line 2) and from here on in €',
    );
    expect(readFrom({ 'AAPL.csv': file('$10.5', '10.5', 'US$10.5'.slice(2)) })).toEqual([3, '$']);
  });

  it('is refused a stretch at a time as at once', () => {
    const line = (stamp: string, i: number): string => `${stamp},10,11,9,10.5,7,${i < 700 ? 'USD' : 'EUR'}`;
    const content = text(linesOf({ line }), `${TIMES},currency`);
    const [stretches, atOnce] = bothOf({ 'BTC-USD.csv': content }).map((market) => toldOf(market, 'BTC-USD'));
    expect(stretches).toMatch(
      /line 702: the rows of BTC-USD are in USD \(lines 2 to 701\) and from here on in EUR: /,
    );
    expect(atOnce).toBe(stretches);
  });
});

describe('files of one ticker in several currencies', () => {
  it('are refused, whether their rows overlap or not, and of several intervals too', () => {
    const euros = fileIn(['EUR', 'EUR'], 'Currency', DAYS.slice(3));
    const minutes = ['14:30', '14:35'].map((at) => `2024-01-08T${at}Z,10,11,9,10.5,1,EUR\n`).join('');
    for (const other of [euros, `Date,Open,High,Low,Close,Volume,Currency\n${minutes}`]) {
      const refusal = refusalOf({ 'AAPL.csv': fileIn(['USD', 'USD']), 'AAPL_2.csv': other });
      expect(refusal).toMatch(
        /AAPL\.csv and \S+AAPL_2\.csv stand for one ticker and say of AAPL that it is in USD \(line 2\) and in EUR \(line 2\): rename or remove one$/,
      );
    }
  });

  it('are joined where one says nothing, or the same in another word', () => {
    const later = (words: readonly string[]): string => fileIn(words, 'Currency', DAYS.slice(3));
    const plain = later(['', '']).replaceAll(',\n', '\n').replace(',Currency', '');
    expect(
      readFrom({ 'VOD.L.csv': fileIn(['GBX', 'GBp']), 'VOD.L (1).csv': later(['GBp']) }, 'VOD.L'),
    ).toEqual([3, 'GBp']);
    expect(readFrom({ 'AAPL.csv': fileIn(['USD', 'USD']), 'AAPL (1).csv': plain })).toEqual([4, 'USD']);
  });

  it('are joined where one has a sign of what the other says, and of no third', () => {
    const signs = (days: readonly string[]): string => fileIn(['$', '$'], 'Currency', days);
    const files = {
      'AAPL.csv': signs(DAYS),
      'AAPL (1).csv': fileIn(['CAD', 'CAD'], 'Currency', DAYS.slice(2)),
    };
    expect(readFrom(files)).toEqual([4, 'CAD']);
    const third = fileIn(['USD', 'USD'], 'Currency', DAYS.slice(4));
    expect(refusalOf({ ...files, 'AAPL (2).csv': third })).toMatch(
      /say of AAPL that it is in CAD \(line 2\) and in USD /,
    );
  });
});

describe('a file of one currency', () => {
  it.each([
    [['USD', 'USD'], 'USD'],
    [['usd', 'USD'], 'USD'],
    [['$', '$'], '$'],
    [['€', 'EUR'], 'EUR'],
    [['', 'n/a', 'USD', '-'], 'USD'],
    [['', ''], null],
  ])('is read: %j', (words, code) => {
    expect(readFrom({ 'AAPL.csv': fileIn(words) })).toEqual([words.length, code]);
  });

  it('is read where only rows without a bar say otherwise', () => {
    const content = fileIn(['USD', 'USD', 'USD', 'USD', 'USD', 'EUR']);
    expect(readFrom({ 'AAPL.csv': content.replace('10,11,9,10.5,6', '10,11,9,x,6') })).toEqual([6, 'USD']);
    expect(readFrom({ 'AAPL.csv': content.replace('10,11,9,10.5,6', '10,11,9,,6') })).toEqual([6, 'USD']);
  });

  it.each([
    ['EURUSD=X', 'EUR', null],
    ['EURUSD=X', '€', null],
    ['EURUSD=X', 'EUR/USD', null],
    ['EURUSD=X', 'USD', 'USD'],
    ['EURUSD=X', '$', '$'],
    ['USDJPY=X', '$', null],
    ['BTC-USD', 'BTC', null],
    ['BTC-USD', 'USD', 'USD'],
    ['DOGE-USDT', 'DOGE', null],
    ['DOGE-USDT', 'usdt', 'USDT'],
    ['DOGE-USDT', 'TUSD', undefined],
    ['AAPL', 'US$', 'USD'],
    ['AAPL', 'USDT', undefined],
  ])('of %s that says %s is in %s: the first of a pair is not what its price is in', (ticker, word, code) => {
    expect(currencyOf(word, ticker)).toBe(code);
  });
});

describe('what is no currency', () => {
  it.each(['123', 'Euro', 'US Dollar', 'US D', '??', '1.5', '=1', 'gbp', 'constructor'])(
    'refuses its file with the line, whatever other rows say: %s',
    (word) => {
      for (const [words, line] of [
        [[word, word], 2],
        [['', 'USD', word, 'EUR'], 4],
      ] as const)
        expect(refusalOf({ 'AAPL.csv': fileIn(words) })).toContain(
          `AAPL.csv, line ${line}: the price of AAPL is in "${word}", which is no currency: write its code `,
        );
    },
  );

  it('refuses a file that is read a stretch at a time', () => {
    const line = (stamp: string, i: number): string => `${stamp},10,11,9,10.5,7,${i < 700 ? 'USD' : 'Euro'}`;
    const content = text(linesOf({ line }), `${TIMES},currency`);
    const [stretches, atOnce] = bothOf({ 'BTC-USD.csv': content }).map((market) => toldOf(market, 'BTC-USD'));
    expect(stretches).toMatch(/line 702: the price of BTC-USD is in "Euro", which is no currency: /);
    expect(atOnce).toBe(stretches);
  });

  it('is not what stands in a row without a bar', () => {
    const content = fileIn(['USD', 'USD', 'USD', 'USD', 'USD', '123']);
    expect(readFrom({ 'AAPL.csv': content.replace('10,11,9,10.5,6', '10,11,9,x,6') })).toEqual([6, 'USD']);
  });
});
