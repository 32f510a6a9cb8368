import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../acceptance/programs.ts';
import { describeWith, PYTHON, PYTHON_PACKAGES } from '../needs.ts';
import { openDatabase } from './database.ts';
import { blockWith } from './blocks.ts';

/** Tickers that tools take for something else, if all tickers of a store look like it. */
const ALIKE: Readonly<Record<string, readonly string[]>> = {
  numbers: ['1970', '600519'],
  'numbers with leading zeros': ['000001', '007', '600519'],
  'numbers beyond 64 bits': ['00', '18446744073709551616', '9223372036854775808'],
  'numbers in other notations': ['0X10', '1.50', '1E5', '1_000', '2E308'],
  dates: ['2024-01-02', '2024/01/02', '20240102'],
  months: ['2024-01', '2024-02'],
  booleans: ['FALSE', 'TRUE'],
  'floats without a value': ['INF', 'INFINITY', 'NAN'],
  nulls: ['NA', 'NONE', 'NULL'],
};
const KINDS = Object.entries(ALIKE);

let folder = '';
const storeOf = (kind: string): string => join(folder, kind);

/** A store for each kind. Of the second day no trades are known. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-recipes-'));
  for (const [kind, tickers] of KINDS) {
    const rows = tickers.flatMap((ticker) => [
      `${ticker},2024-01-02,10,11,9,10.5,100,7`,
      `${ticker},2024-01-03,10.5,11,9,10.2,,`,
    ]);
    const header = 'ticker,date,open,high,low,close,volume,trades';
    await mkdir(join(storeOf(kind), 'csv'), { recursive: true });
    await writeFile(join(storeOf(kind), 'csv', 'prices.csv'), [header, ...rows, ''].join('\n'));
    const range = ['--start', '2024-01-02', '--end', '2024-01-03', '--now', '2024-01-05T00:00:00Z'];
    const from = ['--provider', 'csv', '--provider-url', 'csv=./csv', '--basis', 'raw', '--tickers', 'all'];
    const { code, stderr } = await run('backfill', [...from, ...range, '--state', 'state'], storeOf(kind));
    expect(stderr, `exit ${code}`).toSatisfy(() => code === 0);
  }
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

describeWith(PYTHON_PACKAGES)('the README’s recipe for', () => {
  /** Runs a recipe in the store of each kind for each of its tickers; gives the rows and the type of `trades`. */
  function barsBy(recipe: string): Record<string, unknown> {
    const program = `
import json, os, sys
known = lambda value: None if str(value) == '<NA>' else value
def bars_of(ticker):
    names = {}
    exec(${JSON.stringify(recipe)}.replace('"AAPL"', json.dumps(ticker)), names)
    bars = names['bars']
    rows = bars.to_dicts() if hasattr(bars, 'to_dicts') else bars.to_dict('records')
    told = [[row['interval'], row['ticker'], row['period'], row['close'], known(row['trades'])] for row in rows]
    return [told, str(bars['trades'].dtype)]
told = {}
for kind, tickers in json.load(sys.stdin).items():
    os.chdir(os.path.join(${JSON.stringify(folder)}, kind))
    told[kind] = [bars_of(ticker) for ticker in tickers]
print(json.dumps(told))
`;
    const input = JSON.stringify(ALIKE);
    const printed = execFileSync(PYTHON, ['-c', program], { input, encoding: 'utf8' });
    return JSON.parse(printed) as Record<string, unknown>;
  }

  const expected = Object.fromEntries(
    KINDS.map(([kind, tickers]) => [
      kind,
      tickers.map((ticker) => [
        [
          ['1d', ticker, 'all', 10.5, 7],
          ['1d', ticker, 'all', 10.2, null],
        ],
        'Int64',
      ]),
    ]),
  );

  it.each(['pandas', 'polars'])(
    '%s gives tickers that look like something else, and whole trades',
    (tool) => {
      expect(barsBy(blockWith('python', `import ${tool}`).text)).toEqual(expected);
    },
  );
});

describe.each(KINDS)('of tickers that are all %s', (kind, tickers) => {
  const names = tickers.map((ticker) => [ticker]);
  const inViews = `SELECT view, ticker, type FROM (
    SELECT DISTINCT 'bars' AS view, ticker, typeof(ticker) AS type FROM bars UNION ALL
    SELECT DISTINCT 'bars_adjusted', ticker, typeof(ticker) FROM bars_adjusted UNION ALL
    SELECT DISTINCT 'coverage', ticker, typeof(ticker) FROM coverage) ORDER BY view, ticker`;
  const ofViews = ['bars', 'bars_adjusted', 'coverage'].flatMap((view) =>
    tickers.map((ticker) => ({ view, ticker, type: 'VARCHAR' })),
  );

  it('the README’s recipe for DuckDB gives each as it is', async () => {
    const recipe = blockWith('sql', 'read_parquet').text.replace("'data/", `'${storeOf(kind)}/data/`);
    await using database = await openDatabase();
    for (const ticker of tickers) {
      const query = recipe.replace("'AAPL'", `'${ticker}'`);
      expect(await database.types(query)).toMatchObject({ ticker: 'VARCHAR', day: 'DATE' });
      expect(await database.rows(query)).toEqual([
        [ticker, '2024-01-02', 10.5],
        [ticker, '2024-01-03', 10.2],
      ]);
    }
  });

  it('a query gives each as it is', async () => {
    const query = ['query', inViews, '--adjust', 'none', '--format', 'json'];
    const { stdout } = await run('backfill', query, storeOf(kind));
    expect(JSON.parse(stdout)).toEqual(ofViews);
  });

  it('so do the views that are written for the DuckDB shell', async () => {
    await run('backfill', ['query', '--write-sql', 'views.sql', '--adjust', 'none'], storeOf(kind));
    await using database = await openDatabase(await readFile(join(storeOf(kind), 'views.sql'), 'utf8'));
    expect(await database.rows(inViews)).toEqual(ofViews.map(Object.values));
  });

  it('so does an export to Parquet', async () => {
    await run('backfill', ['export', '--format', 'parquet', '--out', 'all.parquet'], storeOf(kind));
    await using database = await openDatabase();
    const file = join(storeOf(kind), 'all.parquet');
    expect(await database.rows(`SELECT DISTINCT ticker FROM '${file}' ORDER BY ticker`)).toEqual(names);
  });
});
