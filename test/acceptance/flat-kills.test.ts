import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inventFlat } from '../../bench/market/flat.ts';
import { type GroupedServer, serveGrouped } from '../../bench/market/grouped-server.ts';
import type { GroupedMarket } from '../../bench/market/grouped.ts';
import { LONG_RUNS } from '../needs.ts';
import { exportStore } from './export-store.mjs';
import { runWith } from '../cli/one-process.ts';
import { startWith } from './programs.ts';

// Files of minutes of more rows than are held at once: what was read of one lies in staging, half, when a process is killed.

const KEYS = Object.fromEntries(
  ['POLYGON_API_KEY', 'POLYGON_S3_ACCESS_KEY', 'POLYGON_S3_SECRET_KEY'].map((name) => [name, 'of-nobody']),
);
const TICKERS = LONG_RUNS ? 400 : 200;
const SESSIONS = 4;

let folder = '';
let market: GroupedMarket;
let server: GroupedServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-flat-kills-'));
  market = await inventFlat(folder, { tickers: TICKERS, sessions: SESSIONS, end: '2026-10-30' });
  server = await serveGrouped(market, join(folder, 'requests.ndjson'));
}, 60_000);

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

const argsOf = (store: string): string[] => [
  ...['--store', store, '--state', `${store}-state`, '--tickers', `@${market.tickerFile}`],
  ...['--provider', 'polygon', '--tier', 'starter', '--provider-url', `polygon=${server.url}`],
  ...['--provider-setting', 'source=flat', '--interval', '1m', '--start', market.start],
  ...['--end', market.end, '--now', market.now, '--workers', '1', '--no-progress'],
];

const stagedIn = (store: string): Promise<string[]> => readdir(join(store, 'staging')).catch(() => []);

async function storedIn(store: string): Promise<number> {
  const files = await readdir(join(store, 'bars'), { recursive: true }).catch(() => []);
  return files.filter((file) => file.endsWith('bars.parquet')).length;
}

/** The files that were asked for, by date. */
async function filesAsked(): Promise<string[]> {
  const asked = await server.asked();
  return asked.flatMap(({ path }) => /([\d-]{10})\.csv\.gz$/.exec(path)?.[1] ?? []);
}

/** Dates of the files that lie in staging, whole. */
async function wholeIn(store: string): Promise<string[]> {
  return (await stagedIn(store)).flatMap((name) => /^1m_([\d-]{10})_.*\.slice$/.exec(name)?.[1] ?? []);
}

/** Runs until something holds, and is killed then. */
async function killWhen(store: string, holds: () => Promise<boolean>): Promise<void> {
  const child = startWith(KEYS, argsOf(store), folder);
  child.stdout?.resume();
  child.stderr?.resume();
  const closed = once(child, 'close');
  while (child.exitCode === null && !(await holds())) await sleep(5);
  child.kill('SIGKILL');
  const [, signal] = (await closed) as [number | null, NodeJS.Signals | null];
  expect(signal).toBe('SIGKILL');
}

it(
  'minutes of a market whose files are half taken in when it is killed are asked for again, and no others, and end as if undisturbed',
  { timeout: 300_000 },
  async () => {
    const undisturbed = join(folder, 'undisturbed');
    expect(await runWith(KEYS, argsOf(undisturbed), folder)).toMatchObject({ code: 0 });
    const before = (await filesAsked()).length;
    expect(before).toBe(SESSIONS);

    const store = join(folder, 'killed');
    let halves = 0;
    for (const whole of [0, 1, 2]) {
      const isHalf = async (): Promise<boolean> =>
        (await wholeIn(store)).length >= whole &&
        (await stagedIn(store)).some((name) => name.endsWith('.tmp'));
      const there = await wholeIn(store);
      const asked = (await filesAsked()).length;
      await killWhen(store, isHalf);
      if ((await stagedIn(store)).some((name) => name.endsWith('.tmp'))) halves++;
      const own = (await filesAsked()).slice(asked);
      expect(new Set(own).size).toBe(own.length);
      expect(own.filter((date) => there.includes(date))).toEqual([]);
    }
    // A file that was whole a moment later would prove nothing.
    expect(halves).toBeGreaterThanOrEqual(2);
    await killWhen(store, async () => (await storedIn(store)) > TICKERS / 4);
    expect(await storedIn(store)).toBeLessThan(TICKERS);

    const asked = (await filesAsked()).length;
    expect(await runWith(KEYS, argsOf(store), folder)).toMatchObject({ code: 0 });
    expect((await filesAsked()).slice(asked)).toEqual([]);
    expect([await stagedIn(store), await storedIn(store)]).toEqual([[], TICKERS]);
    expect(await exportStore(store)).toBe(await exportStore(undisturbed));
  },
);
