import { expect, it } from 'vitest';
import { HEADER, marketOf } from './folders.ts';

/** Ten days of January 2024, and ten of another half or month. */
const FIRST = ['02', '03', '04', '05', '08', '09', '10', '11', '12', '16'].map((day) => `2024-01-${day}`);
const SECOND = ['17', '18', '19', '22', '23', '24', '25', '26', '29', '30'].map((day) => `2024-01-${day}`);

const file = (dates: readonly string[], volume: number): string =>
  `${HEADER}\n${dates.map((date, i) => `${date},${50 + i / 8},51.5,49,50.5,${volume === 0 ? '' : volume * (1 + i / 7)}\n`).join('')}`;

const notes = (first: number, second: number, from = SECOND): readonly string[] =>
  marketOf({ 'MSFT.csv': file(FIRST, first), 'MSFT (1).csv': file(from, second) }).notRead('MSFT');

it('a file whose volumes begin at another order of magnitude than those before it end is named', () => {
  expect(notes(7_000_000, 7000)).toEqual([
    'MSFT (1).csv: its volumes begin at about 1/1000 of those at the end of MSFT.csv: one of them may be in hundreds or thousands',
  ]);
  expect(notes(70_000, 7_000_000)).toEqual([
    'MSFT (1).csv: its volumes begin at about 100 times those at the end of MSFT.csv: one of them may be in hundreds or thousands',
  ]);
});

it('nothing is said where volumes differ less, are not told, few, or of months later', () => {
  expect(notes(7_000_000, 7_000_000 / 49)).toEqual([]);
  expect(notes(7_000_000, 0)).toEqual([]);
  expect(notes(7_000_000, 7000, SECOND.slice(0, 4))).toEqual([]);
  expect(
    notes(
      7_000_000,
      7000,
      SECOND.map((date) => date.replace('-01-', '-04-')),
    ),
  ).toEqual([]);
});
