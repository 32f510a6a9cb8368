import { readdir, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { openHistory } from '../../src/library/open-history.ts';
import { beginReached, ask, folder, store } from './reached-store.ts';
import { sampled } from '../needs.ts';

beginReached();

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

  it.each(
    sampled(
      [
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
      ] as const,
      2,
      'statements',
    ),
  )('%s', async (sql) => {
    expect((await ask(sql)).length).toBeGreaterThan(0);
  });

  it('of more than fits into memory at once uses the disk, and removes what it wrote', async () => {
    // A process that was killed leaves what it wrote.
    const before = new Set(await readdir(tmpdir()));
    const spilled = async (): Promise<string[]> =>
      (await readdir(tmpdir())).filter((name) => name.startsWith('backfill-query-') && !before.has(name));
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
