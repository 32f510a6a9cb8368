import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { BackfillEvent } from '../../src/backfill/run/events.ts';
import type { RequestsBy } from '../../src/backfill/settle/requests-by.ts';
import { parseDay, startOfDay } from '../../src/core/session/day.ts';
import { openHistory } from '../../src/library/open-history.ts';
import type { ProviderConfig } from '../../src/providers/provider.ts';
import { opinionLine } from '../../src/report/chain-text.ts';
import { ALPACA_KEYS } from '../../src/simulator/alpaca/index.ts';
import { POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import type { WireName } from '../../src/simulator/wire-names.ts';
import { sampled } from '../needs.ts';
import { start } from '../simulator/running.ts';
import { chainStore, NOW, spiked } from './chain-store.ts';
import { tickersOf, walkingMarket } from './walking-market.ts';

// What is sent for second opinions is what is priced, and said before, with what is named beyond it.

const { optionsOf } = chainStore();

beforeEach(() => {
  for (const [name, value] of Object.entries({
    POLYGON_API_KEY: POLYGON_KEYS.starter,
    ALPHAVANTAGE_API_KEY: 'TESTPREMIUM',
    APCA_API_KEY_ID: ALPACA_KEYS.keyId,
    APCA_API_SECRET_KEY: ALPACA_KEYS.secretKey,
  }))
    vi.stubEnv(name, value);
});
afterEach(() => void vi.unstubAllEnvs());

const [ONE = '', TWO = '', EVEN = ''] = tickersOf(3);
const DAYS = ['2026-10-07', '2026-10-21'].map((day) => startOfDay(parseDay(day))) as [number, number];

/** One ticker has a spike on one day, another on two, and the last on none: three odd sessions of two tickers. */
const MARKET = spiked(
  spiked(walkingMarket([ONE, TWO, EVEN]), new Set([ONE, TWO]), DAYS[0]),
  new Set([TWO]),
  DAYS[1],
);

const addedUp = ({ notSent, ...by }: RequestsBy): number =>
  Object.values(by).reduce((sum, count) => sum + count, -notSent);

/** A chain of which the second is asked about three odd sessions of the first, and what came of it. */
async function asked(wire: WireName, settings: ProviderConfig['settings'], faults?: string) {
  const id = wire === 'polygon' ? 'yahoo' : 'polygon';
  const first = await start({ wire: id, market: MARKET, now: () => NOW });
  const second = await start({
    ...{ wire, market: MARKET, now: () => NOW },
    ...(faults !== undefined && { faults: { rates: faults, seed: 5 } }),
  });
  const { secrets: _ofFirst, ...options } = optionsOf(first, second);
  const events: BackfillEvent[] = [];
  const history = openHistory({
    ...options,
    provider: [
      { id, url: first.url, ...(id === 'polygon' && { settings: { tier: 'starter' } }) },
      { id: wire, url: second.url, ...(settings && { settings }) },
    ],
  });
  const range = { start: '2026-09-01', end: '2026-11-13' };
  const summary = await history.backfill({
    ...{ tickers: [ONE, TWO, EVEN], ...range, secondOpinion: true },
    onEvent: (event) => events.push(event),
  });
  await history.close();
  const told = events.flatMap((event) => (event.type === 'opinion' ? [event] : []));
  return { summary, told, seen: second.requests() };
}

const WIRES = [
  ['yahoo', undefined, 3],
  // One for both tickers on the same day.
  ['sample', undefined, 2],
  // Two more for splits and dividends, once a ticker.
  ['polygon', { tier: 'starter' }, 3 + 2 * 2],
  // One more for each list.
  ['alpaca', undefined, 2 + 2],
  ['alphavantage', { tier: 'free' }, 3 + 2 * 2],
  ['alphavantage', { tier: 'free', actions: 'none' }, 3],
  ['alphavantage', { tier: '75' }, 3],
] as const;

it.each(sampled(WIRES, 2, 'wires'))(
  '%s (%o) is sent as many as are priced and said, %d of three sessions',
  async (wire, settings, requests) => {
    const { summary, told, seen } = await asked(wire, settings);
    expect(summary.secondOpinions?.map(({ says }) => says)).toEqual(['same', 'same', 'same']);
    const part = summary.byProvider?.find(({ provider }) => provider === wire);
    expect([seen, part?.sent, part?.requestsBy.priced]).toEqual([requests, requests, requests]);
    expect(part && addedUp(part.requestsBy)).toBe(requests);
    expect(told.map(opinionLine)).toEqual([
      `Then ${wire}, for what it has of 3 odd sessions: ${requests} requests`,
    ]);
  },
);

it.each(sampled(['yahoo', 'alpaca', 'polygon'] as const, 2, 'beyond'))(
  'what %s is sent beyond them has a name',
  async (wire) => {
    const settings = wire === 'polygon' ? { tier: 'starter' } : undefined;
    const { summary, told, seen } = await asked(wire, settings, 'throttle-seconds=35%,error-500=35%');
    expect(summary.secondOpinions?.map(({ says }) => says)).toEqual(['same', 'same', 'same']);
    const part = summary.byProvider?.find(({ provider }) => provider === wire);
    const { priced = 0, retries = 0, throttled = 0, ...others } = part?.requestsBy ?? {};
    expect(retries + throttled).toBeGreaterThan(0);
    expect([seen, priced]).toEqual([priced + retries + throttled, told[0]?.requests]);
    expect(Object.values(others).filter((count) => count !== 0)).toEqual([]);
  },
);
