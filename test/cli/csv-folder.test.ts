import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, run } from './one-process.ts';

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
  it('names each file that is not read, in a dry run too; one of prices also where it is quiet', async () => {
    const lines = [
      'not read: README.md (no CSV, text or zip file)',
      'not read: SP_SPX, 1D.csv (its exchange "SP"',
    ];
    for (const args of [['--dry-run'], []]) {
      const { code, stderr } = await backfill(...args);
      expect(code).toBe(1);
      for (const line of lines) expect(stderr.split(line)).toHaveLength(2);
    }
    const { code, stderr } = await backfill('--quiet');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^csv: 1 file not read, "SP_SPX, 1D\.csv": [^\n]*\n$/);
  });

  it('refuses a time zone that is none, in one line', async () => {
    const { code, stderr } = await backfill('--csv-zone', 'Mars/Olympus');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^.*--csv-zone Mars\/Olympus: is no time zone; write it as UTC, .*\n$/);
  });

  it('is read again at once after it is mended, at any instant that it pretends to be', async () => {
    const files = await mkdtemp(join(folder, 'mended-'));
    const rows = ['03-01', '03-02', '03-03', '03-06'].map((day, i) => `2017-${day},1,2,1,2,${i + 1}`);
    const header = 'date,open,high,low,close,volume';
    const write = (name: string, lines: readonly string[]): Promise<void> =>
      writeFile(join(files, name), `${[header, ...lines].join('\n')}\n`);
    const source = ['--provider', 'csv', '--provider-url', `csv=${files}`, '--basis', 'raw'];
    const what = ['--tickers', 'AAPL,MSFT', '--start', '2017-03-01', '--end', '2017-03-06'];
    const again = (now: readonly string[]): Promise<Finished> =>
      run('backfill', [...source, ...what, ...now, '--store', `${files}-store`], files);
    for (const now of [['--now', '2018-06-01T00:00:00Z'], []]) {
      await rm(`${files}-store`, { recursive: true, force: true });
      await rm(join(files, 'MSFT.csv'), { force: true });
      await write('AAPL.csv', rows.toSpliced(1, 1));
      await again(now);
      expect((await again(now)).stderr).toContain('Nothing to do');
      await write('AAPL.csv', rows);
      await write('MSFT.csv', rows);
      const { code, stderr } = await again(now);
      expect([code, stderr]).toEqual([0, expect.stringContaining('Bars: 5 (5 new, 0 changed)')]);
    }
  });
});
