import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDay } from '../../src/core/session/day.ts';
import { loadWire } from '../../src/simulator/load-wire.ts';
import { binance } from '../../src/simulator/binance/index.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { run } from './one-process.ts';
import { ROOT } from '../package/checkout.ts';

const TOY = fileURLToPath(new URL('../providers/toy/', import.meta.url));
const NOW = '2026-11-20T12:00:00Z';
const TICKERS = ['ALFA', 'BRVO.PA', 'NYXA', 'KUMO.T', 'SMPL-USD', 'QUIL'];
const RANGE = ['--start', '2026-06-01', '--end', '2026-11-13', '--now', NOW];
const market = sampleMarket();

let folder = '';
let simulator: Simulator | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-toy-'));
  await cp(TOY, folder, { recursive: true });
  await mkdir(join(folder, 'node_modules'));
  await symlink(ROOT, join(folder, 'node_modules', 'backfill'));
});
afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
  await rm(folder, { recursive: true });
});

/** Fills a store from the toy's server, which misbehaves like that. */
async function fill(rates: string, seed = 1) {
  await simulator?.close();
  const wire = await loadWire(join(folder, 'wire.mjs'));
  simulator = await startSimulator({ wire, market, now: () => Date.parse(NOW), faults: { rates, seed } });
  const provider = ['--provider', './toy.mjs', '--provider-url', `./toy.mjs=${simulator.url}`];
  const args = [...TICKERS, ...RANGE, ...provider, '--workers', '2', '--state', 'state'];
  return { ...(await run('backfill', args, folder)), requests: simulator.requests() };
}

/** What is stored, or was traded, a line a bar. */
async function stored(): Promise<string[]> {
  const sql =
    'SELECT ticker, epoch_ms(ts)::BIGINT AS ms, open, high, low, close, volume FROM bars ORDER BY 1, 2';
  const { stdout } = await run('backfill', ['query', sql, '--format', 'csv'], folder);
  return stdout.trim().split('\n').slice(1);
}

const traded = TICKERS.toSorted().flatMap((ticker) =>
  market
    .rows(ticker, '1d', { from: parseDay('2026-06-01'), to: parseDay('2026-11-14') })
    .map(({ ts, open, high, low, close, volume }) => [ticker, ts, open, high, low, close, volume].join(',')),
);

describe('the provider of the README, through the whole program', () => {
  it('fills a store, whatever its server does to the answers', { timeout: 120_000 }, async () => {
    const faults = 'truncated=15%,wrong-ticker=15%,unordered=15%,duplicated=15%,reset=10%,wrong-length=10%';
    const { code, stderr, requests } = await fill(faults);
    expect(stderr).toContain('from toy with 2 workers');
    expect(code).toBe(0);
    expect(requests).toBeGreaterThan(TICKERS.length);
    expect(await stored()).toEqual(traded);
  });

  it('has nothing stored of a market that is wrong, and all of it later', { timeout: 120_000 }, async () => {
    const bad = await fill('crossed=40%,negative-price=40%,gross-spike=40%');
    expect(bad.stderr).toMatch(/Rejected: [1-9]/);
    const some = await stored();
    const truth = new Set(traded);
    expect(some.length).toBeLessThan(traded.length);
    expect(some.filter((line) => !truth.has(line))).toEqual([]);
    await rm(join(folder, 'data'), { recursive: true });
    expect((await fill('crossed=0%')).code).toBe(0);
    expect(await stored()).toEqual(traded);
  });

  it('discovers a universe', async () => {
    simulator = await startSimulator({
      ...{ wire: await loadWire(join(folder, 'wire.mjs')), market, now: () => Date.parse(NOW) },
    });
    const provider = ['--provider', './toy.mjs', '--provider-url', `./toy.mjs=${simulator.url}`];
    const { code, stdout } = await run(
      'backfill',
      ['discover', 'us_equities', ...provider, '--state', 'state'],
      folder,
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Wrote .*us_equities_.*\.json: 25 members from \.\/toy\.mjs \(equity 25; 3 of them delisted\)$/m,
    );
  });

  it('passes its own test, which sees what is broken', { timeout: 120_000 }, async () => {
    const check = (): Promise<unknown> =>
      promisify(execFile)(process.execPath, ['--test', 'toy.check.mjs'], { cwd: folder });
    expect(await check()).toMatchObject({ stdout: expect.stringMatching(/^# fail 0$/m) as string });
    await writeFile(
      join(folder, 'toy.mjs'),
      "export default { capabilities: { id: 'toy', intervals: { '1d': { settleDelayMs: 0 } } }, request() {}, parse() {}, end() {} }",
    );
    await expect(check()).rejects.toMatchObject({
      stdout: expect.stringMatching(/^# fail 3\d$/m) as string,
    });
  });
});

describe('a provider that is one function', () => {
  it('passes the same test', { timeout: 120_000 }, async () => {
    await writeFile(
      join(folder, 'single.check.mjs'),
      (await readFile(join(TOY, 'toy.check.mjs'), 'utf8')).replace('./toy.mjs', './single.mjs'),
    );
    const { stdout } = await promisify(execFile)(process.execPath, ['--test', 'single.check.mjs'], {
      cwd: folder,
    });
    expect(stdout).toMatch(/^# fail 0$/m);
    expect(stdout).toMatch(/^# pass [34]\d$/m);
  });

  it('fills a store over several pages, each of which counts', { timeout: 120_000 }, async () => {
    simulator = await startSimulator({ wire: binance, market, now: () => Date.parse(NOW) });
    const asked = ['--provider', './klines.mjs', '--provider-url', `./klines.mjs=${simulator.url}`];
    const range = ['--start', '2026-11-10', '--end', '2026-11-12', '--interval', '1m', '--now', NOW];
    const args = ['PSDO-USDT', ...range, ...asked, '--workers', '2', '--state', 'state'];
    const { code, stderr } = await run('backfill', args, folder);
    expect(stderr).toContain('from klines with 1 worker');
    expect(code).toBe(0);
    // 1,000 rows each, of 3 days of 1,440 minutes.
    expect(simulator.requests()).toBe(5);
    const wanted = market
      .rows('PSDO-USDT', '1m', { from: parseDay('2026-11-10'), to: parseDay('2026-11-13') })
      .map(({ ts, open, high, low, close, volume }) =>
        ['PSDO-USDT', ts, open, high, low, close, volume].join(','),
      );
    expect(await stored()).toEqual(wanted);
    const unknown = await run('backfill', ['NOPE-USDT', ...args.slice(1)], folder);
    expect(unknown.stderr).toMatch(/NOPE-USDT.*Invalid symbol/);
  });
});

it('a provider in a language that this Node does not read is refused with how to make another of it', async () => {
  await writeFile(join(folder, 'own.ts'), 'export default { capabilities: {} as object }');
  const program = [join(ROOT, 'dist/src/cli/backfill.js'), 'ALFA', '--provider', './own.ts'];
  const refused = (await promisify(execFile)(process.execPath, program, { cwd: folder }).catch(
    (error: unknown) => error,
  )) as { code: number; stderr: string };
  const [major = 0] = process.versions.node.split('.').map(Number);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(
    major < 22
      ? 'this Node reads no TypeScript; use Node 22.18 or later, or make JavaScript of it: npx esbuild own.ts --outfile=own.js'
      : 'its request is undefined',
  );
});

describe('a wire that is none', () => {
  it.each([
    ['./nope.mjs', 'there is no file'],
    ['./half.mjs', 'its askedSeries is undefined; it must be a function'],
    [
      'yaho',
      '--wire yaho: must be one of yahoo, alphavantage, alpaca, binance, polygon, sample; did you mean yahoo?',
    ],
  ])('simulate --wire %s: one line, exit 2', async (wire, message) => {
    await writeFile(join(folder, 'half.mjs'), 'export default { answer() {} }');
    const { code, stderr } = await run('backfill', ['simulate', '--wire', wire], folder);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
  });
});
