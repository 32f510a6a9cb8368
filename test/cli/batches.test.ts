import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleMarket } from '../../src/market/sample.ts';
import { openStore } from '../../src/store/open.ts';
import { type Finished, type RunningSimulator, ended, start, startSimulate } from '../acceptance/programs.ts';
import { run } from './one-process.ts';

const NOW = '2026-03-02T23:00:00Z';
const SAMPLE = ['--provider', 'sample', '--now', NOW, '--days', '5'];
const ALL = sampleMarket().tickers();
const DAYS = ['--days', '5', '--now', NOW];

let folder = '';
let simulator: RunningSimulator;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-cli-batches-'));
  simulator = await startSimulate(folder, ['--now', NOW]);
  await writeFile(join(folder, 'twelve.txt'), ALL.slice(0, 12).join('\n'));
}, 60_000);
afterAll(async () => {
  await simulator.stop();
  await rm(folder, { recursive: true });
});

const backfill = (...args: string[]): Promise<Finished> => run('backfill', args, folder);
/** A quota of its own, of which nothing is used. */
const fromYahoo = (store: string): string[] => [
  ...['--provider-url', `yahoo=${simulator.url}`, '--state', `${store}-state`, '--store', store, ...DAYS],
];
async function storedIn(store: string): Promise<string[]> {
  const { series } = await openStore(join(folder, store)).scan();
  return [...series.values()].map((one) => one.series.ticker).toSorted();
}

describe('a run in batches', () => {
  it('fills the batches that are asked for, says where it is and which comes next', async () => {
    const line = ['--batch-size', '10', '--start-batch', '2', '--max-batches', '2', '--store', 'some'];
    const { code, stdout, stderr } = await backfill(...SAMPLE, ...line, '--no-progress');
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr.replaceAll(/ in \d+s$/gm, ' in 0s').replaceAll(/\d+ workers?/g, 'N workers')).toBe(
      `62 tickers that sample lists, the last 5 sessions of 1d
Batch 3 of 7: tickers 21-30 of 62
Total: 10  Complete: 0  To fill: 10  Requests: 10
Filling 10 series of 10 tickers from sample with N workers
Batch 3 of 7 complete in 0s
Fetched: 10  Errors: 0  Skipped: 0
Batch 4 of 7: tickers 31-40 of 62
Total: 10  Complete: 0  To fill: 10  Requests: 10
Filling 10 series of 10 tickers from sample with N workers
Batch 4 of 7 complete in 0s
Fetched: 10  Errors: 0  Skipped: 0

Batches 3-4 of 7 complete in 0s
Fetched: 20  Errors: 0  Skipped: 0
Bars: 90 (90 new, 0 changed)  Rejected: 0
Sessions recorded as absent: 10 delisted
Batch 5 of 7 comes next: --start-batch 4 begins there.
`,
    );
    expect(await storedIn('some')).toEqual(ALL.slice(20, 40).toSorted());
    expect(await readdir(join(folder, 'some/runs'))).toHaveLength(2);
  });

  it('that is one batch has one summary', async () => {
    const line = [...SAMPLE, '-t', '@twelve.txt', '--no-progress'];
    const linesOf = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await backfill(...line, ...args);
      expect([code, stdout]).toEqual([0, '']);
      return stderr.replaceAll(/ in \d+s$/gm, ' in 0s').replaceAll(/\d+ workers?/g, 'N workers');
    };
    expect(await linesOf('--batch-size', '8', '--max-batches', '1', '--store', 'first')).toBe(
      `12 tickers of the file twelve.txt, the last 5 sessions of 1d
Batch 1 of 2: tickers 1-8 of 12
Total: 8  Complete: 0  To fill: 8  Requests: 8
Filling 8 series of 8 tickers from sample with N workers
Batch 1 of 2 complete in 0s
Fetched: 8  Errors: 0  Skipped: 0
Bars: 40 (40 new, 0 changed)  Rejected: 0
Batch 2 of 2 comes next: --start-batch 1 begins there.
`,
    );
    expect(await linesOf('--batch-size', '12', '--store', 'whole')).toBe(
      `12 tickers of the file twelve.txt, the last 5 sessions of 1d
Batch 1 of 1: tickers 1-12 of 12
Total: 12  Complete: 0  To fill: 12  Requests: 12
Filling 12 series of 12 tickers from sample with N workers
Backfill complete in 0s
Fetched: 12  Errors: 0  Skipped: 0
Bars: 60 (60 new, 0 changed)  Rejected: 0
`,
    );
  });

  it('are the same tickers whatever is stored, and wait for nothing where there is nothing to ask', async () => {
    const line = [...SAMPLE, '--batch-size', '6', '--delay', '1h', '-t', '@twelve.txt', '--store', 'twice'];
    await backfill(...SAMPLE, '-t', ALL[0] ?? '', '--store', 'twice');
    await backfill(...SAMPLE, '-t', `@twelve.txt`, '--store', 'twice');
    const { code, stderr } = await backfill(...line);
    expect(code).toBe(0);
    expect(stderr).toContain('Batch 1 of 2: tickers 1-6 of 12\nNothing to do: of 6 series');
    expect(stderr).toContain('Batch 2 of 2: tickers 7-12 of 12\nNothing to do: of 6 series');
    expect(stderr).toContain('\nBackfill complete in ');
    expect(stderr).not.toContain('comes next');
  });

  it('prints the plans of the batches that are asked for, and writes nothing', async () => {
    const line = [...SAMPLE, '--batch-size', '30', '--start-batch', '1', '--dry-run', '--store', 'none'];
    const { code, stdout } = await backfill(...line);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Batch 2 of 3: tickers 31-60 of 62\nTICKER /);
    expect(stdout).toContain('\nBatch 3 of 3: tickers 61-62 of 62\n');
    expect(stdout).toMatch(/\nBatches 2-3 of 3: To fill: 32 {2}Requests: 32\n$/);
    const plans = JSON.parse((await backfill(...line, '--json', '--max-batches', '1')).stdout);
    expect(plans).toMatchObject([
      { batch: { number: 2, of: 3, first: 31, last: 60, total: 62 }, totals: { toFill: 30 } },
    ]);
    expect(await readdir(folder)).not.toContain('none');
  });

  it('prints one summary of all its batches as JSON', async () => {
    const line = [
      '--batch-size',
      '4',
      '--max-batches',
      '2',
      '-t',
      '@twelve.txt',
      '--store',
      'json',
      '--json',
    ];
    const { stdout, stderr } = await backfill(...SAMPLE, ...line);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ series: 8, fetched: 8, stopped: null, nextStartBatch: 2 },
      batches: [
        { number: 1, first: 1, last: 4 },
        { number: 2, first: 5, last: 8 },
      ],
    });
    expect(stderr).not.toContain('complete in');
  });

  it('makes longer bars batch by batch of the minutes that it fetched', async () => {
    const line = ['-t', 'ALFA,BRIQ,KELV', '--interval', '1m,1d', '--derive', '--batch-size', '2'];
    const { code, stdout } = await backfill(...SAMPLE, ...line, '--json', '--store', 'derived');
    const [minutes, days] = JSON.parse(stdout);
    expect([code, minutes.fetched, days.fetched, days.batches.length]).toEqual([0, 3, 3, 2]);
  });

  it('of which one has a failure has that in its last words, and its exit code', async () => {
    await writeFile(join(folder, 'bad.txt'), 'ALFA ZZZZ BRIQ KELV');
    const line = ['--batch-size', '2', '-t', '@bad.txt', '--store', 'bad'];
    const { code, stderr } = await backfill(...SAMPLE, ...line);
    expect(code).toBe(1);
    expect(stderr).toMatch(/Batch 1 of 2 ended in \d+s, not complete: 1 cannot be had\n/);
    expect(stderr).toMatch(/Batch 2 of 2 complete in \d+s\n/);
    expect(stderr).toMatch(/\nBackfill ended in \d+s, not complete: 1 cannot be had\nFetched: 3 /);
    expect(stderr).toContain('\nUnknown to sample: 1 (ZZZZ');
  });

  it('ends politely where a quota is used up, and says which batch goes on', async () => {
    const line = [...fromYahoo('quota'), '-t', '@twelve.txt', '--batch-size', '4', '--rate-limit', '6/day'];
    const { code, stderr } = await backfill(...line);
    expect(code).toBe(3);
    // In its last three hours a day is not what it is told by.
    expect(stderr).toMatch(/\nQuota used up: done \d of 8( today)?\. It opens again /);
    expect(stderr).toMatch(/\nBatch 2 of 3 comes next: --start-batch 1 begins there\.\n$/);
    expect(stderr).not.toContain('Batch 3 of 3');
    const quiet = await backfill(...line, '--quiet');
    expect(quiet.code).toBe(3);
    expect(quiet.stderr).toMatch(/^Quota used up: .*\nBatch 2 of 3 comes next: .*\n$/);
  });

  it('is told to stop between two batches, and stops at once', async () => {
    const line = [...SAMPLE, '-t', '@twelve.txt', '--batch-size', '4', '--delay', '1h', '--store', 'stopped'];
    const child = start('backfill', line, folder);
    const ending = ended(child);
    await told(child.stderr, 'Batch 2 of 3 begins in 1h\n');
    child.kill('SIGINT');
    const { code, stderr } = await ending;
    expect(code).toBe(130);
    expect(stderr).toContain('\nInterrupted after 4 tickers. Progress saved.');
    expect(stderr).toMatch(/\nBatch 2 of 3 comes next: --start-batch 1 begins there\.\n$/);
    expect(await storedIn('stopped')).toHaveLength(4);
  });

  it('says what it did before another run took the store between two batches', async () => {
    const line = [...SAMPLE, '-t', '@twelve.txt', '--batch-size', '4', '--delay', '2s', '--store', 'taken'];
    const child = start('backfill', line, folder);
    const ending = ended(child);
    await told(child.stderr, 'Batch 2 of 3 begins in 2s\n');
    const lease = await openStore(join(folder, 'taken')).acquire();
    const { code, stderr } = await ending;
    await lease.release();
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /\nStopped after 4 tickers: the store .* is being written by .* Progress saved\.\n/,
    );
    expect(stderr).toMatch(/\nBatch 2 of 3 comes next: --start-batch 1 begins there\.\n$/);
  });

  it.each([
    [
      ['--batch-size', '10', '--start-batch', '7'],
      '--start-batch 7: there are 7 batches (62 tickers, 10 a batch), and the first is 0; give at most 6',
    ],
    [['--batch-size', '0'], '--batch-size 0: must be a whole number of at least 1'],
    [['--max-batches', '2'], '--max-batches 2 has no effect without --batch-size'],
    [['--batch-size', '2', '--retry-failed'], '--batch-size 2 has no effect with --retry-failed'],
    [['--batch-size', '5', '--delay', '60'], '--delay 60: say the unit, such as 60s or 60ms'],
  ])('that cannot be meant is refused in one line: %j', async (args, message) => {
    const finished = await backfill(...SAMPLE, ...args, '--store', 'refused');
    expect(finished).toEqual({ code: 2, stdout: '', stderr: `backfill: ${message}\n` });
    expect(await readdir(folder)).not.toContain('refused');
  });
});

/** Waits until a program has said this. */
async function told(stream: NodeJS.ReadableStream | null, text: string): Promise<void> {
  let said = '';
  if (stream === null) return;
  do said += String((await once(stream, 'data'))[0]);
  while (!said.includes(text));
}
