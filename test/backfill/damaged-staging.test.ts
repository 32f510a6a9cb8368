import { readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import type { BackfillEvent } from '../../src/backfill/run/events.ts';
import { SharedStaging } from '../../src/backfill/run/shared-staging.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { barAt } from '../../src/core/bars/columns.ts';
import { BackfillError } from '../../src/core/errors.ts';
import { formatDay } from '../../src/core/session/day.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { DISK } from '../../src/store/parquet/files/disk.ts';
import { openParquetStore } from '../../src/store/parquet/index.ts';
import { someFlips } from '../flipped-bits.ts';
import { NOW, start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { toolsInProcess } from './in-process.ts';
import { fill, vendor, wideMarket } from './wide-market.ts';

const market = wideMarket(20);
const REQUEST = { tickers: market.names, start: '2026-11-09', end: '2026-11-13' };
const SESSIONS = ['2026-11-09', '2026-11-10', '2026-11-11', '2026-11-12', '2026-11-13'];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let url: string;
let asked: () => (string | null)[];
beforeEach(async () => {
  folder = await temporaryFolder();
  const simulator = await start({ wire: 'sample', market });
  ({ url } = simulator);
  asked = () => simulator.entries.map(({ symbol }) => symbol);
});
afterEach(async () => {
  await stopAll();
  await folder.remove();
});

const open = () => openParquetStore(folder.path);
const staged = async (): Promise<string[]> =>
  (await readdir(join(folder.path, 'staging'))).map((name) => `staging/${name}`).toSorted();
const at = (path: string): string => join(folder.path, path);

/** A run that collects all and can store none of it. */
async function collectAll(): Promise<string[]> {
  const rename = (from: string, to: string): Promise<void> =>
    to.endsWith('bars.parquet')
      ? Promise.reject(Object.assign(new Error('ENOSPC: no room'), { code: 'ENOSPC', syscall: 'rename' }))
      : DISK.rename(from, to);
  await fill(vendor(url), openParquetStore(folder.path, { ...DISK, rename }), REQUEST, NOW);
  const paths = await staged();
  expect(paths).toHaveLength(SESSIONS.length);
  return paths;
}

/** A run, and what it said of damaged answers. */
async function run(provider: Provider = vendor(url)): Promise<{ summary: RunSummary; told: string[] }> {
  const told: string[] = [];
  const onEvent = (event: BackfillEvent): void => {
    if (event.type === 'damaged-answers') told.push(...event.answers.map(({ path }) => path));
  };
  const summary = await backfill(REQUEST, { ...toolsInProcess(provider, open(), () => NOW), onEvent });
  return { summary, told };
}

async function rowsIn(path: string): Promise<object> {
  const store = openParquetStore(path);
  const rows: Record<string, object> = {};
  for (const ticker of REQUEST.tickers) {
    const bars = await store.readBars({ ticker, interval: '1d' });
    rows[ticker] = Array.from({ length: bars.length }, (_, i) => barAt(bars, i));
  }
  return rows;
}

async function rowsUndisturbed(): Promise<object> {
  const other = await temporaryFolder();
  await fill(vendor(url), openParquetStore(other.path), REQUEST, NOW);
  const rows = await rowsIn(other.path);
  await other.remove();
  return rows;
}

/** Turns a bit of where the buckets of the first piece lie. */
async function misplace(path: string): Promise<void> {
  const bytes = await readFile(at(path));
  bytes.writeUInt8(bytes.readUInt8(126) ^ 16, 126);
  await writeFile(at(path), bytes);
}

it('an answer that rotted since it was collected is set aside by name, and asked for in the same run', async () => {
  const rows = await rowsUndisturbed();
  const paths = await collectAll();
  const [, second = '', third = ''] = paths;
  await misplace(second);
  await truncate(at(third), (await readFile(at(third))).length - 100);
  const before = asked().length;
  const { summary, told } = await run();
  expect(told).toEqual([second, third]);
  expect(summary).toMatchObject({ failed: 0, fetched: 20, requests: 2, failures: [] });
  expect(asked().slice(before)).toEqual(SESSIONS.slice(1, 3));
  expect(await rowsIn(folder.path)).toEqual(rows);
  expect(await staged()).toEqual([]);
  expect(await open().listSetAside()).toEqual(
    [second, third].map((path) => expect.stringContaining(`quarantine/${path}.`) as string),
  );
});

it('whatever bit of it is another, nothing false is stored', async () => {
  const rows = await rowsUndisturbed();
  const [first = ''] = await collectAll();
  const kept = await Promise.all(
    (await staged()).map(async (path) => [path, await readFile(at(path))] as const),
  );
  for (const { bytes, where } of someFlips(await readFile(at(first)), 8, 'staged')) {
    await rm(at('bars'), { recursive: true, force: true });
    for (const [path, whole] of kept) await writeFile(at(path), path === first ? bytes : whole);
    const { summary, told } = await run();
    expect([told, summary.failed, summary.requests], where).toEqual([[first], 0, 1]);
    expect(await rowsIn(folder.path), where).toEqual(rows);
  }
});

it('is not asked for where it is whole, and is where it is of an earlier version', async () => {
  const [first = ''] = await collectAll();
  const bytes = await readFile(at(first));
  bytes.write('BFS3', bytes.length - 4);
  await writeFile(at(first), bytes);
  const before = asked().length;
  expect(await run()).toMatchObject({ summary: { failed: 0, fetched: 20, requests: 1 }, told: [] });
  expect(asked().slice(before)).toEqual([SESSIONS[0]]);
  expect(await open().listSetAside()).toEqual([]);
});

it('is asked for also where another run needs what lies there, so that it cannot be moved', async () => {
  const rows = await rowsUndisturbed();
  const [first = ''] = await collectAll();
  await misplace(first);
  const store = open();
  const staging = new SharedStaging();
  const other = await staging.begin();
  const summary = await backfill(REQUEST, {
    ...toolsInProcess(vendor(url), store, () => NOW + 1000),
    staging,
  });
  staging.leave(other);
  expect(summary).toMatchObject({ failed: 0, fetched: 20, requests: 1 });
  expect(await rowsIn(folder.path)).toEqual(rows);
});

it('one that rots while the run goes on is named, as what it had of a series stays missing', async () => {
  const rows = await rowsUndisturbed();
  const whole = vendor(url);
  const rotting: Provider = {
    ...whole,
    fetchMarket: async (request) => {
      if (formatDay(request.session) === SESSIONS[4]) await misplace((await staged())[1] ?? '');
      const answer = await whole.fetchMarket?.(request);
      if (answer === undefined) throw new BackfillError('internal', 'it has no markets');
      return answer;
    },
  };
  const { summary } = await run(rotting);
  expect(summary.failed).toBeGreaterThan(0);
  for (const { code, message } of summary.failures) {
    expect(code).toBe('incomplete');
    expect(message).toMatch(
      /^1 of \d sessions stay missing: staging\/1d_2026-11-10_\S+ is damaged: .*; run again, and it is asked for again$/,
    );
  }
  expect((await run()).summary).toMatchObject({ failed: 0 });
  expect(await rowsIn(folder.path)).toEqual(rows);
});
