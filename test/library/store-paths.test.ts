import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type History, openHistory } from '../../src/index.ts';
import { sampled } from '../needs.ts';
import { inDuckDB } from './in-duckdb.ts';

const NOW = Date.parse('2026-03-02T23:00:00Z');

/** Side by side, so that what is a pattern to DuckDB means the one after it, and what is a key of its own says another ticker. */
const PAIRS = [
  ...[
    ['p[12]', 'p1'],
    ['data?', 'data1'],
    ['a*', 'ab'],
    ["it's", 'x y#%41'],
    ['ticker=ZZZ', 'in='],
  ],
  ...[
    ['interval=5m/period=2020/Ticker=A', 'close=1/in[=]'],
    ['[!x]', 'y'],
  ],
  // One folder's name where a backslash parts none.
  ...(process.platform === 'win32'
    ? []
    : [
        [String.raw`x\y`, 'x/y'],
        ['x[y', 'x]y'],
      ]),
];
const NAMES = sampled(PAIRS, 3, 'pairs').flat();

let folder = '';
const stores = new Map<string, History>();
const opened = (store: string): History =>
  openHistory({ store, provider: { id: 'sample' }, clock: () => NOW, workers: 1 });

/** Each has a session more than the one before it. */
const sessionsOf = (name: string): number => NAMES.indexOf(name) + 3;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-paths-'));
  const growing = join(folder, 'growing');
  const history = opened(growing);
  for (const name of NAMES) {
    const store = join(folder, ...name.split('/'));
    await history.backfill({ tickers: ['ALFA'], days: sessionsOf(name) });
    await cp(growing, store, { recursive: true });
    stores.set(name, opened(store));
  }
  await history.close();
});
afterAll(async () => {
  for (const history of stores.values()) await history.close();
  await rm(folder, { recursive: true });
});

/** Rows that each view has, and those of them that are of the store's one series. */
const QUESTION = [
  ...[
    'bars',
    'bars_adjusted',
    "adjusted_bars('splits')",
    "bars WHERE ticker = 'ALFA'",
    'coverage',
    'actions',
  ],
]
  .map((view) => `(SELECT [count(*), count(*) FILTER (ticker = 'ALFA')]::VARCHAR FROM ${view})`)
  .concat("(SELECT string_agg(DISTINCT ticker || interval || period, ' ') FROM bars_adjusted)")
  .join(', ');
const SERIES = `SELECT DISTINCT ticker || interval || period AS series FROM bars_adjusted ORDER BY 1`;
const TWICE = 'WITH b AS NOT MATERIALIZED (FROM bars) SELECT count(*)::INTEGER FROM b JOIN b AS c USING (ts)';

async function asked(history: History, sql: string): Promise<unknown[]> {
  return history.query(sql, async ({ blocks }) => {
    const rows = [];
    for await (const block of blocks()) rows.push(...block);
    return rows;
  });
}

/** What a query of the store says, and the script of its views in a DuckDB of its own. */
async function both(history: History, sql: string): Promise<unknown[][]> {
  const views = await history.views();
  expect(views.leftOut).toEqual([]);
  const orSaid = (work: Promise<unknown[]>): Promise<unknown[]> =>
    work.catch((error: Error) => [error.message]);
  return Promise.all([orSaid(asked(history, sql)), orSaid(inDuckDB(views.sql, sql))]);
}

describe.each(NAMES)('a store whose folder is %s', (name) => {
  const history = (): History => stores.get(name) as History;

  it('has its own rows in every view, and no others', async () => {
    const [days, actions] = [sessionsOf(name), (await history().actions('ALFA')).length];
    expect(actions).toBeGreaterThan(0);
    const counts = [...[days, days, days, days, 1], actions].map((count) => `[${count}, ${count}]`);
    for (const rows of await both(history(), `SELECT ${QUESTION}`))
      expect(rows).toEqual([[...counts, 'ALFA1dall']]);
  });

  it('gives no rows of another store where DuckDB looks for the files again', async () => {
    for (const rows of await both(history(), TWICE))
      if (typeof rows[0] === 'string') expect(rows[0]).toMatch(/leave NOT MATERIALIZED out/);
      else expect(rows).toEqual([[sessionsOf(name)]]);
  });
});

it.each(NAMES.filter((name) => /^(p\[12\]|data\?|a\*|it's|ticker=ZZZ)$/.test(name)))(
  'a store whose folder is %s is exported, derived from and found sound',
  async (name) => {
    const history = stores.get(name) as History;
    const file = join(folder, 'exported.parquet');
    await history.export({ adjust: 'all', interval: '1d', format: 'parquet', to: file });
    const exported = `SELECT count(*)::INTEGER, any_value(ticker) FROM '${file}'`;
    expect(await inDuckDB('SELECT 1', exported)).toEqual([[sessionsOf(name), 'ALFA']]);
    await history.backfill({ tickers: ['ALFA'], intervals: ['1m'], days: 1 });
    await history.backfill({ tickers: ['ALFA'], intervals: ['1h'], days: 1, derive: true });
    const all = [['ALFA1dall'], ['ALFA1h2026'], ['ALFA1m2026-03']];
    for (const rows of await both(history, SERIES)) expect(rows).toEqual(all);
    expect(await history.doctor()).toMatchObject({ damages: [] });
  },
);
