import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { run } from '../cli/one-process.ts';
import { type RunningSimulator, startSimulate } from './programs.ts';

const NOW = '2026-03-02T23:00:00Z';

let folder: string;
let simulator: RunningSimulator;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-in-flight-'));
});
afterEach(async () => {
  await simulator.stop();
  await rm(folder, { recursive: true });
});

/** A simulator whose answers take so long that `most` requests, each of which takes a busy machine a while, are sent meanwhile. */
async function simulate(most: number): Promise<void> {
  const latency = `${400 * (most + 1)}ms`;
  simulator = await startSimulate(folder, ['--from', 'sample', '--latency', latency, '--now', NOW]);
}

/** When each request was under way, by the simulator's log, ms. */
async function spansAsked(): Promise<{ at: number; ms: number }[]> {
  const lines = (await readFile(join(folder, 'requests.ndjson'), 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as { at: number; ms: number });
}

/** Most requests that were under way at one instant. */
async function mostAtOnce(): Promise<number> {
  const spans = await spansAsked();
  return Math.max(
    ...spans.map(({ at }) => spans.filter((other) => other.at <= at && at < other.at + other.ms).length),
  );
}

it.each([
  { workers: 1, concurrency: 1 },
  { workers: 3, concurrency: 1 },
  { workers: 2, concurrency: 3 },
])('has as many requests under way as it was told, and never more: %o', async ({ workers, concurrency }) => {
  await simulate(workers * concurrency);
  await fill('--workers', String(workers), '--concurrency', String(concurrency));
  expect(await mostAtOnce()).toBe(workers * concurrency);
});

it.each([
  { workers: 2, inFlight: 4, most: 4 },
  { workers: 2, inFlight: 3, most: 2 },
  { workers: 3, inFlight: 1, most: 1 },
  // More than Yahoo bears.
  { workers: 1, inFlight: 40, most: 12 },
])('never has more than it was told for all threads: %o', async ({ workers, inFlight, most }) => {
  await simulate(most);
  await fill('--workers', String(workers), '--in-flight', String(inFlight));
  expect(await mostAtOnce()).toBe(most);
});

it('lets a place rest after each answer', async () => {
  await simulate(4);
  await fill('--in-flight', '4', '--workers', '1', '--request-delay', '1s');
  const spans = (await spansAsked()).toSorted((a, b) => a.at - b.at);
  const ends = spans.map(({ at, ms }) => at + ms).toSorted((a, b) => a - b);
  // The server sees an answer's end a little later than who asked. The fifth request has the place of the first one that ended, and so on.
  const rests = spans.slice(4).map(({ at }, i) => at - (ends[i] ?? Number.NaN));
  expect(rests).toHaveLength(8);
  expect(Math.min(...rests)).toBeGreaterThan(700);
});

/** Twelve tickers, one request each. */
async function fill(...options: readonly string[]): Promise<void> {
  const { code, stderr } = await run('backfill', [
    ...['--store', join(folder, 'store'), '--days', '100', '--now', NOW, '--no-progress'],
    ...['--state', join(folder, 'state')],
    ...['--tickers', 'ALFA,BRIQ,CORV,DUNO,ELNA,FJRD,GLYF,HAZL,IBYX,JUNP,KELV,LUMO'],
    ...['--provider-url', `yahoo=${simulator.url}`, ...options],
  ]);
  expect(code, stderr).toBe(0);
  expect(await simulator.asked()).toHaveLength(12);
}
