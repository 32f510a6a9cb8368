import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BackfillEvent } from '../../src/backfill/run/events.ts';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { openHistory } from '../../src/library/open-history.ts';
import type { ProviderConfig } from '../../src/providers/provider.ts';
import { ALPACA_KEYS } from '../../src/simulator/alpaca/index.ts';
import { POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { type Logged, start } from '../simulator/running.ts';
import { NOW, chainStore } from './chain-store.ts';
import { lacking, tickersOf, walkingMarket } from './walking-market.ts';

const { optionsOf, question } = chainStore();

beforeEach(() => {
  vi.stubEnv('POLYGON_API_KEY', POLYGON_KEYS.starter);
  vi.stubEnv('APCA_API_KEY_ID', ALPACA_KEYS.keyId);
  vi.stubEnv('APCA_API_SECRET_KEY', ALPACA_KEYS.secretKey);
});
afterEach(() => void vi.unstubAllEnvs());

const ALL = tickersOf(60);
const FULL = walkingMarket(ALL);
const RANGE = { start: '2026-03-02', end: '2026-11-18' };

type Wire = 'yahoo' | 'alpaca' | 'polygon';

/** Servers, each with the tickers that it lacks, which can be changed, and runs of their chain. */
async function chainOf(...wires: readonly (readonly [Wire, ReadonlySet<string>])[]) {
  const servers: Logged[] = [];
  for (const [wire, unknown] of wires)
    servers.push(await start({ wire, market: lacking(FULL, unknown), now: () => NOW }));
  const [first] = servers as [Logged];
  const { secrets: _ofOne, ...options } = optionsOf(first, first);
  const provider = wires.map(([id], i): ProviderConfig => {
    const url = servers[i]?.url ?? '';
    return id === 'polygon' ? { id, url, settings: { tier: 'starter' } } : { id, url };
  });
  return async (tickers: readonly string[] = ALL) => {
    const before = servers.map(({ entries }) => entries.length);
    const history = openHistory({ ...options, provider });
    const probes: boolean[] = [];
    const onEvent = (event: BackfillEvent): void => {
      if (event.type === 'planned') probes.push(event.plan.mayProbe === true);
    };
    const summary = await history.backfill({ tickers, ...RANGE, onEvent });
    const left = (await history.leftUndone({})).series.map(({ ticker }) => ticker).toSorted();
    const missing = (await history.coverage({ tickers, ...RANGE })).series
      .filter((one) => one.missing > 0)
      .map(({ ticker }) => ticker);
    await history.close();
    const requests = servers.map(({ entries }, i) => entries.length - (before[i] ?? 0));
    const faults = summary.failures
      .filter(({ code }) => code === 'provider-fault')
      .map(({ ticker }) => ticker)
      .toSorted();
    return { summary, faults, requests, probes, left, missing };
  };
}

const SOURCES = 'SELECT source, count(DISTINCT ticker)::INT FROM bars GROUP BY 1 ORDER BY 1';

describe('what a later provider of a chain has nothing of, of all that it is asked for in a run', () => {
  /** The first lacks twelve, of which the second lacks six, which are asked for last. */
  const [ofSecond, added] = [ALL.slice(6, 12), ALL.slice(0, 6)];

  it('is believed as a small part of the list, once one that it gave shows it to be sound', async () => {
    const run = await chainOf(['yahoo', new Set([...added, ...ofSecond])], ['polygon', new Set(added)]);
    expect(exitCodeOf((await run(ALL.slice(6))).summary)).toBe(0);
    const { summary, faults } = await run();
    expect([faults, summary.failed, summary.unavailable]).toEqual([[], 0, 6]);
    expect(summary.cannotBeHad).toMatchObject([
      { reason: 'vendor-empty', tickers: added },
      { reason: 'not-yet-published', tickers: added },
    ]);
    const polygon = summary.byProvider?.find(({ provider }) => provider === 'polygon');
    expect(polygon?.requestsBy.added).toBeGreaterThan(0);
    const again = await run();
    expect([exitCodeOf(again.summary), again.requests]).toEqual([0, [0, 0]]);
    expect([again.left, again.missing]).toEqual([[], []]);
    expect(await question(SOURCES)).toEqual([
      ['polygon', 6],
      ['yahoo', 48],
    ]);
  }, 60_000);

  it('is its fault where it has none of those that it gave any more', async () => {
    const unknown = new Set(added);
    const run = await chainOf(['yahoo', new Set([...added, ...ofSecond])], ['polygon', unknown]);
    await run(ALL.slice(6));
    for (const ticker of ALL) unknown.add(ticker);
    const { summary, faults, probes, left, missing } = await run();
    expect([faults, probes, exitCodeOf(summary)]).toEqual([added, [true, true], 1]);
    // Its answers are on record as doubtful, beside what the first said.
    expect([left, missing]).toEqual([added, added]);
    const { message = '' } = summary.failures.find(({ code }) => code === 'provider-fault') ?? {};
    expect(message).toMatch(/6 of 6 tickers.*nor did it show itself sound when asked for Q\w+ again/);
    expect(message).toContain(ofSecond.find((ticker) => message.includes(ticker)) ?? 'none of its own');
  }, 60_000);

  it('is asked of the third, where bars of the first show the second to be sound, of which none came yet', async () => {
    const strange = new Set(ALL.slice(0, 10));
    const run = await chainOf(['yahoo', strange], ['alpaca', strange], ['polygon', new Set()]);
    const { summary, faults } = await run();
    expect([faults, summary.fetched, exitCodeOf(summary)]).toEqual([[], 60, 0]);
    expect(await question(SOURCES)).toEqual([
      ['polygon', 10],
      ['yahoo', 50],
    ]);
  }, 60_000);

  it('is its fault where it has none of the bars of the first, and the third is not asked', async () => {
    const strange = new Set(ALL.slice(0, 10));
    const run = await chainOf(['yahoo', strange], ['alpaca', new Set(ALL)], ['polygon', new Set()]);
    const { summary, faults, requests } = await run();
    expect([faults, requests[2], exitCodeOf(summary)]).toEqual([[...strange], 0, 1]);
    const { message = '' } = summary.failures.find(({ code }) => code === 'provider-fault') ?? {};
    expect(message).toMatch(/10 of 10 tickers.*when asked for Q\w+, which is stored from elsewhere/);
  }, 60_000);
});
