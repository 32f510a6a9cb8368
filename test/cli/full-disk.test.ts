import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { built, ended, run } from '../acceptance/programs.ts';
import { LONG_RUNS, type Need, describeWith } from '../needs.ts';

const NOW = '2026-03-02T23:00:00Z';
const SMALL_DISK: Need = {
  isMet: spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0,
  lack: 'no name space for a small disk here',
};

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-full-'));
  await mkdir(join(folder, 'disk'));
  const sample = ['--provider', 'sample', '--now', NOW, '--days', '5'];
  expect((await run('backfill', [...sample, 'ALFA', 'BRIQ', '--store', 'seed'], folder)).code).toBe(0);
  await writeFile(join(folder, 'rotten'), 'x');
});
afterAll(() => rm(folder, { recursive: true }));

/** How the disk, on which a store of two tickers lies, is filled up: with bytes, or with as many files as it holds. */
const FULL = {
  bytes: ['size=2m', 'dd if=/dev/zero of=disk/fill bs=1k'],
  files: ['size=4m,nr_inodes=60', 'i=0; while touch disk/f$i; do i=$((i+1)); done'],
} as const;

/** Runs a program on a full disk that only it sees. */
async function onFullDisk(how: keyof typeof FULL, args: readonly string[], before = 'true') {
  const [size, fill] = FULL[how];
  const script =
    `cd "$1" && shift && mount -t tmpfs -o ${size} tmpfs disk && cp -r seed disk/store && ${before} && ` +
    `{ ${fill}; } >/dev/null 2>&1; exec "$@"`;
  const line = ['-rm', 'sh', '-c', script, 'sh', folder, process.execPath, built('backfill'), ...args];
  const child = spawn('unshare', line, { stdio: ['ignore', 'pipe', 'pipe'] });
  return ended(child);
}

const STORE = ['--store', 'disk/store'];
const SAMPLE = ['--provider', 'sample', '--now', NOW, '--days', '60', '--state', 'state'];

describeWith(SMALL_DISK)('a full disk is a failure, not a mistake: one line, exit 1', () => {
  describe.each(['bytes', 'files'] as const)('with no room for more %s', (how) => {
    const done: readonly (readonly [what: string, args: readonly string[]])[] = [
      ['a new store', [...SAMPLE, 'ALFA', '--store', 'disk/deep/new']],
      ['forget', ['forget', 'ALFA', '--yes', ...STORE]],
      ['rename', ['rename', 'ALFA', 'ZULU', '--on', '2026-03-01', ...STORE]],
      ['actions --add', ['actions', 'ALFA', '--add', '2026-02-27,dividend,0.5', ...STORE]],
      ['export to CSV', ['export', '--store', 'seed', '--out', 'disk/x.csv']],
      ['export to Parquet', ['export', '--store', 'seed', '--out', 'disk/x.parquet']],
      ['a plan', [...SAMPLE, 'ALFA', '--store', 'seed', '--plan-out', 'disk/night.plan']],
      ['query --write-sql', ['query', '--store', 'seed', '--write-sql', 'disk/x.sql']],
    ];
    // In the short form each fails on one of both disks.
    const tried = done.filter((_, i) => LONG_RUNS || (i % 2 === 0) === (how === 'bytes'));
    it.each(tried)('%s', async (_, args) => {
      const { code, stdout, stderr } = await onFullDisk(how, args);
      expect(stderr).toMatch(/^backfill: [^\n]*the disk is full[^\n]*$/m);
      expect(stderr).not.toMatch(/^ +at /m);
      expect([code, stdout]).toEqual([1, '']);
    });

    it('a lock file that cannot be made or written', async () => {
      const { code, stderr } = await onFullDisk(how, [...SAMPLE, 'ALFA', ...STORE], 'rm disk/store/.lock');
      expect(stderr).toMatch(
        /^backfill: the store [^\n]* cannot be used: the disk is full; make room \(ENOSPC/m,
      );
      expect(code).toBe(1);
    });

    it('a run on a store that is there', async () => {
      const { code, stderr } = await onFullDisk(how, [...SAMPLE, 'ALFA', 'BRIQ', ...STORE]);
      expect(stderr).toMatch(/the disk is full; make room \(ENOSPC/);
      expect(code).toBe(1);
    });

    it('a run of many tickers, which ends at the first of them and names none', async () => {
      const all = ['--tickers', 'all', '--workers', '2', '--no-progress', ...STORE];
      const { code, stderr } = await onFullDisk(how, [...SAMPLE, ...all]);
      const told = stderr.split('\n').filter((line) => line.includes('the disk is full'));
      expect(told, stderr).toHaveLength(1);
      expect(told[0]).toMatch(/^(Stopped after 0 tickers|backfill): the store [^\n]*; make room \(ENOSPC/);
      expect(code).toBe(1);
    });
  });

  it('but under a log, which has no room for its events while the run goes on', async () => {
    const logged = ['--store', 'beside', '--quiet', '--log-file', 'disk/run.log', '--log-level', 'debug'];
    const { code, stderr } = await onFullDisk('bytes', [...SAMPLE, 'ALFA', ...logged]);
    expect(stderr).toMatch(
      /^warning: disk\/run\.log cannot be written: the disk is full[^\n]*\nwarning: \d+ events could not be added to [^\n]*\n$/,
    );
    expect(code).toBe(0);
    const none = await onFullDisk('files', [...SAMPLE, 'BRIQ', ...logged]);
    expect(none.stderr).toBe('backfill: disk/run.log cannot be written: the disk is full\n');
    expect(none.code).toBe(1);
  });

  it('doctor --fix, which cannot move what it found', async () => {
    const rot = 'cp rotten disk/store/bars/interval=1d/ticker=ALFA/period=all/bars.parquet';
    const { code, stderr } = await onFullDisk('files', ['doctor', '--fix', ...STORE], rot);
    expect(stderr).toMatch(/the disk is full; make room \(ENOSPC/);
    expect(code).toBe(1);
  });
});
