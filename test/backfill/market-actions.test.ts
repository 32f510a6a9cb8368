import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { barAt } from '../../src/core/bars/columns.ts';
import { BackfillError } from '../../src/core/errors.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { openProvider } from '../../src/providers/registry.ts';
import { POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { DISK } from '../../src/store/parquet/files/disk.ts';
import { openParquetStore } from '../../src/store/parquet/index.ts';
import type { BarStore } from '../../src/store/store.ts';
import { NOW, start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { fill, wideMarket } from './wide-market.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await stopAll();
  await folder.remove();
});

const market = wideMarket(40);
const TICKERS = market.names;
const serve = () => start({ wire: 'polygon', market });
const staged = (): Promise<string[]> => readdir(join(folder.path, 'staging'));

/** Sessions about 2026-09-03, on which each ticker pays a dividend. */
const SPAN = { start: '2026-08-26', end: '2026-09-10' };
const REQUEST = { tickers: TICKERS, ...SPAN };
const SESSIONS = 11;
const LISTS = ['/v3/reference/splits', '/v3/reference/dividends'];

const polygon = (url: string): Promise<Provider> =>
  openProvider({ id: 'polygon', url, settings: { tier: 'advanced' } }, OPEN_GATE, {
    key: POLYGON_KEYS.advanced,
  });

/** The same, asked series by series. */
function bySeries({ capabilities, ...provider }: Provider): Provider {
  const { market: _, ...daily } = capabilities.intervals['1d'] ?? {};
  return {
    ...provider,
    capabilities: { ...capabilities, intervals: { '1d': daily as (typeof capabilities.intervals)['1d'] } },
  } as Provider;
}

async function contentOf(store: BarStore): Promise<object> {
  const content: Record<string, object> = {};
  const scan = await store.scan();
  for (const ticker of TICKERS) {
    const bars = await store.readBars({ ticker, interval: '1d' });
    const { coverage, identity } = scan.series.get(`${ticker} 1d`) ?? {};
    const rows = Array.from({ length: bars.length }, (_, i) => barAt(bars, i));
    content[ticker] = { rows, coverage, identity, actions: await store.readActions(ticker) };
  }
  return content;
}

describe('splits and dividends of a market that come apart from its bars', () => {
  it('are asked for once for all its sessions, first, and end as those of the series do', async () => {
    const simulator = await serve();
    const store = openParquetStore(folder.path);
    const provider = await polygon(simulator.url);
    const summary = await fill(provider, store, REQUEST, NOW);
    const paths = simulator.entries.map(({ path }) => path);
    expect(paths.slice(0, 2)).toEqual(LISTS);
    expect(paths.slice(2).every((path) => path.startsWith('/v2/aggs/grouped/'))).toBe(true);
    expect(paths).toHaveLength(SESSIONS + 2);
    expect(summary).toMatchObject({ failed: 0, fetched: 40 });
    expect(await staged()).toEqual([]);
    const other = await temporaryFolder();
    const alone = openParquetStore(other.path);
    await fill(bySeries(provider), alone, REQUEST, NOW);
    const content = await contentOf(store);
    expect(content).toEqual(await contentOf(alone));
    expect(content).toMatchObject({ [TICKERS[0] as string]: { actions: [{ kind: 'dividend' }] } });
    await other.remove();
  });

  it('lie staged beside the sessions where the disk fails, and are not asked for again', async () => {
    const simulator = await serve();
    let left = 5;
    const rename = (from: string, to: string): Promise<void> => {
      if (!to.endsWith('bars.parquet') || left-- > 0) return DISK.rename(from, to);
      return Promise.reject(
        Object.assign(new Error('ENOSPC: no room'), { code: 'ENOSPC', syscall: 'rename' }),
      );
    };
    const full = openParquetStore(folder.path, { ...DISK, rename });
    const provider = await polygon(simulator.url);
    const summary = await fill(provider, full, REQUEST, NOW);
    expect(summary.stopped).toMatchObject({ reason: 'store-failed' });
    expect(await staged()).toHaveLength(SESSIONS + 1);
    const asked = simulator.requests();
    const again = await fill(provider, openParquetStore(folder.path), REQUEST, NOW);
    expect(again).toMatchObject({ failed: 0, requests: 0 });
    expect(simulator.requests()).toBe(asked);
    expect(await staged()).toEqual([]);
  });

  it('that cannot be had keep its bars from being stored, which are kept', async () => {
    const simulator = await serve();
    const store = openParquetStore(folder.path);
    const good = await polygon(simulator.url);
    const error = new BackfillError('bad-answer', 'it is torn');
    const bad: Provider = { ...good, fetchMarketActions: () => Promise.reject(error) };
    const summary = await fill(bad, store, REQUEST, NOW);
    expect(summary).toMatchObject({ failed: 40, bars: 0 });
    expect(summary.failures[0]).toMatchObject({ code: 'bad-answer', message: 'it is torn' });
    expect(await staged()).toHaveLength(SESSIONS);
    const asked = simulator.requests();
    expect(await fill(good, store, REQUEST, NOW)).toMatchObject({ failed: 0, fetched: 40 });
    expect(simulator.entries.slice(asked).map(({ path }) => path)).toEqual(LISTS);
  });

  it('that lie damaged count as never asked for: they are set aside, and asked for in the same run', async () => {
    const simulator = await serve();
    const provider = await polygon(simulator.url);
    const store = openParquetStore(folder.path);
    // What a run leaves that ends when it has asked for them.
    const spent = new BackfillError('quota-exhausted', 'the day is over');
    await fill({ ...provider, fetchMarket: () => Promise.reject(spent) }, store, REQUEST, NOW);
    const [name = ''] = await staged();
    expect(name).toMatch(/^1d_actions-2026-08-26_2026-09-10_polygon-\w+_\d+_for-40-\w+\.slice$/);
    const path = join(folder.path, 'staging', name);
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, 100));
    const asked = simulator.requests();
    expect(await fill(provider, store, REQUEST, NOW)).toMatchObject({ failed: 0, fetched: 40 });
    expect(simulator.entries.slice(asked, asked + 2).map(({ path: one }) => one)).toEqual(LISTS);
    expect(await store.listSetAside()).toEqual([expect.stringContaining(`quarantine/staging/${name}.`)]);
  });
});
