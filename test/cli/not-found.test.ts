import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, run } from './one-process.ts';

let folder = '';
const NOW = '2026-03-02T23:00:00Z';
const SAMPLE = ['--provider', 'sample', '--now', NOW];
const backfill = (...args: string[]): Promise<Finished> => run('backfill', args, folder);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-not-found-'));
  await writeFile(join(folder, 'list.txt'), 'ALFA\nZZZZ\n');
  // NOPE is stored as unknown to the provider.
  const filled = await backfill('ALFA,NOPE', ...SAMPLE, '--start', '2026-02-02', '--end', '2026-02-27');
  expect(filled.code).toBe(1);
});
afterAll(() => rm(folder, { recursive: true }));

const NEVER = 'ZZZZ is not in the store';
const UNKNOWN = 'NOPE has no bar: unknown-ticker (sample, ';
const ELSEWHEN = 'ALFA has no bar in the range; its bars are of 2026-02-02..2026-02-27';
const EARLY = ['--start', '2015-01-05', '--end', '2015-01-09'];

describe('a ticker that is asked for by name and of which there is nothing', () => {
  it.each<[command: string[], said: string]>([
    [['check-data', 'ALFA,ZZZZ', '--issues'], NEVER],
    [['check-data', '--tickers', '@list.txt', '--issues', '--json'], NEVER],
    [['check-data', 'ALFA', '--interval', '5m', '--issues'], 'ALFA 5m is not in the store'],
    [['check-data', 'NOPE', '--revisions'], UNKNOWN],
    [['verify', 'ALFA,ZZZZ', ...SAMPLE, '--sample', '100%'], NEVER],
    [['verify', 'ZZZZ', ...SAMPLE], NEVER],
    [['verify', 'NOPE', ...SAMPLE], UNKNOWN],
    [['verify', 'ALFA', ...SAMPLE, ...EARLY], ELSEWHEN],
    [['actions', 'ZZZZ'], NEVER],
    [['actions', 'NOPE', '--json'], UNKNOWN],
    [['forget', 'ZZZZ', '--yes'], NEVER],
    [['forget', 'ALFA', ...EARLY], 'ALFA has no bar in the range; its bars are of 2026-02-02..2026-02-27'],
    [['forget', 'ALFA', '--interval', '1h'], 'ALFA 1h is not in the store'],
  ])('is named on stderr, exit 1: %j', async (command, said) => {
    const { code, stderr } = await backfill(...command);
    expect(stderr.split('\n').filter((line) => line.startsWith(said))).toHaveLength(1);
    expect(code).toBe(1);
  });

  it.each<[args: string[], said: string, bars: number]>([
    [['ZZZZ'], 'ZZZZ 1d is not in the store', 0],
    [['NOPE'], 'NOPE 1d has no bar: unknown-ticker (sample, ', 0],
    [['ALFA', ...EARLY], 'ALFA 1d has no bar in the range; its bars are of 2026-02-02..2026-02-27', 0],
    [['ALFA', '--as-of', '2015-01-09', '--adjust', 'splits'], 'ALFA 1d has no bar in the range; its bars', 0],
    [['ALFA,NOPE'], 'NOPE 1d has no bar: unknown-ticker (sample, ', 19],
    [['NOPE', 'ALFA', '--format', 'ndjson'], 'NOPE 1d has no bar: unknown-ticker (sample, ', 19],
  ])('is left out of an export by name, exit 1: %j', async (args, said, bars) => {
    await writeFile(join(folder, 'out.csv'), 'before');
    const toFile = args.includes('--format') ? [] : ['--out', 'out.csv'];
    const { code, stderr } = await backfill('export', ...args, ...toFile);
    const [left = '', told = ''] = stderr.split('\n');
    expect(left.startsWith(`left out: ${said}`)).toBe(true);
    const nothing = bars === 0 ? '; nothing was written to out.csv' : '';
    expect(told).toBe(`Exported ${bars} bars of ${bars === 0 ? 0 : 1} series${nothing}.`);
    expect((await readFile(join(folder, 'out.csv'), 'utf8')) === 'before').toBe(
      bars === 0 || toFile.length === 0,
    );
    expect(code).toBe(1);
  });

  it('does not keep others from being checked against --fail-under, whose code goes first', async () => {
    const under = ['--start', '2026-02-02', '--end', '2026-02-27', '--now', NOW, '--fail-under', '99'];
    expect((await backfill('check-data', 'ALFA', ...under)).code).toBe(0);
    expect(await backfill('check-data', 'ALFA,ZZZZ', ...under)).toMatchObject({ code: 4 });
  });

  it('has a line of its own in the report of check-data, which makes no failure of it', async () => {
    const { code, stdout, stderr } = await backfill(
      'check-data',
      'ALFA,NOPE,ZZZZ',
      '--days',
      '5',
      '--now',
      NOW,
    );
    for (const ticker of ['NOPE', 'ZZZZ'])
      expect(stdout).toMatch(new RegExp(`^${ticker} +1d +- +- +5 +0 .* 0\\.00% `, 'm'));
    expect([code, stderr]).toEqual([0, '']);
  });

  it('is nobody where none is named: what is only known as unknown is passed over', async () => {
    expect(await backfill('export')).toMatchObject({ code: 0, stderr: 'Exported 19 bars of 1 series.\n' });
    expect((await backfill('check-data', '--issues')).code).toBe(0);
  });

  it('is not one that is forgotten though only known to be unknown, so that it is asked for again', async () => {
    const { code, stderr } = await backfill('forget', 'NOPE', '--yes');
    // Nothing that held anything went: there is nothing to offer to bring back.
    expect([code, stderr]).toEqual([0, 'Forgot 0 bars.\n']);
  });
});
