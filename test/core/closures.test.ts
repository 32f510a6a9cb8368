import { describe, expect, it } from 'vitest';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { suspectClosures } from '../../src/core/closures.ts';
import { type Absence, type Coverage, NOTHING_KNOWN } from '../../src/core/coverage.ts';
import { type DayRange, parseDay } from '../../src/core/day.ts';

const XNYS = calendarById('XNYS');
const evidence = { provider: 'yahoo', checkedAt: 0, attempts: 1, nextRetryAt: null };

function series(absentOn: string, reason: Absence['reason'] = 'vendor-empty', calendar = XNYS) {
  const day = parseDay(absentOn);
  const present: DayRange[] = [
    { from: day - 30, to: day },
    { from: day + 1, to: day + 20 },
  ];
  const coverage: Coverage = {
    ...NOTHING_KNOWN,
    present,
    absent: [{ from: day, to: day + 1, reason, ...evidence }],
  };
  return { calendar, coverage };
}

describe('a suspected closure', () => {
  it('is a session since the calendars were compiled that no series of the exchange has', () => {
    const all = Array.from({ length: 3 }, () => series('2026-10-14'));
    expect(suspectClosures(all)).toEqual([{ calendar: 'XNYS', session: parseDay('2026-10-14'), series: 3 }]);
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

  it('does not mix exchanges', () => {
    const paris = calendarById('XPAR');
    const mixed = [series('2026-10-14'), series('2026-10-14'), series('2026-10-14', 'vendor-empty', paris)];
    expect(suspectClosures(mixed)).toEqual([]);
  });
});
