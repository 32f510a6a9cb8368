import { spawn, spawnSync } from 'node:child_process';
import { lstat, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, ended, run } from '../acceptance/programs.ts';

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
