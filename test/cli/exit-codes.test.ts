import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningSimulator, ended, start, startSimulate } from '../acceptance/programs.ts';
import { answering, backfill, exitStore, folder, fromSimulator, NOW, SAMPLE } from './exit-store.ts';
import { type Finished, run } from './one-process.ts';

exitStore();

const checkData = (...args: string[]): Promise<Finished> =>
  run('check-data', [...args, '--now', NOW], folder);

/** What the README's table says of one code is produced by the real program, for each cause that it lists. */
describe('the exit code', () => {
  describe('0: nothing failed', () => {
    it('and all was fetched', async () => {
      expect((await backfill(...fromSimulator('ALFA', '--store', 'fetched'))).code).toBe(0);
    });
    it('and there was nothing to do', async () => {
      expect((await backfill(...SAMPLE, 'ALFA', 'BRIQ', '--store', 'sound')).code).toBe(0);
    });
    it('and what cannot be had was told by an earlier run', async () => {
      expect((await backfill(...SAMPLE, 'NOPE', '--store', 'told')).code).toBe(1);
      const again = await backfill(...SAMPLE, 'NOPE', '--store', 'told');
      expect(again.stderr).toContain('Unknown to sample: 1');
      expect(again.code).toBe(0);
    });
    it.each([['--help'], ['--version'], ['help export'], ['--dry-run --provider sample --store none']])(
      'for backfill %s',
      async (line) => {
        expect(await backfill(...line.split(' '))).toMatchObject({ code: 0, stderr: '' });
      },
    );
    it('of a coverage that is high enough, and of a store that is sound', async () => {
      expect((await checkData('--store', 'sound', '--fail-under', '100')).code).toBe(0);
      expect((await backfill('doctor', '--store', 'sound')).code).toBe(0);
      expect((await backfill('export', '--store', 'sound', '--out', 'sound.csv')).code).toBe(0);
    });
  });

  describe('2: it cannot be meant', () => {
    it.each([
      ['an unknown option', ['--frobnicate']],
      ['an unknown command', ['exprot']],
      ['a value without its unit', ['--timeout', '5']],
      ['a folder that is no store', ['--provider', 'sample', '--store', 'a-file']],
      ['an export whose name contradicts its format', ['export', '--out', 'x.parquet', '--format', 'csv']],
    ])('by %s', async (_, args) => {
      await writeFile(join(folder, 'a-file'), '');
      const { code, stdout, stderr } = await backfill(...args);
      expect(stderr).toMatch(/^backfill: .*\n$/);
      expect([code, stdout]).toEqual([2, '']);
    });
    it('by its configuration', async () => {
      const other = await mkdtemp(join(folder, 'configured-'));
      await writeFile(join(other, 'backfill.config.json'), '{ "timeout": 5 }');
      expect(await run('backfill', [], other)).toEqual({
        code: 2,
        stdout: '',
        stderr:
          'backfill: backfill.config.json line 1 column 3: --timeout 5: say the unit, such as 5s or 5ms\n',
      });
    });
  });

  it('is 3 where the day’s quota is used up, though nothing failed', async () => {
    const two = fromSimulator('ALFA', 'BRIQ', '--rate-limit', '1/day', '--store', 'quota');
    const { code, stderr } = await backfill(...two);
    expect(stderr).toMatch(/Quota used up: done 1 of 2/);
    expect(code).toBe(3);
  });

  it('is 3 where it is used up before the provider has listed its tickers', async () => {
    const { url, close } = await answering(503);
    const listing = ['--provider', 'sample', '--provider-url', `sample=${url}`, '--rate-limit', '1/day'];
    const { code, stdout, stderr } = await backfill(
      ...[...listing, '--dry-run', '--state', 'listing', '--store', 'none'],
    );
    close();
    expect(stderr).toMatch(/^backfill: Quota used up after 1 request before sample had listed its tickers\./);
    expect([code, stdout]).toEqual([3, '']);
  });

  describe('4: coverage is below --fail-under', () => {
    it('by sessions that are missing', async () => {
      expect((await checkData('--store', 'sound', '--days', '10', '--fail-under', '51')).code).toBe(4);
      expect((await checkData('--store', 'sound', '--days', '10', '--fail-under', '50')).code).toBe(0);
    });
    it('by files that cannot be read, whatever the others hold', async () => {
      const { code, stdout, stderr } = await checkData(
        '--store',
        'damaged',
        '--tickers',
        'ALFA',
        '--fail-under',
        '0',
      );
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain('Coverage: 100.0%');
      const all = await checkData('--store', 'damaged', '--fail-under', '0');
      expect(all.stderr).toContain("1 of the store's files cannot be read");
      expect(all.code).toBe(4);
      expect((await checkData('--store', 'damaged', '--fail-under', '100', '--json')).code).toBe(4);
    });
    it('of a store that has nothing', async () => {
      await mkdir(join(folder, 'nothing/bars'), { recursive: true });
      expect((await checkData('--store', 'nothing', '--fail-under', '0')).code).toBe(4);
    });
  });

  describe('of a run that is told to stop is the signal’s', () => {
    let slow: RunningSimulator;
    beforeAll(async () => {
      const home = await mkdtemp(join(folder, 'slow-'));
      slow = await startSimulate(home, ['--now', NOW, '--latency', '1s']);
    });
    afterAll(() => slow.stop());

    it.each([
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const)('%s: %i', async (signal, expected) => {
      const url = ['--provider-url', `yahoo=${slow.url}`, '--state', signal, '--store', signal, '--now', NOW];
      const child = start(
        'backfill',
        ['ALFA', 'BRIQ', 'CORV', ...url, '--workers', '1', '--concurrency', '1'],
        folder,
      );
      const finished = ended(child);
      await once(child.stderr ?? child, 'data');
      child.kill(signal);
      const { code, stderr } = await finished;
      expect(stderr).toContain('Run the same command to continue.');
      expect(code).toBe(expected);
    });
  });

  it('is listed in the README, each one that there is', async () => {
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
    const table = readme.slice(readme.indexOf('| exit code'));
    const codes = [...table.slice(0, table.indexOf('\n\n')).matchAll(/^\| ([\d, ]+) \|/gm)];
    expect(codes.flatMap(([, list]) => list?.split(',').map(Number))).toEqual([0, 1, 2, 3, 4, 129, 130, 143]);
  });
});
