import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type RunningSimulator, run, startSimulate } from './programs.ts';

const NOW = '2026-03-02T23:00:00Z';

let folder: string;
let simulator: RunningSimulator;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-in-flight-'));
  simulator = await startSimulate(folder, ['--from', 'sample', '--latency', '500ms', '--now', NOW]);
});
afterEach(async () => {
  await simulator.stop();
  await rm(folder, { recursive: true });
});

/** Most requests that were under way at one instant, by the simulator's log. */
async function mostAtOnce(): Promise<number> {
  const lines = (await readFile(join(folder, 'requests.ndjson'), 'utf8')).trim().split('\n');
  const spans = lines.map((line) => JSON.parse(line) as { at: number; ms: number });
  return Math.max(
    ...spans.map(({ at }) => spans.filter((other) => other.at <= at && at < other.at + other.ms).length),
  );
}

it.each([
  { workers: 1, concurrency: 1 },
  { workers: 3, concurrency: 1 },
  { workers: 2, concurrency: 3 },
])('has as many requests under way as it was told, and never more: %o', async ({ workers, concurrency }) => {
  const { code, stderr } = await run('backfill', [
    ...['--store', join(folder, 'store'), '--days', '100', '--now', NOW, '--no-progress'],
    ...['--state', join(folder, 'state')],
    ...['--tickers', 'ALFA,BRIQ,CORV,DUNO,ELNA,FJRD,GLYF,HAZL,IBYX,JUNP,KELV,LUMO'],
    ...['--workers', String(workers), '--concurrency', String(concurrency)],
    ...['--provider-url', `yahoo=${simulator.url}`],
  ]);
  expect(code, stderr).toBe(0);
  expect(await simulator.asked()).toHaveLength(12);
  expect(await mostAtOnce()).toBe(workers * concurrency);
});
