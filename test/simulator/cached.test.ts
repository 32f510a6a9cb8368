import { afterEach, describe, expect, it } from 'vitest';
import { sampleMarket } from '../../src/market/sample.ts';
import type { Market } from '../../src/market/market.ts';
import { NOW, YEAR, ask, start, stopAll } from './running.ts';

afterEach(stopAll);

const CHART = `/v8/finance/chart/ALFA?${YEAR}`;
const OTHERS = [
  `/v8/finance/chart/ALFA?${YEAR.replace('1d', '1h')}`,
  '/v8/finance/chart/ALFA?range=1mo&interval=15m&events=div',
  `/v8/finance/chart/BRAVO?${YEAR}`,
  '/v8/finance/chart/BTC-USD?range=1d&interval=1m',
  '/v8/finance/chart/NOBODY?range=1d&interval=1m',
  '/v8/finance/chart/ALFA?range=tomorrow',
];

/** The sample market, with a count of how often its rows were read. */
function counted(): { market: Market; readings: () => number } {
  let readings = 0;
  const market = sampleMarket();
  const rows: Market['rows'] = (...asked) => {
    readings++;
    return market.rows(...asked);
  };
  return { market: { ...bound(market), rows }, readings: () => readings };
}

function bound(market: Market): Market {
  return {
    tickers: () => market.tickers(),
    listing: (ticker) => market.listing(ticker),
    intervals: (ticker) => market.intervals(ticker),
    rows: (...asked) => market.rows(...asked),
    actions: (ticker) => market.actions(ticker),
    quiet: (ticker) => market.quiet(ticker),
  };
}

describe('a simulator with a cache', () => {
  it('gives every answer as it would be rendered, the first time and again', async () => {
    const rendering = await start();
    const caching = await start({ cache: true });
    for (const path of [CHART, ...OTHERS, CHART, ...OTHERS]) {
      const rendered = await ask(rendering.url, path);
      expect(rendered.body.length).toBeGreaterThan(50);
      expect(await ask(caching.url, path)).toEqual({
        ...rendered,
        ms: expect.any(Number),
        pieces: expect.any(Number),
      });
    }
  });

  it('reads its market once for an answer, however the clock goes on', async () => {
    const { market, readings } = counted();
    let clock = NOW;
    const { url } = await start({ market, cache: true, now: () => clock });
    const first = await ask(url, CHART);
    const once = readings();
    clock += 90 * 86_400_000;
    const again = await ask(url, CHART);
    expect(once).toBeGreaterThan(0);
    expect(readings()).toBe(once);
    expect(again.body).toBe(first.body);
    expect(again.headers).toEqual(first.headers);
  });

  it('renders an answer each time where it was not asked to keep it', async () => {
    const { market, readings } = counted();
    const { url } = await start({ market });
    await ask(url, CHART);
    const once = readings();
    await ask(url, CHART);
    expect(readings()).toBe(2 * once);
  });

  it('does not give a client without a name what one with a name got', async () => {
    const { url } = await start({ cache: true });
    const nameless = (): Promise<Response> => fetch(`${url}${CHART}`, { headers: { 'user-agent': '' } });
    expect((await nameless()).status).toBe(429);
    expect((await ask(url, CHART)).status).toBe(200);
    expect((await nameless()).status).toBe(429);
  });

  it('is hit by faults and limits, and keeps neither', async () => {
    const refused = { requests: 12, perMs: 60_000 };
    const faults = { rates: { 'error-503': 0.5, crossed: 0.5 }, seed: 3 };
    const hostile = { limits: [refused], faults };
    const rendering = await start(hostile);
    const caching = await start({ ...hostile, cache: true });
    for (let i = 0; i < 14; i++) {
      const seen = await ask(caching.url, CHART);
      expect(seen.body).toBe((await ask(rendering.url, CHART)).body);
    }
    const outcomes = caching.entries.map(({ outcome }) => outcome);
    expect(outcomes).toEqual(rendering.entries.map(({ outcome }) => outcome));
    expect(outcomes.slice(12)).toEqual(['limited', 'limited']);
    expect(new Set(outcomes.slice(0, 12))).toEqual(new Set(['ok', 'error-503', 'crossed']));
  });
});
