import { describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import { csvFolderMarket } from '../../../src/market/csv-folder.ts';
import { caseOf } from '../../cases.ts';
import { ALL, fileOf, marketOf, times } from './folders.ts';
import { CASES, itWith } from '../../needs.ts';

const DAYS = ['2024-01-08', '2024-01-09', '2024-01-10', '2024-01-11', '2024-01-12'];

/** Of a file whose stamps the user says to be starts. */
function oddities(stamps: readonly string[]): readonly unknown[] {
  return marketOf({ 'SPY.csv': fileOf(stamps) }, null, 'start').read('SPY', '5m', ALL).oddities;
}

describe('intraday rows without a bar at the open and with one at the close', () => {
  it('are named as stamped with the ends of their bars', () => {
    const note =
      'its stamps look like the ends of bars: 5 of 5 sessions have no bar at the open and one at the close, ' +
      'which is left out; if they are, forget them and give --csv-stamps end';
    const first = { session: parseDay('2024-01-08'), ts: Date.parse('2024-01-08T14:30Z') };
    expect(oddities(times(DAYS, '09:35', '16:05', 5))).toEqual([{ kind: 'end-stamps', ...first, note }]);
  });

  it('are named at a half day too', () => {
    const half = times(['2023-11-22', '2023-11-27'], '09:35', '16:05', 5);
    expect(oddities([...half, ...times(['2023-11-24'], '09:35', '13:05', 5)])).toHaveLength(1);
  });

  it.each([
    ['start where bars do', times(DAYS, '09:30', '16:00', 5)],
    ['have an auction at the close as well', times(DAYS, '09:30', '16:05', 5)],
    ['reach over extended hours', times(DAYS, '08:00', '18:00', 5)],
    ['lack the first bar of the day alone', times(DAYS, '09:35', '16:00', 5)],
    ['are of two sessions', times(DAYS.slice(0, 2), '09:35', '16:05', 5)],
    [
      'do so in some sessions only',
      [...times(DAYS.slice(0, 3), '09:35', '16:05', 5), ...times(DAYS.slice(3), '09:30', '16:05', 5)],
    ],
    ['hardly trade before the close', times(DAYS, '11:00', '16:05', 5)],
  ])('are not if they %s', (_how, stamps) => {
    expect(oddities(stamps)).toEqual([]);
  });

  itWith(CASES)('are those of a file of two columns', () => {
    const {
      bars,
      dropped,
      oddities: odd,
    } = csvFolderMarket(caseOf('date-time-columns')).read('^STOXX50E', '5m', ALL);
    expect([bars.length, dropped, odd.length]).toEqual([2121, 21, 1]);
  });
});

describe('a file whose stamps are of the other end of their bars in all sessions', () => {
  const starts = times(DAYS, '09:30', '16:00', 5);
  const ends = times(DAYS, '09:35', '16:05', 5);
  const read = (
    stamps: readonly string[],
    said: 'start' | 'end' | null,
    volumeAt?: (stamp: string) => number,
  ) => marketOf({ 'SPY.csv': fileOf(stamps, volumeAt && { volumeAt }) }, null, said).read('SPY', '5m', ALL);
  const late =
    /SPY\.csv: its times look like the ends of bars: its 5 sessions all begin and end one bar late .*; give --csv-stamps end, or start if they are not/;
  const early =
    /its times look like the starts of bars: its 5 sessions all .* one bar early .*; leave out --csv-stamps end/;

  it('is refused, with what to say', () => {
    expect(() => read(ends, null)).toThrow(late);
    expect(() => read(starts, 'end')).toThrow(early);
    expect(read(ends, 'end').bars.length).toBe(5 * 78);
    expect(read(starts, null).bars.length).toBe(5 * 78);
    expect(read(ends, 'start').bars.length).toBe(5 * 77);
  });

  it('is refused by where trading opens, if it has extended hours', () => {
    const opensAt = (open: string) => (stamp: string) => {
      const time = stamp.slice(11, 16);
      return time < open || time >= '16:05' ? 50 : time < '10:00' ? 5000 : 1000;
    };
    const extended = times(DAYS, '08:00', '18:00', 5);
    expect(() => read(extended, null, opensAt('09:35'))).toThrow(late);
    expect(() => read(extended, 'end', opensAt('09:30'))).toThrow(early);
    expect(read(extended, 'end', opensAt('09:35')).bars.length).toBe(5 * 78);
    expect(read(extended, null, opensAt('09:30')).bars.length).toBe(5 * 78);
  });

  it.each([
    ['its sessions are few', ends.slice(0, 4 * 78), 4],
    ['one of them is not so', [...ends.slice(0, 4 * 78), ...starts.slice(4 * 78)], 5],
  ])('is read where %s', (_, stamps, sessions) => {
    expect(read(stamps, null).bars.length).toBeGreaterThanOrEqual(sessions * 77);
  });

  it('is read where no volume is told: an index may have no value in its first bar', () => {
    expect(read(ends, null, () => 0).oddities).toHaveLength(1);
  });
});

it('are read as the ends of bars where the user says so: each bar starts one length before', () => {
  const files = { 'SPY.csv': fileOf(times(DAYS, '09:35', '16:05', 5)) };
  const { bars, dropped, oddities: odd } = marketOf(files, null, 'end').read('SPY', '5m', ALL);
  expect([bars.length, dropped, odd]).toEqual([5 * 78, 0, []]);
  expect(bars.ts[0]).toBe(Date.parse('2024-01-08T14:30Z'));
  const daily = marketOf(
    { 'SPY.csv': 'Date,Open,High,Low,Close,Volume\n2024-01-08,1,1,1,1,1\n' },
    null,
    'end',
  );
  expect(daily.read('SPY', '1d', ALL).bars.ts[0]).toBe(Date.parse('2024-01-08'));
});
