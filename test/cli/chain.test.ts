import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan, RunSummary } from '../../src/index.ts';
import { inDuckDB } from '../library/in-duckdb.ts';
import { type RunningSimulator, built, startSimulate } from '../acceptance/programs.ts';
import { run, runWith } from './one-process.ts';

const NOW = '2026-03-02T23:00:00Z';
const KEY = { POLYGON_API_KEY: 'TESTFREE' };
const AMERICAN = ['ALFA', 'BRIQ', 'CORV', 'DUNO'];
const EUROPEAN = ['BRVO.PA', 'CIDR.PA'];

let folder = '';
let first: RunningSimulator;
let second: RunningSimulator;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-chain-'));
  for (const name of ['first', 'second']) await mkdir(join(folder, name));
  first = await startSimulate(join(folder, 'first'), ['--wire', 'polygon', '--now', NOW]);
  second = await startSimulate(join(folder, 'second'), ['--latency', '400ms', '--now', NOW]);
});
afterAll(async () => {
  for (const simulator of [first, second]) await simulator.stop();
  await rm(folder, { recursive: true });
});

/** A run of twenty days from both into a store of its own. */
function line(store: string, ...more: string[]): string[] {
  return lineFrom(first.url, store, ...more);
}

function lineFrom(url: string, store: string, ...more: string[]): string[] {
  return [
    ...['--tickers', [...AMERICAN, ...EUROPEAN].join(','), '--days', '20', '--store', store],
    ...['--provider', 'polygon,yahoo', '--tier', 'free', '--rate-limit', '100/s', '--now', NOW],
    ...['--provider-url', `polygon=${url}`, '--provider-url', `yahoo=${second.url}`],
    ...['--state', join(folder, 'state'), ...more],
  ];
}

function sources(store: string): Promise<unknown[]> {
  return inDuckDB(
    `CREATE VIEW bars AS FROM read_parquet('${join(folder, store)}/bars/**/*.parquet', hive_partitioning = true)`,
    "SELECT ticker, string_agg(DISTINCT source, '+'), count(*)::INT FROM bars GROUP BY 1 ORDER BY 1",
  );
}

const FILLED = [
  ...AMERICAN.map((ticker) => [ticker, 'polygon', 20]),
  ...EUROPEAN.map((ticker) => [ticker, 'yahoo', 20]),
].toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1));

describe('--provider polygon,yahoo', () => {
  it('plans the requests of each', async () => {
    const { code, stdout } = await runWith(KEY, line('planned', '--dry-run'), folder);
    expect(code).toBe(0);
    expect(stdout).toContain('To fill: 4  Requests: 12');
    expect(stdout).toMatch(
      /^Then yahoo, for what polygon cannot give, as far as that is known before they are asked:$/m,
    );
    expect(stdout).toContain('To fill: 2  Requests: 2');
    const json = await runWith(KEY, line('planned', '--dry-run', '--json'), folder);
    const { totals, next = [] } = JSON.parse(json.stdout) as Plan;
    expect([totals.requests, ...next.map(({ provider, plan }) => [provider, plan.totals.requests])]).toEqual([
      12,
      ['yahoo', 2],
    ]);
  });

  it('says what each brought, and asks for nothing the second time', async () => {
    const { code, stderr } = await runWith(KEY, line('filled'), folder);
    expect(stderr).toContain('Filling 4 series of 4 tickers from polygon with ');
    expect(stderr).toContain('Then yahoo, for what polygon cannot give\n');
    expect(stderr).toContain('Filling 2 series of 2 tickers from yahoo with ');
    expect(stderr).toMatch(/^Backfill complete in /m);
    expect(stderr).toContain('Fetched: 6  Errors: 0  Skipped: 0\n');
    expect(stderr).toMatch(
      /^polygon: 80 bars \(80 new\) of 4 series {2}Sent: 12 {2}Success: 100.0% {2}Throttled: 0.0% {2}Received: [\d.]+ KB$/m,
    );
    expect(stderr).toMatch(
      /^yahoo: 40 bars \(40 new\) of 2 series {2}Sent: 2 {2}Success: 100.0% {2}Throttled: 0.0% {2}Received: [\d.]+ KB$/m,
    );
    expect(code).toBe(0);
    expect(await sources('filled')).toEqual(FILLED);
    const again = await runWith(KEY, line('filled', '--json'), folder);
    expect(again.code).toBe(0);
    const { complete, requests, byProvider } = JSON.parse(again.stdout) as RunSummary;
    expect([complete, requests, byProvider?.map(({ provider }) => provider)]).toEqual([6, 0, ['polygon']]);
  });

  it('goes on with the second where it was killed between the two', async () => {
    const child = spawn(process.execPath, [built('backfill'), ...line('killed')], {
      env: { ...process.env, ...KEY },
      cwd: folder,
    });
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    const over = once(child, 'close');
    while (child.exitCode === null && !said.includes('Then yahoo')) await sleep(2);
    child.kill('SIGKILL');
    await over;
    expect(await sources('killed')).toEqual(FILLED.filter(([, source]) => source === 'polygon'));
    const asked = await entriesOf('first');
    const { code } = await runWith(KEY, line('killed'), folder);
    expect(code).toBe(0);
    expect(await sources('killed')).toEqual(FILLED);
    expect(await entriesOf('first')).toBe(asked);
  });

  it.each([
    ['SIGKILL', null],
    ['SIGINT', 130],
  ] as const)('stopped by %s while the first is asked goes on by the same line', async (signal, code) => {
    await mkdir(join(folder, signal));
    const slow = await startSimulate(join(folder, signal), [
      ...['--wire', 'polygon', '--now', NOW, '--latency', '300ms', '--limit', '1000/s'],
    ]);
    const store = `stopped-${signal}`;
    const asking = lineFrom(slow.url, store, '--workers', '1', '--concurrency', '1');
    const child = spawn(process.execPath, [built('backfill'), ...asking], {
      env: { ...process.env, ...KEY },
      cwd: folder,
    });
    child.stderr.resume();
    const over = once(child, 'close');
    const files = async (): Promise<readonly string[]> => {
      const all = await readdir(join(folder, store, 'bars'), { recursive: true }).catch(() => []);
      return all.filter((file) => file.endsWith('.parquet'));
    };
    await expect.poll(files, { interval: 5 }).not.toEqual([]);
    child.kill(signal);
    const [ended] = (await over) as [number | null];
    expect(ended).toBe(code);
    const stored = (await sources(store)) as [string, string, number][];
    expect(stored.length).toBeLessThan(AMERICAN.length);
    expect(stored.filter(([, source, rows]) => source !== 'polygon' || rows !== 20)).toEqual([]);
    const before = (await entriesIn(signal)).length;
    expect((await runWith(KEY, lineFrom(slow.url, store), folder)).code).toBe(0);
    expect(await sources(store)).toEqual(FILLED);
    const had = new Set(stored.map(([ticker]) => ticker));
    const after = (await entriesIn(signal)).slice(before);
    expect(after.filter(({ symbol }) => had.has(symbol))).toEqual([]);
    await slow.stop();
  });

  it.each([
    ['polygon,yahooo', 'there is no provider "yahooo"'],
    ['yahoo,yahoo', 'provider "yahoo" stands twice in the chain; name it once'],
    ['yahoo,', 'there is no provider ""'],
  ])('of %s is refused in one line', async (provider, why) => {
    const { code, stderr } = await run('backfill', ['ALFA', '--provider', provider], folder);
    expect([code, stderr.trim().split('\n')]).toEqual([2, [expect.stringContaining(why)]]);
  });

  it('has an option of one of them count, and of none refused', async () => {
    const { code, stderr } = await run(
      'backfill',
      ['ALFA', '--provider', 'yahoo,binance', '--tier', 'free'],
      folder,
    );
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('--tier free has no effect with --provider yahoo,binance'),
    ]);
  });
});

async function entriesOf(name: string): Promise<number> {
  return (await entriesIn(name)).length;
}

async function entriesIn(name: string): Promise<readonly { readonly symbol: string }[]> {
  const lines = await readFile(join(folder, name, 'requests.ndjson'), 'utf8').catch(() => '');
  return lines
    .split('\n')
    .slice(0, -1)
    .map((text) => JSON.parse(text) as { readonly symbol: string });
}
