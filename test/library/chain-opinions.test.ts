import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { parseQuotas, type Quota } from '../../src/core/plan/quota.ts';
import { parseDay, startOfDay } from '../../src/core/session/day.ts';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { summaryText } from '../../src/report/run-text.ts';
import { POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { start } from '../simulator/running.ts';
import { lacking, tickersOf, walkingMarket } from './walking-market.ts';
import { chainStore, NOW, spiked } from './chain-store.ts';

const { optionsOf } = chainStore();

beforeEach(() => void vi.stubEnv('POLYGON_API_KEY', POLYGON_KEYS.starter));
afterEach(() => void vi.unstubAllEnvs());

it('a quota that is used up by second opinions ends the run as one, and the next one asks for them', async () => {
  const all = tickersOf(2);
  const odd = new Set(all.slice(1));
  const full = spiked(walkingMarket(all), odd, startOfDay(parseDay('2026-06-10')));
  const yahoo = await start({ wire: 'yahoo', market: lacking(full, odd), now: () => now });
  const polygon = await start({ wire: 'polygon', market: full, now: () => now });
  let now = NOW;
  const { secrets: _ofFirst, ...options } = optionsOf(polygon, yahoo, { clock: () => now });
  // Each of the two once: nothing is left to ask about what the second has and the first does not know.
  const run = async (quotas: readonly Quota[]) => {
    const history = openHistory({
      ...{ ...options, quotas },
      provider: [
        { id: 'yahoo', url: yahoo.url },
        { id: 'polygon', url: polygon.url, settings: { tier: 'starter' } },
      ],
    });
    const range = { start: '2026-03-02', end: '2026-11-18' };
    const summary = await history.backfill({ tickers: all, ...range, secondOpinion: true });
    await history.close();
    return summary;
  };
  const summary = await run(parseQuotas('2/day'));
  expect(summary).toMatchObject({
    ...{ fetched: 2, failed: 0, notRun: 0, stopped: { reason: 'quota-exhausted' } },
    secondOpinions: [{ provider: 'yahoo', says: 'unheard' }],
  });
  expect(yahoo.entries).toHaveLength(2);
  expect(exitCodeOf(summary)).toBe(3);
  expect(summaryText(summary).join('\n')).toMatch(
    /Quota used up.*It opens again .*: run the same command then/,
  );
  now += 86_400_000;
  const next = await run([]);
  expect([exitCodeOf(next), yahoo.entries.length, next.secondOpinions]).toMatchObject([
    ...[0, 3, [{ provider: 'yahoo', says: 'refused' }]],
  ]);
});
