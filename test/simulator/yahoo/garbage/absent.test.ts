import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarFor } from '../../../../src/core/calendar/calendars.ts';
import { resultOf } from '../../chart.ts';
import {
  answer,
  daily,
  distort,
  distorted,
  expectOnlyRowsChanged,
  HOURLY,
  type Row,
  rowsOf,
} from './distorting.ts';

describe('answers that look complete and lack something', () => {
  it('no-splits: the splits are left out of the events, rows and dividends stay', () => {
    const { goodResult, badResult } = distorted('no-splits');
    const { splits, ...others } = goodResult.events as Record<string, object>;
    expect(Object.keys(splits ?? {})).toHaveLength(1);
    expect(Object.keys(others)).toEqual(['dividends']);
    expect(badResult).toEqual({ ...goodResult, events: others });
  });

  it('no-splits: no events at all where there were no others, and none where there was no split', () => {
    const { goodResult, badResult } = distorted('no-splits', {
      ticker: 'CORV',
      query: daily('2022-01-03', '2022-12-30'),
    });
    const { events, ...others } = goodResult;
    expect(Object.keys(events as object)).toEqual(['splits']);
    expect(badResult).toEqual(others);
    expect(distort('no-splits', { query: daily('2021-01-04', '2021-12-30') })).toBe(null);
  });

  it('empty: the head and the events of an answer with no rows', () => {
    const { goodResult, badResult } = distorted('empty');
    const { meta, events } = goodResult;
    expect(badResult).toEqual({ meta, events, indicators: { quote: [{}], adjclose: [{}] } });
    expect(badResult).not.toHaveProperty('timestamp');
    expect(distorted('empty', { query: HOURLY }).badResult.indicators).toEqual({ quote: [{}] });
  });

  it('thin: only every fourth row of a quarter of the sessions, at least of one', () => {
    const calendar = calendarFor('ALFA');
    const bySession = (rows: readonly Row[]): Map<number, Row[]> => {
      const sessions = new Map<number, Row[]>();
      for (const row of rows) {
        const day = calendar.localDay(row.stamp * 1000);
        sessions.set(day, [...(sessions.get(day) ?? []), row]);
      }
      return sessions;
    };
    const fourWeeks = HOURLY.replace('period1=1794182400', 'period1=1792368000');
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.constantFrom(
          [fourWeeks, 5] as const,
          [HOURLY, 1] as const,
          [dayOf(HOURLY), 1] as const,
          [oneRowMore(HOURLY), 1] as const,
        ),
        (seed, [query, count]) => {
          const both = distorted('thin', { seed, query });
          const after = bySession(both.bad);
          let thinned = 0;
          for (const [day, rows] of bySession(both.good)) {
            if (after.get(day)?.length === rows.length) {
              expect(after.get(day)).toEqual(rows);
            } else {
              expect(after.get(day)).toEqual(rows.filter((_, i) => i % 4 === 0));
              thinned++;
            }
          }
          expect(thinned).toBe(count);
          expectOnlyRowsChanged(both);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('thin: none of daily rows', () => {
    expect(distort('thin')).toBe(null);
  });

  it('half: the first half of the rows, with the head and the events of the whole', () => {
    for (const query of [daily('2020-01-01', '2020-12-31'), HOURLY, daily('2026-03-02', '2026-03-04')]) {
      const both = distorted('half', { query });
      expect(both.bad).toEqual(both.good.slice(0, Math.ceil(both.good.length / 2)));
      expectOnlyRowsChanged(both);
    }
    const oneDay = daily('2026-03-02', '2026-03-02');
    expect(rowsOf(resultOf(answer({ query: oneDay })))).toHaveLength(1);
    expect(distort('half', { query: oneDay })).toBe(null);
  });
});

/** Its first session alone. */
function dayOf(query: string): string {
  return query.replace(/period2=\d+/, 'period2=1794268799');
}

/** Its first session and the first row of the second. */
function oneRowMore(query: string): string {
  return query.replace(/period2=\d+/, 'period2=1794321000');
}
