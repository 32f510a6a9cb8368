import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, run } from '../acceptance/programs.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-csv-'));
  const bars = 'date,open,high,low,close,volume\n2024-01-08,1,1,1,1,1\n2024-01-09,1,1,1,1,2\n';
  await writeFile(join(folder, 'AAPL.csv'), bars);
  await writeFile(join(folder, 'README.md'), '#');
  await writeFile(join(folder, 'SP_SPX, 1D.csv'), bars);
});
afterAll(() => rm(folder, { recursive: true }));

const backfill = (...args: string[]): Promise<Finished> => {
  const source = ['--provider', 'csv', '--provider-url', `csv=${folder}`, '--basis', 'raw'];
  const range = ['--start', '2024-01-08', '--end', '2024-01-09'];
  return run('backfill', [...source, ...range, ...args], folder);
};

describe('a run over a folder', () => {
  it('names each file that is not read once, in a dry run too, unless it is quiet', async () => {
    const lines = [
      'not read: README.md (no CSV, text or zip file)',
      'not read: SP_SPX, 1D.csv (its exchange "SP"',
    ];
    for (const args of [['--dry-run'], []]) {
      const { code, stderr } = await backfill(...args);
      expect(code).toBe(0);
      for (const line of lines) expect(stderr.split(line)).toHaveLength(2);
    }
    expect(await backfill('--quiet')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('refuses a time zone that is none, in one line', async () => {
    const { code, stderr } = await backfill('--csv-zone', 'Mars/Olympus');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^.*--csv-zone Mars\/Olympus: is no time zone; write it as UTC, .*\n$/);
  });
});
