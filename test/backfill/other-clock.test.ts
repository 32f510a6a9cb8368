import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Interval, intervalMs } from '../../src/core/session/interval.ts';
import type { CsvSettings } from '../../src/providers/csv/settings.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { type Row, type TopUp, clockOf, topUp, walk } from './clock-files.ts';
import { sampled } from '../needs.ts';

let runs = 0;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

type Settings = readonly [first: CsvSettings, then: CsvSettings];

const LAST = '2024-06-20';
const NEW_YORK = { zone: 'America/New_York' };
const BERLIN = { zone: 'Europe/Berlin' };
const LONDON = { zone: 'Europe/London' };
const KOLKATA = { zone: 'Asia/Kolkata' };
const EASTERN = { zone: 'Etc/GMT+5' };

const withoutVolume = (rows: readonly Row[]): Row[] =>
  rows.map(([ts, open, high, low, close]) => [ts, open, high, low, close, Number.NaN]);

/** Tops up a series of a file on a clock, rightly and then otherwise, and gives what was told of what failed. */
async function refusal(change: Partial<TopUp> & Pick<TopUp, 'settings' | 'clockAt'>): Promise<string> {
  const series = { ticker: 'BTC-USD', interval: '1h', last: LAST, ...change } as const;
  const topped = { rows: walk(series.ticker, series.interval, series.last), ...series };
  const { settings } = topped;
  const right: Settings = [settings[0], settings[0]];
  const { revised: _, offset: __, ...plain } = topped;
  const [first, honest] = await topUp(join(folder.path, `honest-${++runs}`), { ...plain, settings: right });
  expect([first, honest]).toMatchObject([{ failed: 0 }, { failed: 0, revised: 0, fetched: 1 }]);
  const [, second] = await topUp(join(folder.path, `other-${runs}`), topped);
  expect(second).toMatchObject({ failed: 1, fetched: 0, inserted: 0, revised: 0 });
  expect(second.failures).toMatchObject([{ code: 'bad-answer' }]);
  return second.failures[0]?.message ?? '';
}

describe('a top-up that is read by another clock', () => {
  const cases: [string, Interval, string, Settings, string][] = [
    [
      'an hour’s, forgotten',
      '1h',
      LAST,
      [NEW_YORK, {}],
      '--csv-zone America/New_York or --csv-zone Etc/GMT+4;',
    ],
    ['an hour’s, given too late', '1h', LAST, [{}, NEW_YORK], '--csv-zone UTC;'],
    ['that is ahead', '15m', LAST, [BERLIN, {}], '--csv-zone Europe/Berlin or --csv-zone Etc/GMT-2;'],
    ['half an hour off', '15m', LAST, [KOLKATA, {}], '--csv-zone Asia/Kolkata;'],
    [
      'of another zone',
      '1h',
      LAST,
      [NEW_YORK, BERLIN],
      '--csv-zone America/New_York or --csv-zone Etc/GMT+4;',
    ],
    ['four hours off, in short bars', '5m', LAST, [NEW_YORK, {}], '--csv-zone America/New_York'],
    ['put forward in between', '1h', '2024-03-11', [NEW_YORK, {}], '--csv-zone America/New_York;'],
    ['set back in between', '1h', '2024-11-04', [NEW_YORK, {}], '--csv-zone America/New_York;'],
    ['the same until it was put forward', '1h', '2024-04-01', [LONDON, {}], '--csv-zone Europe/London;'],
    ['the same since it was set back', '1h', '2024-10-29', [LONDON, {}], '--csv-zone Europe/London;'],
    ['never changed', '1h', '2024-03-11', [NEW_YORK, EASTERN], '--csv-zone America/New_York;'],
  ];

  it.each(sampled(cases, 2, 'clocks'))(
    'is refused with the one that fits: %s',
    async (_, interval, last, settings, way) => {
      const zone = settings[0].zone ?? 'UTC';
      const message = await refusal({ interval, last, settings, clockAt: clockOf(zone) });
      expect(message).toMatch(
        /bars that the answer for BTC-USD has of stored sessions are those that are stored /,
      );
      expect(message).toContain(`: its times are read by another clock than before: give ${way}`);
      expect(message).toContain(`backfill forget BTC-USD --interval ${interval}, then run again`);
    },
  );

  it.each(['1h', '15m'] as const)('is refused where no volume is told: %s', async (interval) => {
    const rows = withoutVolume(walk('EURUSD=X', interval, '2024-01-25', 1.08));
    const fx = { ticker: 'EURUSD=X', interval, rows, last: '2024-01-25', clockAt: clockOf('Etc/GMT+5') };
    expect(await refusal({ ...fx, settings: [EASTERN, {}] })).toContain(
      '5 hours later: its times are read by another clock than before: give --csv-zone America/New_York or --csv-zone Etc/GMT+5;',
    );
  });

  it('is refused where stamps are ends of bars, with the option that says so', async () => {
    const ends = (zone: string, interval: Interval): ((ts: number) => number) => {
      const clock = clockOf(zone);
      return (ts) => clock(ts + intervalMs(interval));
    };
    const [end, both] = [{ stamps: 'end' } as const, { ...NEW_YORK, stamps: 'end' } as const];
    const settings: Settings = [end, {}];
    expect(await refusal({ interval: '5m', clockAt: ends('UTC', '5m'), settings })).toContain(
      'stored 5 minutes earlier: its times are read by another clock than before: give --csv-stamps end;',
    );
    const zoned = { interval: '5m', clockAt: ends('America/New_York', '5m') } as const;
    expect(await refusal({ ...zoned, settings: [both, {}] })).toContain(
      'give --csv-zone America/New_York --csv-stamps end',
    );
    expect(await refusal({ ...zoned, settings: [both, NEW_YORK] })).toContain('give --csv-stamps end;');
    expect(await refusal({ interval: '5m', clockAt: clockOf('UTC'), settings: [{}, end] })).toContain(
      'stored 5 minutes later: its times are read by another clock than before: give --csv-stamps start;',
    );
    // An hour may be that of a zone as well.
    expect(await refusal({ clockAt: ends('UTC', '1h'), settings })).toMatch(/ or --csv-stamps end;/);
  });

  it('is refused with what is wrong where the times have offsets', async () => {
    const offset = {
      settings: [NEW_YORK, NEW_YORK],
      clockAt: clockOf('America/New_York'),
      offset: 'Z',
    } as const;
    expect(await refusal(offset)).toContain('by another clock than before: correct their offset;');
  });

  it.each(['ALFA', 'BTC-USD'])('is refused where dates of %s are off by a session', async (ticker) => {
    const rows = walk(ticker, '1d', LAST);
    const revised = (row: Row, i: number): Row =>
      [row[0], ...((rows[i - 1] ?? row).slice(1) as never)] as never;
    const daily = { ticker, interval: '1d', rows, clockAt: (ts: number) => ts, revised } as const;
    expect(await refusal({ ...daily, settings: [{}, {}] })).toContain(
      `4 of 4 bars that the answer for ${ticker} has of stored sessions are those that are stored one session earlier: ` +
        'its dates are shifted, or were; if the stored ones are wrong',
    );
  });

  it('is refused though the last bars were corrected besides', async () => {
    const at = Date.parse(`${LAST}T20:00:00Z`);
    const revised = (row: Row): Row => (row[0] < at ? row : (row.with(5, row[5] * 1.03) as unknown as Row));
    expect(
      await refusal({ settings: [NEW_YORK, {}], clockAt: clockOf('America/New_York'), revised }),
    ).toContain('give --csv-zone America/New_York');
  });
});

describe('a top-up that is near what is stored', () => {
  const daily = { interval: '1d', settings: [{}, {}], clockAt: (ts: number) => ts } as const;
  /** By how much row i moves, otherwise for each of its prices. */
  const by = (i: number, most: number): number => (((i * 7919) % 13) / 13 - 0.5) * 2 * most;
  const off =
    (most: number) =>
    (row: Row, i: number): Row =>
      row.map((value, j) => (j > 0 && j < 5 ? value * (1 + by(4 * i + j, most)) : value)) as unknown as Row;

  it('is refused where all prices differ by a little, and volumes by less', async () => {
    const revised = (row: Row, i: number): Row => off(0.003)(row, i).with(5, row[5] + 1 + (i % 5)) as never;
    expect(await refusal({ ...daily, ticker: 'ALFA', revised })).toContain(
      'the answer for ALFA contradicts 4 of 4 stored sessions',
    );
  });

  it('is refused where all prices of many bars differ, and no volume is told', async () => {
    const rows = withoutVolume(walk('EURUSD=X', '1h', '2024-01-25', 1.08));
    const fx = { ticker: 'EURUSD=X', interval: '1h', rows, last: '2024-01-25' } as const;
    expect(await refusal({ ...daily, ...fx, revised: off(0.001) })).toContain(
      'contradicts 96 of 96 stored sessions',
    );
  });

  const late = (row: Row, i: number): Row =>
    row.with(5, Math.round(row[5] * (1.03 + (i % 3) / 100))) as never;
  const official = (row: Row, i: number): Row => late(row, i).with(4, (row[2] + row[3]) / 2) as never;
  const coarse = (row: Row): Row =>
    row.map((value, j) => (j > 0 && j < 5 ? Number(value.toFixed(1)) : value)) as never;
  const same = (rows: readonly Row[]): readonly Row[] => rows;

  it.each([
    ['volumes are some per cent larger, for late trades', 'ALFA', '1d', late, same],
    ['and the closes are official ones', 'ALFA', '1d', official, same],
    ['prices are printed with fewer digits', 'ALFA', '1d', coarse, same],
    ['prices of hours are printed with fewer digits', 'BTC-USD', '1h', coarse, same],
    ['the same without volumes', 'EURUSD=X', '1h', coarse, withoutVolume],
    ['volumes of hours are some per cent larger', 'BTC-USD', '1h', late, same],
  ] as const)('is taken where %s', async (_, ticker, interval, revised, rowsOf) => {
    const rows = rowsOf(walk(ticker, interval, LAST));
    const topped = { ...daily, ticker, interval, rows, last: LAST, revised };
    const [, second] = await topUp(folder.path, topped);
    const compared = interval === '1h' ? 96 : 4;
    expect(second).toMatchObject({ failed: 0, fetched: 1, drift: { csv: { compared, changed: compared } } });
  });
});
