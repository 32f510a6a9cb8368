import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BackfillTools, backfill } from '../../src/backfill/backfill.ts';
import { type BackfillRequest, prepare } from '../../src/backfill/plan/prepare.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { BackfillError } from '../../src/core/errors.ts';
import type { Market, MarketRow } from '../../src/market/market.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { openYahoo } from '../../src/providers/yahoo/index.ts';
import { planText } from '../../src/report/plan-text.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { type Logged, NOW, start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { toolsInProcess } from './in-process.ts';
import { wideMarket } from './wide-market.ts';

const DAY = 86_400_000;
const WEEK = { start: '2026-11-09', end: '2026-11-13' } as const;
/** Of fifty tickers five may be unknown before it is the provider's fault. */
const wide = wideMarket(60);
/** Those that have a bar of every session. */
const NAMES = wide.names.filter((_, i) => i % 7 !== 3);
const LISTED = NAMES.slice(0, 45);
const DELISTED = NAMES.slice(45, 50);
const LIST = [...LISTED, ...DELISTED];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
let simulator: Logged;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = openStore(folder.path);
});
afterEach(async () => {
  await stopAll();
  await folder.remove();
});

const isListed = (ticker: string): boolean => LISTED.includes(ticker);

/** Serves the tickers of the list that are listed, all alike but for some change; gives the provider that asks there. */
async function serve(change: Partial<Market> = {}): Promise<Provider> {
  const market: Market = {
    ...wide,
    rows: (ticker, ...about) => wide.rows(isListed(ticker) ? ticker : 'none', ...about),
    listing: (ticker) => (isListed(ticker) ? wide.listing(ticker) : undefined),
    actions: () => [],
    ...change,
  };
  simulator = await start({ market });
  return openYahoo({ id: 'yahoo', url: simulator.url }, OPEN_GATE);
}

const run = (
  provider: Provider,
  request: Partial<BackfillRequest> = {},
  more: Partial<BackfillTools> = {},
): Promise<RunSummary> =>
  backfill(
    { tickers: LIST, ...WEEK, ...request },
    { ...toolsInProcess(provider, store, () => NOW), ...more },
  );

/** Symbols in the order in which they were asked for since the last call. */
function asked(): (string | null)[] {
  const before = seen.get(simulator) ?? 0;
  seen.set(simulator, simulator.entries.length);
  return simulator.entries.slice(before).map(({ symbol }) => symbol);
}
const seen = new WeakMap<Logged, number>();

/** A first fill that is stopped when only the delisted tickers are left. */
async function interrupted(provider: Provider): Promise<RunSummary> {
  const stop = new AbortController();
  const summary = await run(
    provider,
    {},
    {
      stop: stop.signal,
      onEvent: (event) => {
        if (event.type === 'finished' && event.done === LISTED.length) stop.abort();
      },
    },
  );
  expect(asked()).toEqual(LISTED);
  expect(summary).toMatchObject({ fetched: 45, notRun: 5, stopped: { reason: 'interrupted' } });
  return summary;
}

/** What is known of those that are not listed: reasons, and how many of their series have any. */
async function known(): Promise<readonly string[]> {
  const { series } = await store.scan({ tickers: DELISTED });
  return [...series.values()].flatMap(({ coverage }) =>
    coverage.absent.flatMap(({ by }) => by.map(({ reason }) => reason)),
  );
}

describe('the delisted tickers that an interrupted fill left', () => {
  it('are settled by the next run for one request more, and not asked for again', async () => {
    const provider = await serve();
    await interrupted(provider);
    const second = await run(provider);
    const [probe, ...others] = asked().slice(DELISTED.length);
    expect(others).toEqual([]);
    expect(LISTED).toContain(probe);
    expect(second).toMatchObject({ requests: 6, complete: 45, unavailable: 5, failed: 0, notRun: 0 });
    expect(second).toMatchObject({ fetched: 0, revised: 0, series: 50, newlyUnavailable: true });
    expect(second.drift).toEqual({ yahoo: { compared: 4, changed: 0, gone: 0, worst: 0 } });
    expect([exitCodeOf(second), await known()]).toEqual([1, Array(5).fill('unknown-ticker')]);
    const third = await run(provider);
    expect([exitCodeOf(third), third.requests, asked()]).toEqual([0, 0, []]);
    expect(third).toMatchObject({ complete: 45, unavailable: 5 });
  });

  it('stay missing, run by run, while the provider does not know any ticker', async () => {
    await interrupted(await serve());
    const broken = await serve({ listing: () => undefined });
    for (let i = 0; i < 2; i++) {
      const summary = await run(broken);
      expect(asked()).toHaveLength(6);
      expect(summary).toMatchObject({ complete: 45, failed: 5, unavailable: 0, requests: 6 });
      expect([exitCodeOf(summary), await known()]).toEqual([1, []]);
      expect(summary.failures[0]?.message).toMatch(
        /so it said of 5 of 5 tickers: taken for its own fault; nor did it show itself sound when asked for Q\w+ again, which is stored: .*; run again later$/,
      );
    }
  });

  it('stay missing where the provider has other prices of a complete ticker, or none', async () => {
    await interrupted(await serve());
    const times = (row: MarketRow): MarketRow => {
      const at = (price: number | null): number => (price ?? 0) * 1.5;
      return { ...row, open: at(row.open), high: at(row.high), low: at(row.low), close: at(row.close) };
    };
    const rows: Market['rows'] = (...about) => wide.rows(...about).map(times);
    const changes = [
      [{ rows }, 'again, which is stored: the answer changes 4 stored bars'],
      [{ rows: () => [] }, 'again, which is stored: it has none of its bars; run again later'],
    ] as const;
    for (const [change, why] of changes) {
      const summary = await run(await serve(change));
      expect(asked()).toHaveLength(6);
      expect(summary).toMatchObject({ complete: 45, failed: 5, changed: 0, requests: 6 });
      expect([exitCodeOf(summary), await known()]).toEqual([1, []]);
      expect(summary.failures[0]?.message).toContain(why);
    }
  });

  it('wait for another run where the quota ends before the provider shows that it is sound', async () => {
    const provider = await serve();
    await interrupted(provider);
    let left = DELISTED.length;
    const short: Provider = {
      ...provider,
      fetchBars: (request) => {
        if (left-- === 0) throw new BackfillError('quota-exhausted', 'nothing is left of the quota');
        return provider.fetchBars(request);
      },
    };
    const summary = await run(short);
    expect(summary).toMatchObject({ failed: 5, notRun: 0, requests: 5, complete: 45 });
    expect([exitCodeOf(summary), await known()]).toEqual([3, []]);
    expect(summary.failures[0]?.message).toContain('the run ended before it answered; run again later');
    expect(exitCodeOf(await run(provider))).toBe(1);
    expect(await known()).toHaveLength(5);
  });

  it('are settled over days by a quota that they would use up, which leaves room for the probe', async () => {
    const provider = await serve();
    await interrupted(provider);
    const quotas = [{ requests: 6, perMs: DAY }];
    const capabilities = { ...provider.capabilities, quotas };
    const more = DELISTED.length + 3;
    const tickers = [...LIST, 'GONEA', 'GONEB', 'GONEC'];
    for (const [day, settled] of [
      [0, 5],
      [1, more],
    ] as const) {
      let left = 6;
      const short: Provider = {
        ...provider,
        capabilities,
        fetchBars: (request) => {
          if (left-- <= 0) throw new BackfillError('quota-exhausted', 'nothing is left of the quota');
          return provider.fetchBars(request);
        },
      };
      const summary = await run(short, { tickers });
      expect([summary.failed, asked().length]).toEqual(day === 0 ? [0, 6] : [0, 3]);
      expect(exitCodeOf(summary)).toBe(day === 0 ? 3 : 1);
      const { series } = await store.scan({ tickers: tickers.slice(LISTED.length) });
      expect([...series.values()].filter(({ coverage }) => coverage.absent.length > 0)).toHaveLength(settled);
    }
  });

  it('cost no request more where the run is stopped, or all is asked for again', async () => {
    const provider = await serve();
    await interrupted(provider);
    const stop = new AbortController();
    const onEvent: BackfillTools['onEvent'] = (event) => {
      if (event.type === 'finished' && event.done === DELISTED.length) stop.abort();
    };
    expect(await run(provider, {}, { stop: stop.signal, onEvent })).toMatchObject({ failed: 5 });
    expect(asked()).toEqual(DELISTED);
    expect(await run(provider, { everything: true })).toMatchObject({ unavailable: 5, failed: 0 });
    expect(asked()).toHaveLength(LIST.length);
  });
});

describe('delisted tickers that are added to a complete list', () => {
  it('are settled by the first run that asks for them', async () => {
    const provider = await serve();
    await run(provider, { tickers: LISTED });
    asked();
    expect(await run(provider)).toMatchObject({ unavailable: 5, failed: 0, requests: 6 });
    expect(asked()).toHaveLength(6);
    expect(await run(provider)).toMatchObject({ unavailable: 5, requests: 0 });
  });

  it('are the provider’s fault where they are too many for the list, for no request more', async () => {
    const provider = await serve();
    const tickers = LIST.slice(1);
    await run(provider, { tickers: LISTED.slice(1) });
    asked();
    const summary = await run(provider, { tickers });
    expect(asked()).toEqual(DELISTED);
    expect(summary).toMatchObject({ failed: 5, requests: 5 });
    expect(summary.failures[0]?.message).toMatch(
      /5 of 5 tickers: taken for its own fault; run again later, or, if it is right, ask for fewer than 5 of them in one run$/,
    );
    for (const some of [DELISTED.slice(0, 4), DELISTED.slice(4)])
      expect(await run(provider, { tickers: some })).toMatchObject({ failed: 0, unavailable: some.length });
  });

  it('are the provider’s fault where another gave the bars of the complete ones', async () => {
    const provider = await serve();
    const other = { ...provider, capabilities: { ...provider.capabilities, id: 'other' } };
    await run(other, { tickers: LISTED });
    asked();
    expect(await run(provider)).toMatchObject({ failed: 5, requests: 5 });
    expect([asked(), await known()]).toEqual([DELISTED, []]);
  });

  it('are told of by the plan, which says what they may cost besides', async () => {
    const provider = await serve();
    await run(provider, { tickers: LISTED });
    const { capabilities } = provider;
    const planned = async (tickers: readonly string[]): Promise<boolean> => {
      const { plan } = await prepare({ tickers, ...WEEK }, store, { capabilities }, NOW);
      const said = planText(plan, []).some((line) => line.startsWith('One request more if many of the new'));
      expect(said).toBe(plan.mayProbe ?? false);
      return said;
    };
    expect(await planned(LIST)).toBe(true);
    expect(await planned(LIST.slice(1))).toBe(false);
    expect(await planned(LIST.slice(0, -1))).toBe(false);
  });
});

describe('tickers without a row that are added to a complete list', () => {
  it('are settled as unknown ones are, and are not where the complete ones have no row either', async () => {
    const whole = await serve();
    await run(whole, { tickers: LISTED });
    const mute = await serve({ listing: (ticker) => wide.listing(ticker), rows: () => [] });
    expect(await run(mute)).toMatchObject({ failed: 5, unavailable: 0 });
    expect(await known()).toEqual([]);
    const sound = await serve({ listing: (ticker) => wide.listing(ticker) });
    expect(await run(sound)).toMatchObject({ failed: 0, unavailable: 5 });
    expect(await known()).toHaveLength(5);
  });
});
