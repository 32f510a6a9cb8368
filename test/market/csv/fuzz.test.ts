import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BackfillError } from '../../../src/core/errors.ts';
import { readFileName } from '../../../src/market/csv/file-name.ts';
import { readStamp } from '../../../src/market/csv/stamps.ts';
import { tickerNamed } from '../../../src/market/csv/ticker-name.ts';
import { ALL, marketOf } from './folders.ts';

const field = fc.oneof(
  fc.constantFrom(
    'date',
    'time',
    'open',
    'high',
    'low',
    'close',
    'volume',
    'ticker',
    'AAPL',
    '',
    'N/A',
    '1,5',
    '"',
  ),
  fc.constantFrom(
    '2024-01-08',
    '2024-01-08 09:30',
    '1704724200',
    '01/02/2024',
    '-1',
    '1e400',
    '09:30',
    '<DATE>',
    '\0',
  ),
  fc.string({ maxLength: 6 }),
  fc.double(),
);
const line = fc
  .tuple(fc.array(field, { minLength: 0, maxLength: 9 }), fc.constantFrom(',', ';', '\t'))
  .map(([fields, sign]) => fields.join(sign));
const head = fc.constantFrom(
  'date,open,high,low,close,volume',
  'ticker,date,time,open,high,low,close',
  'Price,Close,High,Low,Open',
  '',
);

describe('whatever is in a file', () => {
  it('becomes rows, or one clear error', () => {
    fc.assert(
      fc.property(
        head,
        fc.array(line, { maxLength: 6 }),
        fc.constantFrom('AAPL.csv', 'x.txt', 'EURUSD.csv'),
        (first, lines, name) => {
          const files = {
            [name]: `${first}\n${lines.join('\n')}`,
            'MSFT.csv': 'date,open,high,low,close\n2024-01-08,1,1,1,1\n',
          };
          const market = marketOf(files);
          for (const ticker of market.tickers()) {
            try {
              for (const interval of market.intervals(ticker)) market.read(ticker, interval, ALL);
            } catch (error) {
              expect(error).toBeInstanceOf(BackfillError);
              expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining(name) });
              // The folder's name is random, and may have any letters.
              expect(String(error).replace(/csv-folder-\w+/, '')).not.toMatch(/undefined|NaN|\n/);
            }
          }
        },
      ),
      { seed: 3, numRuns: 400 },
    );
  });

  it('gives stamps and names, or none, without an error', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(Number.isFinite(readStamp(text, 'day-first')?.clock ?? 0)).toBe(true);
        const name = readFileName(text);
        const ticker = name.kind === 'unknown' ? undefined : tickerNamed(name.ticker, () => false);
        expect(ticker).not.toBe('');
      }),
      { seed: 3, numRuns: 2000 },
    );
  });
});
