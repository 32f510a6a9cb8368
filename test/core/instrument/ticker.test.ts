import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BackfillError } from '../../../src/core/errors.ts';
import { parseTicker } from '../../../src/core/instrument/ticker.ts';

function refusal(text: string): BackfillError | undefined {
  try {
    parseTicker(text);
    return undefined;
  } catch (error) {
    if (error instanceof BackfillError) return error;
    throw error;
  }
}

describe('parseTicker', () => {
  it('trims and writes in upper case', () => {
    expect(parseTicker(' aapl\n')).toBe('AAPL');
    expect(parseTicker('btc-usd')).toBe('BTC-USD');
  });

  it.each([
    'AAPL',
    'AIR.PA',
    'BRK-B',
    'BTC-USD',
    'EURUSD=X',
    '^GSPC',
    'ES=F',
    'M&M.NS',
    '7203.T',
    '0700.HK',
    'BF-B',
    'CON',
    'NUL',
    'A',
    'NOVO-B.CO',
    'BRK/B',
    'A_B',
    '^N225',
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345',
  ])('takes %s as it is', (ticker) => {
    expect(parseTicker(ticker)).toBe(ticker);
  });

  it.each([
    ['BRK.B', 'BRK-B'],
    ['brk.a', 'BRK-A'],
    ['BF.B', 'BF-B'],
    ['LEN.B', 'LEN-B'],
  ])('reads the share class of %s', (text, ticker) => {
    expect(parseTicker(text)).toBe(ticker);
  });

  it.each(['VOD.L', '7203.T', 'BMW.F', 'NUMI.V', 'SAP.DE', 'BT-A.L', 'ABC.ZZ'])(
    'leaves the exchange of %s',
    (ticker) => {
      expect(parseTicker(ticker)).toBe(ticker);
    },
  );

  it.each([
    '',
    '   ',
    '../../etc/passwd',
    '/etc/passwd',
    'A/../B',
    'A..B',
    '..',
    '.',
    '.L',
    'AAPL.',
    '-',
    '-AAPL',
    '=X',
    '^',
    '^-=.&',
    'AA PL',
    'AAPL,MSFT',
    'AA\u0000PL',
    'AA\u001B[31mPL',
    'AA\nPL',
    'X:BTCUSD',
    'A\\B',
    'A%2FB',
    'AAPL;',
    '$AAPL',
    'ÄPFEL',
    'ſUN',
    'ß',
    'АAPL',
    'AAPL🚀',
    'A'.repeat(33),
  ])('refuses %j', (text) => {
    expect(refusal(text)?.code).toBe('invalid-ticker');
  });

  it('shows the value and what a ticker looks like, on one printable line', () => {
    expect(refusal('X:BTCUSD')?.message).toBe(
      '"X:BTCUSD" is not a ticker; one looks like AAPL, AIR.PA, BRK-B, BTC-USD, EURUSD=X or ^GSPC',
    );
    expect(refusal('a\nb\u001B[2J\u0085\u2028')?.message).toMatch(
      /^"a\\u\{a\}b\\u\{1b\}\[2J\\u\{85\}\\u\{2028\}" is/,
    );
    expect(refusal('9'.repeat(1000))?.message).toMatch(/^"9{32}…" is not/);
  });

  const character = fc.oneof(
    fc.constantFrom(...'a b z A B Z 0 5 9 ^ . - = / & _ . : % \\'.split(' '), ' ', '\n', '\u0000'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  );

  it('gives a ticker of the alphabet, which it takes as it is, or refuses with invalid-ticker on one printable line', () => {
    fc.assert(
      fc.property(fc.array(character, { maxLength: 40 }), (characters) => {
        const text = characters.join('');
        const error = refusal(text);
        expect(error?.code ?? 'invalid-ticker').toBe('invalid-ticker');
        expect(error?.message ?? '').not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        const ticker = error ? 'AAPL' : parseTicker(text);
        expect(ticker).toMatch(/^[A-Z0-9^][A-Z0-9^.\-=/&_]{0,31}$/);
        expect(ticker).not.toContain('..');
        expect(parseTicker(ticker)).toBe(ticker);
      }),
    );
  });
});
