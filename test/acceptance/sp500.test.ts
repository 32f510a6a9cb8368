import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { realData } from '../realdata.ts';
import { compareWithCsv } from './compare-with-csv.mjs';
import { bars, query } from './duckdb.mjs';
import { exportStore } from './export-store.mjs';
import { type Finished, run } from '../cli/one-process.ts';
import { type RunningSimulator, startSimulate } from './programs.ts';
import { LONG_RUNS, REAL_DATA, describeWith } from '../needs.ts';
import { triedFiles, VALID_BARS } from './tried-files.ts';

const FOLDER = realData('daily-sp500-2013-2018');
const FORGOTTEN = ['AAPL', 'BRK-B', 'GE', 'MSFT', 'XOM'];
/** Of which it is told why sessions have no bar, or that none lacks. */
const EXPLAINED = ['APTV', 'BMY', 'ICE', 'ORCL', 'REGN', 'SPG'];
const TIMEOUT = 240_000;

interface Coverage {
  readonly series: readonly {
    readonly ticker: string;
    readonly missing: number;
    readonly absences: readonly {
      readonly from: string;
      readonly to: string;
      readonly reason: string;
      readonly note?: string;
    }[];
  }[];
  readonly totals: {
    readonly expected: number;
    readonly present: number;
    readonly absent: number;
    readonly missing: number;
  };
}

describeWith(REAL_DATA)('real tickers over five years, from the simulator on Yahoo’s wire', () => {
  let folder = '';
  let store = '';
  let simulator: RunningSimulator;
  let undisturbed = '';
  let csv = '';
  let files: readonly string[] = [];
  /** Rows of the files that can be. */
  let valid = 0;

  const backfill = (...more: string[]): Promise<Finished> =>
    run('backfill', [
      ...[
        '--store',
        store,
        '--tickers',
        `@${folder}/tickers.txt`,
        '--start',
        '2013-02-08',
        '--end',
        '2018-02-07',
      ],
      ...['--workers', LONG_RUNS ? '8' : '2', '--provider-url', `yahoo=${simulator.url}`, ...more],
    ]);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-sp500-'));
    store = join(folder, 'store');
    // Files have it with a dot.
    const named = [...FORGOTTEN, ...EXPLAINED].map((ticker) => ticker.replace('-', '.'));
    files = await triedFiles(FOLDER, 8, named);
    csv = await mkdtemp(join(folder, 'csv-'));
    for (const file of files) await symlink(join(FOLDER, file), join(csv, file));
    const names = files.map((name) => name.replace('_data.csv', ''));
    await writeFile(join(folder, 'tickers.txt'), names.join('\n'));
    simulator = await startSimulate(folder, ['--from', csv, '--latency', '50ms']);
  });

  afterAll(async () => {
    await simulator.stop();
    await rm(folder, { recursive: true });
  });

  it('every valid row is stored, value for value, and nothing else', { timeout: TIMEOUT }, async () => {
    const { code, stderr } = await backfill();
    expect(stderr).toContain(`Fetched: ${files.length}  Errors: 0  Skipped: 0`);
    expect(stderr).toContain('Newly lost: 2 sessions of 2 tickers (AOS, CHD): rows came');
    expect(code).toBe(1);
    const compared = await compareWithCsv(csv, store);
    valid = compared?.valid;
    expect(compared).toEqual({ valid, stored: valid, notStored: 0, notInCsv: 0 });
    if (LONG_RUNS) expect(valid).toBe(VALID_BARS);
    else expect(valid).toBeGreaterThan(1000 * files.length);
    expect(await simulator.asked()).toHaveLength(files.length);
    undisturbed = await exportStore(store);
  });

  it('the same command again asks for nothing', { timeout: TIMEOUT }, async () => {
    const before = (await simulator.asked()).length;
    const { code, stderr } = await backfill();
    expect(stderr).toContain('Nothing to do');
    expect(code).toBe(0);
    expect(await simulator.asked()).toHaveLength(before);
  });

  it(
    'twenty forgotten sessions of five tickers are exactly what is fetched again',
    { timeout: TIMEOUT },
    async () => {
      const before = (await simulator.asked()).length;
      const range = ['--start', '2015-06-01', '--end', '2015-06-26'];
      const named = ['--store', store, '--yes', ...range];
      const forgot = await run('backfill', ['forget', FORGOTTEN.join(','), ...named]);
      expect(forgot.stderr).toMatch(/^Forgot 100 bars/);
      const since = new Date().toISOString();
      const plan = await backfill('--dry-run');
      expect(plan.stdout).toContain('BRK-B  1d  2015-06-01..2015-06-26       20        1');
      expect((await backfill()).code).toBe(0);
      expect((await simulator.asked()).slice(before).toSorted()).toEqual(FORGOTTEN);
      const fresh =
        await query(`SELECT ticker, count(*)::INT AS rows, min(ts)::DATE::TEXT AS first, max(ts)::DATE::TEXT AS last
      FROM ${bars(store)} WHERE fetched_at >= '${since}' GROUP BY ticker ORDER BY ticker`);
      expect(fresh).toEqual(
        FORGOTTEN.map((ticker) => ({ ticker, rows: 20, first: '2015-06-01', last: '2015-06-26' })),
      );
      expect(await exportStore(store)).toBe(undisturbed);
    },
  );

  it('--no-gaps fetches everything again and the store is equal', { timeout: TIMEOUT }, async () => {
    const before = (await simulator.asked()).length;
    expect((await backfill('--no-gaps')).code).toBe(0);
    expect(await simulator.asked()).toHaveLength(before + files.length);
    expect(await exportStore(store)).toBe(undisturbed);
  });

  it('check-data explains every hole', { timeout: TIMEOUT }, async () => {
    const range = ['--start', '2013-02-08', '--end', '2018-02-07'];
    const { code, stdout } = await run('check-data', [
      '--store',
      store,
      ...range,
      '--json',
      '--fail-under',
      '99',
    ]);
    expect(code).toBe(0);
    const { series, totals } = JSON.parse(stdout) as Coverage;
    expect(totals).toMatchObject({ expected: files.length * 1259, present: valid, missing: 0 });
    const holes = (ticker: string): string[] =>
      series
        .filter((one) => one.ticker === ticker)
        .flatMap(({ absences }) => absences.map(({ from, to, reason }) => `${reason} ${from}..${to}`));
    expect(holes('BMY')).toEqual([
      'vendor-empty 2013-04-26..2013-04-26',
      'vendor-empty 2013-06-07..2013-06-07',
    ]);
    expect(holes('ORCL')).toEqual(['vendor-empty 2013-07-15..2013-07-16']);
    expect(holes('ICE').join()).toContain('vendor-empty');
    expect(holes('APTV')).toEqual(['pre-listing 2013-02-08..2017-12-04']);
    // A high below its low, and an open at half of both; opens and closes a little outside, as SPG's, are stored.
    expect(holes('AOS')).toEqual(['rejected 2014-05-19..2014-05-19']);
    expect(holes('CHD')).toEqual(['rejected 2014-05-19..2014-05-19']);
    expect(holes('SPG')).toEqual([]);
    expect(holes('REGN')).toEqual(['vendor-empty 2015-06-09..2015-06-09']);
    const reasons = new Set(series.flatMap(({ absences }) => absences.map(({ reason }) => reason)));
    expect([...reasons].toSorted()).toEqual(['pre-listing', 'rejected', 'vendor-empty']);
    const text = await run('check-data', ['--store', store, ...range, '--tickers', 'AOS,CHD']);
    expect(text.stdout).toContain('high 23.595 is below low 23.85');
    expect(text.stdout).toContain('open 18.77 is below low 33.695');
  });
});
