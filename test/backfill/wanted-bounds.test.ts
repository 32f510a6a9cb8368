import { describe, expect, it } from 'vitest';
import { nothingYet, type RangeOptions, parseRange, wantedSeries } from '../../src/backfill/want/wanted.ts';
import { formatDay } from '../../src/core/session/day.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import { yahooCapabilities } from '../../src/providers/yahoo/capabilities.ts';

const lastWanted = (ticker: string, range: RangeOptions, now: string, interval: Interval = '1d'): string => {
  const [one] = wantedSeries([ticker], [interval], range, yahooCapabilities, Date.parse(now));
  return formatDay((one?.range.to ?? 0) - 1);
};

describe('sessions that are not final', () => {
  const range = { start: '2026-11-01', includeProvisional: true };

  it('are wanted from the very instant of their open', () => {
    expect(lastWanted('AAPL', range, '2026-11-19T14:30:00Z')).toBe('2026-11-19');
    expect(lastWanted('AAPL', range, '2026-11-19T14:29:59.999Z')).toBe('2026-11-18');
    expect(lastWanted('AAPL', { start: '2026-11-01' }, '2026-11-19T14:30:00Z')).toBe('2026-11-18');
  });

  it('are wanted where the exchange opens on the UTC day before', () => {
    expect(lastWanted('7203.T', range, '2026-11-19T00:00:00Z')).toBe('2026-11-19');
    expect(lastWanted('BHP.AX', range, '2026-11-18T23:00:00Z')).toBe('2026-11-19');
  });

  it('are named in the error where none has begun', () => {
    const future = { start: '2026-11-20', includeProvisional: true };
    expect(() => lastWanted('AAPL', future, '2026-11-19T15:00:00Z')).toThrow(
      'no session that has begun lies',
    );
    expect(() => lastWanted('AAPL', { start: '2026-11-20' }, '2026-11-19T15:00:00Z')).toThrow(
      'no settled session lies in the range asked for (from 2026-11-20 on): nothing to fetch',
    );
  });

  it('the last one may be the only one of a range', () => {
    expect(lastWanted('AAPL', { start: '2026-11-18' }, '2026-11-19T15:00:00Z')).toBe('2026-11-18');
  });
});

describe('a range of which no session is final yet', () => {
  const { intervals } = yahooCapabilities;
  const yet = (ticker: string, range: RangeOptions, now: string): string | undefined =>
    nothingYet(wantedSeries([ticker], ['1d'], range, yahooCapabilities, Date.parse(now)), range, {
      intervals,
    });

  it.each<[string, RangeOptions, string, string]>([
    [
      'today',
      { start: '2026-11-19' },
      '2026-11-19T15:00:00Z',
      'the first can be had from 2026-11-20 01:00 UTC on',
    ],
    ['a week-end', { start: '2026-11-21' }, '2026-11-21T15:00:00Z', 'from 2026-11-24 01:00 UTC on'],
    [
      'today, before its open',
      { start: '2026-11-19', includeProvisional: true },
      '2026-11-19T14:00:00Z',
      'no session that has begun lies in the range asked for (from 2026-11-19 on) yet: the first can be had from 2026-11-19 14:30',
    ],
  ])('wants nothing: %s', (_, range, now, text) => {
    expect(yet('AAPL', range, now)).toContain(text);
  });

  it('may have none at all, where it is of today', () => {
    const day = { start: '2026-11-21', end: '2026-11-21' };
    expect(yet('AAPL', day, '2026-11-21T15:00:00Z')).toBe(
      'no settled session lies in the range asked for (2026-11-21 to 2026-11-21)',
    );
    expect(() => yet('AAPL', day, '2026-11-22T15:00:00Z')).toThrow('nothing to fetch');
  });

  it('is told of only where no series wants anything', () => {
    expect(yet('AAPL', { start: '2026-11-18' }, '2026-11-19T15:00:00Z')).toBeUndefined();
  });
});

describe('a range', () => {
  it('must reach into the provider’s look-back', () => {
    const now = '2026-11-20T12:00:00Z';
    const reach = yahooCapabilities.intervals['5m']?.lookBackDays ?? 0;
    const earliest = formatDay(Math.floor(Date.parse(now) / 86_400_000) - reach + 1);
    const until = (end: string) => lastWanted('BTC-USD', { start: '2020-01-02', end }, now, '5m');
    expect(until(earliest)).toBe(earliest);
    const before = formatDay(Math.floor(Date.parse(earliest) / 86_400_000) - 1);
    expect(() => until(before)).toThrow(`to ${earliest}; the range asked for ends before that`);
  });

  it.each([
    [{ days: 50_000 }, { days: 50_001 }],
    [{ years: 125 }, { years: 126 }],
    [{ start: '1900-01-01' }, { start: '1899-12-31' }],
  ])('may be %o, not %o', (most, more) => {
    expect(() => parseRange(most)).not.toThrow();
    expect(() => parseRange(more)).toThrow(/there is no history that long|is before 1900-01-01/);
  });
});
