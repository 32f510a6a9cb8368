import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { parseDay, startOfDay } from '../../src/core/session/day.ts';
import { openHistory } from '../../src/library/open-history.ts';
import type { Market } from '../../src/market/market.ts';
import { POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { start } from '../simulator/running.ts';
import { NOW, chainStore } from './chain-store.ts';
import { lacking, tickersOf, walkingMarket } from './walking-market.ts';

const { optionsOf } = chainStore();

beforeEach(() => void vi.stubEnv('POLYGON_API_KEY', POLYGON_KEYS.starter));
afterEach(() => void vi.unstubAllEnvs());

const ALL = tickersOf(3);
const [ONE = '', OTHER = ''] = ALL;
const FULL = walkingMarket(ALL);
const DAY = startOfDay(parseDay('2026-05-19'));
const RANGE = { start: '2026-05-01', end: '2026-06-30' };

/** A market of which the rows of some tickers on that day cannot be: their high is below their low. */
function crossed(market: Market, tickers: readonly string[]): Market {
  return {
    ...market,
    rows: (ticker, ...asked) =>
      market
        .rows(ticker, ...asked)
        .map((row) => (tickers.includes(ticker) && row.ts === DAY ? { ...row, high: 0.5 } : row)),
  };
}

/** A run of polygon, then yahoo, and how it is told. */
async function chainOf(first: Market, second: Market) {
  const polygon = await start({ wire: 'polygon', market: first, now: () => NOW });
  const yahoo = await start({ wire: 'yahoo', market: second, now: () => NOW });
  const { secrets: _ofOne, ...options } = optionsOf(polygon, yahoo);
  const provider = [
    { id: 'polygon', url: polygon.url, settings: { tier: 'starter' } },
    { id: 'yahoo', url: yahoo.url },
  ];
  return async (tickers: readonly string[] = ALL) => {
    const history = openHistory({ ...options, provider });
    const summary = await history.backfill({ tickers, ...RANGE });
    await history.close();
    const { newlyLost, failed, failures } = summary;
    const codes = failures.map(({ ticker, code }) => [ticker, code]);
    return { newlyLost, failed, codes, exit: exitCodeOf(summary), asked: yahoo.entries.length };
  };
}

const NOTHING = { sessions: 0, tickers: [] };

it('sessions that each of a chain loses are lost once, and no failure of the second', async () => {
  const market = crossed(FULL, [ONE, OTHER]);
  const run = await chainOf(market, market);
  const lost = { sessions: 2, tickers: [ONE, OTHER] };
  expect(await run()).toEqual({ newlyLost: lost, failed: 0, codes: [], exit: 1, asked: 2 });
  expect(await run()).toEqual({ newlyLost: NOTHING, failed: 0, codes: [], exit: 0, asked: 2 });
});

it('a session that is lost now counts once beside one that was lost before', async () => {
  const market = crossed(FULL, [ONE, OTHER]);
  const run = await chainOf(market, market);
  await run([ONE]);
  expect((await run()).newlyLost).toEqual({ sessions: 1, tickers: [OTHER] });
});

it('a session that the second alone loses is its failure', async () => {
  const first = lacking(FULL, new Set(), (ticker, ts) => ticker === ONE && ts === DAY);
  const run = await chainOf(first, crossed(FULL, [ONE]));
  const codes = [[ONE, 'mostly-rejected']];
  expect(await run()).toMatchObject({ newlyLost: { sessions: 1, tickers: [ONE] }, codes, exit: 1 });
});

it('a session that the second has is not lost', async () => {
  const run = await chainOf(crossed(FULL, [ONE]), FULL);
  expect(await run()).toEqual({ newlyLost: NOTHING, failed: 0, codes: [], exit: 0, asked: 1 });
});
