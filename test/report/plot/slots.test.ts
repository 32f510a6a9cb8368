import { describe, expect, it } from 'vitest';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import type { ReportedAbsence } from '../../../src/report/series-coverage.ts';
import { blankRuns, placedActions, slotLabel, slotsOf } from '../../../src/report/plot/slots.ts';
import { barAt } from './plotted.ts';

const XNYS = calendarById('XNYS');
const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);
const absence = (from: string, to: string, reason: ReportedAbsence['reason']): ReportedAbsence => ({
  ...{ from, to, sessions: 1, reason, provider: 'yahoo', checkedAt: '', nextRetryAt: null, attempts: 1 },
});

describe('the places of a plot', () => {
  // Thanksgiving is the 26th.
  const bars = ['2026-11-20', '2026-11-25', '2026-11-30'].map((date) => barAt(day(date)));
  const slots = slotsOf(bars, '1d', XNYS, {
    missingRuns: [{ from: '2026-11-23', to: '2026-11-24', sessions: 2 }],
    absences: [
      absence('2026-11-16', '2026-11-19', 'pre-listing'),
      absence('2026-11-27', '2026-11-27', 'vendor-empty'),
      absence('2026-12-01', '2026-12-31', 'delisted'),
    ],
  });

  it('are bars, and sessions without one within the life of the series', () => {
    expect(slots.map((slot) => `${slotLabel(slot, '1d')} ${slot.blank ?? 'bar'}`)).toEqual([
      '2026-11-20 bar',
      '2026-11-23 missing',
      '2026-11-24 missing',
      '2026-11-25 bar',
      '2026-11-27 absent',
      '2026-11-30 bar',
    ]);
    expect(blankRuns(slots)).toEqual([
      { blank: 'missing', first: 1, last: 2 },
      { blank: 'absent', first: 4, last: 4 },
    ]);
  });

  it('have an action where its ex-date is, or the first place behind that', () => {
    const at = (exDay: string): number[] =>
      placedActions(slots, [{ kind: 'split', exDay: parseDay(exDay), ratio: 4 }]).map(({ place }) => place);
    expect(at('2026-11-24')).toEqual([2]);
    expect(at('2026-11-26')).toEqual([4]);
    expect(at('2026-11-30')).toEqual([5]);
    expect(at('2026-11-20')).toEqual([]);
    expect(at('2026-12-01')).toEqual([]);
  });
});

it('bars within a session stand where its exchange has them', () => {
  // Sydney opens at 10:00, which is 23:00 UTC of the day before.
  const sydney = calendarById('XASX');
  const slots = slotsOf([barAt(Date.parse('2026-11-23T23:00:00Z'))], '1h', sydney, {
    missingRuns: [{ from: '2026-11-23', to: '2026-11-23', sessions: 1 }],
    absences: [],
  });
  expect(slots.map((slot) => slotLabel(slot, '1h'))).toEqual(['2026-11-23', '2026-11-23 23:00']);
  expect(slots.map(({ session }) => formatDay(session))).toEqual(['2026-11-23', '2026-11-24']);
});
