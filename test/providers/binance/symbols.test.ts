import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarFor } from '../../../src/core/calendar/calendars.ts';
import { parseTicker } from '../../../src/core/instrument/ticker.ts';
import { QUOTES, symbolOf, tickerOf } from '../../../src/providers/binance/symbols.ts';
import { REAL_DATA, itWith } from '../../needs.ts';
import { realData } from '../../realdata.ts';

const base = fc.stringMatching(/^[A-Z0-9]{1,12}$/);
const quote = fc.constantFrom(...QUOTES);

describe('the symbols of Binance', () => {
  it('lead from every ticker to one symbol and back', () => {
    fc.assert(
      fc.property(base, quote, (one, other) => {
        const ticker = `${one}-${other}`;
        expect(symbolOf(ticker)).toBe(one + other);
        expect(tickerOf(symbolOf(ticker))).toBe(ticker);
      }),
    );
  });

  it('lead back to the symbol, whatever the base ends with', () => {
    fc.assert(
      fc.property(base, quote, quote, (one, inner, outer) => {
        const symbol = one + inner + outer;
        expect(symbolOf(tickerOf(symbol))).toBe(symbol);
      }),
    );
  });

  it('are parted in one way: no quote ends like another', () => {
    for (const one of QUOTES)
      for (const other of QUOTES) expect(one !== other && one.endsWith(other), `${one} ${other}`).toBe(false);
  });

  it('are of pairs that trade around the clock', () => {
    for (const one of QUOTES) {
      expect(parseTicker(`PEPE-${one}`)).toBe(`PEPE-${one}`);
      expect(calendarFor(`PEPE-${one}`).id).toBe('24-7');
    }
  });

  it.each([
    ['BTC-USDT', 'BTCUSDT'],
    ['ETH-BTC', 'ETHBTC'],
    ['ADA-EUR', 'ADAEUR'],
    ['1000SATS-FDUSD', '1000SATSFDUSD'],
    ['BNB-USDT', 'BNBUSDT'],
    ['USDC-USDT', 'USDCUSDT'],
  ])('%s is %s', (ticker, symbol) => {
    expect(symbolOf(ticker)).toBe(symbol);
    expect(tickerOf(symbol)).toBe(ticker);
  });

  it.each(['BTC-USD', 'AAPL', 'BRK-B', 'GBTC', 'EURUSD=X', '^GSPC', '-USDT', 'BTCUSDT'])(
    'are none of %s, in one line that says what would do',
    (ticker) => {
      expect(() => symbolOf(ticker)).toThrow(
        expect.objectContaining({
          code: 'unknown-ticker',
          message: expect.stringMatching(/^.* is no pair of Binance's: .*, such as BTC-USDT$/),
        }),
      );
    },
  );

  it('are no tickers where the quote is not known', () => {
    for (const symbol of ['USDT', 'BTCUSD', 'AAPL', '币安人生USDT', ''])
      expect(() => tickerOf(symbol)).toThrow(expect.objectContaining({ code: 'unknown-ticker' }));
  });

  itWith(REAL_DATA)(
    'have tickers but for 12 of the 1,559 pairs of the archive in 2025, by their quotes',
    () => {
      const symbols = readFileSync(realData('http/binance/archive/spot_earliest_dates.csv'), 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',')[1] ?? '');
      const without = symbols.filter((symbol) => !QUOTES.some((one) => symbol.endsWith(one)));
      for (const symbol of symbols)
        if (!without.includes(symbol)) expect(symbolOf(tickerOf(symbol))).toBe(symbol);
      expect(symbols).toHaveLength(1559);
      expect(without).toHaveLength(12);
    },
  );
});
