import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunSummary } from '../../../src/backfill/settle/summary.ts';
import { type DayRange, formatDay, parseDay } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import { openHistory } from '../../../src/library/open-history.ts';
import { sampleMarket } from '../../../src/market/sample.ts';
import { ALPACA_KEYS } from '../../../src/simulator/alpaca/index.ts';
import type { FaultName } from '../../../src/simulator/faults/faults.ts';
import { openStore } from '../../../src/store/open.ts';
import { NOW, start, stopAll } from '../../simulator/running.ts';
import { sampled } from '../../needs.ts';

// Bars that are joined of the rows of a wire each of whose answers has a fault.

const market = sampleMarket();
const DAYS = { start: '2026-03-02', end: '2026-05-29' };
const RANGE: DayRange = { from: parseDay('2026-03-02'), to: parseDay('2026-05-30') };
const KINDS = [
  ['ALFA', '1h'],
  ['SMPL-USD', '1d'],
] as const;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alpaca-faults-'));
});
afterEach(async () => {
  await stopAll();
  await rm(folder, { recursive: true });
});

interface Filled {
  readonly summary: RunSummary;
  /** Stored bars, and those of them that were never traded so, as lines that begin with the day. */
  readonly bars: readonly string[];
  readonly untrue: readonly string[];
  /** Bars of the market. */
  readonly traded: number;
}

async function filled(fault: FaultName, ticker: string, interval: Interval): Promise<Filled> {
  const faults = { rates: `${fault}=100%`, seed: 1 };
  const simulator = await start({ wire: 'alpaca', market, now: () => NOW, faults });
  const history = openHistory({
    store: join(folder, 'data'),
    provider: { id: 'alpaca', url: simulator.url },
    secrets: ALPACA_KEYS,
    stateFolder: join(folder, 'state'),
    clock: () => NOW,
    ...{ quotas: [], workers: 1 },
  });
  const summary = await history.backfill({ tickers: [ticker], intervals: [interval], ...DAYS });
  expect(simulator.entries.some(({ outcome }) => outcome === fault)).toBe(true);
  const lineOf = (bar: object): string => {
    const { ts, open, high, low, close, volume } = bar as Record<string, number>;
    return [new Date(ts as number).toISOString(), open, high, low, close, volume].join();
  };
  const traded = market.rows(ticker, interval, RANGE).map(lineOf);
  const bars = (await history.read({ ticker, interval })).map(lineOf);
  await history.close();
  return { summary, bars, untrue: bars.filter((bar) => !traded.includes(bar)), traded: traded.length };
}

async function waitingDays(ticker: string, interval: Interval): Promise<string[]> {
  const { series } = await openStore(join(folder, 'data')).scan();
  const state = [...series.values()].find(
    (one) => one.series.ticker === ticker && one.series.interval === interval,
  );
  return (state?.coverage.provisional ?? []).flatMap(({ from, to }) =>
    Array.from({ length: to - from }, (_, i) => formatDay(from + i)),
  );
}

describe.each(KINDS)('%s %s', (ticker, interval) => {
  it.each(sampled<FaultName>(['duplicated', 'unordered'], 2, ticker))(
    'of rows that are %s are the true ones',
    async (fault) => {
      const { summary, bars, untrue, traded } = await filled(fault, ticker, interval);
      expect(summary).toMatchObject({ failures: [], rejected: 0 });
      expect(untrue).toEqual([]);
      expect(bars).toHaveLength(traded);
    },
  );

  it.each(
    sampled<FaultName>(
      ['contradicting', 'crossed', 'negative-price', 'zero-price', 'negative-volume'],
      3,
      ticker,
    ),
  )('are none of rows that are wrong: %s', async (fault) => {
    const { summary, bars, untrue, traded } = await filled(fault, ticker, interval);
    expect(summary.rejected).toBeGreaterThan(2);
    expect(untrue).toEqual([]);
    expect(bars.length).toBeGreaterThan(traded / 4);
  });

  it('of sessions that lack rows wait for one more answer', async () => {
    const { summary, untrue } = await filled('thin', ticker, interval);
    expect(summary.failures).toEqual([]);
    expect(untrue.length).toBeGreaterThan(10);
    const waiting = await waitingDays(ticker, interval);
    expect(untrue.filter((line) => !waiting.includes(line.slice(0, 10)))).toEqual([]);
  });

  it.each(
    sampled<FaultName>(
      ['constant', 'interpolated', 'unit-flip', 'gross-spike', 'stretch', 'stale-tail'],
      3,
      ticker,
    ),
  )('of rows that were never traded so are none, or wait: %s', async (fault) => {
    const { summary, bars, untrue, traded } = await filled(fault, ticker, interval);
    const waiting = await waitingDays(ticker, interval);
    expect(untrue.filter((line) => !waiting.includes(line.slice(0, 10)))).toEqual([]);
    expect(summary.rejected + summary.waiting).toBeGreaterThan(0);
    expect(bars.length).toBeGreaterThan(traded / 2);
  });
});
