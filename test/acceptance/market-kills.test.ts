import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GroupedServer, serveGrouped } from '../../bench/market/grouped-server.ts';
import { type GroupedMarket, inventGrouped } from '../../bench/market/grouped.ts';
import { randomOf } from '../../bench/market/invented.ts';
import { LONG_RUNS } from '../needs.ts';
import { exportStore } from './export-store.mjs';
import { runWith } from '../cli/one-process.ts';
import { startWith } from './programs.ts';

// A market's bars and its splits and dividends are asked for, a slice each; then each series takes in its own. What was asked for
// when a process was killed, and had not been written, is on no disk: nobody can know it, and it is asked for again.

const SEED = 20_261_128;
const KEY = { POLYGON_API_KEY: 'of-nobody' };
const WORKERS = 2;
/** Requests in flight of a thread; it has one task more, whose answer is read and written behind them. */
const CONCURRENCY = 2;
/** Kills while sessions are collected, and while series are stored. */
const [COLLECTING, STORING] = LONG_RUNS ? [4, 5] : [2, 2];
const [TICKERS, SESSIONS] = LONG_RUNS ? [600, 40] : [400, 16];

/** What lies in a store, and what a server was asked for. */
interface Standing {
  /** Slices: dates of sessions, and `actions`. */
  readonly staged: readonly string[];
  readonly stored: number;
  readonly asked: readonly string[];
}

let folder = '';
let market: GroupedMarket;
let server: GroupedServer;
/** A store that no run was killed over, and how many requests that took. */
let undisturbed = '';
let before = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-market-kills-'));
  market = await inventGrouped(folder, { tickers: TICKERS, sessions: SESSIONS, end: '2026-11-20' });
  server = await serveGrouped(market, join(folder, 'requests.ndjson'), 60);
  undisturbed = join(folder, 'undisturbed');
  expect(await runWith(KEY, argsOf(undisturbed), folder)).toMatchObject({ code: 0 });
  before = (await server.asked()).length;
}, 60_000);

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

const argsOf = (store: string): string[] => [
  ...sourceOf(store),
  ...['--tickers', `@${market.tickerFile}`, '--start', market.start, '--end', market.end],
  ...pace,
];

/** The line of a plan that is written out, without the file. */
const planArgsOf = (store: string): string[] => [...sourceOf(store), ...pace];

const sourceOf = (store: string): string[] => [
  ...['--store', store, '--state', `${store}-state`, '--now', market.now],
  ...['--provider', 'polygon', '--tier', 'starter', '--provider-url', `polygon=${server.url}`],
];
const pace: readonly string[] = [
  ...['--workers', String(WORKERS), '--concurrency', String(CONCURRENCY), '--no-progress'],
];

/** The slice that a request is for: a page of a list is a part of one. */
function sliceOf(path: string): string {
  return path.startsWith('/v3/reference/') ? 'actions' : (path.split('/').at(-1) ?? '');
}

async function standingOf(store: string): Promise<Standing> {
  const names = await readdir(join(store, 'staging')).catch(() => []);
  const staged = names.flatMap((name) => {
    const [, slice] = /^1d_(actions|\d{4}-\d\d-\d\d)[-_].*\.slice$/.exec(name) ?? [];
    return slice ?? [];
  });
  const files = await readdir(join(store, 'bars'), { recursive: true }).catch(() => []);
  const stored = files.filter((file) => file.endsWith('bars.parquet')).length;
  const asked = (await server.asked()).map(({ path }) => sliceOf(path));
  return { staged, stored, asked };
}

/** Runs until something holds, and a while longer; gives what there was when it was killed. */
async function killWhen(
  store: string,
  args: readonly string[],
  holds: (standing: Standing) => boolean,
  delayMs: number,
): Promise<Standing> {
  const child = startWith(KEY, [...args], folder);
  child.stdout?.resume();
  child.stderr?.resume();
  const closed = once(child, 'close');
  while (child.exitCode === null && !holds(await standingOf(store))) await sleep(10);
  await sleep(delayMs);
  child.kill('SIGKILL');
  const [, signal] = (await closed) as [number | null, NodeJS.Signals | null];
  expect(signal).toBe('SIGKILL');
  // What had been sent arrives.
  await sleep(150);
  return standingOf(store);
}

it(
  'a market that is filled by runs that are killed again and again is asked for nothing twice, and ends as if undisturbed',
  { timeout: 180_000 },
  async () => {
    expect(before).toBe(market.requests);

    const random = randomOf(SEED);
    const store = join(folder, 'killed');
    let last: Standing = { staged: [], stored: 0, asked: Array.from({ length: before }, () => '') };
    const some = (most: number): number => 1 + Math.floor(random() * most);
    // While the lists of splits and dividends are read, when more sessions lie staged, and when more series are stored.
    const listed =
      () =>
      ({ asked }: Standing) =>
        asked.length > before;
    const collected = () => {
      const count = last.staged.length + some(3);
      return ({ staged }: Standing) => staged.length >= count;
    };
    const stored = () => {
      const count = last.stored + some(25);
      return (standing: Standing) => standing.stored >= count;
    };
    const moments = [
      listed,
      ...Array.from({ length: COLLECTING }, () => collected),
      ...Array.from({ length: STORING }, () => stored),
    ];
    let [whileCollecting, whileStoring] = [0, 0];
    const noteRun = (now: Standing): readonly string[] => {
      const own = now.asked.slice(last.asked.length);
      const sessions = own.filter((slice) => slice !== 'actions');
      expect(new Set(sessions).size, 'a session twice in one run').toBe(sessions.length);
      expect(
        own.filter((slice) => last.staged.includes(slice)),
        'what lay there',
      ).toEqual([]);
      return own;
    };
    for (const momentOf of moments) {
      const now = await killWhen(store, argsOf(store), momentOf(), some(15));
      const own = noteRun(now);
      const underWay = new Set(own.filter((slice) => !now.staged.includes(slice)));
      expect(underWay.size).toBeLessThanOrEqual(WORKERS * (CONCURRENCY + 1));
      if (now.staged.length <= SESSIONS) whileCollecting++;
      else if (now.stored > 0 && now.stored < TICKERS) whileStoring++;
      last = now;
    }
    // Moments that met neither would prove nothing.
    expect(whileCollecting).toBeGreaterThanOrEqual(COLLECTING);
    expect(whileStoring).toBeGreaterThanOrEqual(STORING - 1);

    expect(await runWith(KEY, argsOf(store), folder)).toMatchObject({ code: 0 });
    const end = await standingOf(store);
    expect(noteRun(end)).toEqual([]);
    expect(end).toMatchObject({ staged: [], stored: TICKERS });
    expect(new Set(end.asked.slice(before)).size).toBe(SESSIONS + 1);
    const all = await exportStore(undisturbed);
    expect(all.split('\n').filter((line) => line.startsWith('(1d, '))).toHaveLength(TICKERS * SESSIONS);
    expect(await exportStore(store)).toBe(all);
  },
);

it('a plan of a whole market that is killed asks by the same line for nothing twice, and ends as if undisturbed', async () => {
  const store = join(folder, 'planned-killed');
  const file = join(folder, 'night.plan');
  expect(await runWith(KEY, [...argsOf(store), '--plan-out', file], folder)).toMatchObject({ code: 0 });
  const asked = (await server.asked()).length;
  const args = [...planArgsOf(store), '--plan', file];
  const random = randomOf(SEED);
  const some = (most: number): number => 1 + Math.floor(random() * most);
  const [collected, stored] = [some(SESSIONS - 10), some(TICKERS - 200)];
  const moments: ((standing: Standing) => boolean)[] = [
    ({ staged }) => staged.length >= collected,
    (standing) => standing.stored >= stored,
  ];
  let last: Standing = { staged: [], stored: 0, asked: Array.from({ length: asked }, () => '') };
  for (const moment of moments) {
    const now = await killWhen(store, args, moment, some(15));
    const own = now.asked.slice(last.asked.length);
    expect(
      own.filter((slice) => last.staged.includes(slice)),
      'what lay there',
    ).toEqual([]);
    last = now;
  }
  expect([last.staged.length, last.stored > 0 && last.stored < TICKERS]).toEqual([SESSIONS + 1, true]);
  const { code, stdout } = await runWith(KEY, [...args, '--json'], folder);
  expect(code).toBe(0);
  // What was stored is done, and what lies staged is priced at nothing.
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ sent: 0, requests: 0, complete: last.stored, fetched: TICKERS - last.stored },
  });
  const end = await standingOf(store);
  expect(end).toMatchObject({ staged: [], stored: TICKERS, asked: last.asked });
  expect(new Set(end.asked.slice(asked)).size).toBe(SESSIONS + 1);
  expect(await exportStore(store)).toBe(await exportStore(undisturbed));
}, 120_000);
