import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { openHistory } from '../../src/library/open-history.ts';
import type { ProviderConfig } from '../../src/providers/provider.ts';
import { POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { start } from '../simulator/running.ts';
import { NOW, chainStore } from './chain-store.ts';
import { lacking, tickersOf, walkingMarket } from './walking-market.ts';
import { sampled } from '../needs.ts';

const { optionsOf, question } = chainStore();

beforeEach(() => void vi.stubEnv('POLYGON_API_KEY', POLYGON_KEYS.starter));
afterEach(() => void vi.unstubAllEnvs());

const ALL = tickersOf(40);
const FULL = walkingMarket(ALL);

type Wire = 'yahoo' | 'polygon';

/** Two servers, and runs of their chain; what each lacks can be changed between them. */
async function chainOf(first: Wire, unknown: Set<string>, unknownToSecond = new Set<string>()) {
  const second = first === 'yahoo' ? 'polygon' : 'yahoo';
  const one = await start({ wire: first, market: lacking(FULL, unknown), now: () => NOW });
  const other = await start({ wire: second, market: lacking(FULL, unknownToSecond), now: () => NOW });
  const { secrets: _ofOne, ...options } = optionsOf(one, other);
  const of = (id: Wire, { url }: { readonly url: string }): ProviderConfig =>
    id === 'polygon' ? { id, url, settings: { tier: 'starter' } } : { id, url };
  const provider = [of(first, one), of(second, other)];
  const run = async (tickers: readonly string[] = ALL) => {
    const before = [one, other].map(({ entries }) => entries.length);
    const history = openHistory({ ...options, provider });
    const request = { tickers, start: '2026-03-02', end: '2026-11-18' };
    const { mayProbe = false } = await history.plan(request);
    const summary = await history.backfill(request);
    await history.close();
    const requests = [one, other].map(({ entries }, i) => entries.length - (before[i] ?? 0));
    return { summary, requests, mayProbe };
  };
  return { run, second: other };
}

const SOURCES = 'SELECT source, count(DISTINCT ticker)::INT FROM bars GROUP BY 1 ORDER BY 1';

const faults = ({ failures }: { readonly failures: readonly { ticker: string; code: string }[] }) =>
  failures
    .filter(({ code }) => code === 'provider-fault')
    .map(({ ticker }) => ticker)
    .toSorted();

describe('tickers of a list that the first of a chain does not know', () => {
  it.each(sampled(['yahoo', 'polygon'] as const, 2, 'first'))(
    'are asked of the next where they are no more than half of it (%s first)',
    async (first) => {
      const { run } = await chainOf(first, new Set(ALL.slice(0, 15)));
      const { summary } = await run();
      expect(summary).toMatchObject({ series: 40, fetched: 40, failed: 0, unavailable: 0, failures: [] });
      expect(exitCodeOf(summary)).toBe(0);
      expect(Object.fromEntries((await question(SOURCES)) as [string, number][])).toEqual({
        ...{ yahoo: 15, polygon: 15 },
        [first]: 25,
      });
      const again = await run();
      expect([again.summary.complete, again.requests]).toEqual([40, [0, 0]]);
    },
    20_000,
  );

  it.each(
    sampled(
      [
        ['yahoo', 25],
        ['yahoo', 40],
        ['polygon', 25],
      ] as const,
      2,
      'outages',
    ),
  )(
    'are its fault where they are more than half, as in an outage that looks like it (%s first, %i of 40)',
    async (first, count) => {
      const unknown = ALL.slice(0, count);
      const { run } = await chainOf(first, new Set(unknown));
      const { summary, requests } = await run();
      expect([faults(summary), summary.failed, requests[1]]).toEqual([unknown, count, 0]);
      expect(exitCodeOf(summary)).toBe(1);
    },
    20_000,
  );

  it.each([
    ['asked of the next', true],
    ['its fault', false],
  ] as const)(
    'are, added to a complete list, %s where a complete one shows it to be so',
    async (_, isSound) => {
      const [old, added] = [ALL.slice(15), ALL.slice(0, 15)];
      const unknown = new Set(added);
      const { run, second } = await chainOf('yahoo', unknown);
      await run(old);
      if (!isSound) for (const ticker of old) unknown.add(ticker);
      const { summary, requests, mayProbe } = await run();
      expect(mayProbe).toBe(true);
      expect([faults(summary), summary.fetched]).toEqual(isSound ? [[], 15] : [added, 0]);
      expect((requests[1] ?? 0) > 0).toBe(isSound);
      expect(second.entries.length > 0).toBe(isSound);
      expect(exitCodeOf(summary)).toBe(isSound ? 0 : 1);
      if (!isSound) expect(summary.failures[0]?.message).toContain('nor did it show itself sound');
    },
    20_000,
  );

  it('are the fault of the last one from a tenth of the list on, which nobody comes after', async () => {
    const nobodys = ALL.slice(0, 6);
    const { run } = await chainOf('yahoo', new Set(ALL.slice(0, 15)), new Set(nobodys));
    const { summary } = await run();
    expect([faults(summary), summary.fetched]).toEqual([nobodys, 34]);
    expect(exitCodeOf(summary)).toBe(1);
  }, 20_000);

  it('are its fault from a tenth of the list on where the next one does not serve them', async () => {
    const foreign = ['A', 'B', 'C', 'D', 'E', 'F'].map((name) => `${name}.PA`);
    const { run } = await chainOf('yahoo', new Set(ALL.slice(0, 10)));
    const { summary } = await run([...ALL.slice(0, 34), ...foreign]);
    expect([faults(summary), summary.fetched]).toEqual([foreign, 34]);
    expect(exitCodeOf(summary)).toBe(1);
  }, 20_000);
});
