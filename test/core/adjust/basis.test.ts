import { describe, expect, it } from 'vitest';
import { type BasisQuestion, basisGaps } from '../../../src/core/adjust/basis.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { parseDay } from '../../../src/core/session/day.ts';
import { absence, coverage, days } from '../../store/fixtures.ts';

// 2026-02-16 was Presidents' Day.
const whole = days('2026-02-09', '2026-02-28');
const question = (values: Partial<BasisQuestion>): BasisQuestion => ({
  mode: 'all',
  first: parseDay('2026-02-10'),
  asOf: parseDay('2026-02-27'),
  calendar: calendarById('XNYS'),
  coverage: coverage({ present: [whole] }),
  daily: coverage({}),
  actions: [],
  answered: [whole],
  ...values,
});
const dividend = (date: string) => ({ kind: 'dividend', exDay: parseDay(date), amount: 1 }) as const;

describe('what is not known of a basis', () => {
  it('is nothing where every ex-date was answered for', () => {
    expect(basisGaps(question({}))).toEqual({ unanswered: [], closes: [] });
    expect(basisGaps(question({ answered: [days('2026-02-11', '2026-02-28')] })).unanswered).toEqual([]);
  });

  it('are the sessions after the first bar, up to the as-of date, that nobody answered for', () => {
    expect(basisGaps(question({ answered: [] })).unanswered).toEqual([days('2026-02-11', '2026-02-28')]);
    const holes = [days('2026-02-11', '2026-02-14'), days('2026-02-19', '2026-02-26')];
    expect(basisGaps(question({ answered: holes })).unanswered).toEqual([
      days('2026-02-17', '2026-02-19'),
      days('2026-02-26', '2026-02-28'),
    ]);
  });

  it.each(['24-7', '24-5-FX'])('is nothing on the calendar %s: nothing there is ever split', (id) => {
    expect(basisGaps(question({ answered: [], calendar: calendarById(id) })).unanswered).toEqual([]);
  });

  it('is nothing between two answers with no session in between', () => {
    const weekend = [days('2026-02-10', '2026-02-14'), days('2026-02-17', '2026-02-28')];
    expect(basisGaps(question({ answered: weekend })).unanswered).toEqual([]);
  });

  it('is nothing for mode none, and no close for mode splits', () => {
    const parts = { answered: [], coverage: coverage({}), actions: [dividend('2026-02-17')] };
    expect(basisGaps(question({ ...parts, mode: 'none' }))).toEqual({ unanswered: [], closes: [] });
    expect(basisGaps(question({ ...parts, mode: 'splits' }))).toMatchObject({ closes: [] });
    expect(basisGaps(question({ ...parts, mode: 'splits' })).unanswered).toHaveLength(1);
  });

  it('is the close of a missing session before a dividend; an absent one is known', () => {
    const holed = [days('2026-02-10', '2026-02-13'), days('2026-02-17', '2026-02-28')];
    const known = {
      coverage: coverage({ present: holed }),
      actions: [dividend('2026-02-17'), dividend('2026-02-19')],
    };
    expect(basisGaps(question(known)).closes).toEqual([parseDay('2026-02-13')]);
    const absent = [absence(days('2026-02-13', '2026-02-14'))];
    expect(basisGaps(question({ ...known, coverage: coverage({ present: holed, absent }) })).closes).toEqual(
      [],
    );
  });

  it('is no close that the daily series knows', () => {
    const known = { coverage: coverage({}), actions: [dividend('2026-02-17'), dividend('2026-02-19')] };
    const both = [parseDay('2026-02-13'), parseDay('2026-02-18')];
    expect(basisGaps(question(known)).closes).toEqual(both);
    const daily = coverage({ present: [days('2026-02-12', '2026-02-14')] });
    expect(basisGaps(question({ ...known, daily })).closes).toEqual([parseDay('2026-02-18')]);
    expect(basisGaps(question({ ...known, daily: coverage({ present: [whole] }) })).closes).toEqual([]);
  });

  it('is no close of a dividend that went ex before the first bar or after the as-of date', () => {
    const parts = { coverage: coverage({}), actions: [dividend('2026-02-10'), dividend('2026-02-27')] };
    expect(basisGaps(question({ ...parts, asOf: parseDay('2026-02-26') })).closes).toEqual([]);
    expect(basisGaps(question(parts)).closes).toEqual([parseDay('2026-02-26')]);
  });
});
