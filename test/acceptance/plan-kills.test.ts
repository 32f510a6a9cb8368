import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exportStore } from './export-store.mjs';
import { run } from '../cli/one-process.ts';
import { type RunningSimulator, start, startSimulate } from './programs.ts';

// A plan that is carried out by runs which are killed is the same plan: what one of them had done is done, and what it had asked
// for and not stored is asked for again.

const NOW = '2026-03-02T23:00:00Z';
const WORKERS = 2;
const CONCURRENCY = 2;
/** Requests in flight of a run; a thread has one task more, whose answer is written. */
const UNDER_WAY = WORKERS * (CONCURRENCY + 1);

let folder = '';
let simulator: RunningSimulator;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-plan-kills-'));
  simulator = await startSimulate(folder, ['--from', 'sample', '--latency', '60ms', '--now', NOW]);
}, 60_000);

afterAll(async () => {
  await simulator.stop();
  await rm(folder, { recursive: true });
});

const common = (store: string): string[] => [
  ...['--store', store, '--state', `${store}-state`, '--provider-url', `yahoo=${simulator.url}`],
  ...['--now', NOW, '--no-progress'],
];
const pace = ['--workers', String(WORKERS), '--concurrency', String(CONCURRENCY)];

const asked = async (): Promise<number> => (await simulator.asked()).length;

async function stored(store: string): Promise<number> {
  const files = await readdir(store, { recursive: true }).catch(() => []);
  return files.filter((file) => file.endsWith('bars.parquet')).length;
}

it('a plan that is killed three times ends as an undisturbed run does', { timeout: 120_000 }, async () => {
  const sample = ['--provider', 'sample', '--tickers', 'all', '--days', '5', '--now', NOW];
  const list = await run('backfill', [...sample, '--dry-run', '--json', '--store', 'none'], folder);
  const { tasks } = JSON.parse(list.stdout) as { tasks: { wants: { series: { ticker: string } }[] }[] };
  const all = tasks.flatMap(({ wants }) => wants.map(({ series }) => series.ticker));
  const requestOf = (tickers: readonly string[]): string[] => [
    '--tickers',
    tickers.join(','),
    '--days',
    '60',
  ];
  const tried = await run(
    'backfill',
    [...common(join(folder, 'tried')), ...requestOf(all), '--json'],
    folder,
  );
  // Delisted ones are asked for again, and so many are refused: what a plan prices is what the others need.
  const { failures } = JSON.parse(tried.stdout) as { failures: { ticker: string }[] };
  const symbols = await simulator.asked();
  const isSound = (one: string): boolean =>
    symbols.filter((symbol) => symbol === one).length === 1 && !failures.some(({ ticker }) => ticker === one);
  const sound = all.filter((ticker) => isSound(ticker));
  expect(sound.length).toBeGreaterThan(50);
  const [request, usual] = [requestOf(sound), sound.length];

  const undisturbed = join(folder, 'undisturbed');
  const first = await run('backfill', [...common(undisturbed), ...request], folder);
  expect(first.code, first.stderr).toBe(0);
  const atFirst = await asked();
  expect(atFirst - symbols.length).toBe(usual);

  const store = join(folder, 'killed');
  const plan = join(folder, 'night.plan');
  expect(await run('backfill', [...common(store), ...request, '--plan-out', plan], folder)).toMatchObject({
    code: 0,
  });
  expect(await asked()).toBe(atFirst);
  const args = [...common(store), '--plan', plan, ...pace];
  for (const partitions of [5, 20, 40]) {
    const child = start('backfill', args, folder);
    const closed = once(child, 'close');
    child.stdout?.resume();
    child.stderr?.resume();
    while (child.exitCode === null && (await stored(store)) < partitions) await sleep(10);
    child.kill('SIGKILL');
    const [, signal] = (await closed) as [number | null, NodeJS.Signals | null];
    expect(signal).toBe('SIGKILL');
  }
  const [before, done] = [await asked(), await stored(store)];
  const { code, stderr, stdout } = await run('backfill', [...args, '--json'], folder);
  expect(code, stderr).toBe(0);
  const ran = JSON.parse(stdout) as { sent: number; complete: number; withHoles: number };
  expect(ran).toMatchObject({ failed: 0, fetched: usual - done, sent: usual - done });
  // Some that were filled have a session that nobody explains.
  expect(ran.complete + ran.withHoles).toBe(done);
  const more = (await asked()) - before;
  expect(more).toBeGreaterThanOrEqual(ran.sent);
  // What the killed program sent last may be noted after it was.
  expect(more).toBeLessThanOrEqual(ran.sent + UNDER_WAY);
  expect((await asked()) - atFirst).toBeLessThanOrEqual(usual + 3 * UNDER_WAY);
  expect(await exportStore(store)).toBe(await exportStore(undisturbed));
});
