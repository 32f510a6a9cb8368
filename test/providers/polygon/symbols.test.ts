import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseTicker } from '../../../src/core/instrument/ticker.ts';
import { askedSymbol, symbolOf, tickerOf } from '../../../src/providers/polygon/symbols.ts';

it.each([
  ['AAPL', 'AAPL'],
  ['BRK-B', 'BRK.B'],
  ['JW-B', 'JW.B'],
  ['GS-PJ', 'GSpJ'],
  ['XYZ-P', 'XYZp'],
  ['ACHR-WT', 'ACHR.WS'],
  ['XYZ-WTA', 'XYZ.WS.A'],
  ['AACT-UN', 'AACT.U'],
  ['CELG-RI', 'CELGr'],
  ['XYZ-WI', 'XYZw'],
  ['BTC-USD', 'X:BTCUSD'],
  ['ETH-BTC', 'X:ETHBTC'],
  ['USDT-USD', 'X:USDTUSD'],
  ['EURUSD=X', 'C:EURUSD'],
  ['^GSPC', 'I:SPX'],
  ['^IXIC', 'I:COMP'],
  ['^NDX', 'I:NDX'],
  ['AAPL251219C00200000', 'O:AAPL251219C00200000'],
])('%s is %s', (ticker, symbol) => {
  expect([symbolOf(ticker), tickerOf(symbol)]).toEqual([symbol, ticker]);
});

it('asks for the dollar in a currency by both their names', () => {
  expect([askedSymbol('JPY=X'), askedSymbol('EURJPY=X')]).toEqual(['C:USDJPY', 'C:EURJPY']);
});

/** Signs and endings that mean something in tickers or symbols. */
const PIECES =
  'A B L P R U W S T X 0 7 - . ^ = & _ -P -PL -WT -WTA -WS -UN -U -RI -WI -USD -USDT -FDUSD -BTC .T .PA =X =F SPX GSPC COMP 251219C00200000';

it('leads from every ticker to a symbol of its own, and back', () => {
  const ticker = fc
    .array(fc.constantFrom(...PIECES.split(' ')), { minLength: 1, maxLength: 7 })
    .map((pieces) => pieces.join(''))
    .filter((text) => {
      try {
        return parseTicker(text) === text;
      } catch {
        return false;
      }
    });
  fc.assert(
    fc.property(ticker, (one) => {
      expect(tickerOf(symbolOf(one))).toBe(one);
    }),
    { numRuns: 20_000 },
  );
});

it('leads from every symbol of Polygon to a ticker and back, but for the endings that our tickers use otherwise', () => {
  const letters = (most: number) =>
    fc.string({ unit: fc.constantFrom(...'A B L P S U W'.split(' ')), minLength: 1, maxLength: most });
  const ending = fc.oneof(
    fc.constantFrom('', '.A', '.B', 'p', 'pA', 'pR', '.WS', '.WS.A', '.U', 'r', 'w', '.P', '.PL', '.V'),
    letters(3).map((text) => `.${text}`),
  );
  const pair = fc
    .tuple(letters(5), fc.constantFrom('USD', 'EUR', 'USDT', 'BTC'))
    .map((parts) => parts.join(''));
  const symbol = fc.oneof(
    fc.tuple(letters(5), ending).map((parts) => parts.join('')),
    pair.map((name) => `X:${name}`),
    fc.tuple(letters(3), letters(3)).map((parts) => `C:${parts.join('')}`),
    letters(5).map((name) => `I:${name}`),
    letters(5).map((name) => `O:${name}251219P00012500`),
  );
  fc.assert(
    fc.property(symbol, (one) => {
      const back = symbolOf(tickerOf(one));
      // One that reads as another kind of share in our words would be taken for that.
      if (back !== one) expect(one).toMatch(/\.(P[A-Z]?|WT[A-Z]?|UN|RI|WI)$/);
      else expect(back).toBe(one);
    }),
    { numRuns: 20_000 },
  );
});
