import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { type Finished, ended, start } from '../acceptance/programs.ts';
import { run } from './one-process.ts';

const SAMPLE = ['--provider', 'sample', '--now', '2026-03-02T23:00:00Z', '--no-progress'];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-enqueue-'));
  await mkdir(join(folder, 'universe'));
  await writeFile(join(folder, 'universe/us_1.json'), '{"tickers": ["ALFA", "BRIQ"]}');
  await writeFile(join(folder, 'universe/us_2.csv'), 'symbol,name\nBRIQ,Briq\nKELV,Kelv\n');
  await writeFile(join(folder, 'universe/my list, old.txt'), 'NYXA # mine');
  await writeFile(join(folder, 'universe/empty.txt'), '');
});
afterAll(() => rm(folder, { recursive: true }));

const backfill = (...args: string[]): Promise<Finished> => run('backfill', args, folder);

async function storedIn(store: string): Promise<string[]> {
  const { series } = await openStore(join(folder, store)).scan();
  return [...series.keys()].toSorted();
}

describe('backfill enqueue', () => {
  it('fills what is in files and patterns, each ticker once', async () => {
    const files = ['universe/us_*', 'universe/my list, old.txt', 'universe/us_1.json'];
    const range = ['--timeframes', '1h,1d', '--start', '2026-02-23', '--end', '2026-02-27'];
    const { code, stderr } = await backfill('enqueue', ...files, ...range, ...SAMPLE, '--store', 'some');
    expect(stderr).toContain('Total: 8  Complete: 0  To fill: 8  Requests: 8\n');
    expect([code, stderr.includes('Batch')]).toEqual([0, false]);
    const tickers = ['ALFA', 'BRIQ', 'KELV', 'NYXA'];
    expect(await storedIn('some')).toEqual(tickers.flatMap((ticker) => [`${ticker} 1d`, `${ticker} 1h`]));
  });

  it('takes the options of any run', async () => {
    const line = ['enqueue', 'universe/us_1.json', ...SAMPLE, '--days', '5', '--store', 'plan'];
    const { stdout } = await backfill(
      ...line,
      '--dry-run',
      '--json',
      '--batch-size',
      '1',
      '--max-batches',
      '1',
    );
    expect(JSON.parse(stdout)).toMatchObject([{ batch: { of: 2 }, totals: { series: 1, sessions: 5 } }]);
    expect(await readdir(folder)).not.toContain('plan');
  });

  it('reads a list from stdin', async () => {
    const line = ['enqueue', '-', ...SAMPLE, '--days', '5', '--batch-size', '1', '--store', 'piped'];
    const child = start('backfill', line, folder);
    child.stdin?.end('ALFA\nBRIQ\n');
    expect(await ended(child)).toMatchObject({ code: 0 });
    expect(await storedIn('piped')).toEqual(['ALFA 1d', 'BRIQ 1d']);
  });

  it.each([
    [['nowhere.txt'], 'nowhere.txt: cannot be read: there is no such file'],
    [['universe/etf_*.json'], 'universe/etf_*.json: no file matches'],
    [['universe/us_1.json', 'universe/empty.txt'], 'universe/empty.txt: there is no ticker in the file'],
    [['universe'], 'universe: cannot be read: it is a folder, not a file'],
    [[], 'backfill enqueue needs FILE; --help shows how'],
    [['universe/us_1.json', '--async'], '--async has no effect without --queue'],
    [
      ['universe/us_1.json', '--async', '--queue', 'redis://127.0.0.1:1', '--batch-size', '1'],
      '--async hands a run over whole, and --batch-size 1 cuts it: leave out one of them (enqueue-batch always cuts, enqueue does not)',
    ],
    [['universe/us_1.json', '--delay', '5s'], '--delay 5s has no effect without --batch-size'],
  ])('%j is refused in one line', async (args, message) => {
    const finished = await backfill('enqueue', ...args, ...SAMPLE, '--store', 'refused');
    expect(finished).toEqual({ code: 2, stdout: '', stderr: `backfill: ${message}\n` });
    expect(await readdir(folder)).not.toContain('refused');
  });
});

describe('backfill enqueue-batch', () => {
  const LETTERS = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ', (letter) => `X${letter}`);

  it('takes ten tickers at a time, and a pause in seconds', async () => {
    await writeFile(join(folder, 'us_equities_1.txt'), LETTERS.join(' '));
    const line = [
      'enqueue-batch',
      'us_equities_*.txt',
      '--start-batch',
      '1',
      '--max-batches',
      '5',
      '--delay',
      '60',
    ];
    const { code, stdout } = await backfill(...line, ...SAMPLE, '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('Batch 2 of 3: tickers 11-20 of 26\n');
    expect(stdout).toContain('Batch 3 of 3: tickers 21-26 of 26\n');
    const sized = await backfill(...line.slice(0, 2), '--batch-size', '25', ...SAMPLE, '--dry-run');
    expect(sized.stdout).toContain('Batch 2 of 2: ticker 26 of 26\n');
  });

  it('waits so many seconds between two that asked for something', async () => {
    const line = ['enqueue-batch', 'universe/us_*', '--batch-size', '2', '--delay', '1', '--days', '5'];
    const { code, stderr } = await backfill(...line, ...SAMPLE, '--store', 'waited');
    expect([code, stderr]).toEqual([0, expect.stringContaining('\nBatch 2 of 2 begins in 1s\n')]);
    expect(await storedIn('waited')).toEqual(['ALFA 1d', 'BRIQ 1d', 'KELV 1d']);
  });
});

describe('backfill run-once', () => {
  it('fills the tickers that are named, and no others', async () => {
    await writeFile(join(folder, '.env'), 'BACKFILL_TICKERS=KELV\nBACKFILL_DAYS=5\n');
    const range = ['--timeframes', '1h,1d', '--start', '2026-02-23'];
    const line = ['run-once', 'ALFA', 'BRIQ', ...range, ...SAMPLE, '--store', 'once'];
    expect(await backfill(...line)).toMatchObject({ code: 0 });
    expect(await storedIn('once')).toEqual(['ALFA 1d', 'ALFA 1h', 'BRIQ 1d', 'BRIQ 1h']);
    const none = await backfill('run-once', ...SAMPLE);
    await rm(join(folder, '.env'));
    expect(none).toMatchObject({
      code: 2,
      stderr: 'backfill: backfill run-once needs TICKERS; --help shows how\n',
    });
  });

  it.each([
    ['discover-all', 'did you mean discover all?'],
    ['enqeue', 'did you mean enqueue?'],
  ])('and %s is no command', async (word, message) => {
    const { code, stderr } = await backfill(word);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
