import { describe, expect, it } from 'vitest';
import { inspect } from '../../../src/report/inspection.ts';
import { fileOf, folderOf, marketOf, stampsOf, times } from './folders.ts';
import { bothOf, toldOf } from './stretches.ts';

const DAYS = ['2024-01-08', '2024-01-09', '2024-01-10'];

/** The same stamps by a clock of twelve hours. */
function ofTwelve(stamps: readonly string[]): string[] {
  return stamps.map((stamp) => {
    const hour = (Number(stamp.slice(11, 13)) + 11) % 12;
    return `${stamp.slice(0, 11)}${String(hour + 1).padStart(2, '0')}${stamp.slice(13)}`;
  });
}

const refusal = (stamps: readonly string[], ticker = 'SPY'): unknown =>
  toldOf(marketOf({ [`${ticker}.csv`]: fileOf(stamps) }), ticker);

describe('times of a clock of twelve hours without its half of the day', () => {
  it.each([
    ['1h', 60, 'from 12:30 to 01:30'],
    ['15m', 15, 'from 12:45 to 01:00'],
    ['5m', 5, 'from 12:55 to 01:00'],
  ] as const)('are refused with line, times and what would do: %s', (_, minutes, seen) => {
    const stamps = ofTwelve(times(DAYS, '09:30', '16:00', minutes));
    const line = 2 + stamps.findIndex((stamp) => stamp.slice(11, 13) === '01');
    const told = `SPY.csv, line ${line}: its times go ${seen} within a day, and none is after 12:59: they are of a clock of 12 hours; write AM or PM behind each, or times as 13:30`;
    expect(refusal(stamps)).toContain(told);
    expect(refusal(stamps.toReversed())).toContain('within a day, and none is after 12:59');
    expect(refusal(stamps.filter((stamp) => stamp.startsWith('2024-01-08')))).toContain(told);
  });

  it('are refused in a file that is read in parts, with bars that are lacking, around the clock, and before a run', () => {
    const stamps = ofTwelve(times(DAYS, '09:30', '16:00', 5));
    const files = { 'SPY.csv': fileOf(stamps) };
    for (const market of bothOf(files)) expect(toldOf(market, 'SPY')).toContain('of a clock of 12 hours');
    expect(refusal(stamps.filter((stamp) => !/ (12|01):/.test(stamp)))).toContain('from 11:55 to 02:00');
    expect(refusal(ofTwelve(times(DAYS, '00:00', '24:00', 60)), 'BTC-USD')).toContain(
      'of a clock of 12 hours',
    );
    const [file] = inspect({ path: folderOf(files) }, Date.now()).files;
    expect(file?.refused).toEqual([expect.stringContaining('of a clock of 12 hours')]);
  });

  it('are refused in the order of their text, and in none', () => {
    const shuffled = (stamps: readonly string[]): string[] =>
      stamps.toSorted((a, b) => a.slice(14).localeCompare(b.slice(14)) || b.localeCompare(a));
    for (const minutes of [60, 15, 5]) {
      const stamps = ofTwelve(times(DAYS, '09:30', '16:00', minutes));
      const told =
        'its times are up to noon and from 01:00 on, with none between, and none is after 12:59: they are of a clock';
      for (const order of [stamps.toSorted(), stamps.toSorted().toReversed(), shuffled(stamps)])
        for (const market of bothOf({ 'SPY.csv': fileOf(order) }))
          expect(toldOf(market, 'SPY')).toContain(told);
    }
  });

  it('are refused in the order of their text where each comes twice, and no bar is dropped in silence', () => {
    const around = (from: string, to: string, minutes: number): string[] => {
      const stamps = times(DAYS, from, to, minutes);
      const rows = ofTwelve(stamps).map((stamp, i) => `${stamp},10,14,9,${10 + (i % 7) / 2},7\n`);
      return rows.toSorted();
    };
    const file = (rows: readonly string[]): string => `time,open,high,low,close,volume\n${rows.join('')}`;
    for (const [ticker, rows] of [
      ['SPY', around('04:00', '20:00', 5)],
      ['BTC-USD', around('00:00', '24:00', 60)],
    ] as const)
      expect(toldOf(marketOf({ [`${ticker}.csv`]: file(rows) }), ticker)).toMatch(
        /line \d+: two rows of \d\d:\d\d of one day differ, and none is after 12:59/,
      );
  });

  it.each([
    ['of whole days', times(DAYS, '09:30', '16:00', 30)],
    ['of mornings', times(DAYS, '09:30', '13:00', 30)],
    ['of mornings, newest first', times(DAYS, '09:30', '13:00', 30).toReversed()],
    [
      'of mornings, each newest first',
      DAYS.flatMap((day) => times([day], '09:30', '13:00', 30).toReversed()),
    ],
    [
      'from the night to noon, twice',
      [...times(DAYS, '01:00', '13:00', 30), ...times(DAYS, '01:00', '13:00', 30)].toSorted(),
    ],
    [
      'in no order',
      times(DAYS, '09:30', '13:00', 30).toSorted((a, b) => a.slice(14).localeCompare(b.slice(14))),
    ],
    [
      'with an offset',
      ofTwelve(times(DAYS, '14:30', '21:00', 30)).map((stamp, i) => `${stamp}${i % 13 < 7 ? '-05:00' : 'Z'}`),
    ],
  ])('are not seen in those %s', (_, stamps) => {
    expect(String(refusal(stamps))).not.toContain('12 hours');
  });

  it('are not seen where AM and PM are told', () => {
    const stamps = times(DAYS, '09:30', '16:00', 60);
    const isMorning = (stamp = ''): boolean => Number(stamp.slice(11, 13)) < 12;
    const told = ofTwelve(stamps).map((stamp, i) => `${stamp} ${isMorning(stamps[i]) ? 'AM' : 'PM'}`);
    const [read, plain] = [told, stamps].map((one) =>
      stampsOf(marketOf({ 'SPY.csv': fileOf(one) }), 'SPY', '1h'),
    );
    expect(read).toHaveLength(21);
    expect(read).toEqual(plain);
  });
});
