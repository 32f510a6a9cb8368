import { describe, expect, it } from 'vitest';
import { formatDuration, wrappedTable } from '../../src/report/table.ts';

const SECOND = 1000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

describe('a duration', () => {
  it.each([
    [0, '0s'],
    [499, '0s'],
    [42 * SECOND, '42s'],
    [59.6 * SECOND, '1m'],
    [61.4 * SECOND, '1m 1s'],
    [HOUR, '1h'],
    [HOUR + 5 * SECOND, '1h 5s'],
    [HOUR + 38 * 60_000 + 42 * SECOND, '1h 38m 42s'],
    [10 * HOUR + 10 * 60_000, '10h 10m'],
    [DAY - 1, '1 day'],
    [DAY, '1 day'],
    [DAY + HOUR, '1 day 1h'],
    [DAY + 1799 * SECOND, '1 day'],
    [2 * DAY - 1, '2 days'],
    [20 * DAY + 3 * HOUR, '20 days 3h'],
    [1234 * DAY, '1,234 days'],
  ])('of %i ms is written %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('a table on a terminal that is too narrow', () => {
  const columns = ['OPTION', 'VALUE', 'FROM'].map((title, i) => ({
    title,
    text: (row: readonly string[]) => row[i] ?? '',
  }));
  const rows = [
    ['state', '/home/somebody/a/long/folder/of/its/own', 'BACKFILL_STATE'],
    ['key of alphavantage', 'not set', 'ALPHAVANTAGE_API_KEY'],
    ['days', '30', 'BACKFILL_DAYS in .env line 1'],
  ];

  it('goes on below, each column within itself', () => {
    expect(wrappedTable(columns, rows, 60)).toEqual([
      'OPTION             VALUE                FROM',
      'state              /home/somebody/a/    BACKFILL_STATE',
      '                   long/folder/of/its/',
      '                   own',
      'key of             not set              ALPHAVANTAGE_API_KEY',
      'alphavantage',
      'days               30                   BACKFILL_DAYS in',
      '                                        .env line 1',
    ]);
  });

  it('is whole in a file or a pipe, and where it fits', () => {
    const lines = wrappedTable(columns, rows, Number.POSITIVE_INFINITY);
    expect(lines).toHaveLength(4);
    expect(wrappedTable(columns, rows, 120)).toEqual(lines);
  });

  it('has each word whole that is no longer than twenty, and never loses one', () => {
    for (const width of [20, 40, 50, 70])
      expect(wrappedTable(columns, rows, width).join('\n')).toContain('ALPHAVANTAGE_API_KEY');
  });
});
