import { cpSync } from 'node:fs';
import { readFile, readdir, truncate } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { History, HistoryOptions } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { ALPACA_KEYS } from '../../src/simulator/alpaca/index.ts';
import { POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import type { Market } from '../../src/market/market.ts';
import { openStore } from '../../src/store/open.ts';
import { NOW, start, stopAll } from '../simulator/running.ts';
import { tickersOf, walkingMarket } from './walking-market.ts';
import { temporaryFolder } from '../store/fixtures.ts';

// What is left of a plan that was begun, where a part of its requests is done, and what it leaves to others.

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const opened: History[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  for (const history of opened.splice(0)) await history.close();
  await stopAll();
  await folder.remove();
});

const SHARES = ['ALFA', 'BRIQ', 'CORV', 'DUNO'];

function historyOf(more: Partial<HistoryOptions>): History {
  const history = openHistory({
    ...{ store: `${folder.path}/data`, stateFolder: `${folder.path}/state`, clock: () => NOW },
    ...{ quotas: [], workers: 1 },
    ...more,
  });
  opened.push(history);
  return history;
}

const planPath = (): string => `${folder.path}/night.plan`;

/** Notes the plan as begun, as a run that was killed has it. */
async function begin(): Promise<void> {
  const [, digest = ''] = /"sha256:([0-9a-f]+)"/.exec(await readFile(planPath(), 'utf8')) ?? [];
  const store = openStore(`${folder.path}/data`);
  const lease = await store.acquire();
  await store.begunPlans.note(digest, NOW);
  await lease.release();
}

it('a request for several series asks for those of them that are not done', async () => {
  const simulator = await start({ wire: 'alpaca', now: () => NOW });
  const history = historyOf({ provider: { id: 'alpaca', url: simulator.url }, secrets: ALPACA_KEYS });
  const request = { tickers: SHARES, intervals: ['1h', '1d'] as const, days: 20 };
  const whole = await history.plan({ ...request, to: planPath() });
  expect(whole.tasks.map((task) => task.wants.length)).toEqual([0, 4, 4]);
  await begin();
  await history.backfill({ tickers: ['ALFA', 'BRIQ'], intervals: ['1h'], days: 20 });
  await history.backfill({ tickers: ['ALFA'], days: 20 });
  const { tasks, totals } = await history.plan({ plan: planPath() });
  expect(tasks.map(({ wants }) => wants.map(({ series }) => series.ticker))).toEqual([
    [],
    ['CORV', 'DUNO'],
    ['BRIQ', 'CORV', 'DUNO'],
  ]);
  expect(totals).toMatchObject({ series: 8, complete: 3, toFill: 5 });
  expect(totals.requests).toBe(tasks.reduce((sum, { requests }) => sum + requests, 0));
  const before = simulator.requests();
  const { sent } = await history.backfill({ plan: planPath() });
  expect([sent, simulator.requests() - before]).toEqual([totals.requests, totals.requests]);

  await begin();
  expect((await history.plan({ plan: planPath() })).tasks).toEqual([]);
});

it('splits and dividends are asked for only as long as something waits for them', async () => {
  const simulator = await start({ wire: 'alpaca', now: () => NOW });
  const history = historyOf({ provider: { id: 'alpaca', url: simulator.url }, secrets: ALPACA_KEYS });
  const request = { tickers: SHARES, intervals: ['1h', '1d'] as const, days: 20 };
  await history.plan({ ...request, to: planPath() });
  await begin();
  await history.backfill({ tickers: SHARES, intervals: ['1h'], days: 20 });
  const { tasks } = await history.plan({ plan: planPath() });
  expect(tasks.map((task) => ('tickers' in task ? task.waiting : task.wants.length))).toEqual([1, 4]);
});

describe('of whole markets', () => {
  const MANY = [...SHARES, 'ELNA', 'GLYF', 'HAZL', 'JUNP', 'KELV'];
  /** By which each request weighs more than the bytes of a session. */
  const DEAR = { quotas: [{ requests: 50_000, perMs: 86_400_000 }] };

  it('what lies staged costs nothing, and is asked for by nobody whom it fills nothing', async () => {
    const simulator = await start({ wire: 'polygon', now: () => NOW });
    const history = historyOf({
      provider: { id: 'polygon', url: simulator.url, settings: { tier: 'starter' } },
      secrets: { key: POLYGON_KEYS.starter },
      concurrency: 1,
      ...DEAR,
    });
    const whole = await history.plan({ tickers: MANY, days: 20, to: planPath() });
    const stop = new AbortController();
    let collected = 0;
    await history.backfill({
      plan: planPath(),
      stop: stop.signal,
      onEvent: ({ type }) => type === 'collected' && ++collected === 9 && stop.abort(),
    });
    const left = await history.plan({ plan: planPath() });
    expect(left.totals.requests).toBeLessThan(whole.totals.requests);
    const before = simulator.requests();
    const { sent, failed, complete, fetched } = await history.backfill({ plan: planPath() });
    expect([failed, complete + fetched]).toEqual([0, MANY.length]);
    expect([sent, simulator.requests() - before]).toEqual([left.totals.requests, left.totals.requests]);
    expect((await history.plan({ plan: planPath() })).tasks).toEqual([]);
  });

  it('the few that its sessions lacked are asked for by themselves, where that is cheaper', async () => {
    const all = tickersOf(60);
    const [unnamed = ''] = all;
    const known = walkingMarket(all);
    const market: Market = {
      ...known,
      // It is not among the shares of a session.
      rows: (ticker, interval, range) =>
        ticker === unnamed && range.to === range.from + 1 ? [] : known.rows(ticker, interval, range),
    };
    const simulator = await start({ wire: 'polygon', market, now: () => NOW });
    const history = historyOf({
      provider: { id: 'polygon', url: simulator.url, settings: { tier: 'starter' } },
      secrets: { key: POLYGON_KEYS.starter },
    });
    const request = { tickers: all, start: '2026-11-02', end: '2026-11-12' };
    const whole = await history.plan({ ...request, to: planPath() });
    const first = await history.backfill({ plan: planPath() });
    expect([first.fetched, first.failed]).toEqual([59, 1]);
    const left = await history.plan({ plan: planPath() });
    expect(left.tasks.map(({ wants }) => wants.map(({ series }) => series.ticker))).toEqual([[unnamed]]);
    expect([left.totals.toFill, left.totals.requests]).toEqual([1, 3]);
    expect(whole.totals.requests).toBeGreaterThan(9);
    const before = simulator.requests();
    const { sent, fetched, failed } = await history.backfill({ plan: planPath() });
    expect([fetched, failed, sent, simulator.requests() - before]).toEqual([1, 0, 3, 3]);
    expect((await history.plan({ plan: planPath() })).tasks).toEqual([]);
  });

  it.each([
    ['splits and dividends', true, 'are gone'],
    ['sessions', false, 'are gone'],
    ['sessions', false, 'are damaged'],
  ])(
    'a plan is refused that was made of %s (actions: %s) that lay staged and %s',
    async (_, areActions, how) => {
      const simulator = await start({ wire: 'polygon', now: () => NOW });
      const polygon = {
        provider: { id: 'polygon', url: simulator.url, settings: { tier: 'starter' } },
        ...{ secrets: { key: POLYGON_KEYS.starter }, concurrency: 1, ...DEAR },
      };
      const stop = new AbortController();
      let collected = 0;
      await historyOf(polygon).backfill({
        ...{ tickers: MANY, days: 20, stop: stop.signal },
        onEvent: ({ type }) => {
          if (type !== 'collected' || ++collected !== 6) return;
          // As a run leaves it that is killed; what is still being written has no name yet.
          const filter = (path: string): boolean => !path.endsWith('.tmp');
          cpSync(`${folder.path}/data/staging`, `${folder.path}/killed/staging`, { recursive: true, filter });
          stop.abort();
        },
      });
      const history = historyOf({ ...polygon, store: `${folder.path}/killed` });
      await history.plan({ tickers: MANY, days: 20, to: planPath() });
      const { staging } = openStore(`${folder.path}/killed`);
      const gone = (await staging.list()).filter(
        ({ actionsSince }) => (actionsSince !== undefined) === areActions,
      );
      expect(gone.length).toBeGreaterThan(0);
      if (how === 'are gone') await staging.remove(gone);
      else {
        const at = `${folder.path}/killed/staging`;
        for (const name of await readdir(at))
          if (!name.includes('actions')) await truncate(`${at}/${name}`, 500);
      }
      const before = simulator.requests();
      await expect(history.backfill({ plan: planPath() })).rejects.toThrow(
        /night\.plan: the store has moved since: answers for whole markets that lay staged then are gone; make it again with plan\(\{ to \}\)$/,
      );
      expect(simulator.requests()).toBe(before);
    },
  );
});

it('a series that was restated is not fetched as a whole by a plan that does not say so, and is by an ordinary run', async () => {
  const vendor = async (factor: number): Promise<History> => {
    const { url } = await start({
      wire: 'yahoo',
      now: () => NOW,
      market: scaled(walkingMarket(['QAAA']), factor),
    });
    return historyOf({ provider: { id: 'yahoo', url } });
  };
  const before = await vendor(1);
  await before.backfill({ tickers: ['QAAA'], start: '2026-10-05', end: '2026-10-23' });
  await before.close();
  const history = await vendor(1.08);
  const request = { tickers: ['QAAA'], start: '2026-10-05', end: '2026-11-05' };
  await history.plan({ ...request, to: planPath() });
  const { failed, failures, requests } = await history.backfill({ plan: planPath() });
  expect([failed, requests]).toEqual([1, 1]);
  expect(failures[0]).toMatchObject({
    code: 'restated',
    message: expect.stringContaining('which this plan does not ask for; run again without --plan'),
  });
  const usual = await history.backfill(request);
  expect([usual.failed, usual.requests]).toEqual([0, 2]);
});

/** A market whose prices are others by a factor. */
function scaled(market: Market, factor: number): Market {
  return {
    ...market,
    rows: (...asked) =>
      market.rows(...asked).map((row) => {
        const at = (price: number | null): number | null => price && Number((price * factor).toFixed(4));
        return { ...row, open: at(row.open), high: at(row.high), low: at(row.low), close: at(row.close) };
      }),
  };
}

it('the record of its run knows the lives of what it left', async () => {
  const history = historyOf({ provider: { id: 'sample' } });
  const lives = new Map([['ALFA', [{ from: Number.NEGATIVE_INFINITY, to: 20_770 }]]]);
  await history.plan({ tickers: { tickers: ['ALFA', 'BRIQ'], lives }, days: 20, to: planPath() });
  const stop = new AbortController();
  const onEvent = ({ type }: { readonly type: string }): unknown => type === 'planned' && stop.abort();
  const { runId, notRun } = await history.backfill({ plan: planPath(), stop: stop.signal, onEvent });
  expect(notRun).toBe(2);
  const record = await readFile(`${folder.path}/data/runs/${runId}.json`, 'utf8');
  expect(JSON.parse(record)).toMatchObject({ lives: { ALFA: [[null, '2026-11-12']] } });
});
