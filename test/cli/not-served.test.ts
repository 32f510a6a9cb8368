import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan, RunSummary } from '../../src/index.ts';
import { type Finished, type RunningSimulator, startSimulate } from '../acceptance/programs.ts';
import { run, runWith } from './one-process.ts';

const NOW = '2026-03-02T23:00:00Z';
const CLASS =
  'binance has no AAPL, MSFT: it serves crypto pairs (BTC-USDT); leave them out, or ask another --provider for them';
const QUOTE =
  /^binance has no ETH-USD: its pairs are quoted in .*, such as ETH-USDT; leave it out, or ask another --provider for it$/m;

let folder = '';
let simulator: RunningSimulator;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-not-served-'));
  simulator = await startSimulate(folder, ['--wire', 'binance', '--now', NOW]);
});
afterAll(async () => {
  await simulator.stop();
  await rm(folder, { recursive: true });
});

/** A run of five days from Binance's wire into a store of its own, on no narrow terminal. */
function fill(tickers: string, store: string, ...more: string[]): Promise<Finished> {
  const source = ['--provider', 'binance', '--provider-url', `binance=${simulator.url}`, '--now', NOW];
  const options = [...source, '--days', '5', '--state', join(folder, 'state'), '--store', store];
  return run('backfill', ['--tickers', tickers, ...options, ...more], folder);
}

const MIXED = 'AAPL,PSDO-USDT,ETH-USD,MSFT';

describe('a list with tickers that the provider cannot have', () => {
  it('is planned without them: exit 1, and what to do', async () => {
    const { code, stdout } = await fill(MIXED, 'planned', '--dry-run');
    expect(code).toBe(1);
    expect(stdout).toContain(CLASS);
    expect(stdout).toMatch(QUOTE);
    expect(stdout).toContain('Total: 4  Complete: 0  Unavailable: 3  To fill: 1');
    expect(stdout).toContain('PSDO-USDT');
    const json = await fill(MIXED, 'planned', '--dry-run', '--json');
    expect(json.code).toBe(1);
    const { notServed, totals } = JSON.parse(json.stdout) as Plan;
    expect(notServed).toMatchObject([
      { provider: 'binance', tickers: ['AAPL', 'MSFT'], why: 'it serves crypto pairs (BTC-USDT)' },
      { tickers: ['ETH-USD'] },
    ]);
    expect(totals).toMatchObject({ series: 4, unavailable: 3, toFill: 1 });
    expect((await simulator.asked()).filter((symbol) => symbol !== 'PSDO-USDT')).toEqual([]);
  });

  it('is filled without them, and is not complete, now or later', async () => {
    const first = await fill(MIXED, 'filled');
    expect(first.code).toBe(1);
    expect(first.stderr.split('\n').filter((line) => line === CLASS)).toHaveLength(2);
    expect(first.stderr).toMatch(QUOTE);
    expect(first.stderr).toMatch(/Backfill ended in .*, not complete: 3 cannot be had\n/);
    expect(first.stderr).toContain('Fetched: 1  Errors: 0  Skipped: 0  Unavailable: 3');
    expect(first.stderr).toContain('Bars: 5 (5 new, 0 changed)');
    const again = await fill(MIXED, 'filled', '--quiet');
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(QUOTE);
    expect(again.stderr.split('\n').filter((line) => line === CLASS)).toHaveLength(1);
    const json = await fill(MIXED, 'filled', '--json', '--strict');
    expect(json.code).toBe(1);
    const summary = JSON.parse(json.stdout) as RunSummary;
    expect(summary).toMatchObject({ series: 4, complete: 1, unavailable: 3, failed: 0 });
    expect(summary.notServed).toHaveLength(2);
    const rest = await fill('PSDO-USDT', 'filled', '--json', '--strict');
    expect([rest.code, JSON.parse(rest.stdout).notServed]).toEqual([0, undefined]);
  });

  it('of which it can have none is refused before any work', async () => {
    for (const more of [[], ['--dry-run'], ['--strict']]) {
      const { code, stdout, stderr } = await fill('AAPL,MSFT', 'refused', ...more);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toBe(
        'backfill: provider "binance" has no AAPL (nor 1 more): it serves crypto pairs (BTC-USDT)\n',
      );
    }
    const left = await readdir(join(folder, 'refused'));
    expect(left.filter((name) => ['bars', 'runs'].includes(name))).toEqual([]);
  });
});

describe('an interval of which the provider has no bars of a ticker', () => {
  const WHY = 'it has those of shares of the United States (AAPL, BRK-B) only';
  let premium: RunningSimulator;
  let place = '';
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'backfill-no-interval-'));
    premium = await startSimulate(place, ['--wire', 'alphavantage', '--now', NOW]);
  });
  afterAll(async () => {
    await premium.stop();
    await rm(place, { recursive: true });
  });

  const ask = (...more: string[]): Promise<Finished> =>
    runWith(
      { ALPHAVANTAGE_API_KEY: 'TESTPREMIUM' },
      [
        ...['--provider', 'alphavantage', '--tier', '1200', '--provider-url', `alphavantage=${premium.url}`],
        ...['--start', '2026-02-02', '--end', '2026-02-27', '--now', NOW, '--state', 'state', ...more],
      ],
      place,
    );

  it('is told in the plan and by the run, and nothing is sent for it', async () => {
    const tickers = ['--tickers', 'QAAUSD=X,ALFA', '--interval', '5m,1d'];
    const told = `alphavantage has no 5m bars of QAAUSD=X: ${WHY}; leave them out, or ask another --provider for them`;
    const plan = await ask(...tickers, '--dry-run');
    expect(plan.code).toBe(1);
    expect(plan.stdout).toContain(told);
    expect(plan.stdout).toContain('Total: 4  Complete: 0  Unavailable: 1  To fill: 3  Requests: ');
    expect(await premium.asked()).toEqual([]);
    const filled = await ask(...tickers);
    expect(filled.code).toBe(1);
    expect(filled.stderr).toContain(told);
    expect(filled.stderr).toContain('Fetched: 3  Errors: 0  Skipped: 0  Unavailable: 1');
    const sent = /Sent: (\d+) {2}Success: 100.0%/.exec(filled.stderr)?.[1];
    expect(Number(sent)).toBe((await premium.asked()).length);
  }, 60_000);

  it('is refused before any work where nothing else is asked for', async () => {
    const before = await premium.asked();
    for (const more of [[], ['--dry-run']])
      expect(await ask('--tickers', 'QAAUSD=X', '--interval', '5m', '--store', 'none', ...more)).toEqual({
        code: 2,
        stdout: '',
        stderr: `backfill: provider "alphavantage" has no 5m bars of QAAUSD=X: ${WHY}\n`,
      });
    expect(await premium.asked()).toEqual(before);
  }, 60_000);
});
