import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { formatDay, parseDay } from '../../src/core/session/day.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import { isComplete } from '../../src/market/market.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import type { IntervalCapability, Provider } from '../../src/providers/provider.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { openYahoo } from '../../src/providers/yahoo/index.ts';
import { type RequestLogEntry, type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { rowsIn } from '../store/rows.ts';
import { toolsInProcess } from './in-process.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const market = sampleMarket();
/** QUIL is split on 2026-11-16, in the last of its windows. */
const ASKED = { start: '2026-10-26', end: '2026-11-19', tickers: ['QUIL'] };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
const simulators: Simulator[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
  store = openStore(folder.path);
});
afterEach(async () => {
  for (const simulator of simulators.splice(0)) await simulator.close();
  await folder.remove();
});

type Change = (provider: Provider) => Provider;

interface Options {
  readonly tickers?: string[];
  readonly everything?: boolean;
  readonly change?: Change;
  readonly now?: () => number;
}

/** Fills the store from the market on Yahoo's wire; gives the summary and the interval of each request. */
async function fill(
  intervals: readonly Interval[],
  { tickers = ASKED.tickers, everything = false, change = (same) => same, now = () => NOW }: Options = {},
): Promise<{ summary: RunSummary; asked: string[] }> {
  const log: RequestLogEntry[] = [];
  const simulator = await startSimulator({
    wire: 'yahoo',
    market,
    now: () => NOW,
    log: (one) => log.push(one),
  });
  simulators.push(simulator);
  const provider = change(openYahoo({ id: 'yahoo', url: simulator.url, timeoutMs: 5000 }, OPEN_GATE));
  const request = { ...ASKED, tickers, intervals, everything };
  const summary = await backfill(request, toolsInProcess(provider, store, now));
  const asked = log.map(({ query }) => new URLSearchParams(query).get('interval') ?? '');
  return { summary, asked };
}

describe('the splits of a ticker with several windows', () => {
  it('are asked for once a run, and all windows are turned back with them', async () => {
    const { summary, asked } = await fill(['1m', '5m']);
    expect(asked).toEqual(['1d', '1m', '1m', '1m', '1m', '5m']);
    expect(summary).toMatchObject({ failed: 0, fetched: 2, requests: 6, notRun: 0 });
    const range = { from: parseDay(ASKED.start), to: parseDay(ASKED.end) + 1 };
    for (const interval of ['1m', '5m'] as const) {
      const truth = market.rows('QUIL', interval, range).filter(isComplete);
      const rows = await rowsIn(store, { ticker: 'QUIL', interval });
      expect(rows.map(({ ts }) => ts)).toEqual(truth.map(({ ts }) => ts));
      for (const [i, { close }] of rows.entries())
        expect(Math.abs(close / (truth[i]?.close ?? 0) - 1)).toBeLessThan(2e-7);
    }
    const { entries, covered } = await store.readActionBook('QUIL');
    expect(entries.map(({ action }) => [action.kind, formatDay(action.exDay)])).toContainEqual([
      'split',
      '2026-11-16',
    ]);
    // With the week-end before.
    expect(covered).toEqual([{ ...range, from: range.from - 2 }]);
  });

  it('are asked for again where the answer with them is in doubt', async () => {
    await fill(['1m']);
    const before = await rowsIn(store, { ticker: 'QUIL', interval: '1m' });
    let told = 0;
    const withoutSplits: Change = (provider) => ({
      ...provider,
      fetchActions: async () => [{ ticker: 'QUIL', answer: { actions: [] } }],
      fetchBars: (request) => {
        if ((request.told?.size ?? 0) > 0) told++;
        return provider.fetchBars(request);
      },
    });
    const { summary, asked } = await fill(['1m'], { everything: true, change: withoutSplits });
    expect(summary).toMatchObject({ failed: 0, fetched: 1 });
    expect([told, asked.filter((interval) => interval === '1d').length]).toEqual([4, 4]);
    expect((await rowsIn(store, { ticker: 'QUIL', interval: '1m' })).map(({ close }) => close)).toEqual(
      before.map(({ close }) => close),
    );
  });

  it('cost one request of a ticker that there is not', async () => {
    const { summary, asked } = await fill(['1m'], { tickers: ['NOPE'] });
    expect(asked).toEqual(['1d']);
    expect(summary.failures).toMatchObject([{ ticker: 'NOPE', code: 'unknown-ticker' }]);
  });

  it('are asked for by each window that comes much later', async () => {
    let minutes = 0;
    const { asked } = await fill(['1m'], { now: () => NOW + 60_000 * 11 * minutes++ });
    expect(asked.filter((interval) => interval === '1d')).toHaveLength(5);
  });

  it('are asked for by the one window where there is but one', async () => {
    expect((await fill(['5m'])).asked).toEqual(['1d', '5m']);
  });
});

it('the splits of a list of tickers are asked for once for all its windows', async () => {
  const paths: string[] = [];
  const log = ({ path }: RequestLogEntry): void => void paths.push(path);
  const simulator = await startSimulator({ wire: 'sample', market, now: () => NOW, log });
  simulators.push(simulator);
  const sample = openSample({ id: 'sample', url: simulator.url }, OPEN_GATE);
  const { intervals } = sample.capabilities;
  const hourly = { ...(intervals['1h'] as IntervalCapability), maxSpanDays: 5 };
  const capabilities = { ...sample.capabilities, intervals: { '1h': hourly } };
  const tools = toolsInProcess({ ...sample, capabilities }, store, () => NOW);
  const week = { start: '2026-11-09', end: '2026-11-19', intervals: ['1h'] } as const;
  const summary = await backfill({ ...week, tickers: ['ALFA', 'QUIL'] }, tools);
  expect(paths).toEqual(['/v1/actions', '/v1/bars', '/v1/bars']);
  expect(summary).toMatchObject({ failed: 0, fetched: 2, requests: 3 });
  const { entries } = await store.readActionBook('QUIL');
  expect(entries.map(({ action }) => [action.kind, formatDay(action.exDay)])).toEqual([
    ['split', '2026-11-16'],
  ]);
});
