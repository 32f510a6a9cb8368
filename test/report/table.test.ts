import { describe, expect, it } from 'vitest';
import { formatDuration } from '../../src/report/table.ts';

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
