import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MS_PER_DAY, formatDay, parseDay, utcDayOf } from '../../../src/core/session/day.ts';
import type { History } from '../../../src/library/history.ts';
import { openHistory } from '../../../src/library/open-history.ts';
import type { Market } from '../../../src/market/market.ts';
import { sampleMarket } from '../../../src/market/sample.ts';
import { ALPACA_KEYS } from '../../../src/simulator/alpaca/index.ts';
import { start, stopAll } from '../../simulator/running.ts';

let folder = '';
const opened: History[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alpaca-'));
});
afterEach(async () => {
  for (const history of opened.splice(0)) await history.close();
  await stopAll();
  await rm(folder, { recursive: true });
});

const sample = sampleMarket();
const RANGE = { tickers: ['ALFA'], start: '2026-03-02', end: '2026-03-20' };
const DAYS = { from: parseDay(RANGE.start), to: parseDay(RANGE.end) + 1 };
/** In a row, so that the second and third have a short one before them. */
const SHORT = ['2026-03-17', '2026-03-18', '2026-03-19'];
const LACKING = 120;
const NOW = Date.parse('2026-03-21T12:00:00Z');

/** The sample market without 120 minutes in the midst of three sessions. */
const lacking: Market = {
  tickers: () => sample.tickers(),
  listing: (ticker) => sample.listing(ticker),
  intervals: (ticker) => sample.intervals(ticker),
  actions: (ticker) => sample.actions(ticker),
  quiet: (ticker) => sample.quiet(ticker),
  rows: (ticker, interval, range) =>
    sample.rows(ticker, interval, range).filter(({ ts }) => {
      const day = formatDay(utcDayOf(ts));
      const minute = (ts - Date.parse(`${day}T15:00:00Z`)) / 60_000;
      return interval !== '1m' || !SHORT.includes(day) || minute < 0 || minute >= LACKING;
    }),
};

async function historyOf(market: Market, now: number): Promise<History> {
  const simulator = await start({ wire: 'alpaca', market, now: () => now });
  const history = openHistory({
    ...{ store: join(folder, 'data'), stateFolder: join(folder, 'state') },
    ...{ provider: { id: 'alpaca', url: simulator.url }, secrets: ALPACA_KEYS },
    ...{ clock: () => now, quotas: [], workers: 1 },
  });
  opened.push(history);
  return history;
}

const derive = (history: History) => history.backfill({ ...RANGE, intervals: ['1h'], derive: true });
/** Sessions of which hours are stored. */
const hoursOn = async (history: History) => {
  const bars = await history.read({ ticker: 'ALFA', interval: '1h' });
  return new Set(bars.map(({ ts }) => formatDay(utcDayOf(ts))));
};
const whole = sample.rows('ALFA', '1m', DAYS).length;

describe('sessions of Alpaca that lack two hours of minutes', () => {
  it('wait, give no final hours, and are whole, with their hours, once the minutes are there', async () => {
    const early = await historyOf(lacking, NOW);
    const minutes = { ...RANGE, intervals: ['1m' as const] };
    expect(await early.backfill(minutes)).toMatchObject({
      ...{ failed: 0, inserted: whole - LACKING * SHORT.length, waiting: 1 },
    });
    expect((await early.coverage(minutes)).series).toMatchObject([{ standing: 'provisional', unsure: 3 }]);
    expect((await early.issues()).warnings.map(({ session, kind }) => [session, kind])).toEqual(
      SHORT.map((day) => [day, 'thin']),
    );
    const { failures } = await derive(early);
    expect(failures.map(({ code, message }) => [code, message])).toEqual([
      ['incomplete', expect.stringMatching(/^3 of 15 sessions stay missing/)],
    ]);
    const made = await hoursOn(early);
    expect(made.size).toBe(12);
    for (const day of SHORT) expect(made).not.toContain(day);
    await early.close();

    const healed = await historyOf(sample, NOW + 2 * MS_PER_DAY);
    expect(await healed.backfill(minutes)).toMatchObject({
      ...{ failed: 0, inserted: LACKING * SHORT.length, waiting: 0 },
    });
    expect((await healed.coverage(minutes)).totals).toMatchObject({ complete: 1, coverage: 100 });
    expect(await derive(healed)).toMatchObject({ failures: [] });
    const hours = await healed.read({ ticker: 'ALFA', interval: '1h' });
    expect(hours.map(({ ts, volume }) => [ts, volume])).toEqual(
      sample.rows('ALFA', '1h', DAYS).map(({ ts, volume }) => [ts, volume]),
    );
  });
});
