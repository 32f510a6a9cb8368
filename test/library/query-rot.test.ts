import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openFolder } from '../../src/store/parquet/files/folder.ts';
import type { CorporateAction } from '../../src/core/bars/bars.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { openStore } from '../../src/store/open.ts';
import { untrueAmong } from '../../src/store/parquet/sql/view-files.ts';
import { dataFileAt } from '../../src/store/parquet/files/data-paths.ts';
import { AAPL, at, coverage, daily, days, NOON, update } from '../store/fixtures.ts';
import { tellActions } from '../store/told-actions.ts';
import { LONG_RUNS, sampled } from '../needs.ts';
import { inDuckDB } from './in-duckdb.ts';

const WEEK = ['2026-02-23', '2026-02-24', '2026-02-25', '2026-02-26', '2026-02-27'];
const DAYS = days('2026-02-23', '2026-02-28');
const SPLIT: CorporateAction = { kind: 'split', exDay: parseDay('2026-02-26'), ratio: 4.5 };
const DIVIDEND: CorporateAction = { kind: 'dividend', exDay: parseDay('2026-02-25'), amount: 0.625 };

const daily1d = (ticker: string): string => `bars/interval=1d/ticker=${ticker}/period=all/bars.parquet`;
const APPLE = daily1d('AAPL');
const HOURS = 'bars/interval=1h/ticker=AAPL/period=2026/bars.parquet';
const ACTIONS = 'actions/ticker=AAPL/actions.parquet';
const REVISIONS = 'revisions/interval=1d/ticker=AAPL/period=all/revisions.parquet';

let whole = '';
let root = '';

beforeAll(async () => {
  whole = await mkdtemp(join(tmpdir(), 'backfill-rot-'));
  const store = openStore(whole);
  const learned = coverage({ present: [DAYS] });
  for (const ticker of ['AAPL', 'MSFT', 'NULLS']) {
    // It opens so on the day of the split that its prices do not contradict that.
    const bars = WEEK.map((day, i) =>
      daily(day, { close: 100.03125 + i / 8, ...(i === 3 && { open: 22, low: 22 }) }),
    );
    await store.upsert(update(bars, { series: { ticker, interval: '1d' }, learned }));
    await tellActions(store, ticker, [SPLIT, DIVIDEND], DAYS, 'csv', NOON);
  }
  await store.upsert(update([daily('2026-02-23', { close: 100.71875, fetchedAt: NOON + 1 })], { learned }));
  const hours = [at('2026-02-23T14:30Z', { close: 100.46875 }), at('2026-02-23T15:30Z')];
  const present = [days('2026-02-23', '2026-02-24')];
  const series = { ticker: 'AAPL', interval: '1h' } as const;
  await store.upsert(update(hours, { series, learned: coverage({ present }) }));
  return () => rm(whole, { recursive: true });
});

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'backfill-rot-copy-'));
  await cp(whole, root, { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

interface Answer {
  readonly rows: unknown[];
  readonly leftOut: string[];
}

async function ask(sql: string): Promise<Answer> {
  return openHistory({ store: root }).query(sql, async ({ blocks }, leftOut) => {
    const rows: unknown[] = [];
    for await (const block of blocks()) rows.push(...block);
    return { rows, leftOut: leftOut.map(({ path }) => path) };
  });
}

/** Changes one bit of the first place where a file has a number as a double, or a text. */
async function flip(path: string, what: number | string): Promise<void> {
  const bytes = await readFile(join(root, path));
  const sought = typeof what === 'string' ? Buffer.from(what) : Buffer.from(Float64Array.of(what).buffer);
  const place = bytes.indexOf(sought);
  expect(place, `${String(what)} in ${path}`).toBeGreaterThan(0);
  bytes.writeUInt8(bytes.readUInt8(place + sought.length - 3) ^ 1, place + sought.length - 3);
  await writeFile(join(root, path), bytes);
}

describe('one bit of one price that rotted', () => {
  beforeEach(() => flip(APPLE, 100.71875));

  it.each(
    sampled(
      [
        ['every row', 'SELECT count(*) FROM bars', 12],
        ['one ticker', "SELECT count(*) FROM bars WHERE ticker = 'AAPL'", 2],
        [
          'tickers by an expression',
          "SELECT count(*) FROM bars WHERE ticker || interval IN ('AAPL1d', 'MSFT1d')",
          5,
        ],
        [
          'two filters',
          "SELECT count(*) FROM bars WHERE ticker LIKE 'A%' AND interval <> '5m' AND ts > '2020-01-01'",
          2,
        ],
        [
          'a filter of another view',
          'SELECT count(*) FROM bars WHERE ticker IN (SELECT ticker FROM actions)',
          12,
        ],
        ['a price alone', "SELECT count(close) FROM bars WHERE ticker = 'AAPL' AND open > 0", 2],
        ['no column', "SELECT count(1) FROM bars WHERE interval = '1d'", 10],
        [
          'the extent',
          "SELECT count(x) FROM (SELECT max(ts) AS x FROM bars WHERE ticker = 'AAPL' AND interval = '1d')",
          0,
        ],
        ['adjusted bars', "SELECT count(*) FROM bars_adjusted WHERE interval = '1d'", 10],
        ['the macro', "SELECT count(*) FROM adjusted_bars(mode := 'none') WHERE ticker = 'AAPL'", 2],
        ['a view named by a text', "SELECT count(*) FROM query_table('ba' || 'rs')", 12],
        [
          'a CTE',
          "WITH x AS (FROM bars WHERE ticker = 'AAPL') SELECT count(*) FROM x AS a JOIN x AS b USING (ts)",
          2,
        ],
      ] as const,
      2,
      'answers',
    ),
  )('is in no answer about %s, and its file is named', async (_, sql, count) => {
    expect(await ask(sql)).toEqual({ rows: [[count]], leftOut: [APPLE] });
  });

  it('is nothing to a query that does not read the file', async () => {
    for (const sql of [
      "SELECT count(*) FROM bars WHERE ticker = 'MSFT'",
      "SELECT count(*) FROM bars WHERE interval = '1d' AND ticker >= 'B' AND ticker <> 'NULLS'",
    ])
      expect(await ask(sql)).toEqual({ rows: [[5]], leftOut: [] });
    expect((await ask('FROM actions')).leftOut).toEqual([]);
    expect((await ask('FROM coverage')).leftOut).toEqual([]);
  });

  it('is not in the views of a script either', async () => {
    const { sql, leftOut } = await openHistory({ store: root }).views();
    expect(leftOut.map(({ path }) => path)).toEqual([APPLE]);
    expect(await inDuckDB(sql, 'SELECT count(*)::INTEGER FROM bars')).toEqual([[12]]);
  });
});

describe('a file that cannot be read at all', () => {
  beforeEach(async () => writeFile(join(root, APPLE), 'no Parquet'));

  it.each(
    sampled(
      [
        "SELECT count(*) FROM bars WHERE ticker = 'MSFT'",
        "SELECT count(*) FROM bars WHERE interval = '1d' AND ticker >= 'B' AND ticker <> 'NULLS'",
        "SELECT count(*) FROM bars_adjusted WHERE ticker = 'MSFT'",
        'SELECT count(*) FROM revisions',
        'SELECT count(*) FROM actions',
      ] as const,
      2,
      'elsewhere',
    ),
  )('is not told of where it was not asked for: %s', async (sql) => {
    expect((await ask(sql)).leftOut).toEqual([]);
  });

  it.each(
    sampled(
      [
        'SELECT count(*) FROM bars',
        "SELECT count(*) FROM bars WHERE ticker = 'AAPL'",
        "SELECT count(*) FROM bars WHERE ticker IN ('AAPL', 'MSFT')",
        "SELECT count(*) FROM bars WHERE interval = '1d'",
        "SELECT count(*) FROM bars_adjusted WHERE ticker LIKE 'A%'",
        "SELECT count(*) FROM bars_adjusted WHERE ticker = 'AAPL' AND interval <> '1d'",
        "SELECT count(*) FROM query_table('ba' || 'rs') WHERE ticker = 'AAPL'",
        'FROM coverage',
      ] as const,
      2,
      'meant',
    ),
  )('is named where it may have been meant: %s', async (sql) => {
    expect((await ask(sql)).leftOut).toEqual([APPLE]);
  });
});

it.each([
  ['hour', HOURS, 100.46875, 'SELECT count(*) FROM bars', 15],
  ['split', ACTIONS, 4.5, 'SELECT count(*) FROM actions', 4],
  ['dividend', ACTIONS, 0.625, "SELECT count(*) FROM actions WHERE kind = 'dividend'", 2],
  ['replaced price', REVISIONS, 100.03125, 'SELECT count(*) FROM revisions', 0],
])('a %s that rotted is named, and is in no answer', async (_, path, value, sql, count) => {
  await flip(path, value);
  expect(await ask(sql)).toEqual({ rows: [[count]], leftOut: [path] });
});

/** Bytes from one that rots to the next. */
const STEP = LONG_RUNS ? 67 : 469;

it('any bit that rots changes no answer without its file being named', async () => {
  const VIEWS = ['bars', 'actions'] as const;
  const question = VIEWS.map(
    (view) => `(SELECT md5(string_agg(r::VARCHAR, '|' ORDER BY r::VARCHAR)) FROM ${view} AS r)`,
  );
  const pruned = [
    "FROM bars WHERE ts > '2026-02-24'",
    "FROM actions WHERE kind = 'split'",
    'FROM actions WHERE value < 1',
  ];
  const sql = `SELECT ${[...question, ...pruned.map((from) => `(SELECT count(*) ${from})`)].join(', ')}`;
  const { rows: truth } = await ask(sql);
  for (const path of [APPLE, ACTIONS]) {
    const bytes = await readFile(join(root, path));
    for (let place = 0; place < bytes.length; place += STEP) {
      const rotten = Buffer.from(bytes);
      rotten.writeUInt8(rotten.readUInt8(place) ^ (1 << (place % 8)), place);
      await writeFile(join(root, path), rotten);
      const { rows, leftOut } = await ask(sql);
      if (leftOut.length === 0) expect(rows, `byte ${place} of ${path}`).toEqual(truth);
      else expect(leftOut, `byte ${place} of ${path}`).toEqual([path]);
    }
    await writeFile(join(root, path), bytes);
  }
});

it.each<[string, string, () => Buffer, string, number]>([
  [
    'time',
    APPLE,
    () => Buffer.from(BigInt64Array.of(BigInt(parseDay('2026-02-27') * 86_400_000)).buffer),
    "FROM bars WHERE interval = '1d' AND ts >= '2026-02-27'",
    2,
  ],
  ['kind', ACTIONS, () => Buffer.from('split'), "FROM actions WHERE kind = 'split'", 2],
])(
  'a bound of a %s that rotted hides no row without its file being named',
  async (_, path, bound, from, count) => {
    const bytes = await readFile(join(root, path));
    // Lowers what the footer says is the largest.
    const place = bytes.lastIndexOf(bound());
    const highest = path === APPLE ? place + 5 : place;
    bytes.writeUInt8(bytes.readUInt8(highest) & ~0x11, highest);
    await writeFile(join(root, path), bytes);
    expect(await ask(`SELECT count(*) ${from}`)).toEqual({ rows: [[count]], leftOut: [path] });
  },
);

it('what a file says of itself is looked at, also where a scan would not', async () => {
  const file = dataFileAt(APPLE);
  const files = file === undefined ? [] : [file];
  expect(await untrueAmong(openFolder(root), files)).toEqual([]);
  await flip(APPLE, '"present":[["2026');
  expect(await untrueAmong(openFolder(root), files)).toEqual([
    { path: APPLE, reason: 'what it says of itself was changed after it was written', ...AAPL },
  ]);
});

describe('a folder that the store would not read', () => {
  it.each(
    sampled(
      [
        ['a path for a ticker', 'bars/interval=1d/ticker=..%2Fx', '/period=all/bars.parquet', APPLE],
        ['a ticker that is not encoded', 'bars/interval=1d/ticker=A B', '/period=all/bars.parquet', APPLE],
        ['no interval', 'bars/interval=2d', '/ticker=AAPL/period=all/bars.parquet', APPLE],
        ['no period', 'bars/interval=1d/ticker=MSFT/period=2026', '/bars.parquet', APPLE],
        ['no period of hours', 'bars/interval=1h/ticker=AAPL/period=all', '/bars.parquet', HOURS],
        [
          'revisions of no ticker',
          'revisions/interval=1d/ticker=%41',
          '/period=all/revisions.parquet',
          REVISIONS,
        ],
        ['actions of no ticker', 'actions/ticker=..', '/actions.parquet', ACTIONS],
      ] as const,
      2,
      'folders',
    ),
  )('(%s) is in no view, and is named as the doctor does', async (_, folder, below, from) => {
    const all =
      'SELECT (SELECT count(*) FROM bars) + (SELECT count(*) FROM actions) + (SELECT count(*) FROM revisions)';
    const before = await ask(all);
    expect(before).toEqual({ rows: [[17 + 6 + 1]], leftOut: [] });
    await mkdir(dirname(join(root, folder + below)), { recursive: true });
    await cp(join(root, from), join(root, folder + below));
    expect(await ask(all)).toEqual({ rows: before.rows, leftOut: [folder] });
    const { sql, leftOut } = await openHistory({ store: root }).views();
    expect(leftOut).toEqual([{ path: folder, reason: 'no folder of a store' }]);
    expect(await inDuckDB(sql, `SELECT ((${all}))::INTEGER`)).toEqual(before.rows);
    const { damages } = await openStore(root).examine({ now: NOON });
    expect(damages.map(({ path, kind, what }) => [path, kind, what])).toContainEqual([
      folder,
      'foreign-folder',
      'no folder of a store',
    ]);
  });
});
