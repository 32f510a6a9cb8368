import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseTicker } from '../../../src/core/instrument/ticker.ts';
import { symbolOf, tickerOf } from '../../../src/providers/alpaca/symbols.ts';

it.each([
  ['AAPL', 'AAPL'],
  ['BRK-B', 'BRK.B'],
  ['BAC-PL', 'BAC.PRL'],
  ['XYZ-P', 'XYZ.PR'],
  ['ACHR-WT', 'ACHR.WS'],
  ['XYZ-WTA', 'XYZ.WS.A'],
  ['AACT-UN', 'AACT.U'],
  ['CELG-RI', 'CELG.RT'],
  ['BTC-USD', 'BTC/USD'],
  ['ETH-USDT', 'ETH/USDT'],
])('%s is %s', (ticker, symbol) => {
  expect([symbolOf(ticker), tickerOf(symbol)]).toEqual([symbol, ticker]);
});

/** Signs and endings that mean something in tickers or symbols. */
const piece = fc.constantFrom(
  ...'A B L P R U W S T X 0 7 - . ^ = & _ -P -PL -PRL -WT -WTA -WS -UN -U -RI -RT -USD .T .PA'.split(' '),
);
const ticker = fc
  .array(piece, { minLength: 1, maxLength: 7 })
  .map((pieces) => pieces.join(''))
  .filter((text) => {
    try {
      return parseTicker(text) === text;
    } catch {
      return false;
    }
  });

it('leads from every ticker to a symbol of its own, and back', () => {
  fc.assert(
    fc.property(ticker, (one) => {
      expect(tickerOf(symbolOf(one))).toBe(one);
    }),
    { numRuns: 20_000 },
  );
});

it('leads from every symbol of Alpaca to a ticker and back, but for the endings that our tickers use otherwise', () => {
  const letters = (most: number) =>
    fc.string({ unit: fc.constantFrom(...'A B L P S U W'.split(' ')), minLength: 1, maxLength: most });
  const ending = fc.oneof(
    fc.constant(''),
    fc.constantFrom(
      '.A',
      '.B',
      '.PR',
      '.PRA',
      '.PRR',
      '.WS',
      '.WS.A',
      '.U',
      '.RT',
      '.RI',
      '.WI',
      '.PL',
      '.P',
    ),
    letters(3).map((text) => `.${text}`),
  );
  const symbol = fc.oneof(
    fc.tuple(letters(5), ending).map((parts) => parts.join('')),
    fc.tuple(letters(5), fc.constantFrom('USD', 'USDT', 'USDC', 'BTC')).map((parts) => parts.join('/')),
  );
  fc.assert(
    fc.property(symbol, (one) => {
      // One that reads as another kind of share in our words would be taken for that.
      const back = symbolOf(tickerOf(one));
      if (back !== one) expect(one).toMatch(/\.(P(?!R$)[A-Z]?|WT[A-Z]?|UN|RI)$/);
      else expect(back).toBe(one);
    }),
    { numRuns: 20_000 },
  );
});
