import { describe, expect, it } from 'vitest';
import { ALL, marketOf } from './folders.ts';

/** Minutes of two days from the open on, with the volume of each. */
const file = (volumeAt: (minute: number, day: number) => number, minutes = 60): string => {
  const lines = [8, 9].flatMap((day) =>
    Array.from({ length: minutes }, (_, i) => {
      const ts = new Date(Date.UTC(2024, 0, day, 14, 30 + i)).toISOString();
      const price = 100 + ((i * 7) % 11) / 10;
      return `${ts},${price},${price + 1},${price - 1},${price + 0.1},${volumeAt(i, day)}`;
    }),
  );
  return `timestamp,open,high,low,close,volume\n${lines.join('\n')}\n`;
};

const read = (text: string) => marketOf({ 'AAPL.csv': text }).rows('AAPL', '1m', ALL);

describe('volumes of intraday rows', () => {
  it('that add up from the beginning of each day are refused', () => {
    expect(() => read(file((i) => 1000 * (i + 1)))).toThrow(
      'its volumes never fall within a day, from 2024-01-08 on, and begin anew on each: they add up; write what was traded in each bar',
    );
    expect(() => read(file((i) => 1000 * Math.floor((2 * i) / 3)))).toThrow('they add up');
  });

  it.each([
    ['that fall once', file((i) => (i === 40 ? 1 : 1000 * (i + 1)))],
    ['that add up on one of two days', file((i, day) => (day === 8 ? 1000 * (i + 1) : 1000 - i))],
    ['of too few bars', file((i) => 1000 * (i + 1), 19)],
    ['that rise from day to day too', file((i, day) => 1e6 * day + i)],
    ['that are mostly the same', file((i) => Math.floor(i / 3))],
    ['that are all 0', file(() => 0)],
  ])('%s are read', (_, text) => {
    expect(read(text).length).toBeGreaterThan(0);
  });
});
