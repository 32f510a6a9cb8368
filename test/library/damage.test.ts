import { copyFile, cp, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import type { ExportRequest, History, HistoryRequest } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { coverageText } from '../../src/report/coverage-text.ts';
import { summaryText } from '../../src/report/run-text.ts';
import { openStore } from '../../src/store/open.ts';
import type { SqlValue } from '../../src/store/sql.ts';
import { toolsInProcess } from '../backfill/in-process.ts';

const NOW = Date.parse('2026-03-02T23:00:00Z');
const RANGE = { start: '2025-12-22', end: '2026-01-30' };
const sample = openSample({ id: 'sample' });

let folder = '';
let store = '';
let history: History;

const daily = (ticker: string): string => `bars/interval=1d/ticker=${ticker}/period=all/bars.parquet`;
const hours = (year: string): string => `bars/interval=1h/ticker=BRIQ/period=${year}/bars.parquet`;
const actions = (ticker: string): string => `actions/ticker=${ticker}/actions.parquet`;
const at = (path: string): string => join(store, path);

/** A store of three daily series, one of them hourly too, in two partitions; every test has a copy of its own. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-damage-'));
  const tools = toolsInProcess(sample, openStore(join(folder, 'whole')), () => NOW);
  await backfill({ tickers: ['ALFA', 'BRIQ', 'NYXA'], ...RANGE }, tools);
  await backfill({ tickers: ['BRIQ'], intervals: ['1h'], ...RANGE }, tools);
});
afterAll(() => rm(folder, { recursive: true }));

beforeEach(async () => {
  store = await mkdtemp(join(folder, 'store-'));
  await cp(join(folder, 'whole'), store, { recursive: true });
  history = openHistory({ store, provider: { id: 'sample' }, clock: () => NOW });
});

async function report(request: HistoryRequest = {}): Promise<string[]> {
  return coverageText(await history.coverage({ ...RANGE, ...request }), { missing: false });
}

/** The rows of a query, and the files that are not in them. */
async function query(sql: string): Promise<{ rows: unknown[]; leftOut: string[] }> {
  return history.query(sql, async ({ blocks }, leftOut) => {
    const rows: (readonly SqlValue[])[] = [];
    for await (const block of blocks()) rows.push(...block);
    return { rows, leftOut: leftOut.map(({ path }) => path) };
  });
}

/** The rows of an export, and why what is not in them is left out. */
async function exported(
  request: Partial<ExportRequest> = {},
): Promise<{ rows: string[]; reasons: string[] }> {
  let text = '';
  const { failures } = await history.export({ ...request, to: async (more) => void (text += more) });
  return { rows: text.split('\n').slice(1, -1), reasons: failures.map(({ reason }) => reason) };
}

/** Counts rows by their first letters. */
function countBy(rows: readonly string[], letters: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[row.slice(0, letters)] = (counts[row.slice(0, letters)] ?? 0) + 1;
  return counts;
}

/** Runs statements in a database of their own. */
async function inDuckDB(sql: string, question: string): Promise<unknown[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run(sql);
  const rows = (await connection.runAndReadAll(question)).getRowsJson();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

/** Spoils the first rows of a file, and leaves its footer alone. */
async function rot(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes.fill(0xff, 4, 60);
  await writeFile(path, bytes);
}

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

describe.each(KINDS)('a file of bars that is %s', (_, damage) => {
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

describe('one of several files of a series that is damaged', () => {
  it.each(['2025', '2026'])('(%s) makes it damaged, and the others are read', async (year) => {
    await truncate(at(hours(year)), 50);
    expect((await report({ intervals: ['1h'] })).at(-2)).toMatch(/^Series: 1 {2}Complete: 0 {2}Damaged: 1 /);
    const other = year === '2025' ? '2026' : '2025';
    const { rows, leftOut } = await query(`SELECT DISTINCT period FROM bars WHERE interval = '1h'`);
    expect([rows, leftOut]).toEqual([[[other]], [hours(year)]]);
    const out = await exported({ interval: '1h', tickers: ['BRIQ'] });
    expect(Object.keys(countBy(out.rows, 9))).toEqual([`BRIQ,${other}`]);
    expect(out.reasons).toEqual([expect.stringContaining(hours(year))]);
  });

  it.each([
    ['bars', `SELECT max(ts) < '2026-02-01' FROM bars WHERE interval = '1h'`, () => hours('2025')],
    ['adjusted bars', `SELECT max(ts) < '2026-02-01' FROM bars_adjusted`, () => daily('ALFA')],
  ])('is left out of queries of %s though its rows rotted where no footer tells', async (_, sql, path) => {
    await rot(at(path()));
    expect(await query(sql)).toEqual({ rows: [[true]], leftOut: [path()] });
  });

  it('does not hide what is wrong with a query', async () => {
    await rot(at(hours('2025')));
    await expect(query('SELECT nothing FROM bars')).rejects.toThrow('nothing');
    await expect(query(`SELECT 'x'::INTEGER`)).rejects.toThrow('Conversion Error');
    await expect(query(`SELECT * FROM '/nowhere/x.parquet'`)).rejects.toThrow('nowhere');
  });

  it('is left out of an export though its rows rotted where no footer tells', async () => {
    await rot(at(hours('2025')));
    const out = await exported({ interval: '1h', tickers: ['BRIQ'] });
    expect(Object.keys(countBy(out.rows, 9))).toEqual(['BRIQ,2026']);
    expect(out.reasons).toEqual([expect.stringMatching(new RegExp(`^${hours('2025')} is damaged: `))]);
  });
});

describe('rows that rotted where no footer tells', () => {
  const run = () =>
    backfill(
      { tickers: ['ALFA', 'BRIQ', 'NYXA'], ...RANGE },
      toolsInProcess(sample, openStore(store), () => NOW),
    );

  it('are missing to the report once an export found them, and the next run brings them back', async () => {
    const whole = (await exported()).rows;
    await rot(at(daily('BRIQ')));
    expect((await report()).at(-2)).toMatch(/^Series: 4 {2}Complete: 4 {2}Expected/);
    expect((await exported()).reasons).toEqual([expect.stringContaining(daily('BRIQ'))]);
    const lines = await report();
    expect(lines.at(-2)).toMatch(/^Series: 4 {2}Complete: 3 {2}Damaged: 1 /);
    expect(lines.filter((line) => line.startsWith(`unreadable: ${daily('BRIQ')}: `))).toHaveLength(1);
    expect((await exported()).reasons).toEqual([expect.stringContaining(daily('BRIQ'))]);
    const { setAside, inserted } = await run();
    expect(setAside.map(({ path }) => path)).toEqual([daily('BRIQ')]);
    expect(inserted).toBe(27);
    expect((await report()).at(-2)).toMatch(/^Series: 4 {2}Complete: 4 {2}Expected/);
    expect((await exported()).rows).toEqual(whole);
    expect((await run()).setAside).toEqual([]);
  });

  it('are missing to everybody once a run met and set them aside, until they are fetched again or given up', async () => {
    const whole = (await exported()).rows;
    for (const heal of [
      async () => expect((await run()).inserted).toBe(27),
      async () => expect(await history.forget('BRIQ', { intervals: ['1d'] })).toMatchObject({ notFound: [] }),
    ]) {
      await rot(at(daily('BRIQ')));
      const later = { tickers: ['BRIQ'], start: RANGE.start, end: '2026-02-27' };
      const met = await backfill(
        later,
        toolsInProcess(sample, openStore(store), () => NOW),
      );
      expect(met.failures).toMatchObject([{ code: 'store-corrupt' }]);
      expect((await report()).at(-2)).toMatch(/^Series: 4 {2}Complete: 3 {2}Damaged: 1 /);
      expect((await query('FROM bars')).leftOut).toEqual([daily('BRIQ')]);
      expect((await exported()).reasons).toEqual([expect.stringContaining(daily('BRIQ'))]);
      const adjusted = history.read({ ticker: 'BRIQ', interval: '1d' }, { adjust: 'splits' });
      await expect(adjusted).rejects.toThrow(daily('BRIQ'));
      await heal();
      expect((await report()).at(-2)).not.toContain('Damaged');
    }
    expect((await exported()).rows).toEqual(whole.filter((row) => !row.startsWith('BRIQ')));
  });

  it('are brought back whole by a run of a few days', async () => {
    const whole = (await exported()).rows;
    for (const path of [daily('BRIQ'), hours('2025'), actions('ALFA')]) await truncate(at(path), 50);
    const tools = toolsInProcess(sample, openStore(store), () => NOW);
    const few = {
      tickers: ['ALFA', 'BRIQ'],
      intervals: ['1d', '1h'],
      start: '2026-01-29',
      end: '2026-01-30',
    } as const;
    const summary = await backfill(few, tools);
    expect(summary.setAside).toHaveLength(3);
    expect([summary.failures, summary.lost]).toEqual([[], undefined]);
    expect((await exported()).rows).toEqual(whole);
    expect(await exported({ adjust: 'splits' })).toMatchObject({ reasons: [] });
    expect((await report({ tickers: ['BRIQ'] })).at(-2)).toMatch(/^Series: 2 {2}Complete: 2 {2}Expected/);
    expect((await history.doctor()).damages).toEqual([]);
  });

  it('stay lost, named by everybody, after a run that could bring back a part', async () => {
    await rot(at(daily('BRIQ')));
    await history.doctor({ fix: true });
    const { capabilities } = sample;
    // Its plan reaches back to the middle of January.
    const intervals = {
      ...capabilities.intervals,
      '1d': { ...capabilities.intervals['1d'], lookBackDays: 45 },
    };
    const short = { ...sample, capabilities: { ...capabilities, intervals } } as typeof sample;
    const few = { tickers: ['BRIQ'], start: '2026-01-29', end: '2026-01-30' };
    const tools = toolsInProcess(short, openStore(store), () => NOW);
    for (const inserted of [9, 0]) {
      const summary = await backfill(few, tools);
      expect(summary).toMatchObject({ inserted, failures: [], absent: {}, lost: [{ path: daily('BRIQ') }] });
      expect(exitCodeOf(summary)).toBe(1);
      const ends = [
        /not complete: 1 damaged file not whole again$/,
        new RegExp(`^lost ${daily('BRIQ')}: damaged, and`),
      ];
      for (const line of ends) expect(summaryText(summary)).toContainEqual(expect.stringMatching(line));
    }
    const lines = coverageText(await history.coverage({ tickers: ['BRIQ'], intervals: ['1d'] }), {
      missing: true,
    });
    expect(lines.at(-2)).toMatch(/^Series: 1 {2}Complete: 0 {2}Damaged: 1 /);
    const missing =
      '  missing 38: 2025-12-22..2026-01-16 (18 sessions), 2026-02-02..2026-03-02 (20 sessions)';
    expect(lines).toContain(missing);
    expect((await history.doctor()).damages).toMatchObject([
      { kind: 'lost', path: daily('BRIQ'), mendable: false },
    ]);
    const { rows, reasons } = await exported();
    expect([countBy(rows, 4), reasons]).toEqual([
      { ALFA: 27, NYXA: 27 },
      [expect.stringContaining(daily('BRIQ'))],
    ]);
    expect(await query("SELECT count(*) FROM bars WHERE interval = '1d'")).toEqual({
      rows: [[54]],
      leftOut: [daily('BRIQ')],
    });
    const briq = { ticker: 'BRIQ', interval: '1d' } as const;
    for (const adjust of ['none', 'splits'] as const) {
      await expect(history.read(briq, { adjust })).rejects.toMatchObject({ code: 'store-corrupt' });
      expect(await history.read(briq, { start: few.start, end: few.end, adjust })).toHaveLength(2);
    }
    expect((await run()).inserted).toBe(18);
    expect(await history.read(briq)).toHaveLength(27);
    expect((await report()).at(-2)).not.toContain('Damaged');
  });

  it('of replaced values are named by the report, and keep no bar from anybody', async () => {
    const path = 'revisions/interval=1d/ticker=BRIQ/period=all/revisions.parquet';
    await mkdir(at('revisions/interval=1d/ticker=BRIQ/period=all'), { recursive: true });
    await writeFile(at(path), 'damaged');
    expect((await report()).at(-2)).toMatch(/^Series: 4 {2}Complete: 4 {2}Expected/);
    expect((await query('FROM revisions')).leftOut).toEqual([path]);
    const lines = await report();
    expect(lines.at(-2)).toMatch(/^Series: 4 {2}Complete: 3 {2}Damaged: 1 /);
    expect(lines.filter((line) => line.startsWith(`unreadable: ${path}: `))).toHaveLength(1);
    expect((await query('FROM revisions')).leftOut).toEqual([path]);
    expect((await exported()).reasons).toEqual([]);
    const series = { ticker: 'BRIQ', interval: '1d' } as const;
    expect(await history.read(series, { adjust: 'splits' })).toHaveLength(27);
    expect((await run()).setAside.map((file) => file.path)).toEqual([path]);
    expect((await report()).at(-2)).toMatch(/^Series: 4 {2}Complete: 4 {2}Expected/);
  });

  it('of replaced values are named without a series of which nothing else is left', async () => {
    const path = 'revisions/interval=1d/ticker=GONE/period=all/revisions.parquet';
    await mkdir(at('revisions/interval=1d/ticker=GONE/period=all'), { recursive: true });
    await writeFile(at(path), 'damaged');
    await query('FROM revisions');
    const lines = await report();
    expect(lines.at(-2)).toMatch(/^Series: 4 {2}Complete: 4 {2}Expected/);
    expect(lines.filter((line) => line.startsWith(`unreadable: ${path}: `))).toHaveLength(1);
  });
});

describe('a read of a series with a damaged file', () => {
  it.each(['2025', '2026'])('(%s) fails, adjusted or not, instead of giving the rest', async (year) => {
    await truncate(at(hours(year)), 50);
    const series = { ticker: 'BRIQ', interval: '1h' } as const;
    for (const options of [{}, { adjust: 'splits' }, { asOf: '2026-01-30' }] as const)
      await expect(history.read(series, options)).rejects.toMatchObject({
        code: 'store-corrupt',
        message: expect.stringContaining(hours(year)),
      });
  });
});

describe('the list of issues', () => {
  it.each<[string, () => Promise<unknown>, () => string]>([
    ['cut short', () => truncate(at(hours('2025')), 50), () => hours('2025')],
    ['rotted', () => rot(at(hours('2025'))), () => hours('2025')],
    ['no splits and dividends', () => rot(at(actions('BRIQ'))), () => actions('BRIQ')],
  ])('names a file that is %s once, and looks at the others', async (_, damage, path) => {
    await damage();
    const { unreadable, warnings } = await history.issues();
    const named = unreadable.filter((file) => `${file.path} ${file.reason}`.includes(path()));
    expect(named.length).toBeGreaterThan(0);
    expect(new Set(named.map(({ reason }) => reason)).size).toBe(named.length);
    expect(warnings).toEqual(expect.any(Array));
  });

  it('of revisions passes over a damaged file, and tells of it', async () => {
    const path = 'revisions/interval=1d/ticker=BRIQ/period=all/revisions.parquet';
    await mkdir(at('revisions/interval=1d/ticker=BRIQ/period=all'), { recursive: true });
    await writeFile(at(path), 'damaged');
    const told: string[] = [];
    expect(await history.revisions({ onDamage: ({ message }) => void told.push(message) })).toEqual([]);
    expect(told).toEqual([expect.stringContaining(path)]);
    await expect(history.revisions()).rejects.toMatchObject({ code: 'store-corrupt' });
  });
});

describe('a view of which every file is damaged', () => {
  it('is empty, with its columns', async () => {
    await rm(at('bars/interval=1h'), { recursive: true });
    const damaged = ['ALFA', 'BRIQ', 'NYXA'].flatMap((ticker) => [actions(ticker), daily(ticker)]).toSorted();
    for (const path of damaged) await truncate(at(path), 10);
    for (const view of ['bars', 'actions', 'coverage', 'bars_adjusted'])
      expect(await query(`SELECT count(ticker) FROM ${view}`)).toEqual({ rows: [[0]], leftOut: damaged });
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
  const path = 'revisions/interval=1d/ticker=BRIQ/period=all/revisions.parquet';
  await mkdir(at('revisions/interval=1d/ticker=BRIQ/period=all'), { recursive: true });
  await writeFile(at(path), 'damaged');
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
