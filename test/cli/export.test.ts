import { spawn, spawnSync } from 'node:child_process';
import { cp, lstat, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, built, ended } from '../acceptance/programs.ts';
import { run } from './one-process.ts';

let folder = '';
const backfill = (...args: string[]): Promise<Finished> => run('backfill', args, folder);
const PARQUET = 'PAR1';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-export-'));
  const filled = await backfill(
    'ALFA',
    '--provider',
    'sample',
    '--days',
    '5',
    '--now',
    '2026-03-02T23:00:00Z',
  );
  expect(filled.code).toBe(0);
});
afterAll(() => rm(folder, { recursive: true }));

/** Spoils the first rows of a file, and leaves its footer alone. */
async function rot(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes.fill(0xff, 4, 60);
  await writeFile(path, bytes);
}

describe('backfill export --out', () => {
  it.each([
    ['prices.parquet', [], PARQUET],
    ['prices.csv', [], 'ticker,ts,'],
    ['prices.ndjson', [], '{"ticker":'],
    ['prices.jsonl', [], '{"ticker":'],
    ['prices', ['--format', 'parquet'], PARQUET],
  ])('%s is written in the format of its name, or of --format %j', async (out, args, start) => {
    const { code, stderr } = await backfill('export', '--out', out, ...args);
    expect([code, stderr]).toEqual([0, 'Exported 5 bars of 1 series.\n']);
    expect((await readFile(join(folder, out), 'latin1')).slice(0, start.length)).toBe(start);
  });

  it('a name that contradicts the format writes nothing', async () => {
    const { code, stderr } = await backfill('export', '--out', 'no.parquet', '--format', 'csv');
    expect(stderr).toBe('backfill: --out no.parquet and --format csv contradict each other; give one\n');
    expect(code).toBe(2);
    expect(await readdir(folder)).not.toContain('no.parquet');
  });

  it('a link writes the file that it points to', async () => {
    await writeFile(join(folder, 'real.csv'), 'old');
    await symlink('real.csv', join(folder, 'link.csv'));
    expect((await backfill('export', '--out', 'link.csv')).code).toBe(0);
    expect((await lstat(join(folder, 'link.csv'))).isSymbolicLink()).toBe(true);
    expect(await readFile(join(folder, 'real.csv'), 'utf8')).toMatch(/^ticker,ts,/);
  });

  it.each([
    ['an unknown ticker', ['NOPE'], 'NOPE 1d is not in the store'],
    ['a range without a bar', ['--start', '2030-01-01'], 'no series has a bar in the range'],
    ['a series of which the rows rotted', ['ALFA', '--adjust', 'none'], 'bars/interval=1d/ticker=ALFA/'],
    ['an interval that is not stored', ['ALFA', '--interval', '5m'], 'ALFA 5m is not in the store'],
    ['no adjustment', ['ALFA', '--adjust', 'all'], 'ALFA 1d cannot be adjusted'],
  ])('keeps the file that is there where nothing can be exported: %s', async (_, args, reason) => {
    const store = join(folder, 'unadjustable');
    await cp(join(folder, 'data'), store, { recursive: true });
    await rm(join(store, 'actions'), { recursive: true });
    if (args.includes('none')) await rot(join(store, 'bars/interval=1d/ticker=ALFA/period=all/bars.parquet'));
    await writeFile(join(folder, 'good.csv'), 'good');
    const before = await readdir(folder);
    const line = ['export', ...args, '--store', store, '--out'];
    const { code, stderr } = await backfill(...line, 'good.csv');
    expect(stderr).toContain(`left out: ${reason}`);
    if (args.includes('all')) expect(stderr).toContain(`run backfill --store ${store} --provider sample --t`);
    expect(stderr).toMatch(/^Exported 0 bars of 0 series; nothing was written to good\.csv\.$/m);
    expect(code).toBe(1);
    expect(await readFile(join(folder, 'good.csv'), 'utf8')).toBe('good');
    expect((await backfill(...line, 'none.parquet')).code).toBe(1);
    expect(await readdir(folder)).toEqual(before);
    await rm(store, { recursive: true });
  });

  it('to what a process has open adds to it', async () => {
    await writeFile(join(folder, 'log.csv'), 'before\n');
    const { mode, ino } = await stat(join(folder, 'log.csv'));
    for (const out of ['/dev/stdout', '/proc/self/fd/1', '/dev/fd/3']) {
      const script = `"$0" "${built('backfill')}" export --format csv --out ${out} >> log.csv 3>&1`;
      const { code } = await ended(spawn('sh', ['-c', script, process.execPath], { cwd: folder }));
      expect(code).toBe(0);
    }
    const lines = (await readFile(join(folder, 'log.csv'), 'utf8')).split('\n');
    expect([lines[0], lines.length]).toEqual(['before', 1 + 3 * 6 + 1]);
    expect(await stat(join(folder, 'log.csv'))).toMatchObject({ mode, ino });
  });

  it('to /dev/stdout goes where stdout goes, whatever that is', async () => {
    const piped = await backfill('export', '--out', '/dev/stdout');
    expect([piped.code, piped.stdout.split('\n').length]).toEqual([0, 7]);
  });

  it.each(['data/bars/x.csv', 'data/x.csv', 'data/bars/new/x.csv', 'way-in/x.csv', 'data/quarantine/x.csv'])(
    'refuses what lies in the store: %s',
    async (out) => {
      await rm(join(folder, 'way-in'), { force: true });
      await symlink('data/bars', join(folder, 'way-in'));
      const before = await readdir(join(folder, 'data'), { recursive: true });
      for (const args of [
        ['export', '--out', out],
        ['query', '--write-sql', out],
      ]) {
        const { code, stdout, stderr } = await backfill(...args);
        expect(stderr).toBe(
          `backfill: ${out} lies in the store, where only the store writes; write it elsewhere\n`,
        );
        expect([code, stdout]).toEqual([2, '']);
      }
      expect(await readdir(join(folder, 'data'), { recursive: true })).toEqual(before);
      expect((await backfill('export', '--out', 'data.csv')).code).toBe(0);
    },
  );

  it('a pipe writes into it, and leaves it a pipe', async () => {
    const pipe = join(folder, 'pipe.csv');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    const reader = ended(spawn('cat', [pipe]));
    expect((await backfill('export', '--out', 'pipe.csv')).code).toBe(0);
    expect((await reader).stdout.split('\n')).toHaveLength(7);
    expect((await lstat(pipe)).isFIFO()).toBe(true);
    const parquet = join(folder, 'pipe.parquet');
    spawnSync('mkfifo', [parquet]);
    const refused = await backfill('export', '--out', 'pipe.parquet');
    expect(refused.stderr).toBe(
      'backfill: pipe.parquet is no regular file, which a Parquet file has to be\n',
    );
    expect(refused.code).toBe(2);
  });
});
