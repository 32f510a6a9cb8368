import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { History, HistoryOptions } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { type Logged, NOW, start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';

// What a plan fetches again is there before it is begun and after: only when it was committed tells what is done.

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let simulator: Logged;
let now = NOW;
const open: History[] = [];
beforeEach(async () => {
  now = NOW;
  folder = await temporaryFolder();
  simulator = await start({ wire: 'yahoo', now: () => now });
});
afterEach(async () => {
  for (const history of open.splice(0)) await history.close();
  await stopAll();
  await folder.remove();
});

const TICKERS = ['ALFA', 'BRIQ', 'CORV', 'DUNO', 'ELNA', 'GLYF', 'HAZL', 'JUNP'];

function historyOf(more: Partial<HistoryOptions> = {}): History {
  const history = openHistory({
    ...{ store: `${folder.path}/data`, stateFolder: `${folder.path}/state`, clock: () => (now += 1) },
    ...{ provider: { id: 'yahoo', url: simulator.url }, quotas: [], workers: 1, concurrency: 1 },
    ...more,
  });
  open.push(history);
  return history;
}

describe('a plan that fetches again what is there, interrupted', () => {
  it.each([
    ['of days, each of them in one file, goes on with the others', '1d', { days: 20 }, true],
    ['of minutes in one month does too', '1m', { days: 5 }, true],
    [
      'of minutes in two months asks for all of them again',
      '1m',
      { start: '2026-10-29', end: '2026-11-04' },
      false,
    ],
  ] as const)('%s', async (_, interval, range, isOneFile) => {
    const plan = `${folder.path}/night.plan`;
    const request = { tickers: TICKERS, intervals: [interval], ...range };
    await historyOf().backfill(request);
    const { totals } = await historyOf().plan({ ...request, everything: true, to: plan });
    now += 60_000;
    const before = simulator.requests();
    const stop = new AbortController();
    const onEvent = ({ type }: { readonly type: string }): unknown => type === 'finished' && stop.abort();
    const ended = await historyOf().backfill({ plan, stop: stop.signal, onEvent });
    const sent = simulator.requests() - before;
    expect(ended.stopped?.reason).toBe('interrupted');
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(totals.requests);

    const rest = await historyOf().backfill({ plan });
    expect(rest).toMatchObject({ failed: 0, inserted: 0, revised: 0 });
    // What was in flight is finished.
    expect(rest.sent).toBe(isOneFile ? totals.requests - sent : totals.requests);
    expect(rest.complete > 0).toBe(isOneFile);
    const again = await historyOf().backfill({ plan });
    expect(again.sent).toBe(isOneFile ? 0 : totals.requests);
  });
});

describe('a plan that fetches again what is there, was begun, and asks for a ticker that was renamed since', () => {
  it.each([
    ['that it had not reached', 'JUNP'],
    ['that it had filled', 'ALFA'],
  ])('%s, is refused before anything is asked', async (_, ticker) => {
    const plan = `${folder.path}/night.plan`;
    const request = { tickers: TICKERS, start: '2026-10-12', end: '2026-11-06' };
    await historyOf().backfill(request);
    await historyOf().plan({ ...request, everything: true, to: plan });
    now += 60_000;
    const stop = new AbortController();
    const onEvent = ({ type }: { readonly type: string }): unknown => type === 'finished' && stop.abort();
    await historyOf().backfill({ plan, stop: stop.signal, onEvent });
    const touched = new Set(simulator.entries.slice(TICKERS.length).map(({ symbol }) => symbol));
    expect([touched.has('ALFA'), touched.has('JUNP')]).toEqual([true, false]);
    now += 60_000;
    const history = historyOf();
    await history.rename(ticker, 'JUNQ', { on: '2026-10-26' });
    const before = simulator.requests();
    const refused = { code: 'usage', message: expect.stringContaining(`what is stored of ${ticker} is not`) };
    await expect(history.backfill({ plan })).rejects.toMatchObject(refused);
    await expect(history.plan({ plan })).rejects.toMatchObject(refused);
    expect(simulator.requests()).toBe(before);

    // Taken back, it is the same store again.
    await history.undoRename(ticker, 'JUNQ');
    expect(await history.backfill({ plan })).toMatchObject({ failed: 0, revised: 0 });
  });
});

describe('a plan that fetched again what is there, of which some was forgotten then', () => {
  const POLYGON = {
    provider: { id: 'polygon', settings: { tier: 'starter' } },
    secrets: { key: POLYGON_KEYS.starter },
  };

  it.each([
    ['by series', 'yahoo', ['ALFA', 'BRIQ'], { start: '2026-10-20', end: '2026-10-22' }, 3],
    ['by series, a whole one', 'yahoo', ['ALFA', 'BRIQ'], {}, 20],
    ['of whole markets', 'polygon', TICKERS, { start: '2026-10-20', end: '2026-10-22' }, 3],
  ] as const)('asks for it, %s', async (_, wire, tickers, range, sessions) => {
    const plan = `${folder.path}/night.plan`;
    const { url } = wire === 'yahoo' ? simulator : await start({ wire, now: () => now });
    const provider = wire === 'yahoo' ? { id: wire, url } : { ...POLYGON.provider, url };
    const history = historyOf({ ...(wire === 'polygon' && POLYGON), provider });
    const request = { tickers, start: '2026-10-12', end: '2026-11-06' };
    await history.plan({ ...request, everything: true, to: plan });
    expect(await history.backfill({ plan })).toMatchObject({ failed: 0 });
    expect((await history.plan({ plan })).tasks).toEqual([]);
    expect(await history.forget('BRIQ', range)).toMatchObject({ rows: sessions });

    expect((await history.plan({ plan })).totals).toMatchObject({ complete: tickers.length - 1, toFill: 1 });
    expect(await history.backfill({ plan })).toMatchObject({ failed: 0, inserted: sessions });
    expect((await history.coverage(request)).totals.missing).toBe(0);
    expect((await history.plan({ plan })).tasks).toEqual([]);
  });
});
