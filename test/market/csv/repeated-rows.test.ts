import { describe, expect, it } from 'vitest';
import { HEADER, marketOf } from './folders.ts';

const HOUR_MS = 3_600_000;
const FIRST = Date.parse('2024-01-02T00:00:00Z');

/** Rows of hours, from one to another (exclusive) of a series, stamped some hours late. */
function hours(
  from: number,
  to: number,
  { late = 0, volume = (i: number) => `${10 + i * 1.25}` } = {},
): string {
  const rows = Array.from({ length: to - from }, (_, n) => {
    const i = from + n;
    const price = 100 + ((i * 37) % 101) / 10;
    const stamp = new Date(FIRST + (i + late) * HOUR_MS).toISOString().slice(0, 19).replace('T', ' ');
    return `${stamp},${price},${price + 1},${price - 1},${price + 0.5},${volume(i)}\n`;
  });
  return rows.join('');
}

/** Weekdays of January 2024, of which some repeat the ones so many sessions before. */
function days(count: number, repeats: (i: number) => number, row = rowOf): string {
  const dates = Array.from({ length: 31 }, (_, i) => `2024-01-${String(i + 1).padStart(2, '0')}`).filter(
    (date) => ![0, 6].includes(new Date(date).getUTCDay()) && !['2024-01-01', '2024-01-15'].includes(date),
  );
  return dates
    .slice(0, count)
    .map((date, i) => `${date},${row(i - repeats(i))}\n`)
    .join('');
}

function rowOf(i: number): string {
  const price = 50 + ((i * 7) % 23) / 4;
  return `${price},${price + 1},${price - 1},${price + 0.25},${1000 + i * 13}`;
}

/** Why the files of a ticker are refused. */
function refusal(files: Readonly<Record<string, string>>, ticker = 'BTC-USD'): string {
  try {
    marketOf(files).intervals(ticker);
  } catch (error) {
    return (error as Error).message;
  }
  return 'read';
}
const file = (rows: string): string => `${HEADER}\n${rows}`;

describe('files of one ticker', () => {
  it('are refused where one repeats rows of another at other times', () => {
    const told = refusal({
      'BTC-USD.csv': file(hours(0, 48)),
      'BTC-USD (1).csv': file(hours(40, 90, { late: 8 })),
    });
    expect(told).toMatch(
      /BTC-USD \(1\)\.csv: 8 rows of BTC-USD from 2024-01-04 on are those from 2024-01-03 16:00 UTC on in BTC-USD\.csv, volume and all: correct their times, or remove those that are wrong$/,
    );
  });

  it('are read where they repeat fewer rows, as the same rows, or prices alone', () => {
    expect(
      refusal({ 'BTC-USD.csv': file(hours(0, 48)), 'BTC-USD (1).csv': file(hours(41, 90, { late: 8 })) }),
    ).toBe('read');
    expect(refusal({ 'BTC-USD.csv': file(hours(0, 48)), 'BTC-USD (1).csv': file(hours(40, 90)) })).toBe(
      'read',
    );
    const other = hours(40, 90, { late: 8, volume: (i) => `${i * 3}` });
    expect(refusal({ 'BTC-USD.csv': file(hours(0, 48)), 'BTC-USD (1).csv': file(other) })).toBe('read');
  });

  it('are refused without a volume where they repeat more of them', () => {
    const of = (from: number, late: number) =>
      refusal({
        'BTC-USD.csv': file(hours(0, 48, { volume: () => '' })),
        'BTC-USD (1).csv': file(hours(from, 90, { late, volume: () => '' })),
      });
    expect(of(36, 12)).toMatch(/: 12 rows of BTC-USD .*, price by price: /);
    expect(of(37, 11)).toBe('read');
  });
});

describe('files of days', () => {
  const [HEAD, TAIL] = [10, 20];
  /** Ten days in one file, and ten in another, as far as these do not repeat those. */
  const of = (repeats: (i: number) => number, row = rowOf): Readonly<Record<string, string>> => {
    const lines = days(TAIL, repeats, row).split(/(?<=\n)/);
    return {
      'MSFT.csv': file(lines.slice(0, HEAD).join('')),
      'MSFT (1).csv': file(lines.slice(HEAD).join('')),
    };
  };

  it('are refused where one repeats days of another under other dates', () => {
    const repeating = (length: number) => of((i) => (i >= HEAD && i < HEAD + length ? HEAD : 0));
    expect(refusal(repeating(5), 'MSFT')).toMatch(
      /MSFT \(1\)\.csv: 5 rows of MSFT from 2024-01-17 on are those from 2024-01-02 on in MSFT\.csv, volume and all/,
    );
    expect(refusal(repeating(4), 'MSFT')).toBe('read');
  });

  it('are read where they go through a few rows again and again, or stand still at one price', () => {
    expect(
      refusal(
        of((i) => i - (i % 4)),
        'MSFT',
      ),
    ).toBe('read');
    // From the fourth on six different ones, which the second file begins with.
    const six = (i: number): number => (i < HEAD ? 0 : i - 4 - ((i - 4) % 6));
    expect(refusal(of(six), 'MSFT')).toBe('read');
    const still = (i: number): string => `50,50,50,50,${1000 + i}`;
    expect(
      refusal(
        of((i) => (i >= HEAD ? HEAD : 0), still),
        'MSFT',
      ),
    ).toBe('read');
  });

  it('are read where one repeats its own', () => {
    const own = (i: number): number => (i >= HEAD + 5 ? 5 : 0);
    expect(refusal(of(own), 'MSFT')).toBe('read');
  });
});
