import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleMarket } from '../../src/market/sample.ts';
import { type Finished, type RunningSimulator, startSimulate } from '../acceptance/programs.ts';
import { run } from './one-process.ts';

/** In the middle of a session in New York. */
const OPEN = '2026-03-02T18:00:00Z';
const LATER = '2026-03-05T18:00:00Z';

/** A share that trades throughout. */
const market = sampleMarket();
const TICKER =
  market.tickers().find((ticker) => {
    const listing = market.listing(ticker);
    return listing?.calendar === 'XNYS' && listing.delistedOn === null && market.quiet(ticker).length === 0;
  }) ?? '';

let folder = '';
let simulator: RunningSimulator;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'provisional-'));
  simulator = await startSimulate(folder, ['--now', OPEN]);
});
afterAll(async () => {
  await simulator.stop();
  await rm(folder, { recursive: true });
});

const program = (...args: readonly string[]): Promise<Finished> =>
  run('backfill', [...args, '--state', join(folder, 'state')], folder);

/** Lines of an export without their header. */
async function exported(store: string, interval: string, ...args: string[]): Promise<string[]> {
  const { stdout } = await run(
    'backfill',
    ['export', '--store', store, '--interval', interval, ...args],
    folder,
  );
  return stdout.trimEnd().split('\n').slice(1);
}

describe('an export of a store with bars that are not final', () => {
  it.each(['1d', '5m'])('of %s is read back without them, and that is said', async (interval) => {
    const [store, back] = [join(folder, `store-${interval}`), join(folder, `back-${interval}`)];
    const files = join(folder, `files-${interval}`);
    await mkdir(files);
    const what = ['--tickers', TICKER, '--interval', interval, '--start', '2026-02-25'];
    const source = ['--provider-url', `yahoo=${simulator.url}`, '--include-provisional', '--now', OPEN];
    expect(await program(...what, ...source, '--store', store)).toMatchObject({ code: 0 });
    const lines = await exported(store, interval, '--out', join(files, 'prices.csv')).then(() =>
      exported(store, interval),
    );
    const isFinal = (line: string): boolean => !line.includes(',false,');
    const left = lines.filter((line) => !isFinal(line)).length;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(lines.length);

    const csv = ['--provider', 'csv', '--provider-url', `csv=${files}`, '--basis', 'raw', '--now', LATER];
    const read = (): Promise<Finished> => program(...what, '--end', '2026-03-02', ...csv, '--store', back);
    const first = await read();
    expect(first.stderr).toContain('NOT READ');
    expect(first.stderr).toContain(
      `prices.csv: ${left} row${left === 1 ? '' : 's'} of ${TICKER} left out: is_final is false`,
    );
    expect(first.code).toBe(1);
    const stamps = (some: readonly string[]): string[] =>
      some.map((line) => line.split(',').slice(0, 3).join());
    expect(stamps(await exported(back, interval))).toEqual(stamps(lines.filter(isFinal)));
    // The session stays missing: it is asked for until somebody has all of it.
    expect((await read()).code).toBe(1);
  });
});
