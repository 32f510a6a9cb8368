import { readdir } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sampled } from '../needs.ts';
import { beginReached, SECRET, ask, before, content, folder, store } from './reached-store.ts';

beginReached();

const BARS = 'bars/interval=1d/ticker=AAPL/period=all/bars.parquet';

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
  it.each(sampled(WAYS, 2, 'ways'))('%s is refused in one line', async (_, text) => {
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
    const tried = sampled(names, 4, 'table functions');
    for (const name of tried) {
      const said = await ask(`FROM ${name}('${folder}/nothing')`).then(
        () => '',
        ({ message }: Error) => message,
      );
      if (!said.includes('is not open to it')) open.push(name);
    }
    expect(names.length).toBeGreaterThan(80);
    const meant = [
      ...['adjusted_bars', 'duckdb_columns', 'duckdb_functions', 'duckdb_keywords', 'duckdb_settings'],
      ...['duckdb_types', 'duckdb_views', 'generate_series', 'histogram', 'histogram_values'],
      ...['icu_calendar_names', 'json_each', 'json_tree', 'pg_timezone_names', 'pragma_show'],
      ...['pragma_table_info', 'pragma_version', 'query_table', 'range', 'repeat', 'repeat_row', 'summary'],
      'unnest',
    ];
    expect(names).toEqual(expect.arrayContaining(meant));
    expect(open).toEqual(meant.filter((name) => tried.includes(name)));
    expect(open).not.toEqual([]);
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
