import { existsSync } from 'node:fs';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { utcDayOf } from '../../src/core/session/day.ts';
import type { Listing } from '../../src/market/market.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { randomFor } from '../../src/market/random.ts';
import { run as runBeside } from '../cli/one-process.ts';
import { LONG_RUNS } from '../needs.ts';
import { exportStore } from './export-store.mjs';
import { type Finished, type RunningSimulator, ended, start, startSimulate } from './programs.ts';

const NOW = '2026-03-02T23:00:00Z';

/** How many runs are told to stop, once and twice; in the short forms too some while their threads start. */
const [SINGLE, DOUBLE] = LONG_RUNS ? [20, 10] : [3, 2];

describe('a backfill that is told to stop', () => {
  let folder = '';
  let simulator: RunningSimulator;
  let undisturbed = '';

  const args = (store: string): string[] => [
    ...['--store', store, '--tickers', `@${join(folder, 'tickers.txt')}`, '--days', '252', '--workers', '2'],
    ...['--now', NOW, '--provider-url', `yahoo=${simulator.url}`, '--state', join(folder, 'state')],
  ];
  const finish = (store: string): Promise<Finished> => runBeside('backfill', args(store));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-signals-'));
    const market = sampleMarket();
    const alive = market.tickers().filter((ticker) => isAlive(market.listing(ticker)));
    await writeFile(join(folder, 'tickers.txt'), alive.join('\n'));
    simulator = await startSimulate(folder, ['--from', 'sample', '--latency', '60ms', '--now', NOW]);
    await finish(join(folder, 'undisturbed'));
    undisturbed = await exportStore(join(folder, 'undisturbed'));
  }, 60_000);

  afterAll(async () => {
    await simulator.stop();
    await rm(folder, { recursive: true });
  });

  /** As a shell says it: 128 + the signal for a process that a signal ended. */
  const exitCode = async (child: ChildProcess): Promise<number> => {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return (
      code ?? 128 + ({ SIGINT: 2, SIGTERM: 15, SIGHUP: 1, SIGABRT: 6, SIGKILL: 9 }[signal as string] ?? 99)
    );
  };

  it(
    `by ${SINGLE} Ctrl-C at random moments always exits 130 and can go on to the same store`,
    { timeout: 180_000 },
    async () => {
      const random = randomFor('break');
      for (let i = 0; i < SINGLE; i++) {
        const store = join(folder, `single-${i}`);
        const child = start('backfill', args(store));
        const code = exitCode(child);
        await momentAt(child, store, (i + random()) / SINGLE);
        child.kill('SIGINT');
        expect(await code).toBe(130);
        await expectUnlocked(store);
      }
      for (let i = 0; i < SINGLE; i += 3) {
        const store = join(folder, `single-${i}`);
        const { code, stderr } = await finish(store);
        expect([code, stderr.includes('set aside')]).toEqual([0, false]);
        expect(await exportStore(store)).toBe(undisturbed);
        await expectNoTemps(store);
      }
    },
  );

  it(
    `by ${DOUBLE} double Ctrl-C stops at once, exits 130, and leaves a store that a run completes`,
    { timeout: 180_000 },
    async () => {
      const random = randomFor('stop');
      for (let i = 0; i < DOUBLE; i++) {
        const store = join(folder, `double-${i}`);
        const child = start('backfill', args(store));
        const code = exitCode(child);
        await momentAt(child, store, (i + random()) / DOUBLE);
        child.kill('SIGINT');
        await sleep(random() * 40);
        child.kill('SIGINT');
        expect(await code).toBe(130);
        await expectUnlocked(store);
      }
      for (let i = 0; i < DOUBLE; i += 3) {
        await finish(join(folder, `double-${i}`));
        expect(await exportStore(join(folder, `double-${i}`))).toBe(undisturbed);
      }
    },
  );

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    'by %s finishes what is in flight and exits %i',
    { timeout: 60_000 },
    async (signal, expected) => {
      const store = join(folder, signal);
      const child = start('backfill', args(store));
      const code = exitCode(child);
      let said = '';
      child.stderr?.on('data', (part: Buffer) => (said += part.toString()));
      while (!(await countPartitions(store))) await sleep(5);
      child.kill(signal);
      expect(await code).toBe(expected);
      expect(said).toMatch(
        /Interrupted after \d+ tickers?\. Progress saved\. Run the same command to continue\./,
      );
    },
  );

  it('while it waits for the quota stops at once', { timeout: 60_000 }, async () => {
    const child = start('backfill', [...args(join(folder, 'waiting')), '--rate-limit', '2/min']);
    const code = exitCode(child);
    while ((await countPartitions(join(folder, 'waiting'))) < 1) await sleep(10);
    await sleep(300);
    const since = performance.now();
    child.kill('SIGINT');
    expect(await code).toBe(130);
    expect(performance.now() - since).toBeLessThan(3000);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'by %s while an answer does not come ends it after some seconds, and can go on',
    { timeout: 40_000 },
    async (signal, expected) => {
      const silent = createServer(() => undefined).listen(0, '127.0.0.1');
      await once(silent, 'listening');
      try {
        const store = join(folder, `silent-${signal}`);
        const url = `yahoo=http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
        const line = ['ALFA', 'BRVO.PA', '--store', store, '--now', NOW, '--state', join(folder, 'state')];
        const child = start('backfill', [...line, '--provider-url', url, '--timeout', '2min']);
        const ending = ended(child);
        await once(silent, 'request');
        child.kill(signal);
        const { code, stderr } = await ending;
        expect(code).toBe(expected);
        expect(stderr).toContain(
          'Interrupted after 0 tickers. Progress saved. Run the same command to continue.',
        );
        expect(stderr).toMatch(/Errors: 0 .* Not run: \d+/);
        await expectUnlocked(store);
      } finally {
        silent.closeAllConnections();
        silent.close();
      }
    },
  );

  it('by nobody, but whose reader goes away (| head), says nothing of it', { timeout: 60_000 }, async () => {
    const child = start('check-data', ['--store', join(folder, 'undisturbed'), '--json', '--now', NOW]);
    let said = '';
    child.stderr?.on('data', (part: Buffer) => (said += part.toString()));
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect(await exitCode(child)).toBe(0);
    expect(said).toBe('');
    const piped = spawn('sh', [
      '-c',
      `"$0" "$@" | head -c 50`,
      process.execPath,
      ...child.spawnargs.slice(1),
    ]);
    piped.stderr.on('data', (part: Buffer) => (said += part.toString()));
    expect(await exitCode(piped)).toBe(0);
    expect(said).toBe('');
  });

  /** Another run can write the store at once: nobody holds its lock. */
  const expectUnlocked = async (store: string): Promise<void> => {
    // Stopped before there was a store, a run has left none that could be held.
    if (!existsSync(store)) return;
    const { code, stderr } = await runBeside('backfill', ['forget', 'NOSUCH', '--store', store]);
    expect([code, stderr]).toEqual([1, 'NOSUCH is not in the store\nForgot 0 bars.\n']);
  };
});

/** While threads start, or after any number of the 54 commits but the last few: the later the larger `share` is, from 0 to 1. */
async function momentAt(child: ChildProcess, store: string, share: number): Promise<void> {
  const partitions = Math.floor(share * 30) - 5;
  if (partitions <= 0) await sleep(50 + share * 30 * 60);
  while (child.exitCode === null && (await countPartitions(store)) < partitions) await sleep(10);
  await sleep((share * 1e4) % 10);
}

/** Whether a vendor knows the instrument at `NOW`. */
function isAlive(listing: Listing | undefined): boolean {
  return listing?.delistedOn === null && (listing.firstTrade ?? 0) < utcDayOf(Date.parse(NOW));
}

async function countPartitions(store: string): Promise<number> {
  const files = await readdir(store, { recursive: true }).catch(() => []);
  return files.filter((file) => file.endsWith('bars.parquet')).length;
}

async function expectNoTemps(store: string): Promise<void> {
  const files = await readdir(store, { recursive: true });
  expect(files.filter((file) => file.endsWith('.tmp'))).toEqual([]);
}
