import { describe, expect, it } from 'vitest';
import { type SqlValue, withSelect } from '../../src/store/sql.ts';

const run = (sql: string): Promise<(readonly SqlValue[])[]> =>
  withSelect({ sql: 'CREATE VIEW one AS SELECT 1 AS a', files: '[]' }, sql, async ({ blocks }) => {
    const rows = [];
    for await (const block of blocks()) rows.push(...block);
    return rows;
  });

describe('a query', () => {
  it.each([
    'SELECT a FROM one',
    'FROM one',
    'WITH x AS (FROM one) FROM x',
    '-- why\nSELECT 1;',
    'VALUES (1)',
  ])('%s is run', async (sql) => {
    expect(await run(sql)).toEqual([[1]]);
  });

  it.each(['DESCRIBE one', 'SUMMARIZE one', 'SHOW TABLES'])('%s is run too', async (sql) => {
    expect(await run(sql)).not.toEqual([]);
  });

  it.each([
    ["COPY one TO '/tmp/never.csv'", 'kind COPY'],
    ["ATTACH '/tmp/never.db'", 'kind ATTACH'],
    ['SET threads = 4', 'kind SET'],
    ['CREATE TABLE t AS SELECT 1', 'kind CREATE'],
    ["EXPLAIN ANALYZE COPY one TO '/tmp/never.csv'", 'kind EXPLAIN'],
    ["EXPORT DATABASE '/tmp/never'", 'kind EXPORT'],
    ["SELECT 1; COPY one TO '/tmp/never.csv'", '2 statements'],
    ['', 'empty'],
    ['-- nothing\n ;', 'empty'],
    ['/* nothing */', 'empty'],
    [`${'-'.repeat(200)} nothing`, 'empty'],
    ['SELEC 1', 'Parser Error: syntax error at or near "SELEC"'],
    ['SELECT nope FROM one', 'there is no column "nope". one has a'],
    ...['/etc/passwd', '/tmp/x.csv', 'X.parquet', 's3://bucket/x.parquet', 'x.json', 'x.db'].map((file) => [
      `FROM '${file}'`,
      `there is no table "${file}". There are one`,
    ]),
    ['SELECT * FROM one, "x.csv" AS y', 'there is no table "x.csv". There are one'],
    ["FROM query_table('/tmp/x.csv')", 'there is no table "/tmp/x.csv". There are one'],
    ["SELECT error('at the end') FROM one", 'at the end'],
  ])('%s is refused in one line', async (sql, message) => {
    const error = await run(sql).then(
      () => undefined,
      (thrown: unknown) => thrown as Error & { code: string },
    );
    expect(error).toMatchObject({ code: 'usage' });
    expect(error?.message).toContain(message);
    expect(error?.message).not.toContain('\n');
  });

  it('gives numbers, text, null, nested values, and whole numbers that JSON cannot hold as text', async () => {
    const sql = `SELECT 42::BIGINT, 1.50::DECIMAL(5, 2), 'x', NULL, [1, 2], TRUE, DATE '2026-01-02', 9007199254740993, 'nan'::DOUBLE, '12'`;
    expect(await run(sql)).toEqual([
      [42, 1.5, 'x', null, [1, 2], true, '2026-01-02', '9007199254740993', 'NaN', '12'],
    ]);
  });

  it('may have numbers beyond those of a double, and the words of them in texts', async () => {
    const text = String.raw`a\\"-Infinity": NaN`;
    expect(
      await run(`SELECT a, '${text}', "Infinity" FROM (SELECT a, 7 AS "Infinity" FROM one) WHERE a < 1e999`),
    ).toEqual([[1, text, 7]]);
    expect(await run('EXPLAIN (FORMAT json) SELECT a FROM one WHERE a > -1e309')).toHaveLength(1);
    await expect(run('FROM range(1e999)')).rejects.toMatchObject({ code: 'usage' });
  });

  const columnsOf = (sql: string): Promise<readonly string[]> =>
    withSelect({ sql: '', files: '[]' }, sql, async ({ columns }) => columns);

  it.each([
    ['1 AS a, 2 AS a', ['a', 'a_1']],
    ['1 AS a, 2 AS b, 3 AS a, 4 AS a', ['a', 'b', 'a_1', 'a_2']],
    ['1 AS a, 2 AS a, 3 AS a_1, 4 AS "A", 5 AS a', ['a', 'a_1', 'a_1_1', 'A_2', 'a_3']],
    ['1 AS a_1, 2 AS a, 3 AS a', ['a_1', 'a', 'a_2']],
    ['7, 7', ['7', '7_1']],
  ])('names the columns of SELECT %s apart as a subquery of DuckDB does', async (list, names) => {
    expect(await columnsOf(`SELECT ${list}`)).toEqual(names);
    expect(await columnsOf(`FROM (SELECT ${list})`)).toEqual(names);
  });

  it('gives all rows of many blocks', async () => {
    expect(await run('SELECT i FROM range(10000) AS t(i)')).toHaveLength(10_000);
  });
});
