import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { asyncBufferFromFile } from 'hyparquet/src/node.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, run } from './one-process.ts';

let folder = '';
const backfill = (...args: readonly string[]): Promise<Finished> =>
  run('backfill', [...args, '--store', 'data'], folder);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-per-ticker-'));
  const range = ['--start', '2026-02-23', '--now', '2026-02-28T12:00:00Z'];
  await backfill('ALFA', 'BRVO.PA', '--provider', 'sample', '--interval', '1d,1h', ...range);
});
afterAll(() => rm(folder, { recursive: true }));

/** Files below a folder. */
async function filesIn(name: string): Promise<string[]> {
  const entries = await readdir(join(folder, name), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, name).length + 1))
    .toSorted();
}

describe('backfill export --per-ticker', () => {
  it('writes each series as a file of its own', async () => {
    const { code, stderr } = await backfill('export', '--per-ticker', '--out', 'all', '--interval', '1d,1h');
    expect(await filesIn('all')).toEqual([
      'ALFA/ALFA.1d.parquet',
      'ALFA/ALFA.1h.parquet',
      'BRVO.PA/BRVO.PA.1d.parquet',
      'BRVO.PA/BRVO.PA.1h.parquet',
    ]);
    expect(stderr).toMatch(/^Exported \d+ bars of 4 series\.\n$/);
    expect(code).toBe(0);
    const file = await asyncBufferFromFile(join(folder, 'all/ALFA/ALFA.1h.parquet'));
    const rows = (await parquetReadObjects({ file })) as { ticker: string }[];
    expect(rows).toHaveLength(35);
    expect(new Set(rows.map(({ ticker }) => ticker))).toEqual(new Set(['ALFA']));
  });

  it('writes those that are named, in the format that is named', async () => {
    const { code } = await backfill('export', 'ALFA', '--per-ticker', '--out', 'one', '--format', 'csv');
    expect(await filesIn('one')).toEqual(['ALFA/ALFA.1d.csv']);
    expect((await readFile(join(folder, 'one/ALFA/ALFA.1d.csv'), 'utf8')).split('\n')).toHaveLength(7);
    expect(code).toBe(0);
  });

  it('says what keeps it from it', async () => {
    await writeFile(join(folder, 'file'), '');
    const refused = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await backfill('export', '--per-ticker', ...args);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await refused()).toBe('backfill: --per-ticker needs --out FOLDER\n');
    expect(await refused('--out', '-')).toBe('backfill: --per-ticker needs --out FOLDER\n');
    expect(await refused('--out', 'data/here')).toContain('lies in the store, where only the store writes');
    // Nor is a folder made there.
    expect(await readdir(join(folder, 'data'))).not.toContain('here');
    expect(await refused('--out', 'file')).toMatch(/file\/(?:ALFA|BRVO\.PA) cannot be made: .+\n$/);
  });
});
