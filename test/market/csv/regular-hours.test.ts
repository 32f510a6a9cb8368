import { describe, expect, it } from 'vitest';
import { ALL, fileOf, marketOf, times } from './folders.ts';

const WEEK = ['2024-01-08', '2024-01-09', '2024-01-10', '2024-01-11', '2024-01-12'];

interface Traded {
  readonly volumeAt: (stamp: string) => number;
}

describe('a file of which most rows lie outside regular hours', () => {
  const alike: Traded = { volumeAt: () => 100 };
  const untold: Traded = { volumeAt: () => Number.NaN };
  const week = ['2024-01-06', '2024-01-07', ...WEEK];
  const isRegular = (stamp: string): boolean => stamp.slice(11) >= '09:30' && stamp.slice(11) < '16:00';
  /** Most of the volume is traded in regular hours. */
  const regular: Traded = { volumeAt: (at: string) => (isRegular(at) ? 10_000 : 20) };
  const read = (stamps: readonly string[], form = alike, name = 'SPY.csv') =>
    marketOf({ [name]: fileOf(stamps, form) }).read(name.slice(0, -4), '5m', ALL);

  it.each([
    [
      'on closed days too',
      alike,
      /^\S+SPY\.csv: 81 % of its rows, with 81 % of the volume, .* fills 100 %: .*BTC-USD/,
    ],
    [
      'on closed days too, without a volume',
      untold,
      /^\S+SPY\.csv: 81 % of its rows lie outside .* fills 100 %/,
    ],
  ])('is refused where it goes on %s', (_, form, said) => {
    expect(() => read(times(week, '00:00', '24:00', 5), form)).toThrow(said);
  });

  it('is refused where no clock explains it and the regular hours lack bars', () => {
    const few = ['06:00 08:00', '09:30 10:30', '17:00 19:00'].flatMap((hours) =>
      times(WEEK, hours.slice(0, 5), hours.slice(6), 5),
    );
    few.sort();
    const said = /80 % of its rows.* of which it fills 15 %: give the clock of its times with --csv-zone; or/;
    expect(() => read(few)).toThrow(said);
    expect(() => read(few, untold)).toThrow(/80 % of its rows lie outside/);
    expect(() => read(few.map((at) => `${at}-05:00`))).toThrow(/correct their offset; or/);
  });

  it('is refused where extended hours, by whichever clock, hide that the regular ones have holes', () => {
    const holes = times(WEEK, '00:00', '24:00', 5).filter((at, i) => !isRegular(at) || i % 10 !== 3);
    expect(() => read(holes)).toThrow(/7\d % of its rows, with 7\d % of the volume, .* it fills 90 %/);
  });

  it('is read where it goes on around the clock by name', () => {
    expect(read(times(week, '00:00', '24:00', 5), alike, 'BTC-USD.csv')).toMatchObject({ dropped: 0 });
  });

  it.each<[string, readonly string[], Traded]>([
    ['fills the regular hours of each session', times(WEEK, '04:00', '20:00', 5), alike],
    ['fills them, without a volume', times(WEEK, '04:00', '20:00', 5), untold],
    [
      'begins on Sunday evenings',
      [...times(['2024-01-07'], '20:00', '24:00', 5), ...times(WEEK, '00:00', '24:00', 5)],
      alike,
    ],
    ['has traded most in regular hours, be it on closed days too', times(week, '00:00', '24:00', 5), regular],
    [
      'has traded most in regular hours, however thinly',
      times(WEEK, '04:00', '20:00', 5).filter((at, i) => !isRegular(at) || i % 5 === 0),
      regular,
    ],
    [
      'has most of its rows in regular hours, few as they are',
      times(WEEK, '10:00', '18:00', 5).filter((_, i) => i % 20 < 7),
      { volumeAt: (at: string) => (isRegular(at) ? 20 : 10_000) },
    ],
    ['is of a few rows', times(WEEK.slice(0, 1), '16:00', '18:00', 5).concat('2024-01-09 09:30:00'), alike],
    [
      'is of one day with news',
      times(['2024-01-08'], '04:00', '20:00', 5).filter((_, i) => i % 9 !== 1),
      alike,
    ],
  ])('is read where it %s', (_, stamps, form) => {
    expect(read(stamps, form).bars.length).toBeGreaterThan(0);
  });
});

describe('times by a clock of the United States that no exchange has', () => {
  it.each([
    ['America/Los_Angeles', '06:30', '13:00'],
    ['America/Denver', '07:30', '14:00'],
    ['America/Chicago', '08:30', '15:00'],
  ])('are refused with its name: %s', (zone, open, close) => {
    const market = marketOf({ 'SPY.csv': fileOf(times(WEEK, open, close, 5)) });
    expect(() => market.intervals('SPY')).toThrow(`100 % by the clock of ${zone}: give --csv-zone ${zone},`);
  });
});
