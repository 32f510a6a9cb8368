import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { prepare } from '../../src/backfill/plan/prepare.ts';
import { stagedAs } from '../../src/backfill/run/staged-source.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { openProvider } from '../../src/providers/registry.ts';
import { POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import type { RequestLogEntry } from '../../src/simulator/server.ts';
import { DISK } from '../../src/store/parquet/files/disk.ts';
import { openParquetStore } from '../../src/store/parquet/index.ts';
import { NOW, start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { fill, wideMarket } from './wide-market.ts';

// What a run staged that was cut short is there for it, whatever other runs come between, and for no longer than a day.

const market = wideMarket(40);
const TICKERS = market.names;
/** What a run wants that is cut short, and a part of it. */
const WHOLE = { tickers: TICKERS, start: '2026-08-26', end: '2026-09-10' };
const SMALL = { ...WHOLE, tickers: TICKERS.slice(0, 1) };
/** Sessions of the span, of which so many lie staged, beside what is told of splits and dividends. */
const [SESSIONS, STAGED] = [11, 8];
const HOUR = 3_600_000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let provider: Provider;
let entries: () => readonly RequestLogEntry[];
beforeEach(async () => {
  folder = await temporaryFolder();
  const simulator = await start({ wire: 'polygon', market });
  entries = () => simulator.entries;
  const settings = { tier: 'advanced' };
  const config = { id: 'polygon', url: simulator.url, settings };
  provider = await openProvider(config, OPEN_GATE, { key: POLYGON_KEYS.advanced });
});
afterEach(async () => {
  await stopAll();
  await folder.remove();
});

const open = () => openParquetStore(folder.path);
const staged = async (): Promise<string[]> => (await readdir(join(folder.path, 'staging'))).toSorted();
const grouped = (since: number): number =>
  entries()
    .slice(since)
    .filter(({ path }) => path.startsWith('/v2/aggs/grouped/')).length;

const run = (request: typeof WHOLE, now = NOW) => fill(provider, open(), request, now);

/** What a run leaves that is killed while it collects: all that had come, and nothing stored. */
async function cutShort(): Promise<string[]> {
  let left = STAGED;
  const dying: Provider = {
    ...provider,
    fetchMarket: (asked) =>
      left-- > 0 && provider.fetchMarket ? provider.fetchMarket(asked) : Promise.reject(new Error('killed')),
  };
  const rename = (from: string, to: string): Promise<void> =>
    to.endsWith('bars.parquet')
      ? Promise.reject(Object.assign(new Error('ENOSPC: no room'), { code: 'ENOSPC', syscall: 'rename' }))
      : DISK.rename(from, to);
  await fill(dying, openParquetStore(folder.path, { ...DISK, rename }), WHOLE, NOW);
  const names = await staged();
  expect(names).toHaveLength(STAGED + 1);
  return names;
}

/** Requests that are left of the whole, as a dry run tells. */
async function requestsLeft(now = NOW): Promise<number> {
  const source = { capabilities: provider.capabilities, stagedAs: stagedAs({ id: 'polygon' }) };
  return (await prepare(WHOLE, open(), source, now)).plan.totals.requests;
}

it('a run for one of its tickers takes in what lies there, and leaves it', async () => {
  const names = await cutShort();
  const before = await requestsLeft();
  expect(before).toBe(SESSIONS - STAGED);
  expect(await run(SMALL, NOW + HOUR)).toMatchObject({ failed: 0, fetched: 1, bars: SESSIONS });
  expect(await staged()).toEqual(names);
  expect(await requestsLeft(NOW + HOUR)).toBe(before);
  // Nor does one that has nothing to do, or wants other sessions.
  await run(SMALL, NOW + HOUR);
  await run({ ...SMALL, start: '2026-06-01', end: '2026-06-10' }, NOW + HOUR);
  expect(await staged()).toEqual(names);
  const asked = entries().length;
  expect(await run(WHOLE, NOW + HOUR)).toMatchObject({ failed: 0, fetched: TICKERS.length - 1 });
  expect(grouped(asked)).toBe(SESSIONS - STAGED);
  expect(await staged()).toEqual([]);
});

it('a run over the same list that finds all stored removes it', async () => {
  await cutShort();
  await run({ ...WHOLE, tickers: TICKERS.slice(0, 15) });
  await run({ ...WHOLE, tickers: TICKERS.slice(15) });
  expect(await staged()).toHaveLength(STAGED + 1);
  expect(await run({ ...WHOLE, tickers: TICKERS.toReversed() })).toMatchObject({ requests: 0, fetched: 0 });
  expect(await staged()).toEqual([]);
});

it('what is older than a day is taken in by nobody, and is removed by whoever comes', async () => {
  await cutShort();
  expect(await requestsLeft(NOW + 24 * HOUR)).toBeGreaterThan(SESSIONS);
  const asked = entries().length;
  expect(await run(SMALL, NOW + 24 * HOUR)).toMatchObject({ failed: 0, fetched: 1 });
  expect(entries().length).toBeGreaterThan(asked);
  expect(await staged()).toEqual([]);
});

it('what does not settle a series of another list is asked for again, and counts but once', async () => {
  const names = await cutShort();
  const nobody = { ...SMALL, tickers: ['QZZZ'], start: '2026-08-26', end: '2026-08-27' };
  expect(await run(nobody)).toMatchObject({ failed: 1, fetched: 0 });
  const kept = await staged();
  expect(kept.some((name) => name.includes('_2026-08-26_') || name.includes('_2026-08-27_'))).toBe(false);
  expect(kept).toEqual(names.filter((name) => name.startsWith('1d_2026-') && !/_2026-08-2[67]_/.test(name)));
  const asked = entries().length;
  await run(nobody, NOW + HOUR);
  expect(entries().length).toBeGreaterThan(asked);
});
