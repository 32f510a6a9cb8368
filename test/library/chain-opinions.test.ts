import { cpSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { parseQuotas, type Quota } from '../../src/core/plan/quota.ts';
import { parseDay, startOfDay } from '../../src/core/session/day.ts';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { summaryText } from '../../src/report/run-text.ts';
import { POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { start } from '../simulator/running.ts';
import { lacking, tickersOf, walkingMarket } from './walking-market.ts';
import { chainStore, NOW, refusing, scaled, spiked } from './chain-store.ts';
import type { Market } from '../../src/market/market.ts';

const { at, optionsOf } = chainStore();

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

it('a provider that is asked for second opinions alone has its line, and all requests are in one', async () => {
  const all = tickersOf(2);
  const full = spiked(walkingMarket(all), new Set(all.slice(1)), startOfDay(parseDay('2026-06-10')));
  const polygon = await start({ wire: 'polygon', market: full, now: () => NOW });
  const yahoo = await start({ wire: 'yahoo', market: full, now: () => NOW });
  const { secrets: _ofFirst, ...options } = optionsOf(polygon, yahoo);
  const history = openHistory({
    ...options,
    provider: [
      { id: 'polygon', url: polygon.url, settings: { tier: 'starter' } },
      { id: 'yahoo', url: yahoo.url },
    ],
  });
  const range = { start: '2026-03-02', end: '2026-11-18' };
  const summary = await history.backfill({ tickers: all, ...range, secondOpinion: true });
  await history.close();
  expect(summary.secondOpinions?.map(({ provider }) => provider)).toEqual(['yahoo']);
  const { byProvider = [], sent, requests } = summary;
  expect(byProvider).toMatchObject([
    { provider: 'polygon', fetched: 2, sent: polygon.entries.length },
    { provider: 'yahoo', fetched: 0, failed: 0, bars: 0, inserted: 0, sent: 1, stopped: null, refused: [] },
  ]);
  const sum = (name: 'sent' | 'requests'): number => byProvider.reduce((total, one) => total + one[name], 0);
  expect([sum('sent'), sum('requests')]).toEqual([sent, requests]);
  expect(yahoo.entries).toHaveLength(1);
  expect(summaryText(summary)).toContainEqual(
    expect.stringMatching(/^yahoo: 0 bars \(0 new\) of 0 series {2}Sent: 1 /),
  );
});

/** A market whose prices of some tickers before a day stand at a quarter, as if adjusted for a split that is none. */
function quartered(market: Market, tickers: ReadonlySet<string>, before: number): Market {
  const low = scaled(market, 0.25);
  return {
    ...market,
    rows: (ticker, ...asked) =>
      market
        .rows(ticker, ...asked)
        .map((row, i) =>
          tickers.has(ticker) && row.ts < before ? (low.rows(ticker, ...asked)[i] ?? row) : row,
        ),
  };
}

it('a step between two sessions is compared as one: the session after it says nothing by itself', async () => {
  const all = tickersOf(4);
  const [, wrong = '', right = '', low = ''] = all;
  const day = startOfDay(parseDay('2026-06-10'));
  const truth = quartered(walkingMarket(all), new Set([right]), day);
  const lower = scaled(truth, 0.9);
  const polygon = await start({
    wire: 'polygon',
    market: quartered(truth, new Set([wrong, low]), day),
    now: () => NOW,
  });
  const yahoo = await start({
    wire: 'yahoo',
    market: {
      ...truth,
      rows: (ticker, ...asked) => (ticker === low ? lower : truth).rows(ticker, ...asked),
    },
    now: () => NOW,
  });
  const { secrets: _ofFirst, ...options } = optionsOf(polygon, yahoo);
  const history = openHistory({
    ...options,
    provider: [
      { id: 'polygon', url: polygon.url, settings: { tier: 'starter' } },
      { id: 'yahoo', url: yahoo.url },
    ],
  });
  const range = { start: '2026-03-02', end: '2026-11-18' };
  const summary = await history.backfill({ tickers: all, ...range, secondOpinion: true });
  const bar = async (ticker: string): Promise<unknown> =>
    (await history.read({ ticker, interval: '1d' }, { start: '2026-06-09', end: '2026-06-09' }))[0]?.source;
  expect(await bar(wrong)).toBe('polygon');
  await history.close();
  // They come as the series end.
  const { secondOpinions: opinions = [] } = summary;
  const secondOpinions = [wrong, right, low].map((ticker) => opinions.find((one) => one.ticker === ticker)!);
  expect(opinions).toHaveLength(3);
  expect(secondOpinions.map(({ ticker, session, kind, says }) => [ticker, session, kind, says])).toEqual([
    [wrong, '2026-06-10', 'basis-flip', 'other'],
    [right, '2026-06-10', 'basis-flip', 'same'],
    [low, '2026-06-10', 'basis-flip', 'other'],
  ]);
  expect(secondOpinions[0]?.note).toMatch(
    /^yahoo has [\d.]+ too, but [\d.]+ the session before, where polygon has [\d.]+: yahoo shows no such step$/,
  );
  expect(secondOpinions[1]?.note).toBe('yahoo has the same step');
  expect(secondOpinions[2]?.note).toMatch(
    /^yahoo has [\d.]+, where polygon has [\d.]+, and [\d.]+ the session before, where .*: yahoo shows no such step$/,
  );
  expect(yahoo.entries).toHaveLength(3);
  expect(summary).toMatchObject({ fetched: 4, failed: 0, revised: 0, stopped: null });
  expect(exitCodeOf(summary)).toBe(0);
});

it('second opinions that were about to be asked for when all ended are asked for by the next run', async () => {
  const all = tickersOf(2);
  const odd = startOfDay(parseDay('2026-06-10'));
  const spikes = spiked(walkingMarket(all), new Set(all.slice(1)), odd);
  const polygon = await start({ wire: 'polygon', market: spikes, now: () => NOW });
  const yahoo = await start({ wire: 'yahoo', market: walkingMarket(all), now: () => NOW });
  const { secrets: _ofFirst, ...options } = optionsOf(polygon, yahoo, { clock: () => now });
  let now = NOW;
  const run = async (store: string, url: string) => {
    const history = openHistory({
      ...{ ...options, store },
      provider: [
        { id: 'polygon', url: polygon.url, settings: { tier: 'starter' } },
        { id: 'yahoo', url },
      ],
    });
    const range = { start: '2026-03-02', end: '2026-11-18' };
    const summary = await history.backfill({ tickers: all, ...range, secondOpinion: true });
    await history.close();
    now += 3_600_000;
    return summary;
  };
  // As a killed run leaves it.
  const killed = `${at()}-killed`;
  const kept = await refusing(401, () => cpSync(at(), killed, { recursive: true, force: true }));
  await run(at(), kept.url);
  await kept.close();

  const next = await run(killed, yahoo.url);
  expect(next).toMatchObject({
    fetched: 0,
    secondOpinions: [{ ticker: all[1], provider: 'yahoo', session: '2026-06-10' }],
  });
  expect(next.secondOpinions?.[0]?.says).not.toBe('unheard');
  expect((await run(killed, yahoo.url)).secondOpinions ?? []).toEqual([]);
});
