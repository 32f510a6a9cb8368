import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { BackfillError } from '../../src/core/errors.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import { isComplete } from '../../src/market/market.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import type { IntervalCapability, Provider } from '../../src/providers/provider.ts';
import { openYahoo } from '../../src/providers/yahoo/index.ts';
import type { FaultRates } from '../../src/simulator/faults/rates.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { rowsIn } from '../store/rows.ts';
import { toolsInProcess } from './in-process.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const market = sampleMarket();
/** QUIL is split on 2026-11-16, in the last of its windows. */
const DAYS = { start: '2026-10-26', end: '2026-11-19' };

/** That a fill in windows costs where nothing is asked for twice; those of minutes are told of splits by one more. */
const REQUESTS = { '1d': 4, '1m': 5 };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
let sound: Provider;
/** The same market, without its splits. */
let partial: Provider;
let clock = NOW;
const simulators: Simulator[] = [];

async function serve(rates: FaultRates): Promise<Provider> {
  const simulator = await startSimulator({
    wire: 'yahoo',
    market,
    now: () => NOW,
    faults: { rates, seed: 1 },
  });
  simulators.push(simulator);
  return openYahoo({ id: 'yahoo', url: simulator.url, timeoutMs: 5000 }, OPEN_GATE);
}

beforeEach(async () => {
  folder = await temporaryFolder();
  store = openStore(folder.path);
  sound = await serve({});
  partial = await serve({ 'no-splits': 1 });
  clock = NOW;
});
afterEach(async () => {
  for (const simulator of simulators.splice(0)) await simulator.close();
  await folder.remove();
});

interface Vendor {
  /** Whether the nth answer of a run, from 0, comes without its splits. */
  readonly leavesOut: (nth: number) => boolean;
  /** Whether splits are asked for once for all windows, and what is said then has none. */
  readonly told?: 'without' | 'with';
}

/** Fills the store in windows of at most eight days. */
async function fill(
  interval: Interval,
  { leavesOut, told }: Vendor,
  days: { readonly start: string; readonly end: string } = DAYS,
): Promise<RunSummary> {
  let asked = 0;
  const { intervals } = sound.capabilities;
  const narrow = { ...(intervals[interval] as IntervalCapability), maxSpanDays: 8 };
  const provider: Provider = {
    ...sound,
    capabilities: { ...sound.capabilities, intervals: { ...intervals, [interval]: narrow } },
    fetchBars: (request) => (leavesOut(asked++) ? partial : sound).fetchBars(request),
    fetchActions: async (request) => {
      const from = told === 'without' ? partial : sound;
      if (told === undefined || from.fetchActions === undefined)
        throw new BackfillError('provider-fault', 'each window asks for itself', { retryable: true });
      return from.fetchActions(request);
    },
  };
  const request = { ...days, tickers: ['QUIL'], intervals: [interval] };
  return backfill(
    request,
    toolsInProcess(provider, store, () => clock++),
  );
}

async function expectTruth(interval: Interval): Promise<void> {
  const range = { from: parseDay(DAYS.start), to: parseDay(DAYS.end) + 1 };
  const truth = market.rows('QUIL', interval, range).filter(isComplete);
  const rows = await rowsIn(store, { ticker: 'QUIL', interval });
  expect(rows.map(({ ts }) => ts)).toEqual(truth.map(({ ts }) => ts));
  for (const [i, { close }] of rows.entries())
    expect(Math.abs(close / (truth[i]?.close ?? 0) - 1)).toBeLessThan(2e-7);
}

describe.each(['1d', '1m'] as const)(
  'a split that part of the answers of a first %s fill leave out',
  (interval) => {
    it('is undone in what was stored without it', async () => {
      expect(await fill(interval, { leavesOut: (nth) => nth < 2 })).toMatchObject({ failed: 0 });
      await expectTruth(interval);
    });

    it('ends the run as failed where they leave it out again, until they list it', async () => {
      // The first windows of the fill, and of the one that replaces it.
      const without = new Set([0, 1, 4, 5]);
      const summary = await fill(interval, { leavesOut: (nth) => without.has(nth) });
      expect(summary.failures).toMatchObject([{ ticker: 'QUIL', code: 'basis-unknown' }]);
      clock += 3_600_000;
      expect(await fill(interval, { leavesOut: () => false })).toMatchObject({ failed: 0 });
      await expectTruth(interval);
    });

    it('is no matter where all list it', async () => {
      const summary = await fill(interval, { leavesOut: () => false });
      expect(summary).toMatchObject({ failed: 0, requests: REQUESTS[interval] });
      await expectTruth(interval);
    });
  },
);

it.each([
  ['which it does not repeat', '2026-11-05', '2026-11-11'],
  ['some of which it repeats', '2026-11-12', '2026-10-26'],
])('a list of splits told once without one is undone by the next, %s', async (_, end, start) => {
  await fill('1m', { leavesOut: () => false, told: 'without' }, { start: DAYS.start, end });
  clock += 3_600_000;
  const summary = await fill('1m', { leavesOut: () => false, told: 'with' }, { start, end: DAYS.end });
  expect(summary).toMatchObject({ failed: 0 });
  await expectTruth('1m');
});
