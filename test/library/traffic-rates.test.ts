import { afterEach, beforeEach, expect, it } from 'vitest';
import { openHistory } from '../../src/library/open-history.ts';
import { ALPACA_KEYS } from '../../src/simulator/alpaca/index.ts';
import { NOW, start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';

// What a summary says of how requests went.

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await stopAll();
  await folder.remove();
});

const TICKERS = ['ALFA', 'BRIQ', 'CORV', 'NOPE'];

async function summaryOf(
  provider: {
    readonly id: 'yahoo' | 'alpaca';
    readonly faults?: string;
    readonly secrets?: Record<string, string>;
  },
  tickers: readonly string[] = TICKERS,
) {
  const { id, faults, secrets } = provider;
  const simulator = await start({
    ...{ wire: id, now: () => NOW },
    ...(faults !== undefined && { faults: { rates: faults, seed: 3 } }),
  });
  const history = openHistory({
    ...{ store: `${folder.path}/data`, stateFolder: `${folder.path}/state`, clock: () => NOW },
    provider: { id, url: simulator.url },
    ...(secrets !== undefined && { secrets }),
    workers: 1,
  });
  const summary = await history.backfill({ tickers, days: 20 });
  await history.close();
  return { ...summary, seen: simulator.requests() };
}

it('is that all was well where it was, a ticker that there is not told of', async () => {
  const { sent, succeeded, successRate, throttleRate, seen } = await summaryOf({ id: 'yahoo' });
  expect([sent, succeeded, successRate, throttleRate]).toEqual([seen, seen, 1, 0]);
  expect(seen).toBe(TICKERS.length);
});

it('is what part failed, and what part was throttled', async () => {
  const { sent, succeeded, throttles, retries, ...rates } = await summaryOf(
    { id: 'yahoo', faults: 'throttle-seconds=15%,error-500=15%' },
    ['ALFA', 'BRIQ', 'CORV', 'DUNO', 'ELNA', 'FJRD', 'GLYF', 'HAZL'],
  );
  expect(succeeded).toBe(8);
  expect(throttles).toBeGreaterThan(0);
  expect(retries).toBeGreaterThan(0);
  expect(sent).toBe(succeeded + throttles + retries);
  expect([rates.successRate, rates.throttleRate]).toEqual([succeeded / sent, throttles / sent]);
});

it('is no success where the provider refuses the key', async () => {
  const { sent, successRate, throttleRate } = await summaryOf({
    id: 'alpaca',
    secrets: { ...ALPACA_KEYS, keyId: 'another' },
  });
  expect([sent, successRate, throttleRate]).toEqual([1, 0, 0]);
});

it('is nothing where nothing was sent', async () => {
  await summaryOf({ id: 'yahoo' }, ['ALFA']);
  const { sent, successRate, throttleRate } = await summaryOf({ id: 'yahoo' }, ['ALFA']);
  expect([sent, successRate, throttleRate]).toEqual([0, null, null]);
});
