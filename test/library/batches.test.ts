import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type History, type RunSummary, batchesOf, joinRuns, openHistory } from '../../src/index.ts';

const CLOCK = (): number => Date.parse('2026-03-02T23:00:00Z');
const RANGE = { start: '2025-12-01', end: '2026-02-27' };

let folder = '';
const open: History[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-batches-'));
});
afterAll(async () => {
  for (const history of open) await history.close();
  await rm(folder, { recursive: true });
});

function historyAt(store: string, provider = { id: 'sample' }): History {
  const history = openHistory({
    ...{ store: join(folder, store), provider, stateFolder: join(folder, 'state') },
    ...{ clock: CLOCK, workers: 1 },
  });
  open.push(history);
  return history;
}

/** What two summaries of the same work have in common: all but when, how long, and in which order. */
function worked({ runId: _r, startedAt: _s, endedAt: _e, warnings, failures, ...summary }: RunSummary) {
  const inOrder = (list: readonly object[]): string[] => list.map((one) => JSON.stringify(one)).toSorted();
  return { ...summary, warnings: inOrder(warnings), failures: inOrder(failures) };
}

describe('a universe that is filled in batches', () => {
  it('comes to the same as at once, and so do its summaries', async () => {
    const [atOnce, inBatches] = [historyAt('at-once'), historyAt('in-batches')];
    const request = { tickers: ['@no-such-list', 'ZZZZ'], ...RANGE };
    await expect(atOnce.universe(request)).rejects.toThrow(/^no-such-list: cannot be read/);
    const whole = await atOnce.backfill({ tickers: 'all', ...RANGE });
    const universe = await inBatches.universe({ tickers: 'all', ...RANGE });
    const runs: RunSummary[] = [];
    for (const batch of batchesOf(universe, { size: 9 }))
      runs.push(await inBatches.backfill({ tickers: batch.universe, ...RANGE }));
    expect(runs).toHaveLength(7);
    expect(whole.bars).toBeGreaterThan(3000);
    const together = joinRuns(runs as [RunSummary, ...RunSummary[]]);
    expect(worked(together)).toEqual(worked(whole));
    expect(together.startedAt).toBe(runs[0]?.startedAt);
    expect((await inBatches.coverage(RANGE)).totals).toEqual((await atOnce.coverage(RANGE)).totals);
  }, 120_000);

  it('fails as a whole where one of them did, whatever the others did', async () => {
    const history = historyAt('unknown');
    const runs: RunSummary[] = [];
    for (const tickers of [['ALFA', 'ZZZZ'], ['YYYY'], ['BRIQ']])
      runs.push(await history.backfill({ tickers, ...RANGE }));
    const together = joinRuns(runs as [RunSummary, ...RunSummary[]]);
    expect(together).toMatchObject({ series: 4, fetched: 2, unavailable: 2, newlyUnavailable: true });
    expect(together.cannotBeHad).toMatchObject([{ reason: 'unknown-ticker', tickers: ['ZZZZ', 'YYYY'] }]);
  });

  it('leaves out nothing that one of them told, be it not the last', async () => {
    const last = await historyAt('told').backfill({ tickers: ['ALFA'], ...RANGE });
    const about = { interval: '1d', from: RANGE.start, to: RANGE.end };
    const failure = { ticker: 'BRIQ', ...about, code: 'timeout' as const, message: 'no answer' };
    const left = { why: 'failed' as const, ...about };
    const warning = {
      ticker: 'BRIQ',
      interval: '1d' as const,
      session: RANGE.start,
      kind: 'jump' as const,
      note: '',
    };
    const setAside = { ticker: 'BRIQ', interval: '1d' as const, path: 'bars/b.parquet', reason: 'damaged' };
    const first = {
      ...last,
      ...{ failed: 1, failures: [failure], left: [{ ...left, tickers: ['BRIQ'] }], warnings: [warning] },
      ...{ setAside: [setAside], lost: [setAside], notRead: ['a file'], renamesUnread: 'cut off' },
      newlyLost: { sessions: 2, tickers: ['ZED'] },
    };
    const second = {
      ...last,
      left: [{ ...left, tickers: ['CORV'] }],
      newlyLost: { sessions: 1, tickers: ['CORV'] },
    };
    expect(joinRuns([first, second, last])).toMatchObject({
      ...{ failed: 1, failures: [failure], left: [{ ...left, tickers: ['BRIQ', 'CORV'] }] },
      ...{ warnings: [warning], setAside: [setAside], lost: [setAside], notRead: ['a file'] },
      ...{ renamesUnread: 'cut off', newlyLost: { sessions: 3, tickers: ['CORV', 'ZED'] } },
      ...{ bars: 3 * last.bars, series: 3 },
    });
  });

  it('knows the lives of its members, of a part of which nothing may be wanted', async () => {
    const history = historyAt('dead');
    const lives = new Map([['RUNO', [{ from: 0, to: 100 }]]]);
    const universe = await history.universe({ tickers: { tickers: ['RUNO', 'ALFA'], lives }, ...RANGE });
    expect(universe).toEqual({ tickers: ['RUNO', 'ALFA'], lives });
    const [dead] = batchesOf(universe, { size: 1 });
    const plan = await history.plan({ tickers: dead?.universe ?? '', ...RANGE });
    expect(plan.tasks).toEqual([]);
    expect(plan.notYet).toBe(
      'RUNO has no session of its life in the range asked for (2025-12-01 to 2026-02-27)',
    );
    expect(await history.backfill({ tickers: dead?.universe ?? '', ...RANGE })).toMatchObject({
      ...{ requests: 0, stopped: null, failed: 0 },
    });
  });

  it('may have a part of which its provider can have nothing, which is no success', async () => {
    const yahoo = historyAt('strange', { id: 'yahoo' });
    const universe = await yahoo.universe({ tickers: ['A/B', 'C/D', 'AAPL'], ...RANGE });
    const runs: RunSummary[] = [];
    for (const { universe: tickers } of batchesOf(universe, { size: 1, most: 2 }))
      runs.push(await yahoo.backfill({ tickers, ...RANGE }));
    const together = joinRuns(runs as [RunSummary, ...RunSummary[]]);
    expect(together).toMatchObject({ series: 2, unavailable: 2, requests: 0, stopped: null });
    expect(together.notServed).toMatchObject([{ provider: 'yahoo', tickers: ['A/B', 'C/D'] }]);
  });

  it('is refused before anything is done for what the whole of it would be refused for', async () => {
    const yahoo = historyAt('refused', { id: 'yahoo' });
    await expect(yahoo.universe({ tickers: ['A/B', 'C/D'], ...RANGE })).rejects.toThrow(
      'provider "yahoo" has no A/B (nor 1 more)',
    );
    await expect(yahoo.universe({ tickers: 'AAPL', start: '2030-01-01' })).rejects.toThrow(
      'nothing to fetch',
    );
    await expect(yahoo.universe({ tickers: 'AAPL', keep: true } as never)).rejects.toThrow(
      'universe has no option "keep"; did you mean keeps?',
    );
    await expect(yahoo.backfill({ tickers: { tickers: [], lives: new Map() } })).rejects.toThrow(
      'names no ticker',
    );
  });
});
