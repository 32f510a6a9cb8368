import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bar, type BackfillOptions, type History, type Interval, openHistory } from '../../src/index.ts';
import { describeWith, REAL_DATA, sampled } from '../needs.ts';
import { realData } from '../realdata.ts';
import { minutesIn } from './lean-minutes.ts';
import { derivedFrom } from '../../src/backfill/want/derived.ts';
import { UNKNOWN_IDENTITY } from '../../src/core/bars/bars.ts';
import { withSource } from '../../src/core/bars/columns.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { openStore } from '../../src/store/open.ts';
import { yahooCapabilities } from '../../src/providers/yahoo/capabilities.ts';

const NOW = Date.parse('2026-03-02T23:00:00Z');
/** With a half day and a holiday, around a change of clocks. */
const AUTUMN = { start: '2025-10-30', end: '2025-12-01' };
const LONGER: readonly Interval[] = ['5m', '15m', '1h', '1d'];

let folder = '';
let opened: History[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-derive-'));
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((history) => history.close()));
  await rm(folder, { recursive: true });
});

function open(store: string): History {
  const provider = { id: 'sample' };
  const history = openHistory({ store: join(folder, store), provider, clock: () => NOW, workers: 1 });
  opened.push(history);
  return history;
}

function valuesOf(bars: readonly Bar[]): unknown[] {
  return bars.map(({ ts, open: first, high, low, close, volume }) => [ts, first, high, low, close, volume]);
}

const derive = (history: History, request: BackfillOptions): ReturnType<History['backfill']> =>
  history.backfill({ derive: true, intervals: LONGER, ...request });

describe('bars derived from those of one minute', () => {
  it('are what the exchange had, and say where they come from', async () => {
    const tickers = ['ALFA', 'BRVO.PA', 'HOSH.T'];
    const [derived, fetched] = [open('derived'), open('fetched')];
    await derived.backfill({ tickers, intervals: ['1m'], ...AUTUMN });
    const summary = await derive(derived, { tickers, ...AUTUMN });
    await fetched.backfill({ tickers, intervals: LONGER, ...AUTUMN });
    expect(summary).toMatchObject({ failed: 0, stopped: null });
    for (const ticker of tickers)
      for (const interval of LONGER) {
        const made = await derived.read({ ticker, interval });
        expect(made.length).toBeGreaterThan(20);
        expect(new Set(made.map(({ source }) => source))).toEqual(new Set(['derived-1m']));
        expect(valuesOf(made)).toEqual(valuesOf(await fetched.read({ ticker, interval })));
      }
    const again = await derive(derived, { tickers, ...AUTUMN });
    expect(again).toMatchObject({ failed: 0, bars: 0 });
    // Everything anew, where the minutes may have changed.
    expect(await derive(derived, { tickers, ...AUTUMN, everything: true })).toMatchObject({
      ...{ failed: 0, bars: summary.bars, changed: 0 },
    });
  });

  it('are of all that have minutes where none is named, and of no session that has none', async () => {
    const history = open('data');
    await history.backfill({ tickers: ['ALFA', 'NYXA'], intervals: ['1m'], start: '2026-02-23' });
    await history.backfill({ tickers: ['BRIQ'], intervals: ['1d'], start: '2026-02-23' });
    const summary = await derive(history, { intervals: ['1d'], start: '2026-02-19' });
    expect(summary.failed).toBe(2);
    const failures = summary.failures.toSorted((a, b) => (a.ticker < b.ticker ? -1 : 1));
    expect(failures.map(({ ticker, code, message }) => [ticker, code, message])).toEqual(
      ['ALFA', 'NYXA'].map((ticker) => [
        ticker,
        'incomplete',
        '2 of 8 sessions stay missing: no 1m bars of 2026-02-19..2026-02-20 are stored; ' +
          `fetch them first: backfill --provider sample --tickers ${ticker} --interval 1m --start 2026-02-19 --end 2026-02-20`,
      ]),
    );
    const days = await history.read({ ticker: 'NYXA', interval: '1d' });
    expect(days.map(({ ts }) => new Date(ts).toISOString().slice(0, 10))).toEqual(
      ['23', '24', '25', '26', '27'].map((day) => `2026-02-${day}`).concat('2026-03-02'),
    );
  });

  it('miss the sessions whose minutes were forgotten, and say how to have them', async () => {
    const history = open('data');
    const request = { tickers: ['ALFA'], start: '2026-02-23' };
    await history.backfill({ ...request, intervals: ['1m'] });
    await history.forget('ALFA', { intervals: ['1m'], start: '2026-02-25', end: '2026-02-25' });
    const { failures } = await derive(history, { ...request, intervals: ['1h'] });
    expect(failures.map(({ message }) => message)).toEqual([
      '1 of 6 sessions stay missing: no 1m bars of 2026-02-25 are stored; ' +
        'fetch them first: backfill --provider sample --tickers ALFA --interval 1m --start 2026-02-25 --end 2026-02-25',
    ]);
    await history.backfill({ ...request, intervals: ['1m'] });
    expect(await derive(history, { ...request, intervals: ['1h'] })).toMatchObject({ failures: [] });
  });

  it('ask the provider of those that are there, by whichever of its endpoints they came', async () => {
    const history = open('data');
    const request = { tickers: ['ALFA'], start: '2026-02-24' };
    await history.backfill({ ...request, intervals: ['1m'] });
    const store = openStore(join(folder, 'data'));
    const series = { ticker: 'ALFA', interval: '1m' } as const;
    const present = [{ from: parseDay('2026-02-24'), to: parseDay('2026-03-03') }];
    const bars = withSource(await store.readBars(series), 'polygon/flat', NOW);
    await store.forget(series);
    const learned = { present, provisional: [], absent: [] };
    await store.upsert({
      ...{ series, calendar: 'XNYS', identity: UNKNOWN_IDENTITY, fetchedAt: NOW },
      ...{ bars, learned },
    });
    const { failures } = await derive(history, { ...request, start: '2026-02-23', intervals: ['1h'] });
    expect(failures.map(({ message }) => message)).toEqual([
      expect.stringContaining('fetch them first: backfill --provider polygon --tickers ALFA --interval 1m'),
    ]);
  });

  it('need some', async () => {
    const history = open('data');
    await expect(derive(history, { days: 5 })).rejects.toThrow(
      `nothing to derive from: no 1m bars are stored in ${join(folder, 'data')}; ` +
        'fetch them first: backfill --provider sample --interval 1m --days 5',
    );
    await history.backfill({ tickers: ['ALFA'], intervals: ['1m'], start: '2026-02-23' });
    const { failures } = await derive(history, { tickers: ['NYXA'], intervals: ['1h'], days: 5 });
    expect(failures.map(({ code, message }) => [code, message])).toEqual([
      [
        'not-stored',
        'NYXA has no 1m bars in the range to derive 1h from; ' +
          'fetch them first: backfill --provider sample --tickers NYXA --interval 1m --start 2026-02-24 --end 2026-03-02',
      ],
    ]);
    await expect(derive(history, { intervals: ['1m', '1h'] })).rejects.toThrow(
      '1m bars are what others are derived from; fetch them by a call of its own',
    );
  });

  it('wait for minutes that are not final', async () => {
    const history = openHistory({
      store: join(folder, 'data'),
      provider: { id: 'sample' },
      clock: () => Date.parse('2026-03-02T18:00:00Z'),
      workers: 1,
    });
    opened.push(history);
    const now = { tickers: ['ALFA'], start: '2026-02-27', includeProvisional: true };
    await history.backfill({ ...now, intervals: ['1m'] });
    await derive(history, { ...now, intervals: ['1h'] });
    const made = await history.read({ ticker: 'ALFA', interval: '1h' });
    expect(new Set(made.map(({ ts }) => new Date(ts).toISOString().slice(0, 10)))).toEqual(
      new Set(['2026-02-27']),
    );
  });
});

describeWith(REAL_DATA)('bars derived from real minutes', () => {
  it.each(sampled(['SPY', 'IBM'], 2, 'derived'))('of %s are those of the file', async (ticker) => {
    const url = realData('intraday-raw/minute');
    const history = openHistory({
      store: join(folder, 'data'),
      provider: { id: 'csv', url, settings: { basis: 'raw' } },
      workers: 1,
    });
    opened.push(history);
    const week = { tickers: [ticker], start: '2013-10-07', end: '2013-10-11' };
    await history.backfill({ ...week, intervals: ['1m'] });
    expect(await derive(history, week)).toMatchObject({ failed: 0 });
    const minutes = await minutesIn(
      realData(`intraday-raw/minute/${ticker.toLowerCase()}`),
      '20131007',
      '20131011',
    );
    for (const [interval, length] of [
      ['5m', 5],
      ['15m', 15],
      ['1h', 60],
      ['1d', 390],
    ] as const) {
      const made = await history.read({ ticker, interval });
      const expected = minutes.longer(length);
      expect(made).toHaveLength(expected.length);
      for (const [i, bar] of made.entries()) {
        const { open: first, high, low, close, volume } = bar;
        expect([first, high, low, close, volume]).toEqual(expected[i]);
      }
    }
  });
});

describe('what is derived from bars of a provider', () => {
  it('is wanted once those are final', () => {
    const { intervals } = derivedFrom(yahooCapabilities);
    expect(Object.keys(intervals)).toEqual(LONGER);
    for (const interval of LONGER)
      expect(intervals[interval]?.settleDelayMs).toBe(yahooCapabilities.intervals['1m']?.settleDelayMs);
  });
});
