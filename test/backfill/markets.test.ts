import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BackfillTools, backfill } from '../../src/backfill/backfill.ts';
import { SharedStaging } from '../../src/backfill/run/shared-staging.ts';
import { toolsInProcess } from './in-process.ts';
import { contains } from '../../src/core/session/ranges.ts';
import { barAt } from '../../src/core/bars/columns.ts';
import { formatDay, parseDay } from '../../src/core/session/day.ts';
import { BackfillError } from '../../src/core/errors.ts';
import { stagedAs } from '../../src/backfill/run/staged-source.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { openParquetStore } from '../../src/store/parquet/index.ts';
import { DISK } from '../../src/store/parquet/files/disk.ts';
import type { BarStore } from '../../src/store/store.ts';
import type { RequestLogEntry } from '../../src/simulator/server.ts';
import { NOW, start, stopAll } from '../simulator/running.ts';
import { stage, temporaryFolder } from '../store/fixtures.ts';
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
/** The sessions of which markets were asked; series that are compared with what is stored are asked besides. */
const marketsIn = (entries: readonly RequestLogEntry[]): (string | null)[] =>
  entries.filter(({ path }) => path === '/v1/market').map(({ symbol }) => symbol);

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

describe('two runs at once that want the same sessions of a market', () => {
  const [one, other] = [TICKERS.slice(0, 20), TICKERS.slice(20, 40)];

  /** A run of a history: it has the store and the staging in common with the others. */
  const sideBySide = (store: BarStore, url: string, staging: SharedStaging) => {
    const lease = {
      lock: '',
      ...{ leftFills: () => Promise.resolve([]), note: () => undefined, noteTrouble: () => undefined },
      release: () => Promise.resolve(),
    };
    const tools = { ...toolsInProcess(vendor(url), store, () => NOW), staging };
    return (tickers: readonly string[], more: Partial<BackfillTools> = {}) =>
      backfill({ tickers, days: 12 }, { ...tools, acquire: () => Promise.resolve(lease), ...more });
  };

  it('ask for each of them once, and both take it in', async () => {
    const simulator = await serve();
    const { store } = counting();
    const lease = await store.acquire();
    const run = sideBySide(store, simulator.url, new SharedStaging());
    const summaries = await Promise.all([run(one), run(other)]);
    await lease.release();
    for (const summary of summaries) expect(summary).toMatchObject({ failed: 0, notRun: 0, fetched: 20 });
    expect(marketsIn(simulator.entries)).toHaveLength(12);
    expect(await staged()).toEqual([]);
  });

  it('leave what lies there to the one that ends last', async () => {
    const simulator = await serve();
    const { store } = counting();
    const lease = await store.acquire();
    const run = sideBySide(store, simulator.url, new SharedStaging());
    let short: Promise<unknown> | undefined;
    // A run that asks for its series alone begins and ends while another has collected half of it.
    const summary = await run(one, {
      onEvent: (event) => {
        if (event.type === 'collected') short ??= run(other.slice(0, 1));
      },
    });
    expect(await short).toMatchObject({ failed: 0, fetched: 1 });
    await lease.release();
    expect(summary).toMatchObject({ failed: 0, notRun: 0, fetched: 20 });
    expect(marketsIn(simulator.entries)).toHaveLength(12);
    expect(await staged()).toEqual([]);
  });
});

describe('a ticker that a market does not name', () => {
  const week = { start: '2026-11-09', end: '2026-11-13' };

  it('had no bar in the session where others of its sessions have one', async () => {
    const simulator = await serve();
    const { store } = counting();
    const summary = await fill(vendor(simulator.url), store, { tickers: TICKERS.slice(0, 20), ...week }, NOW);
    expect(summary).toMatchObject({ failed: 0, bars: 97 });
    const { coverage } = (await store.scan()).series.get('QAAD 1d') ?? {};
    expect(coverage?.absent).toMatchObject([{ by: [{ reason: 'vendor-empty', provider: 'sample' }] }]);
  });

  it('is doubted like an empty answer where no session has one, and asked for again by the next run', async () => {
    const simulator = await serve();
    const { store } = counting();
    const request = { tickers: [...TICKERS.slice(0, 20), 'QZZZ'], ...week };
    const summary = await fill(vendor(simulator.url), store, request, NOW);
    expect(simulator.requests()).toBe(5);
    expect(summary.failures).toMatchObject([{ ticker: 'QZZZ', code: 'incomplete' }]);
    await fill(vendor(simulator.url), store, request, NOW + 3_600_000);
    expect(simulator.entries.slice(5).map(({ symbol }) => symbol)).toEqual(['QZZZ']);
  });

  it('says nothing where an answer lost many that those beside it have', async () => {
    const lossy = parseDay('2026-11-11');
    const cut = wideMarket(250);
    const half = new Set(cut.names.filter((_, i) => i % 2 === 0));
    const simulator = await start({
      wire: 'sample',
      market: {
        ...cut,
        rows: (ticker, interval, range) =>
          range.from === lossy && half.has(ticker) ? [] : cut.rows(ticker, interval, range),
      },
    });
    const { store } = counting();
    const summary = await fill(vendor(simulator.url), store, { tickers: cut.names, ...week }, NOW);
    const lost = summary.failures.filter(({ code }) => code === 'incomplete');
    // Of a bucket with a handful of tickers nobody can tell.
    expect(lost.length).toBeGreaterThan(20);
    expect(lost.every(({ ticker }) => half.has(ticker))).toBe(true);
    const { coverage } = (await store.scan()).series.get(`${lost[0]?.ticker} 1d`) ?? {};
    expect(coverage?.absent).toEqual([]);
  });
});

describe('a market that fails', () => {
  const week = { start: '2026-11-09', end: '2026-11-13' };

  /** A vendor one of whose sessions fails. */
  const failing = (url: string, error: BackfillError, date: string): Provider => {
    const good = vendor(url);
    return {
      ...good,
      fetchMarket: (asked) =>
        asked.session === parseDay(date)
          ? Promise.reject(error)
          : (good.fetchMarket?.(asked) ?? Promise.reject(error)),
    };
  };

  it('leaves just that session missing, and says why', async () => {
    const simulator = await serve();
    const { store } = counting();
    const tickers = TICKERS.slice(0, 20);
    const error = new BackfillError('bad-answer', 'it is torn');
    const request = { tickers, ...week };
    const summary = await fill(failing(simulator.url, error, '2026-11-11'), store, request, NOW);
    expect(summary.failures).toHaveLength(20);
    expect(summary.failures[0]).toMatchObject({
      ...{ code: 'bad-answer', message: 'it is torn', from: '2026-11-11', to: '2026-11-11' },
    });
    expect(summary.stopped).toBeNull();
    const { coverage } = (await store.scan()).series.get('QAAA 1d') ?? {};
    const asDates = coverage?.present.map(({ from, to }) => [formatDay(from), formatDay(to - 1)]);
    expect(asDates).toEqual([
      ['2026-11-09', '2026-11-10'],
      ['2026-11-12', '2026-11-13'],
    ]);
    const asked = simulator.requests();
    await fill(vendor(simulator.url), store, request, NOW);
    expect(marketsIn(simulator.entries.slice(asked))).toEqual(['2026-11-11']);
  });

  it('has its wants asked for by their series where it is not open to the key', async () => {
    const simulator = await serve();
    const { store } = counting();
    const error = new BackfillError('not-entitled', 'not in your plan');
    const request = { tickers: TICKERS.slice(0, 20), ...week };
    const summary = await fill(failing(simulator.url, error, '2026-11-09'), store, request, NOW);
    expect(summary).toMatchObject({ failed: 0, fetched: 20, stopped: null });
    expect(simulator.entries.map(({ path }) => path)).toEqual(Array.from({ length: 20 }, () => '/v1/bars'));
  });

  it('has what is there distributed when a quota ends, and is asked for the rest alone', async () => {
    const simulator = await serve();
    const { store, commits } = counting();
    const request = { tickers: TICKERS.slice(0, 20), ...week };
    const spent = new BackfillError('quota-exhausted', 'the day is over');
    const summary = await fill(failing(simulator.url, spent, '2026-11-12'), store, request, NOW);
    expect(summary.stopped).toMatchObject({ reason: 'quota-exhausted' });
    expect(summary).toMatchObject({ failed: 0, bars: 60, requests: 3 });
    expect([...commits.values()]).toEqual(Array.from({ length: 20 }, () => 1));
    expect(await staged()).toEqual([]);
    await fill(vendor(simulator.url), store, request, NOW);
    expect(marketsIn(simulator.entries.slice(3))).toEqual(['2026-11-12', '2026-11-13']);
  });

  it('keeps what was collected where the disk fails, and is not asked for it again', async () => {
    const simulator = await serve();
    const request = { tickers: TICKERS.slice(0, 20), ...week };
    let left = 5;
    const rename = (from: string, to: string): Promise<void> => {
      if (!to.endsWith('bars.parquet') || left-- > 0) return DISK.rename(from, to);
      return Promise.reject(
        Object.assign(new Error('ENOSPC: no room'), { code: 'ENOSPC', syscall: 'rename' }),
      );
    };
    const full = openParquetStore(folder.path, { ...DISK, rename });
    const summary = await fill(vendor(simulator.url), full, request, NOW);
    expect(summary.stopped).toMatchObject({ reason: 'store-failed' });
    expect(await staged()).toHaveLength(5);
    const { store, commits } = counting();
    expect(await fill(vendor(simulator.url), store, request, NOW)).toMatchObject({ failed: 0, requests: 0 });
    expect(simulator.requests()).toBe(5);
    expect(commits.size).toBe(15);
    expect(await staged()).toEqual([]);
  });

  it('is not asked again for what a run collected that died before it was distributed', async () => {
    const simulator = await serve();
    const { store } = counting();
    const request = { tickers: TICKERS.slice(0, 20), ...week };
    const source = stagedAs({ id: 'sample' });
    const { parts = [], asOf = 0 } =
      (await vendor(simulator.url).fetchMarket?.({
        interval: '1d',
        session: parseDay('2026-11-10'),
        now: NOW,
      })) ?? {};
    const groups = parts.flatMap((part) => {
      if ('error' in part) return [];
      const { bars, ...answer } = part.answer;
      return { tickers: [part.ticker], counts: [bars.length], bars, said: { answer } };
    });
    const left = { interval: '1d', session: parseDay('2026-11-10'), source } as const;
    await stage(store.staging, { ...left, fetchedAt: NOW - 3_600_000 }, asOf, groups);
    // One that is too old is as good as none.
    const old = { ...left, session: parseDay('2026-11-11'), fetchedAt: NOW - 90_000_000 };
    await stage(store.staging, old, asOf);
    const summary = await fill(vendor(simulator.url), store, request, NOW);
    expect(summary).toMatchObject({ failed: 0, bars: 97, requests: 4 });
    const asked = simulator.entries.slice(1).map(({ symbol }) => symbol);
    expect(asked).toEqual(['2026-11-09', '2026-11-11', '2026-11-12', '2026-11-13']);
    expect(await staged()).toEqual([]);
  });
});
