import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Category, Member } from '../../../src/core/universe/member.ts';
import { sampleMarket } from '../../../src/market/sample.ts';
import { OPEN_GATE } from '../../../src/providers/http/gate.ts';
import { loadProvider } from '../../../src/providers/module/load-module.ts';
import { openProvider } from '../../../src/providers/registry.ts';
import { startSimulator } from '../../../src/simulator/server.ts';
import { contractOf } from '../../../src/testing/index.ts';
// @ts-expect-error: it is plain JavaScript, as it stands in the README.
import wire from './wire.mjs';

const module = fileURLToPath(new URL('toy.mjs', import.meta.url));

const market = sampleMarket();
const NOW = Date.parse('2026-11-20T12:00:00Z');

/** What the toy lists of its server, which has this wrong with it. */
async function listed(categories: readonly Category[], rates = ''): Promise<readonly Member[]> {
  const faults = { rates, seed: 1 };
  const simulator = await startSimulator({ wire, market, now: () => NOW, ...(rates !== '' && { faults }) });
  try {
    const config = await loadProvider(module, { url: simulator.url });
    const provider = await openProvider(config, { ...OPEN_GATE, failed: async () => false });
    return (await provider.discover?.({ categories, asOf: null, now: NOW })) ?? [];
  } finally {
    await simulator.close();
  }
}

describe('the universes of the provider of the README', () => {
  it('are what its server lists, the dead too', async () => {
    const truth = market.tickers().flatMap((ticker) => {
      const { calendar, type, firstTrade = null, delistedOn = null } = market.listing(ticker) ?? {};
      if (calendar !== 'XNYS' || type !== 'equity') return [];
      return { ticker, listed: firstTrade, delisted: delistedOn === null ? null : delistedOn - 1 };
    });
    expect(truth.filter(({ delisted }) => delisted !== null).length).toBeGreaterThan(1);
    const members = await listed(['us_equities']);
    expect(members.map(({ ticker, listed: from, delisted }) => ({ ticker, listed: from, delisted }))).toEqual(
      truth,
    );
    expect(members.every(({ type, source }) => type === 'equity' && source === 'toy')).toBe(true);
    const funds = await listed(['etf']);
    expect([funds.length > 0, new Set(funds.map(({ type }) => type))]).toEqual([true, new Set(['etf'])]);
  });

  it.each(['truncated', 'error-500', 'html-200', 'throttle'])('are none where it answers with %s', (fault) =>
    expect(listed(['etf'], `${fault}=100%`)).rejects.toMatchObject({ retryable: true }),
  );
});

describe('the provider of the README', async () => {
  const checks = await contractOf({ module, wire });
  it.for(checks.map(({ name, run }) => [name, run] as const))('%s', async ([, run], context) => {
    expect(await run(context)).toBeUndefined();
  });
});
