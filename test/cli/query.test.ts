import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { built, type Finished } from '../acceptance/programs.ts';
import { run } from './one-process.ts';

let folder = '';
const backfill = (...args: string[]): Promise<Finished> => run('backfill', args, folder);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-cli-query-'));
  const range = ['--start', '2026-02-02', '--end', '2026-02-27', '--now', '2026-03-02T23:00:00Z'];
  await backfill('--provider', 'sample', '--tickers', 'ALFA,KUMO.T', ...range, '--quiet');
});
afterAll(() => rm(folder, { recursive: true }));

const COUNT = 'SELECT ticker, count(*) AS n FROM bars GROUP BY 1 ORDER BY 1';

const BARS =
  'bars has interval, ticker, period, ts, open, high, low, close, volume, vwap, trades, source, fetched_at, is_final, outside_range';

describe('backfill query', () => {
  it('prints CSV where stdout is no terminal, and other formats when asked', async () => {
    expect(await backfill('query', COUNT)).toEqual({
      code: 0,
      stderr: '',
      stdout: 'ticker,n\nALFA,19\nKUMO.T,18\n',
    });
    const format = async (name: string): Promise<string> =>
      (await backfill('query', COUNT, '--format', name)).stdout;
    expect(await format('table')).toBe('ticker  n\nALFA   19\nKUMO.T 18\n');
    expect(await format('ndjson')).toBe('{"ticker":"ALFA","n":19}\n{"ticker":"KUMO.T","n":18}\n');
    expect(JSON.parse(await format('json'))).toEqual([
      { ticker: 'ALFA', n: 19 },
      { ticker: 'KUMO.T', n: 18 },
    ]);
    expect((await backfill('query', 'FROM bars WHERE false', '--format', 'json')).stdout).toBe('[]\n');
  });

  it.each([
    ['table', 'ticker n n_1\nALFA   1   2\n'],
    ['csv', 'ticker,n,n_1\nALFA,1,2\n'],
    ['ndjson', '{"ticker":"ALFA","n":1,"n_1":2}\n'],
    ['json', '[\n{"ticker":"ALFA","n":1,"n_1":2}\n]\n'],
  ])('loses nothing of two columns of one name as %s', async (format, stdout) => {
    const sql = "SELECT DISTINCT ticker, 1 AS n, 2 AS n FROM bars WHERE ticker = 'ALFA'";
    expect(await backfill('query', sql, '--format', format)).toEqual({ code: 0, stdout, stderr: '' });
  });

  it('says what is infinite or no number in the same words, of whatever kind and in every format', async () => {
    const times = ['date', 'timestamp', 'timestamptz', 'timestamp_s', 'timestamp_ms', 'timestamp_ns'];
    const kinds = ['double', 'float', ...times];
    const both = (kind: string): string => `['infinity'::${kind}, '-infinity'::${kind}] AS ${kind}s`;
    const cells = kinds.map((kind) => `'infinity'::${kind} AS a_${kind}, '-infinity'::${kind} AS b_${kind}`);
    const sql = `SELECT ${[...cells, ...kinds.map(both), "'nan'::double AS n, ['nan'::float] AS ns, NULL AS o"].join(', ')}`;
    const inf = ['Infinity', '-Infinity'];
    const said = [...kinds.flatMap(() => inf), ...kinds.map(() => inf), 'NaN', ['NaN'], null];
    const print = async (format: string): Promise<string> =>
      (await backfill('query', sql, '--format', format)).stdout;
    expect(Object.values(JSON.parse(await print('ndjson')) as object)).toEqual(said);
    const [row = {}] = JSON.parse(await print('json')) as object[];
    expect(Object.values(row)).toEqual(said);
    const asText = said.map((value) => (Array.isArray(value) ? JSON.stringify(value) : (value ?? '')));
    const inCsv = asText.map((text) => (text.includes('"') ? `"${text.replaceAll('"', '""')}"` : text));
    expect((await print('csv')).split('\n')[1]).toBe(inCsv.join(','));
    const narrow = "SELECT '-inf'::double AS a, 'infinity'::date AS b, ['nan'::float] AS c";
    const table = (await backfill('query', narrow, '--format', 'table')).stdout;
    expect(table.split('\n')[1]).toBe('-Infinity Infinity ["NaN"]');
    // As JSON has no other way to say it, it can be read back.
    const back = kinds.map((kind) => `'Infinity'::${kind} = 'infinity'::${kind} AS ${kind}s`);
    expect(
      Object.values(
        JSON.parse(
          (await backfill('query', `SELECT ${back.join(', ')}`, '--format', 'ndjson')).stdout,
        ) as object,
      ),
    ).toEqual(kinds.map(() => true));
    const finite = "SELECT '5881580-07-10'::date AS d, 1e308 AS n, '2024-01-02'::timestamp AS t";
    expect((await backfill('query', finite)).stdout).toBe(
      'd,n,t\n5881580-07-10,1e+308,2024-01-02 00:00:00\n',
    );
  });

  it('says of tickers that no store writes so how a store does', async () => {
    const asked = "SELECT count(*) AS n FROM bars WHERE ticker = 'alfa' OR ticker IN ('KUMO.T', 'BRK.B')";
    expect(await backfill('query', asked)).toEqual({
      code: 0,
      stdout: 'n\n18\n',
      stderr:
        "no ticker is stored as 'alfa'; it is 'ALFA' in a store\nno ticker is stored as 'BRK.B'; it is 'BRK-B' in a store\n",
    });
    const right = "FROM bars WHERE ticker = 'ALFA' AND source <> 'brk.b' AND ticker <> 'no name'";
    expect((await backfill('query', right)).stderr).toBe('');
  });

  it('reads the query from stdin for a dash', () => {
    const args = [built('backfill'), 'query', '-'];
    const { stdout } = spawnSync(process.execPath, args, { cwd: folder, input: COUNT, encoding: 'utf8' });
    expect(stdout).toBe('ticker,n\nALFA,19\nKUMO.T,18\n');
  });

  it('leaves out what cannot be adjusted, by name, as an export does, only where that is asked', async () => {
    const adjusted = ['--adjust', 'all', '--as-of', '2026-12-01'];
    const exported = await backfill('export', ...adjusted);
    const reasons = exported.stderr.split('\n').filter((line) => line.startsWith('left out: '));
    expect(reasons).toEqual([
      expect.stringMatching(/^left out: ALFA 1d cannot be adjusted: nobody has answered /),
      expect.stringMatching(/^left out: KUMO.T 1d cannot be adjusted: nobody has answered /),
    ]);
    const asked = await backfill('query', 'SELECT count(*) FROM bars_adjusted', ...adjusted);
    expect(asked).toEqual({ code: 1, stdout: 'count_star()\n0\n', stderr: `${reasons.join('\n')}\n` });
    expect((await backfill('query', COUNT)).stderr).toBe('');
    const elsewhere = await backfill('query', 'FROM bars_adjusted', ...adjusted, '--store', 'data');
    expect(elsewhere.stderr).toContain('; run backfill --store data --provider sample --tickers ALFA ');
  });

  it('writes the views for the DuckDB shell', async () => {
    expect(await backfill('query', '--write-sql', 'views.sql')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await readFile(join(folder, 'views.sql'), 'utf8')).toContain(
      'CREATE OR REPLACE VIEW bars_adjusted',
    );
  });

  it.each([
    [['query'], 'query needs one SELECT'],
    [['query', 'SELEC'], 'Parser Error: syntax error'],
    [['query', "COPY bars TO 'x.csv'"], 'only SELECT is run'],
    [['query', 'SELECT nope FROM bars'], `there is no column "nope". ${BARS}\n`],
    [['query', 'SELECT tiker FROM bars'], `there is no column "tiker"; did you mean ticker? ${BARS}\n`],
    [
      ['query', 'SELECT b.clos FROM bars b JOIN actions USING (ticker)'],
      'there is no column "clos"; did you mean close? actions has ex_date, kind, value, ',
    ],
    [
      ['query', 'WITH w AS (SELECT close AS last FROM bars) SELECT lst FROM w'],
      `there is no column "lst"; did you mean last? ${BARS}; the query itself has last\n`,
    ],
    [
      ['query', 'SELECT nope FROM adjusted_bars()'],
      'there is no column "nope". bars_adjusted has interval, ticker, period, session, ts, ',
    ],
    [
      ['query', 'SELECT * FROM barz'],
      'there is no table "barz"; did you mean bars? There are actions, bars, bars_adjusted, coverage, revisions\n',
    ],
    [['query', 'SELECT 1 FROM anything'], 'there is no table "anything". There are actions, bars, '],
    [['query', 'SELECT x.close FROM bars'], 'Binder Error: Referenced table "x" not found!'],
    [
      ['query', '--write-sql', 'no/views.sql'],
      'no/views.sql cannot be written: there is no such folder; make it first',
    ],
    [['export', '--out', 'no/x.csv'], 'no/x.csv cannot be written: there is no such folder; make it first'],
    [['query', 'FROM bars', '--as-of', 'today'], '"today" is not a date'],
    [['export', '--format', 'parquet'], '--format parquet needs --out FILE'],
    [['export', '--interval', '1d,1h'], 'export takes one interval'],
    [
      ['export', '--start', '2026-02-02', '--end', '2026-02-01'],
      '--start 2026-02-02 is after --end 2026-02-01',
    ],
  ])('%s: one line, exit 2', async (args, message) => {
    const { code, stdout, stderr } = await backfill(...args);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect([code, stdout]).toEqual([2, '']);
  });
});

describe('backfill export', () => {
  it('prints CSV, and ends with 1 if it left a ticker out', async () => {
    const { code, stdout, stderr } = await backfill(
      'export',
      '--tickers',
      'ALFA,NOPE',
      '--start',
      '2026-02-26',
    );
    expect(stdout.split('\n').map((line) => line.split(',').slice(0, 2).join())).toEqual([
      'ticker,ts',
      'ALFA,2026-02-26',
      'ALFA,2026-02-27',
      '',
    ]);
    expect(stderr).toBe('left out: NOPE 1d is not in the store\nExported 2 bars of 1 series.\n');
    expect(code).toBe(1);
  });
});

describe('an adjustment of a query of other views', () => {
  it.each([
    ['--adjust', 'splits'],
    ['--adjust', 'none'],
    ['--as-of', '2026-02-20'],
  ])('%s %s is refused, as its prices would not be those', async (option, value) => {
    expect(await backfill('query', COUNT, option, value)).toEqual({
      code: 2,
      stdout: '',
      stderr: `backfill: ${option} has no effect on this query; it belongs to one of bars_adjusted\n`,
    });
  });

  it('is done where it has an effect, also in the views that are written', async () => {
    const sql = COUNT.replace('FROM bars', 'FROM BARS_adjusted');
    expect(await backfill('query', sql, '--adjust', 'none')).toMatchObject({ code: 0, stderr: '' });
    const views = ['--write-sql', 'views.sql', '--adjust', 'none'];
    expect(await backfill('query', COUNT, ...views)).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('a damaged file', () => {
  let store = '';
  const path = 'bars/interval=1d/ticker=KUMO.T/period=all/bars.parquet';
  beforeAll(async () => {
    store = join(folder, 'damaged');
    await cp(join(folder, 'data'), store, { recursive: true });
    await truncate(join(store, path), 100);
  });

  it('is named by check-data, query and export, which do the rest and exit 1', async () => {
    const checked = await run('check-data', ['--store', store, '--now', '2026-03-02T23:00:00Z'], folder);
    expect(checked.stdout).toMatch(/^Series: 2 {2}Complete: 1 {2}Damaged: 1 /m);
    expect(checked.code).toBe(1);
    const leftOut = expect.stringMatching(new RegExp(`^left out: ${path}: .+\n`));
    const asked = await backfill('query', COUNT, '--store', store);
    expect(asked).toEqual({ code: 1, stdout: 'ticker,n\nALFA,19\n', stderr: leftOut });
    const script = await backfill('query', '--write-sql', 'damaged.sql', '--store', store);
    expect(script).toEqual({ code: 1, stdout: '', stderr: leftOut });
    const { code, stderr } = await backfill('export', '--store', store, '--out', 'out.csv');
    expect([code, stderr]).toEqual([1, leftOut]);
    expect(stderr).toContain('Exported 19 bars of 1 series.');
  });

  it('is below every --fail-under', async () => {
    const { code, stderr } = await run('check-data', ['--store', store, '--fail-under', '0'], folder);
    expect([code, stderr.includes('cannot be read')]).toEqual([4, true]);
  });
});
