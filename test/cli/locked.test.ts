import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished } from '../acceptance/programs.ts';
import { run } from './one-process.ts';
import { bundled } from '../bundled.ts';

const HOLDER = fileURLToPath(bundled('test/store/parquet/writer-child.ts'));
const NOW = ['--now', '2026-03-02T23:00:00Z'];
const SAMPLE = ['--provider', 'sample', ...NOW];

let folder = '';
let store = '';
let forgotten = '';
let holder: ChildProcess;
const backfill = (...args: string[]): Promise<Finished> =>
  run('backfill', [...args, '--store', store], folder);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-locked-'));
  store = join(folder, 'store');
  await backfill(...SAMPLE, '--tickers', 'ALFA,KUMO.T', '--days', '5', '--quiet');
  forgotten = /restore (\S+)/.exec((await backfill('forget', 'KUMO.T', '--yes')).stderr)?.[1] ?? '';
  await writeFile(join(store, 'bars', 'strange'), 'for the doctor');
  // Another process, which only holds the store and writes nothing.
  holder = spawn(process.execPath, ['--expose-gc', HOLDER, store, '0', 'false']);
  await once(holder.stdout ?? holder, 'data');
});
afterAll(async () => {
  holder.kill('SIGKILL');
  await once(holder, 'close');
  await rm(folder, { recursive: true });
});

/** Every file of the store with its content. */
async function content(): Promise<Map<string, string>> {
  const files = await readdir(store, { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  return new Map(
    await Promise.all(paths.toSorted().map(async (path) => [path, await readFile(path, 'latin1')] as const)),
  );
}

describe('while another process holds the store', () => {
  it.each([
    ['forget', () => ['forget', 'ALFA', '--yes']],
    ['forget of a range', () => ['forget', 'ALFA', '--start', '2026-02-27', '--end', '2026-02-27']],
    ['forget of everything', () => ['forget', '--all', '--yes']],
    ['restore', () => ['restore', forgotten]],
    ['restore of the newest', () => ['restore', 'newest']],
    ['rename', () => ['rename', 'ALFA', 'OMEG', '--on', '2026-02-27']],
    ['doctor --fix', () => ['doctor', '--fix']],
    ['actions --add', () => ['actions', 'ALFA', '--add', '2026-02-27,split,2:1']],
    ['actions --withdraw', () => ['actions', 'ALFA', '--withdraw', '2026-02-27,split']],
    ['verify', () => ['verify', ...SAMPLE, '--sample', '100%']],
    ['backfill', () => [...SAMPLE, '--tickers', 'KUMO.T', '--days', '5', '--no-progress']],
    ['backfill of all again', () => [...SAMPLE, '--tickers', 'ALFA', '--days', '5', '--no-gaps', '--quiet']],
  ] as const)('%s is refused in one line that names the holder, and nothing changes', async (_, line) => {
    const before = await content();
    const { code, stdout, stderr } = await backfill(...line());
    const who = `writer-child\\.js \\(pid ${holder.pid} on ${hostname()} since \\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z\\)`;
    expect(stderr).toMatch(
      new RegExp(`^backfill: the store ${store} is being written by ${who}; wait for it[^\\n]*\\n$`),
    );
    expect([code, stdout]).toEqual([2, '']);
    expect(await content()).toEqual(before);
  });

  it.each([
    ['check-data', ['check-data', ...NOW]],
    ['export', ['export']],
    ['query', ['query', 'SELECT count(*) FROM bars']],
    ['actions', ['actions', 'ALFA']],
    ['the list of what can be restored', ['restore']],
    ['a plan', [...SAMPLE, '--tickers', 'ALFA', '--days', '5', '--dry-run']],
  ])('%s reads all the same', async (_, line) => {
    const before = await content();
    expect((await backfill(...line)).code).toBe(0);
    expect(await content()).toEqual(before);
  });

  it('the doctor that only looks finds what it finds', async () => {
    expect((await backfill('doctor')).stdout).toContain('bars/strange');
  });
});
