import { describe, expect, it } from 'vitest';
import {
  parseRange,
  type RangeOptions,
  rangeMeant,
  rangeText,
  wantedSeries,
} from '../../../src/backfill/want/wanted.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import { yahooCapabilities } from '../../../src/providers/yahoo/capabilities.ts';

const calendar = calendarById('XNYS');
const lastSettled = parseDay('2026-11-19');

function range(options: Parameters<typeof parseRange>[0]): string[] {
  const { from, to } = parseRange(options)(calendar, lastSettled);
  return [formatDay(calendar.sessionOnOrAfter(from)), formatDay(calendar.sessionOnOrBefore(to - 1))];
}

describe('the sessions a user wants', () => {
  it('are the last 252 settled ones by default', () => {
    expect(range({})).toEqual(['2025-11-19', '2026-11-19']);
    const { from, to } = parseRange({})(calendar, lastSettled);
    expect(calendar.sessions({ from, to })).toHaveLength(252);
  });

  it('are counted back from an end date too', () => {
    expect(range({ days: 2, end: '2025-07-06' })).toEqual(['2025-07-02', '2025-07-03']);
  });

  it('include both dates that bound them', () => {
    expect(range({ start: '2013-02-08', end: '2018-02-07' })).toEqual(['2013-02-08', '2018-02-07']);
  });

  it('never go beyond the last settled one', () => {
    expect(range({ start: '2026-11-01', end: '2026-12-31' })).toEqual(['2026-11-02', '2026-11-19']);
  });

  it('go back whole years', () => {
    expect(range({ years: 2 })).toEqual(['2024-11-20', '2026-11-19']);
  });

  it('go as far back as is usual at the provider where nothing says how far', () => {
    const meant = (options: RangeOptions): RangeOptions => rangeMeant(options, { usualRange: { years: 2 } });
    expect(range(meant({}))).toEqual(range({ years: 2 }));
    expect(range(meant({ end: '2025-07-06' }))).toEqual(range({ years: 2, end: '2025-07-06' }));
    for (const said of [{ days: 5 }, { years: 1 }, { start: '2026-01-02' }])
      expect(meant(said)).toEqual(said);
    expect(rangeMeant({}, {})).toEqual({});
  });

  it.each([
    [{}, 'the last 252 sessions'],
    [{ days: 1 }, 'the last session'],
    [{ years: 1 }, 'the last year'],
    [{ years: 2, end: '2025-07-06' }, 'the last 2 years up to 2025-07-06'],
    [{ start: '2013-02-08', end: '2018-02-07' }, '2013-02-08 to 2018-02-07'],
    [{ start: '2013-02-08' }, 'from 2013-02-08 on'],
  ])('%o are called %s', (options, text) => {
    expect(rangeText(options)).toBe(text);
  });

  it('end per exchange where its own day has settled', () => {
    const now = Date.parse('2026-11-19T22:00:00Z'); // an hour after New York's close, Tokyo's is long past
    const wanted = wantedSeries(['AAPL', '7203.T', 'BTC-USD'], ['1d'], { days: 1 }, yahooCapabilities, now);
    expect(wanted.map((one) => formatDay(one.range.to - 1))).toEqual([
      '2026-11-18',
      '2026-11-19',
      '2026-11-18',
    ]);
  });
});

describe('a range that cannot be meant', () => {
  it.each([
    [{ days: -5 }, 'days -5: must be a whole number above 0'],
    [{ days: 1.5 }, 'days 1.5: must be a whole number above 0'],
    [{ years: 0 }, 'years 0: must be a whole number above 0'],
    [{ start: '2025-02-30' }, 'start "2025-02-30" is not a date; write it as YYYY-MM-DD'],
    [{ start: '2025-03-02', end: '2025-03-01' }, 'start 2025-03-02 is after end 2025-03-01'],
    [{ days: 5, start: '2025-03-02' }, 'days and start contradict each other; give one'],
  ])('%o says why', (options, message) => {
    expect(() => parseRange(options)).toThrow(message);
  });

  it('of an interval that the provider lacks says which it has', () => {
    const capabilities = { ...yahooCapabilities, intervals: { '1d': yahooCapabilities.intervals['1d']! } };
    expect(() => wantedSeries(['AAPL'], ['1m'], {}, capabilities, 0)).toThrow(
      'interval 1m: provider "yahoo" does not offer it; it offers 1d',
    );
  });
});
