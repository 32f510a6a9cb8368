import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MS_PER_DAY } from '../../src/core/session/day.ts';
import type { ProviderConfig } from '../../src/providers/provider.ts';
import { POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { type Logged, start } from '../simulator/running.ts';
import { lacking, tickersOf, walkingMarket } from './walking-market.ts';
import { chainStore } from './chain-store.ts';

const { optionsOf, question } = chainStore();

beforeEach(() => void vi.stubEnv('POLYGON_API_KEY', POLYGON_KEYS.starter));
afterEach(() => void vi.unstubAllEnvs());

const ALL = tickersOf(12);
const [STRANGER = ''] = ALL;

/** A Tuesday, after the close of New York; and so many days later. */
const night = (days: number): number => Date.parse('2026-11-10T23:30:00Z') + days * MS_PER_DAY;

/** Whether a server was asked for a ticker by its name, by request. */
function isAskedFor(ticker: string, { entries }: Logged): number {
  return entries.filter(({ path, query }) => `${path}?${query}`.includes(ticker)).length;
}

describe('a ticker that the first of a chain does not know and the second has', () => {
  /** Two servers, of which the first does not know `unknown`, and a run of their chain at a time. */
  async function servers(unknown: Set<string>) {
    let now = night(0);
    const full = walkingMarket(ALL);
    const first = await start({ wire: 'yahoo', market: lacking(full, unknown), now: () => now });
    const second = await start({ wire: 'polygon', market: full, now: () => now });
    const { secrets: _ofFirst, ...options } = optionsOf(second, first, { clock: () => now });
    const chain: ProviderConfig[] = [
      { id: 'yahoo', url: first.url },
      { id: 'polygon', url: second.url, settings: { tier: 'starter' } },
    ];
    const run = async (at: number, alone = false) => {
      now = at;
      const before = [first, second].map((one) => isAskedFor(STRANGER, one));
      const history = openHistory({ ...options, provider: chain.slice(0, alone ? 1 : 2) });
      const summary = await history.backfill({ tickers: ALL, days: 20 });
      await history.close();
      const asked = [first, second].map((one, i) => isAskedFor(STRANGER, one) - (before[i] ?? 0));
      return { summary, asked };
    };
    return { run, first, second };
  }

  const SOURCES = `SELECT source, count(*)::INT FROM bars WHERE ticker = '${STRANGER}' GROUP BY 1 ORDER BY 1`;

  it('is asked of the first again when its claim is due, each time after twice as long', async () => {
    const { run } = await servers(new Set([STRANGER]));
    const nights: boolean[][] = [];
    for (let day = 0; day <= 7; day++)
      nights.push((await run(night(day))).asked.map((requests) => requests > 0));
    // Of the first after 1, 2 and 4 days; of the second for each session once it is final, on the night after.
    const nobody = [false, false];
    const [both, second] = [
      [true, true],
      [false, true],
    ];
    expect(nights).toEqual([both, both, second, both, second, nobody, nobody, both]);
    expect(await question(SOURCES)).toEqual([['polygon', 25]]);
  }, 60_000);

  it('is the first’s again once that tells anything of it', async () => {
    const unknown = new Set([STRANGER]);
    const { run } = await servers(unknown);
    await run(night(0));
    unknown.clear();
    await run(night(1));
    expect(await question(SOURCES)).toEqual([
      ['polygon', 20],
      ['yahoo', 1],
    ]);
    // Long before twice a day is over.
    await run(night(2));
    expect(await question(SOURCES)).toEqual([
      ['polygon', 20],
      ['yahoo', 2],
    ]);
  }, 60_000);

  it('is no complete one of the first alone, which is not asked for what it does not know', async () => {
    const { run } = await servers(new Set([STRANGER]));
    await run(night(0));
    await run(night(1));
    const { summary, asked } = await run(night(2), true);
    expect(asked).toEqual([0, 0]);
    const { series, fetched, complete, unavailable, newlyUnavailable, cannotBeHad } = summary;
    expect({ series, fetched, complete, unavailable, newlyUnavailable }).toEqual({
      ...{ series: 12, fetched: 11, complete: 0, unavailable: 1, newlyUnavailable: false },
    });
    expect(cannotBeHad).toMatchObject([
      { provider: 'yahoo', reason: 'unknown-ticker', sessions: 1, tickers: [STRANGER] },
    ]);
  }, 60_000);
});
