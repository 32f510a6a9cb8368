import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  barsPath,
  decodeValue,
  encodeValue,
  hiveValue,
  isPeriod,
  timeStamp,
} from '../../../../src/store/parquet/files/layout.ts';

describe('encodeValue', () => {
  it.each([
    ['AAPL', 'AAPL'],
    ['BRK-B', 'BRK-B'],
    ['AIR.PA', 'AIR.PA'],
    ['BTC-USD', 'BTC-USD'],
    ['^GSPC', '%5EGSPC'],
    ['EURUSD=X', 'EURUSD%3DX'],
    ['A/B', 'A%2FB'],
    ['A:B', 'A%3AB'],
    ['A%2FB', 'A%252FB'],
    ['A B', 'A%20B'],
    ['A\nB', 'A%0AB'],
    ['É', '%C3%89'],
    ['..', '%2E%2E'],
    ['.HID', '%2EHID'],
    ['END.', 'END%2E'],
    ['END ', 'END%20'],
    ['CON', '%43ON'],
    ['con.PA', '%63on.PA'],
    ['COM1', '%43OM1'],
    ['CONE', 'CONE'],
    ['NULL', '%4EULL'],
  ])('writes %j as %s', (value, segment) => {
    expect(encodeValue(value)).toBe(segment);
    expect(decodeValue(segment)).toBe(value);
  });

  it.each(['', 'X'.repeat(201)])('refuses a value that no folder can be named after', (value) => {
    expect(() => encodeValue(value)).toThrow(expect.objectContaining({ code: 'invalid-ticker' }));
  });

  it('is undone by decodeValue, gives one plain segment, and never leaves the root', () => {
    // A grapheme may be many code points, each of up to twelve characters once encoded: longer values are refused.
    const value = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 15 })
      .filter((text) => Buffer.byteLength(text) <= 66);
    fc.assert(
      fc.property(value, (ticker) => {
        const segment = encodeValue(ticker);
        expect(decodeValue(segment)).toBe(ticker);
        expect(segment).toMatch(/^[\w%-][\w.%-]*$/);
        const path = barsPath({ series: { ticker, interval: '1d' }, period: 'all' });
        expect(resolve('/root', path)).toBe(
          `/root/bars/interval=1d/ticker=${segment}/period=all/bars.parquet`,
        );
      }),
    );
  });
});

describe('decodeValue', () => {
  it.each(['A%41', '%5egspc', 'A B', '%', '%FF', 'CON', '.x', ''])(
    'knows nothing of %j, which we never write',
    (segment) => {
      expect(decodeValue(segment)).toBeUndefined();
    },
  );
});

describe('hiveValue', () => {
  it('gives the value of its own key only', () => {
    expect(hiveValue('ticker=%5EGSPC', 'ticker')).toBe('^GSPC');
    expect(hiveValue('period=all', 'ticker')).toBeUndefined();
    expect(hiveValue('ticker', 'ticker')).toBeUndefined();
  });
});

describe('isPeriod', () => {
  it.each([
    ['1d', 'all', true],
    ['1d', '2026', false],
    ['5m', '2026', true],
    ['5m', 'all', false],
    ['5m', '2026-11', false],
    ['1m', '2026-11', true],
    ['1m', '2026-13', false],
    ['1m', '2026', false],
  ] as const)('of %s for %s is %s', (interval, text, expected) => {
    expect(isPeriod(interval, text)).toBe(expected);
  });
});

it('writes instants for file names to the second', () => {
  expect(timeStamp(Date.UTC(2026, 10, 20, 21, 15, 0, 999))).toBe('20261120T211500Z');
});
