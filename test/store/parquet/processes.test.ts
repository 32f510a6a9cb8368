import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openParquetStore } from '../../../src/store/parquet/index.ts';
import { bundled } from '../../bundled.ts';
import { AAPL, NOON, temporaryFolder } from '../fixtures.ts';
import { rowsIn } from '../rows.ts';

const CHILD = fileURLToPath(bundled('test/store/parquet/writer-child.ts'));

let root: string;
let remove: () => Promise<void>;
let children: ChildProcess[] = [];
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
  children = [];
});
afterEach(async () => {
  await Promise.all(children.map(kill));
  await remove();
});

/** Starts a writer from version `first` on. `lines` is what it said so far; resolves once it said `until`. */
async function startWriter(
  first: number,
  until: string,
  writes = true,
): Promise<{ child: ChildProcess; lines: string[] }> {
  const child = spawn(process.execPath, ['--expose-gc', CHILD, root, `${first}`, `${writes}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the writer ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      if (line === until) resolve();
    });
  });
  return { child, lines };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

/** The version of what a scan says, and of the rows read after it. Fails if either is a mixture. */
async function versions(): Promise<{ scanned: number; read: number }> {
  const store = openParquetStore(root);
  const scan = await store.scan();
  expect(scan.setAside).toEqual([]);
  const state = scan.series.get('AAPL 1d');
  const scanned = (state?.fetchedAt ?? Number.NaN) - NOON;
  expect([state?.rows, state?.coverage.absent[0]?.by[0]?.note]).toEqual([1500, String(scanned)]);
  const bars = await rowsIn(store, AAPL);
  const [read = Number.NaN, ...others] = new Set(bars.map(({ volume }) => volume - 1));
  expect([bars.length, others]).toEqual([1500, []]);
  return { scanned, read };
}

describe('two processes', () => {
  it('cannot write one store; the loser is told who does, and may write once the winner was killed', async () => {
    const { child } = await startWriter(0, 'held', false);
    const store = openParquetStore(root);
    await expect(store.acquire()).rejects.toMatchObject({ code: 'store-locked' });
    const message = new RegExp(
      `^the store ${root} is being written by writer-child\\.js \\(pid ${child.pid} on ${hostname()} since \\d{4}-.*Z\\); wait for it`,
    );
    await expect(store.acquire()).rejects.toThrow(message);
    await kill(child);
    await (await store.acquire()).release();
  });

  it('may read and write at once: the reader sees whole versions only, and never an older one again', async () => {
    await startWriter(0, '0');
    const seen = new Set<number>();
    let last = 0;
    for (let i = 0; i < 60 || seen.size < 2; i++) {
      const { scanned, read } = await versions();
      expect(scanned).toBeGreaterThanOrEqual(last);
      expect(read).toBeGreaterThanOrEqual(scanned);
      last = read;
      seen.add(read);
    }
  });
});

it('a writer killed at any moment leaves the old or the new version, all it acknowledged, and nothing for long', async () => {
  let next = 0;
  let left = 0;
  // A kill that hits no commit shows nothing.
  for (let kills = 0; kills < 10 || left === 0; kills++) {
    const { child, lines } = await startWriter(next, `${next + 2}`);
    // Every other time in the middle of a commit.
    if (kills % 2 === 0) await sleep(kills);
    else while ((await temps()).length === 0);
    await kill(child);
    const acknowledged = Number(lines.at(-1));
    const { scanned, read } = await versions();
    expect(read).toBe(scanned);
    expect([acknowledged, acknowledged + 1]).toContain(read);
    left += (await temps()).length;
    next = read + 1;
  }
  const lock = await openParquetStore(root).acquire();
  expect(await temps()).toEqual([]);
  await lock.release();
});

async function temps(): Promise<string[]> {
  return (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.tmp'));
}
