import { mkdir, mkdtemp, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHistory } from '../../src/library/open-history.ts';
import { openStore } from '../../src/store/open.ts';
import type { SqlValue } from '../../src/store/sql.ts';
import { coverage, daily, days, update } from '../store/fixtures.ts';
import { tellActions } from '../store/told-actions.ts';

const SECRET = 'nobody-reads-this';
const BARS = 'bars/interval=1d/ticker=AAPL/period=all/bars.parquet';

let folder = '';
let store = '';
let before: Map<string, string>;

async function ask(sql: string, at = store): Promise<(readonly SqlValue[])[]> {
  return openHistory({ store: at }).query(sql, async ({ blocks }) => {
    const rows = [];
    for await (const block of blocks()) rows.push(...block);
    return rows;
  });
}

/** Every file below the folder with its content. */
async function content(): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(paths.toSorted().map(async (path) => [path, await readFile(path, 'latin1')] as const)),
  );
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-reach-'));
  store = join(folder, 'store');
  const week = ['2026-02-23', '2026-02-24', '2026-02-25', '2026-02-26', '2026-02-27'];
  const learned = coverage({ present: [days('2026-02-23', '2026-02-28')] });
  const bars = week.map((day, i) => daily(day, { close: 100 + i / 10 }));
  for (const ticker of ['AAPL', 'MSFT'])
    await openStore(store).upsert(update(bars, { series: { ticker, interval: '1d' }, learned }));
  const split = { kind: 'split', exDay: 20_500, ratio: 2 } as const;
  for (const [ticker, actions] of [
    ['AAPL', [split]],
    ['MSFT', []],
  ] as const)
    await tellActions(openStore(store), ticker, actions, days('2026-02-20', '2026-03-01'), 'sample', 0);
  await mkdir(join(folder, 'outside'));
  for (const name of ['secret.txt', 'secret.csv', 'secret.json', 'schema.sql', 'load.sql'])
    await writeFile(join(folder, 'outside', name), `a,b\n${SECRET},1\n`);
  await writeFile(join(store, 'own.txt'), SECRET);
  // Links that somebody left in the store.
  await symlink(join(folder, 'outside'), join(store, 'out'));
  await symlink(join(folder, 'outside'), join(store, 'bars', 'out'));
  await symlink(join(folder, 'outside', 'secret.txt'), join(store, 'bars', 'secret.txt'));
  before = await content();
});
afterAll(() => rm(folder, { recursive: true }));

/** What a query could be talked into; `OUT` is a folder beside the store, `STORE` the store. */
const WAYS: readonly (readonly [string, string])[] = [
  // Other files, by every function that reads one.
  ...['read_text', 'read_blob', 'read_csv', 'read_csv_auto', 'sniff_csv', 'glob', 'read_duckdb'].map(
    (name) => [name, `SELECT * FROM ${name}('OUT/secret.txt')`] as const,
  ),
  ...['read_json', 'read_json_auto', 'read_ndjson', 'read_json_objects', 'read_ndjson_objects'].map(
    (name) => [name, `SELECT * FROM ${name}('OUT/secret.json')`] as const,
  ),
  ...['read_parquet', 'parquet_scan', 'parquet_metadata', 'parquet_schema', 'parquet_kv_metadata'].map(
    (name) => [name, `SELECT * FROM ${name}('OUT/secret.txt')`] as const,
  ),
  ['/etc/passwd', "SELECT * FROM read_text('/etc/passwd')"],
  ['the environment', "SELECT * FROM read_blob('/proc/self/environ')"],
  ['names on the disk', "SELECT * FROM glob('/etc/*')"],
  ['names in the store', "SELECT * FROM glob('STORE/**')"],
  ['an address', "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')"],
  ['a bucket', "FROM 's3://bucket/x.parquet'"],
  ['a file of the store that is no data', "SELECT * FROM read_text('STORE/own.txt')"],
  ['up and out', "SELECT * FROM read_text('STORE/bars/../../outside/secret.txt')"],
  ['up from a file', `SELECT * FROM read_text('STORE/${BARS}/../../../../../../outside/secret.txt')`],
  ['a link in the store', "SELECT * FROM read_text('STORE/out/secret.txt')"],
  ['a link beside the bars', "SELECT * FROM read_text('STORE/bars/out/secret.txt')"],
  ['a link to a file', "SELECT * FROM read_text('STORE/bars/secret.txt')"],
  ['a file for a table', "FROM 'OUT/secret.csv'"],
  ['a file for a table, unquoted kind', 'SELECT * FROM "OUT/secret.json"'],
  ['a link for a table', "FROM 'STORE/bars/out/secret.csv'"],
  ['a file by a table’s name', "FROM query_table('OUT/secret.csv')"],
  ['a file to describe', "DESCRIBE SELECT * FROM read_csv('OUT/secret.csv')"],
  ['a file to summarize', "SUMMARIZE 'OUT/secret.csv'"],
  ['a file in a subquery', "SELECT (SELECT content FROM read_text('OUT/secret.txt'))"],
  ['a file in a CTE', "WITH x AS (FROM read_text('OUT/secret.txt')) SELECT * FROM x, bars"],
  ['a file behind a schema', "FROM system.main.read_text('OUT/secret.txt')"],
  ['a file in capitals', 'FROM "READ_TEXT"(\'OUT/secret.txt\')'],
  ['SQL in a text', "FROM query('FROM read_text(''OUT/secret.txt'')')"],
  [
    'serialized SQL',
    "FROM json_execute_serialized_sql(json_serialize_sql('FROM read_text(''OUT/secret.txt'')'))",
  ],
  ['the environment by a function', "SELECT getenv('HOME')"],
  // Writing.
  ['COPY', "COPY bars TO 'OUT/x.csv'"],
  ['COPY into the store', `COPY (SELECT 1) TO 'STORE/${BARS}'`],
  ['COPY of a query', "COPY (FROM bars) TO 'OUT/x.parquet' (FORMAT parquet)"],
  ['COPY FROM', "COPY bars FROM 'OUT/secret.csv'"],
  ['EXPLAIN ANALYZE COPY', "EXPLAIN ANALYZE COPY bars TO 'OUT/x.csv'"],
  [
    'EXPLAIN ANALYZE COPY in a comment’s shade',
    "EXPLAIN /* /* */ SELECT 1 -- */ ANALYZE COPY (SELECT 1) TO 'STORE/bars/interval=1d/ticker=AAPL/period=all/bars.parquet'",
  ],
  ['EXPLAIN (ANALYZE) COPY', "EXPLAIN (ANALYZE, FORMAT json) COPY bars TO 'OUT/x.csv'"],
  ['EXPORT DATABASE', "EXPORT DATABASE 'OUT/x'"],
  ['IMPORT DATABASE', "IMPORT DATABASE 'OUT'"],
  ['PRAGMA import_database', "PRAGMA import_database('OUT')"],
  ['a log', "FROM enable_logging(storage = 'file', storage_path = 'OUT/log')"],
  ['a log in the store', `FROM enable_logging(storage = 'file', storage_path = 'STORE/${BARS}')`],
  ['a profile', "FROM enable_profiling(save_location = 'OUT/profile.json')"],
  [
    'a log in a subquery',
    "SELECT (SELECT count(*) FROM enable_logging(storage = 'file', storage_path = 'OUT/log'))",
  ],
  ['CREATE', 'CREATE TABLE t AS FROM bars'],
  ['CREATE VIEW', "CREATE OR REPLACE VIEW bars AS FROM read_text('OUT/secret.txt')"],
  ['CREATE MACRO', "CREATE MACRO f() AS TABLE FROM read_text('OUT/secret.txt')"],
  ['CREATE SECRET', 'CREATE SECRET (TYPE http)'],
  ['INSERT', 'INSERT INTO bars SELECT * FROM bars'],
  ['UPDATE', 'UPDATE bars SET close = 0'],
  ['DELETE', 'DELETE FROM bars'],
  ['MERGE', 'MERGE INTO bars USING actions ON true WHEN MATCHED THEN DELETE'],
  ['TRUNCATE', 'TRUNCATE bars'],
  ['DROP', 'DROP VIEW bars'],
  ['ALTER', 'ALTER VIEW bars RENAME TO b'],
  ['INSERT in a CTE', 'WITH x AS (DELETE FROM bars RETURNING *) FROM x'],
  // Other databases, extensions, settings.
  ['ATTACH', "ATTACH 'OUT/x.db'"],
  ['ATTACH in memory', "ATTACH ':memory:' AS m"],
  ['DETACH', 'DETACH memory'],
  ['USE', 'USE system'],
  ['INSTALL', 'INSTALL httpfs'],
  ['LOAD', 'LOAD parquet'],
  ['LOAD of a path', "LOAD 'OUT/x.duckdb_extension'"],
  ['UPDATE EXTENSIONS', 'UPDATE EXTENSIONS'],
  ['SET', 'SET enable_external_access = true'],
  ['SET GLOBAL', "SET GLOBAL allowed_directories = ['/']"],
  ['RESET', 'RESET enable_external_access'],
  ['SET VARIABLE', "SET VARIABLE sound_bars = ['OUT/secret.txt']"],
  ['PRAGMA', 'PRAGMA enable_external_access = true'],
  ['PRAGMA that only tells', 'PRAGMA database_list'],
  ['CALL', "CALL enable_logging(storage = 'file', storage_path = 'OUT/log')"],
  ['CALL that only tells', 'CALL pragma_version()'],
  ['PREPARE', "PREPARE p AS FROM read_text('OUT/secret.txt')"],
  ['EXECUTE', 'EXECUTE p'],
  ['BEGIN', 'BEGIN'],
  ['CHECKPOINT', 'CHECKPOINT'],
  ['VACUUM', 'VACUUM'],
  // Several at once.
  ['a second statement', "SELECT 1; COPY bars TO 'OUT/x.csv'"],
  ['a first statement', 'SET threads = 1; SELECT 1'],
  ['two SELECTs', 'SELECT 1; SELECT 2'],
  ['a second statement behind a comment', "SELECT 1; -- done\nATTACH 'OUT/x.db'"],
  ['a NUL', "SELECT 1 \0; COPY bars TO 'OUT/x.csv'"],
];

describe('a query reads the store and nothing else', () => {
  it.each(WAYS)('%s is refused in one line', async (_, text) => {
    const sql = text.replaceAll('OUT', join(folder, 'outside')).replaceAll('STORE', store);
    const error = await ask(sql).then(
      (rows) => ({ rows }),
      (thrown: unknown) => thrown as Error,
    );
    expect(error).toMatchObject({ code: 'usage', message: expect.stringMatching(/^[^\n]+$/) });
    expect(error).not.toMatchObject({ message: expect.stringContaining(SECRET) });
    expect(await content()).toEqual(before);
  });

  it('has no table function open to it but those that read no file and run no text', async () => {
    const names = (
      await ask("SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type LIKE 'table%'")
    )
      .map(([name]) => name as string)
      .toSorted();
    const open: string[] = [];
    for (const name of names) {
      const said = await ask(`FROM ${name}('${folder}/nothing')`).then(
        () => '',
        ({ message }: Error) => message,
      );
      if (!said.includes('is not open to it')) open.push(name);
    }
    expect(names.length).toBeGreaterThan(80);
    expect(open).toEqual([
      ...['adjusted_bars', 'duckdb_columns', 'duckdb_functions', 'duckdb_keywords', 'duckdb_settings'],
      ...['duckdb_types', 'duckdb_views', 'generate_series', 'histogram', 'histogram_values'],
      ...['icu_calendar_names', 'json_each', 'json_tree', 'pg_timezone_names', 'pragma_show'],
      ...['pragma_table_info', 'pragma_version', 'query_table', 'range', 'repeat', 'repeat_row', 'summary'],
      'unnest',
    ]);
  });

  it('leaves nothing in the home or the folder for temporary files', async () => {
    const left = async (): Promise<string[]> =>
      [...(await readdir(tmpdir())), ...(await readdir(homedir()))].filter((name) =>
        /^backfill-query-|^\.duckdb/.test(name),
      );
    const at = await left();
    await ask('FROM bars ORDER BY close');
    expect(await left()).toEqual(at);
  });
});

describe('a query that is one still works', () => {
  it.each([
    ['SELECT', 'SELECT count(*) FROM bars', 10],
    ['a semicolon and a comment at the end', 'SELECT count(*) FROM bars; -- all', 10],
    ['FROM first', 'FROM bars SELECT count(*)', 10],
    ['a CTE', 'WITH x AS (SELECT * FROM bars) SELECT count(*) FROM x', 10],
    [
      'a recursive CTE',
      'WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 10) SELECT max(n) FROM t',
      10,
    ],
    [
      'a window',
      'SELECT count(*) FROM (SELECT lag(close) OVER (PARTITION BY ticker ORDER BY ts) FROM bars)',
      10,
    ],
    [
      'QUALIFY',
      'SELECT sum(n) FROM (SELECT 5 AS n FROM bars QUALIFY row_number() OVER (PARTITION BY ticker ORDER BY ts) = 1)',
      10,
    ],
    [
      'an ASOF join',
      'SELECT count(*) FROM bars AS a ASOF JOIN bars AS b ON a.ticker = b.ticker AND a.ts >= b.ts',
      10,
    ],
    [
      'a PIVOT with its values',
      "SELECT count(*) * 2 FROM (PIVOT (SELECT ts, ticker, close FROM bars) ON ticker IN ('AAPL', 'MSFT') USING max(close))",
      10,
    ],
    ['a lateral join', 'SELECT count(*) FROM bars, LATERAL (SELECT close * 2)', 10],
    ['a list', 'SELECT count(*) FROM (SELECT unnest([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))', 10],
    ['a series', 'SELECT count(*) FROM generate_series(1, 10)', 10],
    ['adjusted_bars', "SELECT count(*) FROM adjusted_bars(mode := 'splits')", 10],
    [
      'every view',
      'SELECT (SELECT count(*) FROM bars_adjusted) + 0 * ((SELECT count(*) FROM actions) + (SELECT count(*) FROM coverage) + (SELECT count(*) FROM revisions))',
      10,
    ],
    ['a word of another statement in a text', "SELECT count(*) FROM bars WHERE 'COPY; ATTACH' <> source", 10],
  ])('%s', async (_, sql, count) => {
    expect((await ask(sql)).map(([n]) => Number(n))).toEqual([count]);
  });

  it.each([
    'DESCRIBE bars',
    'SUMMARIZE bars',
    'SUMMARIZE SELECT close FROM bars',
    'SHOW TABLES',
    'TABLE bars',
    'EXPLAIN SELECT * FROM bars',
    '-- why slow?\nexplain analyze SELECT * FROM bars;',
    'EXPLAIN (FORMAT json) SELECT * FROM bars',
    'EXPLAIN (SELECT 1)',
    'FROM information_schema.tables',
  ])('%s', async (sql) => {
    expect((await ask(sql)).length).toBeGreaterThan(0);
  });

  it('of more than fits into memory at once uses the disk, and removes what it wrote', async () => {
    const spilled = async (): Promise<string[]> =>
      (await readdir(tmpdir())).filter((name) => name.startsWith('backfill-query-'));
    const sql = "SELECT count(DISTINCT i || repeat('x', 300)) FROM range(3500000) AS t(i)";
    let isSpilling = false;
    const watch = setInterval(() => {
      void spilled().then(({ length }) => (isSpilling ||= length > 0));
    }, 20);
    const counted = await ask(sql);
    clearInterval(watch);
    expect([counted, isSpilling]).toEqual([[[3_500_000]], true]);
    expect(await spilled()).toEqual([]);
  });

  it('of a store behind a link, and of a series that lies on another disk', async () => {
    const link = join(folder, 'linked');
    await symlink(store, link);
    expect(await ask('SELECT count(*) FROM bars', link)).toEqual([[10]]);
    const series = join(store, 'bars/interval=1d/ticker=MSFT');
    await rename(series, join(folder, 'elsewhere'));
    await symlink(join(folder, 'elsewhere'), series);
    expect(await ask('SELECT count(*) FROM bars')).toEqual([[10]]);
    await rm(series);
    await rename(join(folder, 'elsewhere'), series);
    await rm(link);
  });
});

it('a script of the views gives a DuckDB of one’s own what a query gives', async () => {
  const { sql } = await openHistory({ store }).views();
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(sql);
  for (const view of ['bars', 'bars_adjusted', 'actions', 'coverage', 'revisions']) {
    const order = `SELECT md5(string_agg(r::VARCHAR, '|' ORDER BY r::VARCHAR)), count(*)::VARCHAR FROM (FROM ${view}) AS r`;
    const own = (await connection.runAndReadAll(order)).getRows();
    expect(own, view).toEqual(await ask(order));
  }
  connection.closeSync();
});
