import { describe, expect, it } from 'vitest';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { suspectClosures } from '../../../src/core/coverage/closures.ts';
import { type Coverage, NOTHING_KNOWN } from '../../../src/core/coverage/coverage.ts';
import { type DayRange, parseDay } from '../../../src/core/session/day.ts';
import type { AbsenceReason } from '../../../src/core/coverage/evidence.ts';

const XNYS = calendarById('XNYS');
const evidence = { provider: 'yahoo', checkedAt: 0, attempts: 1, nextRetryAt: null };

let made = 0;

function series(absentOn: string, reason: AbsenceReason = 'vendor-empty', calendar = XNYS) {
  const day = parseDay(absentOn);
  const present: DayRange[] = [
    { from: day - 30, to: day },
    { from: day + 1, to: day + 20 },
  ];
  const coverage: Coverage = {
    ...NOTHING_KNOWN,
    present,
    absent: [{ from: day, to: day + 1, by: [{ reason, ...evidence }] }],
  };
  return { ticker: `T${made++}`, calendar, coverage };
}

describe('a suspected closure', () => {
  it('is a session since the calendars were compiled that no series of the exchange has', () => {
    const all = Array.from({ length: 3 }, () => series('2026-10-14'));
    expect(suspectClosures(all)).toEqual([{ calendar: 'XNYS', session: parseDay('2026-10-14'), tickers: 3 }]);
  });

  it('is none where one series has the session, or too few were asked', () => {
    const lacking = Array.from({ length: 3 }, () => series('2026-10-14'));
    expect(suspectClosures([...lacking, series('2026-10-15')])).toEqual([]);
    expect(suspectClosures(lacking.slice(0, 2))).toEqual([]);
  });

  it('is none that the calendars knew of, none for other reasons, none where no series goes on', () => {
    expect(suspectClosures(Array.from({ length: 3 }, () => series('2026-07-14')))).toEqual([]);
    expect(suspectClosures(Array.from({ length: 3 }, () => series('2026-10-14', 'halted')))).toEqual([]);
    const last = Array.from({ length: 3 }, () => {
      const one = series('2026-10-14');
      return { ...one, coverage: { ...one.coverage, present: one.coverage.present.slice(0, 1) } };
    });
    expect(suspectClosures(last)).toEqual([]);
  });

  it('is not what one ticker lacks in all of its intervals', () => {
    const one = series('2026-10-14');
    expect(suspectClosures([one, one, one])).toEqual([]);
  });

  it('does not mix exchanges', () => {
    const paris = calendarById('XPAR');
    const mixed = [series('2026-10-14'), series('2026-10-14'), series('2026-10-14', 'vendor-empty', paris)];
    expect(suspectClosures(mixed)).toEqual([]);
  });

  it('may be the first session after the calendars were compiled, and not published yet', () => {
    const on = (date: string) =>
      suspectClosures(Array.from({ length: 3 }, () => series(date, 'not-yet-published')));
    expect(on('2026-07-24')).toHaveLength(1);
    expect(on('2026-07-23')).toEqual([]);
  });

  it('is none of a calendar that is a guess', () => {
    const guess = calendarById('weekdays');
    expect(guess.advisory).toBe(true);
    expect(
      suspectClosures(Array.from({ length: 3 }, () => series('2026-10-14', 'vendor-empty', guess))),
    ).toEqual([]);
  });

  it('is listed by date, exchange by exchange, with the tickers that lack it', () => {
    const late = { ...series('2026-10-14'), calendar: XNYS };
    const both = {
      ...late,
      coverage: {
        ...late.coverage,
        absent: [...late.coverage.absent, ...series('2026-10-07').coverage.absent],
        present: [
          { from: parseDay('2026-09-01'), to: parseDay('2026-10-07') },
          { from: parseDay('2026-10-15'), to: parseDay('2026-10-30') },
        ],
      },
    };
    const found = suspectClosures(['A', 'B', 'C', 'D'].map((ticker) => ({ ...both, ticker })));
    expect(found.map(({ session, tickers: count }) => [session, count])).toEqual([
      [parseDay('2026-10-07'), 4],
      [parseDay('2026-10-14'), 4],
    ]);
  });
});
