import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askedBy, symbolOf, tickerOf } from '../../../src/providers/alphavantage/symbols.ts';

const letters = fc.stringMatching(/^[A-Z]{1,5}$/);
const name = fc
  .tuple(letters, fc.constantFrom('', '-A', '-B', '-P', '-PD', '-P-D', '-WS', '-WT', '-USD', '=X', '-PDX'))
  .map((parts) => parts.join(''));

describe('the spelling of a ticker', () => {
  it('leads there and back, from either side', () => {
    fc.assert(
      fc.property(name, (one) => {
        expect(tickerOf(symbolOf(one))).toBe(one);
        expect(symbolOf(tickerOf(one))).toBe(one);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['AAPL', 'AAPL'],
    ['BRK-B', 'BRK-B'],
    ['ABR-PD', 'ABR-P-D'],
    ['ACHR-WT', 'ACHR-WS'],
  ])('is theirs: %s is %s', (ticker, symbol) => {
    expect(symbolOf(ticker)).toBe(symbol);
    expect(tickerOf(symbol)).toBe(ticker);
  });

  it('is of two currencies where it is a pair', () => {
    expect(askedBy('EURUSD=X')).toEqual({ of: 'currency', base: 'EUR', quote: 'USD' });
    expect(askedBy('JPY=X')).toEqual({ of: 'currency', base: 'USD', quote: 'JPY' });
    expect(askedBy('BTC-USD')).toEqual({ of: 'crypto', base: 'BTC', quote: 'USD' });
    expect(() => askedBy('EURUS=X')).toThrow('EURUS=X names no two currencies');
  });
});
