import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CopyReport } from '../../src/index.ts';
import { openStore } from '../../src/store/open.ts';
import { fillRich } from '../copy/rich-store.ts';
import { fillWide, replaceBars } from '../copy/wide-store.ts';
import { start, ended } from '../acceptance/programs.ts';
import { type Finished, run } from './one-process.ts';

let folder = '';
const backfill = (...args: string[]): Promise<Finished> => run('backfill', args, folder);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-copy-'));
  await fillRich(openStore(join(folder, 'rich')));
  await fillWide(openStore(join(folder, 'wide')), 16);
});
afterAll(() => rm(folder, { recursive: true }));

const SUMS = '5 series, 16 bars, 2 splits and dividends, 6 replaced values, 12 documents';

describe('backfill copy', () => {
  it('says what it copied and that both are equal, how much of each', async () => {
    expect(await backfill('copy', 'rich', 'b')).toMatchObject({
      code: 0,
      stdout: `Copied ${SUMS}\nequal: ${SUMS} in FROM\n       ${SUMS} in TO\n`,
      stderr: '',
    });
    const again = await backfill('copy', 'rich', 'b');
    expect(again.stdout).toBe(
      `Nothing was to be copied into ${folder}/b\nequal: ${SUMS} in FROM\n       ${SUMS} in TO\n`,
    );
    expect(await backfill('copy', 'rich', 'b', '--quiet')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const { code, stdout } = await backfill('copy', 'rich', 'c', '--json');
    const { isEqual, sent, from, to } = JSON.parse(stdout) as CopyReport;
    expect([code, isEqual, sent.bars, from, to]).toEqual([0, true, 16, `${folder}/rich`, `${folder}/c`]);
  });

  it('dry, says what it would do, and makes nothing', async () => {
    const { code, stdout } = await backfill('copy', 'rich', 'dry', '--dry-run');
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        /^5 series in 23 pieces would be copied; the same in both already: 0 series, 0 bars/,
      ),
    ]);
    expect(await readdir(folder)).not.toContain('dry');
    expect((await backfill('copy', 'rich', 'b', '--dry-run')).stdout).toBe(
      `Nothing would be copied; the same in both already: ${SUMS}\n`,
    );
  });

  it.each([
    [[], 'copy needs two stores: backfill copy FROM TO'],
    [['wide'], 'copy needs two stores: backfill copy FROM TO'],
    [['wide', 'wide'], '/wide is FROM and TO: there is nothing to copy; name two stores'],
    [['wide', 'wide/inside'], 'inside'],
    [['wide', 'questdb://me:secret@127.0.0.1:1'], '127.0.0.1:1 cannot be reached'],
    [['postgres://me:secret@127.0.0.1:1/x', 'b'], '127.0.0.1:1'],
    [['wide', 'ftp://me:secret@host/x'], 'is not a store'],
    [['wide', 'b', 'c'], 'c'],
  ])('%j is one line and exit code 2', async (words, message) => {
    const before = await readdir(folder);
    const { code, stdout, stderr } = await backfill('copy', ...words);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)]);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).not.toContain('secret');
    expect(await readdir(folder)).toEqual(before);
  });

  it('stopped by Ctrl-C, says that it goes on, and does', async () => {
    const child = start('backfill', ['copy', 'wide', 'stopped'], folder);
    const finished = ended(child);
    while (!(await readdir(folder)).includes('stopped'))
      await new Promise((resolve) => setTimeout(resolve, 5));
    while (!(await readdir(join(folder, 'stopped'))).includes('bars'))
      await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGINT');
    const { code, stderr } = await finished;
    expect([code, stderr]).toEqual([
      130,
      expect.stringContaining('Interrupted. What was copied is whole. Run the same command to continue.\n'),
    ]);
    expect(await backfill('copy', 'wide', 'stopped')).toMatchObject({ code: 0, stderr: '' });
  });

  it('names in one line what stands in the way, and what is damaged, with exit code 1', async () => {
    const own = openStore(join(folder, 'own'));
    const lease = await own.acquire();
    await replaceBars(own, 0, 1, 1000);
    await lease.release();
    const refused = {
      code: 1,
      stderr: `not equal: ${folder}/own has its own of T0 1d all: it stays as it is, and nothing was copied; copy into a store that is empty\n`,
    };
    expect(await backfill('copy', 'wide', 'own')).toMatchObject(refused);
    expect(await backfill('copy', 'wide', 'own', '--quiet')).toMatchObject({ ...refused, stdout: '' });
    await writeFile(join(folder, 'wide/bars/interval=1d/ticker=T1/period=all/bars.parquet'), 'PAR1 no more');
    const { code, stdout, stderr } = await backfill('copy', 'wide', 'd');
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^Copied 15 series/)]);
    expect(stderr).toMatch(/^not equal: T1 1d all \(.*\/wide\): bars\/.*\n$/);
    expect(await backfill('copy', 'wide', 'e', '--tickers', 'T0,NOPE')).toMatchObject({
      code: 1,
      stderr: `NOPE is not in ${folder}/wide\n`,
    });
  });
});
