import { describe, expect, it } from 'vitest';
import { fileOf, marketOf, stampsOf, times } from './folders.ts';
import { bothOf, toldOf } from './stretches.ts';

const HOURS = times(['2024-01-08', '2024-01-09', '2024-01-10'], '00:00', '24:00', 60);
const firstOf = (files: Record<string, string>, zone: string | null = null): string | undefined =>
  stampsOf(marketOf(files, zone), 'BTC-USD', '1h')[0];
/** Hours with a column of zones, one word a row. */
const zoned = (column: string, wordOf: (i: number) => string, header = 'time'): Record<string, string> => ({
  'BTC-USD.csv': `${header},${column},open,high,low,close,volume\n${HOURS.map((at, i) => `${at},${wordOf(i)},10,11,9,10.5,7\n`).join('')}`,
});
const named = (header: string): Record<string, string> => ({ 'BTC-USD.csv': fileOf(HOURS, { header }) });

describe('the clock that the column of the times names', () => {
  it.each([
    ['Time (UTC+1)', '2024-01-07T23:00Z'],
    ['Date (UTC+01:00)', '2024-01-07T23:00Z'],
    ['Time (GMT+1)', '2024-01-07T23:00Z'],
    ['time (UTC-5)', '2024-01-08T05:00Z'],
    ['Time(UTC+8)', '2024-01-07T16:00Z'],
    ['time (UTC+0)', '2024-01-08T00:00Z'],
    ['time (CET)', '2024-01-07T23:00Z'],
    ['time (America/New_York)', '2024-01-08T05:00Z'],
    ['time (YYYY-MM-DD HH:MM:SS)', '2024-01-08T00:00Z'],
    ['time [YYYY-MM-DD] (UTC+1)', '2024-01-07T23:00Z'],
    ['time (start)', '2024-01-08T00:00Z'],
  ])('is that of %s', (header, first) => {
    expect(firstOf(named(header))).toBe(first);
  });

  it.each(['time (HKT)', 'time (CEST)', 'time (GMT Standard Time)', 'time (New York)', 'time (UTC+3:30)'])(
    'is not guessed where it is not understood: %s',
    (header) => {
      const word = /\((.*)\)/.exec(header)?.[1];
      const told = `BTC-USD.csv: its column "${header}" says that its times are of the clock "${word}", which is not understood: say which with --csv-zone`;
      for (const market of bothOf(named(header))) expect(toldOf(market, 'BTC-USD')).toContain(told);
      expect(firstOf(named(header), 'Asia/Hong_Kong')).toBe('2024-01-07T16:00Z');
    },
  );

  it.each([
    ['Time (UTC-9:30)', '2024-01-08T09:30Z'],
    ['Time (UTC+4:30)', '2024-01-07T19:30Z'],
    ['Time (UTC+05:30)', '2024-01-07T18:30Z'],
    ['Time (GMT+0530)', '2024-01-07T18:30Z'],
    ['Time (UTC+5:45)', '2024-01-07T18:15Z'],
    ['Time (UTC+6:30)', '2024-01-07T17:30Z'],
    ['Time (UTC+9:30)', '2024-01-07T14:30Z'],
  ])('may be between two hours, and is so in any season: %s', (header, first) => {
    const days = ['1991-01-08', '2006-07-10', '2024-01-08', '2025-07-08'];
    for (const day of days) {
      const stamps = times([day], '00:00', '03:00', 15);
      const market = marketOf({ 'BTC-USD.csv': fileOf(stamps, { header }) });
      const at = stampsOf(market, 'BTC-USD', '15m')[0] ?? '';
      const ahead = Date.parse(`${day}T00:00Z`) - Date.parse(at);
      expect(ahead, day).toBe(Date.parse('2024-01-08T00:00Z') - Date.parse(first));
    }
  });

  it('is the own of an exchange where it is the local one, and of nothing else', () => {
    expect(toldOf(marketOf(named('Local time')), 'BTC-USD')).toContain('of the clock "local", which is not');
    expect(firstOf(named('Local time'), 'UTC')).toBe('2024-01-08T00:00Z');
    const stamps = times(['2024-01-08', '2024-01-09'], '09:30', '16:00', 60);
    const market = marketOf({ 'SPY.csv': fileOf(stamps, { header: 'Local time' }) });
    expect(stampsOf(market, 'SPY', '1h')[0]).toBe('2024-01-08T14:30Z');
  });

  it('does not matter to dates, and to times that have an offset', () => {
    const days = '2024-01-08,10,11,9,10.5,7\n2024-01-09,10,11,9,10.5,7\n';
    const daily = marketOf({ 'BTC-USD.csv': `date (HKT),open,high,low,close,volume\n${days}` });
    expect(stampsOf(daily, 'BTC-USD')).toEqual(['2024-01-08', '2024-01-09']);
    const offset = HOURS.map((stamp) => `${stamp}+02:00`);
    expect(firstOf({ 'BTC-USD.csv': fileOf(offset, { header: 'time (HKT)' }) })).toBe('2024-01-07T22:00Z');
  });
});

describe('a column of zones', () => {
  it.each(['timezone', 'Time Zone', 'tz', 'utc_offset'])('says the clock of all rows: %s', (column) => {
    expect(firstOf(zoned(column, () => 'UTC+1'))).toBe('2024-01-07T23:00Z');
    for (const market of bothOf(zoned(column, () => 'UTC+1')))
      expect(stampsOf(market, 'BTC-USD', '1h')).toHaveLength(72);
  });

  it('that is empty says nothing, and 0 is UTC', () => {
    expect(firstOf(zoned('tz', () => ''))).toBe('2024-01-08T00:00Z');
    expect(firstOf(zoned('gmtoffset', () => '0'))).toBe('2024-01-08T00:00Z');
  });

  it.each([
    ['a word that is none', 'time', () => 'HKT', 'HKT'],
    ['another one in a later row', 'time', (i: number) => (i < 40 ? 'UTC+1' : 'UTC+2'), 'UTC+2'],
    ['an offset that is a number', 'time', () => '-18000', '-18000'],
    ['another one than the header', 'time (UTC)', () => 'UTC+1', 'Etc/GMT-1'],
  ])('is refused with %s', (_, header, wordOf, word) => {
    const told = `its column "tz" says that its times are of the clock "${word}"`;
    for (const market of bothOf(zoned('tz', wordOf, header)))
      expect(toldOf(market, 'BTC-USD')).toContain(told);
    expect(firstOf(zoned('tz', wordOf, header), 'UTC')).toBe('2024-01-08T00:00Z');
  });
});
