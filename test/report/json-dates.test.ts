import { expect, it } from 'vitest';
import { parseDay } from '../../src/core/session/day.ts';
import { withDates } from '../../src/report/json-dates.ts';

const written = (value: unknown): unknown => JSON.parse(JSON.stringify(value, withDates));

it('writes instants as ISO in UTC, by their names, and no other number', () => {
  const at = Date.UTC(2026, 1, 3, 4, 5, 6, 7);
  const iso = '2026-02-03T04:05:06.007Z';
  expect(written({ startedAt: at, since: at, until: null, next: { at }, perMs: at, requests: at })).toEqual({
    ...{ startedAt: iso, since: iso, until: null, next: { at: iso } },
    ...{ perMs: at, requests: at },
  });
});

it('writes days in a row with both ends inclusive, whatever else is said of them, and no bound as null', () => {
  const week = { from: parseDay('2026-02-02'), to: parseDay('2026-02-07') };
  const open = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  const dates = { from: '2026-02-02', to: '2026-02-06' };
  expect(written([week, { days: [{ ...week, why: 'failed' }], life: open }, dates])).toEqual([
    dates,
    { days: [{ ...dates, why: 'failed' }], life: { from: null, to: null } },
    dates,
  ]);
});

it('leaves a stamp of a row that no calendar has as it came', () => {
  expect(written([{ ts: 1_709_510_400_000_000_000 }, { ts: 1_709_510_400_000 }])).toEqual([
    { ts: 1_709_510_400_000_000_000 },
    { ts: '2024-03-04T00:00:00.000Z' },
  ]);
});

it('writes since when a provider has something, which is a day, as one', () => {
  expect(written({ since: parseDay('2017-07-14') })).toEqual({ since: '2017-07-14' });
});

it('writes the days of a rename, the last one inclusive, and leaves other bounds alone', () => {
  const rename = { from: 'FB', to: 'META', start: null, end: parseDay('2022-06-09') };
  expect(written(rename)).toEqual({ ...rename, end: '2022-06-08' });
  expect(written({ start: 1, end: 2 })).toEqual({ start: 1, end: 2 });
});
