import { expect, it } from 'vitest';
import { knownOf } from '../../../src/backfill/plan-file/known.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { NOTHING_KNOWN } from '../../../src/core/coverage/coverage.ts';
import type { DayRange } from '../../../src/core/session/day.ts';
import type { Scan } from '../../../src/store/scan.ts';
import { days } from '../../store/fixtures.ts';

const one = { series: { ticker: 'AAPL', interval: '1d' as const }, calendar: calendarById('XNYS') };

function scanOf(present: readonly DayRange[], more: Partial<Scan> = {}): Scan {
  const state = { ...one, coverage: { ...NOTHING_KNOWN, present } };
  return { series: new Map([['AAPL 1d', state]]), actions: new Map(), ...more } as unknown as Scan;
}

it('a series has the same sessions beside what is asked for, however its days are joined to a run over a week-end', () => {
  const asked = [days('2026-02-23', '2026-02-28')];
  const friday = days('2026-02-20', '2026-02-21');
  const before = knownOf(one, asked, scanOf([friday]));
  // With Monday's bar the run goes on over Saturday and Sunday, which are asked for by nobody.
  const filled = knownOf(one, asked, scanOf([days('2026-02-20', '2026-02-28')]));
  expect(filled.beside).toBe(before.beside);
  expect(filled.state).not.toBe(before.state);
  const other = knownOf(one, asked, scanOf([days('2026-02-19', '2026-02-21')]));
  expect(other.beside).not.toBe(before.beside);
});

it('a series is another one when its splits and dividends are known of other days, or its own list is another', () => {
  const present = [days('2026-02-23', '2026-02-28')];
  const states = [
    scanOf(present),
    scanOf(present, { actions: new Map([['AAPL', present]]) }),
    scanOf(present, { ownLists: new Map([['AAPL', { '1d': 'a' }]]) }),
    scanOf(present, { ownLists: new Map([['AAPL', { '1d': 'b' }]]) }),
  ].map((scan) => knownOf(one, [], scan).state);
  expect(new Set(states).size).toBe(4);
  const ofOther = scanOf(present, { ownLists: new Map([['AAPL', { '1h': 'a' }]]) });
  expect(knownOf(one, [], ofOther).state).toBe(states[0]);
});
