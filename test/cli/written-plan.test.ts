import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Finished, run } from './one-process.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-plan-'));
});
afterEach(() => rm(folder, { recursive: true }));

const SAMPLE = ['--provider', 'sample', '--now', '2026-03-02T23:00:00Z'];

function backfill(...args: string[]): Promise<Finished> {
  return run('backfill', [...args, '--store', 'data', '--state', 'state', '--no-progress'], folder);
}

const planOut = (...args: string[]): Promise<Finished> =>
  backfill(...args, '--days', '5', ...SAMPLE, '--plan-out', 'night.plan');

const carryOut = (...args: string[]): Promise<Finished> =>
  backfill(...SAMPLE, '--plan', 'night.plan', ...args);

const fileLines = async (): Promise<string[]> =>
  (await readFile(join(folder, 'night.plan'), 'utf8')).split('\n');

it('a plan is printed as a dry run prints it, and written, and nothing else is', async () => {
  const dry = await backfill('ALFA', 'BRIQ', '--days', '5', ...SAMPLE, '--dry-run');
  const { code, stdout, stderr } = await planOut('ALFA', 'BRIQ');
  expect({ code, stdout }).toEqual({ code: 0, stdout: dry.stdout });
  expect(stderr.replaceAll(/\s+/g, ' ').replaceAll(' ', ' ')).toBe(
    'Plan written to night.plan; to carry it out, and nothing else: backfill --store data --provider sample --state state --plan night.plan ',
  );
  const kinds = (await fileLines()).map((line) => Object.keys(JSON.parse(line || '{}') as object)[0] ?? '');
  expect(kinds).toEqual(['plan', 'series', 'series', 'task', 'task', 'digest', '']);
  await expect(readFile(join(folder, 'data'))).rejects.toMatchObject({ code: 'ENOENT' });
});

it('a plan is carried out, and has nothing left to do then', async () => {
  await planOut('ALFA', 'BRIQ');
  const { code, stderr } = await carryOut();
  expect(code).toBe(0);
  expect(stderr).toContain('2 tickers named by you, the last 5 sessions of 1d\n');
  expect(stderr).toContain('Fetched: 2  Errors: 0  Skipped: 0\nBars: 10 (10 new, 0 changed)');
  const again = await carryOut('--dry-run');
  expect(again.stdout).toBe('Total: 2  Complete: 2  To fill: 0  Requests: 0\n');
  expect((await carryOut()).stderr).toContain('Nothing to do: of 2 series every session is present');
});

it('as JSON both are what a dry run and a run print', async () => {
  const dry = await backfill('ALFA', '--days', '5', ...SAMPLE, '--dry-run', '--json');
  const { code, stdout } = await planOut('ALFA', '--json', '--quiet');
  const told = JSON.parse(stdout) as { totals: object; tasks: unknown };
  expect([code, told.tasks]).toEqual([0, (JSON.parse(dry.stdout) as typeof told).tasks]);
  expect(JSON.parse((await carryOut('--dry-run', '--json')).stdout)).toMatchObject({
    totals: told.totals,
    tasks: told.tasks,
  });
  const ran = await carryOut('--json', '--quiet');
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(ran.stdout)).toMatchObject({ fetched: 1, bars: 5, stopped: null });
});

it('a plan of a ticker that cannot be had says so, and so does what carries it out: exit 1', async () => {
  const binance = [
    '--provider',
    'binance',
    '--provider-url',
    'binance=http://127.0.0.1:1',
    ...SAMPLE.slice(2),
  ];
  const line = ['AIR.PA', 'BTC-USDT', '--days', '5', ...binance, '--plan-out', 'night.plan'];
  const { code, stdout } = await backfill(...line);
  expect([code, stdout]).toEqual([1, expect.stringContaining('AIR.PA')]);
  const again = await backfill(...binance, '--plan', 'night.plan', '--dry-run');
  expect(again).toMatchObject({ code: 1, stdout });
});

it('a plan is one of nothing where the last runs left nothing', async () => {
  await backfill('ALFA', '--days', '5', ...SAMPLE);
  expect(await backfill('--retry-failed', ...SAMPLE, '--plan-out', 'night.plan')).toMatchObject({ code: 0 });
  expect(await carryOut()).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('Nothing to do: no run on record left'),
  });
});

describe('one line and exit code 2', () => {
  const one = (message: string): object => ({ code: 2, stdout: '', stderr: `backfill: ${message}\n` });

  it.each([
    ['ALFA'],
    ['--interval', '1h'],
    ['--days', '5'],
    ['--start', '2026-01-02'],
    ['--no-gaps'],
    ['--retry-failed'],
    ['--derive'],
    ['--batch-size', '5'],
    ['--plan-out', 'other.plan'],
  ])('have options that the plan has itself: %s %s', async (...args) => {
    await planOut('ALFA');
    const written = args[0] === 'ALFA' ? '--tickers ALFA' : args.join(' ');
    expect(await carryOut(...args)).toEqual(one(`${written} has no effect with --plan night.plan`));
  });

  it('are none for a setting, nor for what says how fast', async () => {
    await planOut('ALFA');
    const settings = { days: 30, tickers: 'BRIQ', derive: true, 'batch-size': 3, 'retry-failed': true };
    await writeFile(join(folder, 'backfill.config.json'), JSON.stringify(settings));
    const { code, stderr } = await carryOut('--workers', '1', '--concurrency', '2');
    expect(stderr).toContain('Fetched: 1  Errors: 0');
    expect(code).toBe(0);
  });

  it.each([
    [['--derive', '--interval', '1h'], '--plan-out night.plan has no effect with --derive'],
    [['--batch-size', '1'], '--plan-out night.plan has no effect with --batch-size 1'],
    [
      ['--provider', 'sample,yahoo'],
      'what yahoo is asked for shows once sample has answered; write a plan of one provider',
    ],
  ])('has what cannot be written out: %j', async (args, message) => {
    const range = ['--days', '5', '--now', '2026-03-02T23:00:00Z', '--plan-out', 'night.plan'];
    const provider = args.includes('--provider') ? [] : ['--provider', 'sample'];
    expect(await backfill('ALFA', ...args, ...provider, ...range)).toEqual(one(message));
    await expect(fileLines()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('have a file that is cut, a store that has moved, and another provider', async () => {
    await planOut('ALFA', 'BRIQ');
    const text = await readFile(join(folder, 'night.plan'), 'utf8');
    expect(await backfill('--plan', 'night.plan', '--dry-run')).toEqual(
      one('--provider yahoo: the plan night.plan asks sample; say --provider sample'),
    );
    await writeFile(join(folder, 'night.plan'), text.slice(0, -30));
    expect(await carryOut()).toEqual(
      one('night.plan is cut: the line that ends a plan is not there; make it again with --plan-out'),
    );
    await writeFile(join(folder, 'night.plan'), text);
    await backfill('BRIQ', '--days', '3', ...SAMPLE);
    const moved = 'the store has moved since: what is stored of BRIQ is not what the plan was made from';
    expect(await carryOut()).toEqual(one(`night.plan: ${moved}; make it again with --plan-out`));
  });
});
