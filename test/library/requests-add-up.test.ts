import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProviderConfig, Secrets } from '../../src/providers/provider.ts';
import type { RequestsBy } from '../../src/backfill/settle/requests-by.ts';
import type { BackfillOptions } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { ALPACA_KEYS } from '../../src/simulator/alpaca/index.ts';
import { POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import type { WireName } from '../../src/simulator/wire-names.ts';
import { NOW, start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { sampled } from '../needs.ts';

// What a plan prices is what is sent, and whatever is sent beyond it has a name. The simulator counts what it got.

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await stopAll();
  await folder.remove();
});

interface Wire {
  readonly id: WireName;
  readonly tickers: readonly string[];
  readonly settings?: ProviderConfig['settings'];
  readonly secrets?: Secrets;
  /** Of the faults: one that strikes a wire of which a single request is due. Default 5. */
  readonly seed?: number;
}

const SHARES = ['ALFA', 'BRIQ', 'CORV', 'DUNO'];

/** So many that whole markets cost less. */
const MANY = [...SHARES, 'ELNA', 'GLYF', 'HAZL', 'JUNP', 'KELV'];

const WIRES: readonly Wire[] = [
  { id: 'yahoo', tickers: SHARES },
  { id: 'sample', tickers: SHARES },
  { id: 'alpaca', tickers: SHARES, secrets: ALPACA_KEYS, seed: 3 },
  {
    ...{ id: 'polygon', tickers: SHARES },
    ...{ secrets: { key: POLYGON_KEYS.advanced }, settings: { tier: 'advanced' } },
  },
  { id: 'binance', tickers: ['BTC-USDT', 'ETH-USDT'] },
  { id: 'alphavantage', tickers: SHARES, secrets: { key: 'TESTPREMIUM' }, settings: { tier: '75' } },
];

/** What was sent by what is told of it. */
function addedUp({ notSent, ...by }: RequestsBy): number {
  return Object.values(by).reduce((sum, count) => sum + count, -notSent);
}

/** The plan of a run, what the run says that it sent, and what the simulator got of it. */
async function counted(
  { id, tickers, settings, secrets, intervals = ['1d'] }: Wire & Pick<BackfillOptions, 'intervals'>,
  { faults, isWritten = false }: { faults?: { rates: string; seed: number }; isWritten?: boolean } = {},
) {
  const simulator = await start({ wire: id, now: () => NOW, ...(faults && { faults }) });
  const history = openHistory({
    ...{
      store: `${folder.path}/${isWritten ? 'written' : 'data'}`,
      stateFolder: `${folder.path}/state`,
      clock: () => NOW,
    },
    provider: { id, url: simulator.url, ...(settings && { settings }) },
    ...(secrets && { secrets }),
    quotas: [],
    workers: 1,
  });
  const [request, plan] = [{ tickers, intervals, days: 20 }, `${folder.path}/plan`];
  const { routes: _routes, ...told } = await history.plan({ ...request, ...(isWritten && { to: plan }) });
  if (isWritten) expect(await history.plan({ plan })).toEqual(told);
  const priced = told.totals.requests;
  const summary = await history.backfill(isWritten ? { plan } : request);
  const { sent, retries, throttles, failed, stopped, requestsBy } = summary;
  await history.close();
  expect(addedUp(requestsBy)).toBe(sent);
  expect(requestsBy).toMatchObject({ priced, retries });
  const { priced: _priced, ...by } = Object.fromEntries(
    Object.entries(requestsBy).filter(([, count]) => count > 0),
  );
  return { priced, sent, retries, throttles, failed, stopped, by, seen: simulator.requests() };
}

describe.each(sampled(WIRES, 2, 'wires'))('of $id', (wire) => {
  it('as many requests come as were priced', async () => {
    const { priced, sent, seen, ...extra } = await counted(wire);
    expect(extra).toEqual({ retries: 0, throttles: 0, failed: 0, stopped: null, by: {} });
    expect(priced).toBeGreaterThan(0);
    expect([sent, seen]).toEqual([priced, priced]);
  });

  it('those that come beyond are told as retries and throttles', async () => {
    const rates = 'throttle-seconds=35%,error-500=35%';
    const faults = { rates, seed: wire.seed ?? 5 };
    const { priced, sent, seen, retries, throttles, by, ...ended } = await counted(wire, { faults });
    expect(ended).toEqual({ failed: 0, stopped: null });
    expect(retries + throttles).toBeGreaterThan(0);
    expect(seen).toBe(sent);
    expect(seen).toBe(priced + retries + throttles);
    expect({ retries: 0, throttled: 0, ...by }).toEqual({ retries, throttled: throttles });
  });

  it('so it is where the plan was written out and read back', async () => {
    const { priced, sent, seen, ...extra } = await counted(wire, { isWritten: true });
    expect(extra).toEqual({ retries: 0, throttles: 0, failed: 0, stopped: null, by: {} });
    expect([sent, seen]).toEqual([priced, priced]);
  });
});

it('so it is of splits and dividends that are asked for once for two intervals', async () => {
  const wire = { id: 'alpaca', tickers: SHARES, intervals: ['1h', '1d'], secrets: ALPACA_KEYS } as const;
  const { priced, sent, seen, failed } = await counted(wire, { isWritten: true });
  expect([failed, sent, seen]).toEqual([0, priced, priced]);
});

it('of whole markets a plan that was written out asks for what an ordinary run does', async () => {
  const secrets = { key: POLYGON_KEYS.starter };
  const wire = { id: 'polygon', tickers: MANY, settings: { tier: 'starter' }, secrets } as const;
  const usual = await counted(wire);
  expect(usual.sent).toBeGreaterThan(20);
  // How many pages lists of splits and dividends have is known about.
  expect(usual.sent).toBeLessThanOrEqual(usual.priced);
  expect(await counted(wire, { isWritten: true })).toEqual(usual);
});
