import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { QuotaRecord } from '../../../src/providers/http/quota-record.ts';
import { bundled } from '../../bundled.ts';

const CHILD = fileURLToPath(bundled('test/providers/http/quota-child.ts'));
/** Noon of a day for all processes, so that no midnight comes in between. */
const AHEAD = String(Date.UTC(2026, 2, 2, 12) - Date.now());

let folder = '';
let path = '';
let children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-processes-'));
  path = join(folder, 'quota', 'key.json');
  children = [];
});
afterEach(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

interface Sharer {
  readonly child: ChildProcess;
  /** Lets it begin. */
  go(): void;
  /** Resolves when it has said `sent` so often. */
  hasSent(times: number): Promise<void>;
  /** Requests that it sent by its end. Rejects where it failed. */
  readonly total: Promise<number>;
}

/** Starts a process that shares the quota, as far as its first word. */
async function startSharer(task: 'use' | 'hang' | 'count', text: string): Promise<Sharer> {
  const child = spawn(process.execPath, [CHILD, path, task, text, AHEAD], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  children.push(child);
  const sent: string[] = [];
  let complaint = '';
  child.stderr.on('data', (part: Buffer) => (complaint += part.toString()));
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => (line === 'sent' ? sent.push(line) : 0));
  const total = once(child, 'close').then(([code]) => {
    if (code !== 0 && code !== null) throw new Error(`a sharer ended with ${code as number}: ${complaint}`);
    return sent.length;
  });
  total.catch(() => undefined);
  const started = await Promise.race([once(lines, 'line'), total]);
  expect(started).toEqual(['ready']);
  return {
    child,
    total,
    go: () => child.stdin.write('go\n'),
    hasSent: async (times) => {
      while (sent.length < times && child.exitCode === null) await Promise.race([once(lines, 'line'), total]);
    },
  };
}

async function startAll(count: number, task: 'use' | 'count', text: string): Promise<number[]> {
  const sharers = await Promise.all(Array.from({ length: count }, () => startSharer(task, text)));
  for (const sharer of sharers) sharer.go();
  return Promise.all(sharers.map(({ total }) => total));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
const record = async (): Promise<QuotaRecord> => JSON.parse(await readFile(path, 'utf8')) as QuotaRecord;

describe('processes that share a quota', () => {
  it('change its record one after the other: nothing is lost', { timeout: 120_000 }, async () => {
    await startAll(3, 'count', '150');
    expect((await record()).nextAt).toBe(450);
  });

  it('send together exactly what a day allows', { timeout: 120_000 }, async () => {
    const sent = await startAll(3, 'use', '600/day');
    expect(sum(sent)).toBe(600);
    expect((await record()).windows['86400000ms']?.used).toBe(600);
    expect(sent.filter((count) => count > 0).length).toBeGreaterThan(1);
    // A fourth that comes later gets nothing.
    expect(await startAll(1, 'use', '600/day')).toEqual([0]);
  });

  it(
    'send no more where one is killed after it reserved and before it sent',
    { timeout: 120_000 },
    async () => {
      const killed = await startSharer('hang', '600/day');
      killed.go();
      await killed.hasSent(3);
      killed.child.kill('SIGKILL');
      expect(await killed.total).toBe(3);
      const rest = sum(await startAll(2, 'use', '600/day'));
      expect(3 + rest).toBeLessThanOrEqual(600);
      // Two leases of three at most are lost with it.
      expect(3 + rest).toBeGreaterThanOrEqual(594);
    },
  );
});
