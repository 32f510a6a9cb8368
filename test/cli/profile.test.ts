import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROFILES } from '../../src/cli/profiles.ts';
import { runWith } from '../acceptance/programs.ts';
import { README } from '../readme/blocks.ts';
import { valuesOf } from './meant.ts';

let folder = '';
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'backfill-profile-'))));
afterEach(() => rm(folder, { recursive: true }));

const GENTLE = { inFlight: 5, requestDelay: 400, rateShare: 0.5 };

describe('a profile', () => {
  it('sets what nothing else says, whoever names it', () => {
    expect(valuesOf('AAPL --profile gentle')).toMatchObject(GENTLE);
    expect(valuesOf('AAPL', { profile: 'gentle' })).toMatchObject(GENTLE);
    expect(valuesOf('AAPL --profile aggressive', { profile: 'gentle' })).toMatchObject({ inFlight: 12 });
    expect(valuesOf('verify AAPL --profile gentle')).toMatchObject(GENTLE);
    expect(valuesOf('AAPL')).toMatchObject({ inFlight: undefined, requestDelay: undefined });
  });

  it('cuts a run into batches, and nothing else', () => {
    expect(valuesOf('AAPL --profile gentle')).toMatchObject({ batchSize: 15 });
    expect(valuesOf('AAPL --profile aggressive --start-batch 2')).toMatchObject({ batchSize: 40 });
    expect(valuesOf('AAPL --profile standard --batch-size 7')).toMatchObject({ batchSize: 7 });
    expect(valuesOf('AAPL --profile standard', { 'batch-size': '9' })).toMatchObject({ batchSize: 9 });
    expect(valuesOf('verify AAPL --profile gentle')).not.toHaveProperty('batchSize');
    // What was left is asked for at once: no option is refused that nobody gave.
    expect(valuesOf('--retry-failed --profile gentle')).toMatchObject({ retryFailed: true });
  });

  it('gives way to options and settings', () => {
    expect(valuesOf('AAPL --profile gentle --in-flight 7')).toMatchObject({ ...GENTLE, inFlight: 7 });
    const set = { 'request-delay': '1s' };
    expect(valuesOf('AAPL --profile gentle', set)).toMatchObject({ ...GENTLE, requestDelay: 1000 });
  });

  it('gives way to an option that says the same in another way', () => {
    const limited = valuesOf('AAPL --profile gentle --rate-limit 9/s');
    expect(limited).toMatchObject({ inFlight: 5, requestDelay: undefined, rateShare: undefined });
    expect(valuesOf('AAPL --concurrency 3 --profile gentle')).toMatchObject({
      ...GENTLE,
      inFlight: undefined,
    });
    expect(valuesOf('AAPL --profile gentle', { concurrency: '3' })).toMatchObject({ inFlight: undefined });
  });

  it('is nothing to a command that asks nobody', () => {
    expect(valuesOf('check-data', { profile: 'gentle' })).not.toHaveProperty('inFlight');
  });

  it('is shown by config, value by value', async () => {
    const { stdout } = await runWith(
      { BACKFILL_CONCURRENCY: '2' },
      ['config', '--profile', 'gentle'],
      folder,
    );
    const line = (option: string): string | undefined =>
      stdout
        .split('\n')
        .find((one) => one.startsWith(`${option} `))
        ?.replaceAll(/ +/g, ' ');
    expect(line('profile')).toBe('profile gentle the command line');
    expect(line('request-delay')).toBe('request-delay 400ms profile gentle');
    expect(line('rate-share')).toBe('rate-share 50% profile gentle');
    expect(line('concurrency')).toBe('concurrency 2 BACKFILL_CONCURRENCY');
    expect(line('in-flight')).toBe(undefined);
    expect(line('batch-size')).toBe('batch-size 15 profile gentle');
    await writeFile(join(folder, '.env'), 'BACKFILL_PROFILE=standard\n');
    const filed = (await runWith({}, ['config'], folder)).stdout;
    expect(filed).toMatch(/^profile +standard +BACKFILL_PROFILE in \.env line 1$/m);
    expect(filed).toMatch(/^in-flight +8 +profile standard$/m);
  });

  it('sets what the table of the README says', () => {
    const [head = '', , ...rows] = (
      README.split('\n\n').find((part) => part.startsWith('| profile ')) ?? ''
    ).split('\n');
    const cells = (row: string): string[] =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', ''));
    const [, , ...options] = cells(head);
    const told = rows.map((row) => {
      const [name, , ...values] = cells(row);
      return [name, Object.fromEntries(options.map((option, i) => [option.slice(2), values[i]]))];
    });
    expect(Object.fromEntries(told)).toEqual(PROFILES);
  });
});

it('has a run of more tickers than a batch plan batch after batch', async () => {
  const { stdout, stderr } = await runWith(
    {},
    ['--provider', 'sample', '--days', '5', '--profile', 'standard', '--dry-run'],
    folder,
  );
  expect(stdout.match(/^Batch \d of \d: .*$/gm), stderr).toEqual([
    'Batch 1 of 3: tickers 1-25 of 62',
    'Batch 2 of 3: tickers 26-50 of 62',
    'Batch 3 of 3: tickers 51-62 of 62',
  ]);
});

describe('the pace under a profile', () => {
  const dryRun = async (...more: readonly string[]): Promise<string> => {
    const args = [
      'AAPL',
      '--provider',
      'alpaca',
      '--days',
      '5',
      '--dry-run',
      '--now',
      '2026-03-02T23:00:00Z',
    ];
    const { code, stdout, stderr } = await runWith({}, [...args, ...more], folder);
    expect(code, stderr).toBe(0);
    return stdout;
  };

  it('is a part of the one that the provider declares, and no more under any', async () => {
    expect(await dryRun()).toContain('200 req/min');
    expect(await dryRun('--profile', 'gentle')).toContain('100 req/min');
    expect(await dryRun('--profile', 'standard')).toContain('160 req/min');
    expect(await dryRun('--profile', 'aggressive')).toContain('200 req/min');
  });

  it('is the one that is said', async () => {
    expect(await dryRun('--profile', 'gentle', '--rate-limit', '90/min')).toContain('90 req/min');
  });
});
