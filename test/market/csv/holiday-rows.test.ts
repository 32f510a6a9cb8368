import { describe, expect, it } from 'vitest';
import { calendarFor } from '../../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import { ALL, fileOf, marketOf, times } from './folders.ts';
import { bothOf, toldOf } from './stretches.ts';

const HOLIDAYS = ['2023-01-16', '2023-02-20', '2023-04-07', '2023-05-29'];
const SESSIONS = calendarFor('SPY')
  .sessions({ from: parseDay('2023-01-03'), to: parseDay('2023-06-02') })
  .map(formatDay);

/** A file of a share whose rows go on over some holidays, at some hours and with some volume. */
function text(holidays: readonly string[], { from = '09:30', to = '16:00', volume = 100 } = {}): string {
  const own = times(SESSIONS, '09:30', '16:00', 15);
  const rows = [...own, ...times(holidays, from, to, 15)].toSorted();
  const prices = rows.map((stamp, i) => `${stamp},10,12,9,${10 + (i % 13) / 10},`);
  const isOwn = new Set(own);
  const lines = rows.map((stamp, i) => `${prices[i]}${isOwn.has(stamp) ? 500 : volume}\n`);
  return fileOf([]) + lines.join('');
}

const read = (file: string, name = 'SPY') => marketOf({ [`${name}.csv`]: file }).read(name, '15m', ALL);

describe('intraday rows on holidays of their exchange', () => {
  it('are refused as those of another market, with what to do, where half of the holidays have some', () => {
    expect(() => read(text(HOLIDAYS))).toThrow(
      /SPY\.csv: it has rows on 4 of 4 holidays of XNYS, as another market does: take out the rows of these days \(2023-01-16, 2023-02-20, 2023-04-07 and 1 more\), or name/,
    );
    expect(() => read(text(HOLIDAYS.slice(0, 3)))).toThrow(/on 3 of 4 holidays/);
  });

  it('are refused where the file is read in parts', () => {
    const [stretches, atOnce] = bothOf({ 'SPY.csv': text(HOLIDAYS) });
    expect(toldOf(stretches, 'SPY')).toContain('on 4 of 4 holidays');
    expect(toldOf(stretches, 'SPY')).toEqual(toldOf(atOnce, 'SPY'));
  });

  it.each([
    ['of few of them', text(HOLIDAYS.slice(0, 2)), 52],
    ['without a volume', text(HOLIDAYS, { volume: 0 }), 104],
    ['outside regular hours alone', text(HOLIDAYS, { from: '17:00', to: '19:00' }), 32],
  ])('are left out and counted %s', (_, file, dropped) => {
    expect(read(file)).toMatchObject({ dropped, bars: { length: SESSIONS.length * 26 } });
  });
});
