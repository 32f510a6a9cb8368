import { copyFile, mkdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { inDuckDB } from './in-duckdb.ts';
import {
  beginWithThree,
  actions,
  at,
  countBy,
  daily,
  damagedRevisions,
  exported,
  history,
  query,
  report,
} from './three-series.ts';
import { sampled } from '../needs.ts';

beginWithThree();

const KINDS: readonly (readonly [string, (path: string) => Promise<unknown>])[] = [
  ['cut short', (path) => truncate(path, 300)],
  ['cut at its end', async (path) => truncate(path, (await readFile(path)).length - 3)],
  ['empty', (path) => truncate(path, 0)],
  ['garbage', (path) => writeFile(path, Buffer.alloc(5000, 'PAR1 is what it says'))],
  ['text', (path) => writeFile(path, 'date,close\n2026-01-02,1\n')],
  [
    'a folder',
    async (path) => {
      await rm(path);
      await mkdir(path);
    },
  ],
  ['another series', (path) => copyFile(at(daily('ALFA')), path)],
  ['a Parquet file of other columns', (path) => inDuckDB(`COPY (SELECT 1 AS a) TO '${path}'`, 'SELECT 1')],
];

describe.each(sampled(KINDS, 2, 'kinds'))('a file of bars that is %s', (_, damage) => {
  beforeEach(() => damage(at(daily('BRIQ'))));

  it('makes its series a damaged one in the report', async () => {
    const lines = await report();
    expect(lines.at(-2)).toMatch(/^Series: 4 {2}Complete: 3 {2}Damaged: 1 /);
    expect(lines.filter((line) => line.startsWith(`unreadable: ${daily('BRIQ')}: `))).toHaveLength(1);
    expect((await report({ tickers: ['ALFA'] })).at(-2)).toMatch(/^Series: 1 {2}Complete: 1 {2}Expected/);
  });

  it('is left out of queries, by name', async () => {
    const { rows, leftOut } = await query(
      'SELECT ticker, interval, count(*) FROM bars GROUP BY ALL ORDER BY ALL',
    );
    expect(rows).toEqual([
      ['ALFA', '1d', 27],
      ['BRIQ', '1h', 186],
      ['NYXA', '1d', 27],
    ]);
    expect(leftOut).toEqual([daily('BRIQ')]);
    for (const view of ['coverage', 'bars_adjusted']) {
      const sql = `SELECT DISTINCT ticker FROM ${view} WHERE interval = '1d' ORDER BY 1`;
      expect((await query(sql)).rows).toEqual([['ALFA'], ['NYXA']]);
    }
  });

  it('is left out of an export, by name', async () => {
    const { rows, reasons } = await exported();
    expect(countBy(rows, 4)).toEqual({ ALFA: 27, NYXA: 27 });
    expect(reasons).toEqual([expect.stringContaining(daily('BRIQ'))]);
    expect(await exported({ tickers: ['BRIQ'] })).toEqual({
      rows: [],
      reasons: [expect.stringContaining(daily('BRIQ'))],
    });
  });
});

describe('a view of which every file is damaged', () => {
  it('is empty, with its columns', async () => {
    await rm(at('bars/interval=1h'), { recursive: true });
    // It would tell of those that are gone.
    await rm(at('scan.cache'), { force: true });
    const tickers = ['ALFA', 'BRIQ', 'NYXA'];
    const [bars, splits] = [tickers.map(daily), tickers.map(actions)];
    const damaged = [...splits, ...bars];
    for (const path of damaged) await truncate(at(path), 10);
    for (const [view, leftOut] of Object.entries({
      ...{ bars, actions: splits, coverage: damaged, bars_adjusted: damaged },
    }))
      expect(await query(`SELECT count(ticker) FROM ${view}`)).toEqual({ rows: [[0]], leftOut });
    expect((await exported()).reasons).toHaveLength(3);
  });
});

describe('a damaged file of splits and dividends', () => {
  beforeEach(() => truncate(at(actions('BRIQ')), 10));

  it('makes every series of its ticker damaged', async () => {
    expect((await report()).at(-2)).toMatch(/^Series: 4 {2}Complete: 2 {2}Damaged: 2 /);
  });

  it('is left out of queries by name, and its ticker cannot be adjusted', async () => {
    const { rows, leftOut } = await query('SELECT count(DISTINCT ticker) FROM bars_adjusted');
    expect([rows, leftOut]).toEqual([[[2]], [actions('BRIQ')]]);
    expect(await history.unadjustable()).toEqual([
      expect.stringContaining('BRIQ'),
      expect.stringContaining('BRIQ'),
    ]);
  });

  it('keeps its ticker out of an adjusted export, not out of one as traded', async () => {
    expect((await exported()).reasons).toEqual([]);
    const { rows, reasons } = await exported({ adjust: 'splits' });
    expect(countBy(rows, 4)).toEqual({ ALFA: 27, NYXA: 27 });
    expect(reasons).toEqual([expect.stringContaining(`${actions('BRIQ')} is damaged`)]);
  });
});

it('a damaged file of revisions is left out of queries by name', async () => {
  const path = await damagedRevisions('BRIQ');
  expect(await query('SELECT count(*) FROM revisions')).toEqual({ rows: [[0]], leftOut: [path] });
});

it('a file that cannot be opened is left out like a damaged one', async () => {
  // A link to itself, which not even root can open.
  await rm(at(daily('BRIQ')));
  await symlink(at(daily('BRIQ')), at(daily('BRIQ')));
  expect((await report()).at(-2)).toContain('Damaged: 1');
  expect((await query('SELECT count(*) FROM bars')).leftOut).toEqual([daily('BRIQ')]);
  expect((await exported()).reasons).toEqual([expect.stringContaining(daily('BRIQ'))]);
});

it('the script of the views says what is left out, leaves it out, and stays small', async () => {
  await truncate(at(daily('BRIQ')), 50);
  const { sql, leftOut } = await history.views();
  expect(leftOut.map(({ path }) => path)).toEqual([daily('BRIQ')]);
  expect(sql).toContain(`-- Left out: ${daily('BRIQ')}: `);
  expect(sql).not.toContain(daily('ALFA'));
  const question = `SELECT DISTINCT ticker FROM bars WHERE interval = '1d' ORDER BY 1`;
  expect(await inDuckDB(sql, question)).toEqual([['ALFA'], ['NYXA']]);
});

it('the script of a sound store reads whatever files there are', async () => {
  const { sql, leftOut } = await history.views();
  expect(leftOut).toEqual([]);
  expect(sql).not.toContain('getvariable');
});
