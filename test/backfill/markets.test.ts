import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { contains } from '../../src/core/session/ranges.ts';
import { barAt } from '../../src/core/bars/columns.ts';
import { openParquetStore } from '../../src/store/parquet/index.ts';
import { DISK } from '../../src/store/parquet/files/disk.ts';
import type { BarStore } from '../../src/store/store.ts';
import { NOW, start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { fill, vendor, wideMarket } from './wide-market.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await stopAll();
  await folder.remove();
});

/** A store that counts the commits of each file of bars. */
function counting(path = folder.path): { store: BarStore; commits: Map<string, number> } {
  const commits = new Map<string, number>();
  const rename = (from: string, to: string): Promise<void> => {
    if (to.endsWith('bars.parquet')) commits.set(to, (commits.get(to) ?? 0) + 1);
    return DISK.rename(from, to);
  };
  return { store: openParquetStore(path, { ...DISK, rename }), commits };
}

const market = wideMarket(200);
const serve = () => start({ wire: 'sample', market });
const TICKERS = market.names;
const staged = (): Promise<string[]> => readdir(join(folder.path, 'staging'));

async function contentOf(store: BarStore, tickers = TICKERS): Promise<object> {
  const content: Record<string, object> = {};
  const scan = await store.scan();
  for (const ticker of tickers) {
    const bars = await store.readBars({ ticker, interval: '1d' });
    const state = scan.series.get(`${ticker} 1d`);
    const { coverage, identity } = state ?? {};
    // A series tells of all its splits and dividends, a market of those of its session.
    const actions = (await store.readActions(ticker)).filter(({ exDay }) =>
      contains(state?.coverage.present ?? [], exDay),
    );
    const rows = Array.from({ length: bars.length }, (_, i) => barAt(bars, i));
    content[ticker] = { rows, coverage, identity, actions };
  }
  return content;
}

describe('a wide market', () => {
  it('fills with a request a session and a commit a partition', async () => {
    const simulator = await serve();
    const { store, commits } = counting();
    const summary = await fill(vendor(simulator.url), store, { tickers: TICKERS, days: 12 }, NOW);
    expect(simulator.entries.map(({ path }) => path)).toEqual(Array.from({ length: 12 }, () => '/v1/market'));
    expect(summary).toMatchObject({ failed: 0, fetched: 200, requests: 12 });
    expect(commits.size).toBe(200);
    expect([...commits.values()].every((count) => count === 1)).toBe(true);
    expect(await staged()).toEqual([]);
  });

  it('has the same bars, knowledge and actions as from the series', async () => {
    const simulator = await serve();
    const { store } = counting();
    const tickers = TICKERS.slice(0, 40);
    const request = { tickers, start: '2026-08-20', end: '2026-09-25' };
    await fill(vendor(simulator.url), store, request, NOW);
    expect(new Set(simulator.entries.map(({ path }) => path))).toEqual(new Set(['/v1/market']));
    const other = await temporaryFolder();
    const alone = openParquetStore(other.path);
    await fill(vendor(simulator.url, { mostSeries: 100 }), alone, request, NOW);
    expect(simulator.entries.at(-1)?.path).toBe('/v1/bars');
    expect(await contentOf(store, tickers)).toEqual(await contentOf(alone, tickers));
    const actions = await Promise.all(tickers.map((ticker) => store.readActions(ticker)));
    expect(actions.flat()).not.toEqual([]);
    await other.remove();
  });
});
