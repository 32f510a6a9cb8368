import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CorporateAction, Series } from '../../src/core/bars/bars.ts';
import { type DayRange, parseDay } from '../../src/core/session/day.ts';
import type { History } from '../../src/library/history.ts';
import type { AdjustOptions } from '../../src/library/read-options.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { openParquetStore } from '../../src/store/parquet/index.ts';
import type { BarStore } from '../../src/store/store.ts';
import { at, coverage, daily, days, NOON, temporaryFolder, update } from '../store/fixtures.ts';
import { tellActions } from '../store/told-actions.ts';
import { sampled } from '../needs.ts';

const WEEK = ['2026-02-23', '2026-02-24', '2026-02-25', '2026-02-26', '2026-02-27'];
const ALL_WEEK = days('2026-02-23', '2026-02-28');
const SPLIT: CorporateAction = { kind: 'split', exDay: parseDay('2026-02-25'), ratio: 2 };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
let history: History;

async function hold(
  ticker: string,
  answered?: DayRange,
  actions: CorporateAction[] = [SPLIT],
): Promise<void> {
  const series: Series = { ticker, interval: '1d' };
  const learned = coverage({ present: [ALL_WEEK] });
  await store.upsert(
    update(
      // It opens so on the day of the split that its prices do not contradict that.
      WEEK.map((day) => daily(day, { close: 100, ...(day === '2026-02-25' && { open: 50, low: 50 }) })),
      { series, learned },
    ),
  );
  if (answered !== undefined) await tellActions(store, ticker, actions, answered, 'csv', NOON);
}

beforeEach(async () => {
  folder = await temporaryFolder();
  store = openParquetStore(folder.path);
  history = openHistory({ store: folder.path });
  await hold('KNOWN', ALL_WEEK);
  await hold('NOBODY');
  await hold('HALF', days('2026-02-23', '2026-02-26'));
  await hold('EURO', ALL_WEEK, [
    { kind: 'dividend', exDay: parseDay('2026-02-25'), amount: 1, currency: 'EUR' },
  ]);
  await hold('HUGE', ALL_WEEK, [{ kind: 'dividend', exDay: parseDay('2026-02-25'), amount: 150 }]);
});

afterEach(() => folder.remove());

interface Answer {
  readonly rows: unknown[];
  readonly notAdjusted: readonly string[];
}

async function ask(sql: string, options: AdjustOptions = {}): Promise<Answer> {
  const use: Parameters<History['query']>[1] = async ({ blocks }, leftOut, { notAdjusted }) => {
    expect(leftOut).toEqual([]);
    const rows: unknown[] = [];
    for await (const block of blocks()) rows.push(...block);
    return { rows, notAdjusted };
  };
  return (await history.query(sql, use, options)) as Answer;
}

/** What an export says of the series that it leaves out, and which it has. */
async function exported(options: AdjustOptions): Promise<{ reasons: string[]; tickers: string[] }> {
  let text = '';
  const { failures } = await history.export({ ...options, to: async (more) => void (text += more) });
  const tickers = text
    .split('\n')
    .slice(1, -1)
    .map((line) => line.split(',')[0] ?? '');
  return { reasons: failures.map(({ reason }) => reason), tickers: [...new Set(tickers)].toSorted() };
}

const TICKERS = 'SELECT DISTINCT ticker FROM bars_adjusted ORDER BY 1';

describe('adjusted bars of a query', () => {
  it.each(
    sampled<[AdjustOptions, string[]]>(
      [
        [{ adjust: 'all' }, ['KNOWN']],
        [{ adjust: 'splits' }, ['EURO', 'HUGE', 'KNOWN']],
        [{ adjust: 'none' }, ['EURO', 'HALF', 'HUGE', 'KNOWN', 'NOBODY']],
        [{ adjust: 'all', asOf: '2026-02-25' }, ['HALF', 'KNOWN']],
        [{ adjust: 'all', asOf: '2026-02-23' }, ['EURO', 'HALF', 'HUGE', 'KNOWN', 'NOBODY']],
        [{ adjust: 'all', asOf: '2026-06-01' }, []],
      ],
      2,
      'bases',
    ),
  )(
    '%o are of the series of which an export is, and the others are named in its words',
    async (options, tickers) => {
      const out = await exported(options);
      expect(out.tickers).toEqual(tickers);
      const { rows, notAdjusted } = await ask(TICKERS, options);
      expect(rows).toEqual(tickers.map((ticker) => [ticker]));
      expect(notAdjusted.toSorted()).toEqual(out.reasons.toSorted());
      expect(notAdjusted).toHaveLength(5 - tickers.length);
    },
  );

  it('are without a series whose prices contradict a split, like a script of the views', async () => {
    await hold('FLAT', ALL_WEEK, [{ ...SPLIT, exDay: parseDay('2026-02-26') }]);
    const { rows, notAdjusted } = await ask(TICKERS, { adjust: 'splits' });
    expect(rows).not.toContainEqual(['FLAT']);
    const reason = expect.stringMatching(
      /^FLAT 1d cannot be adjusted: its bars around 2026-02-26 do not show/,
    );
    expect(notAdjusted).toContainEqual(reason);
    expect((await exported({ adjust: 'splits' })).reasons).toContainEqual(reason);
    const views = await history.views({ adjust: 'splits' });
    expect(views.notAdjusted).toContainEqual(reason);
    expect(views.sql).toContain('-- Left out of bars_adjusted: FLAT 1d cannot be adjusted: its bars around');
    expect(await history.unadjustable({ adjust: 'splits' })).toContainEqual(reason);
  });

  it('leave alone and name nothing that the query does not ask for', async () => {
    const nobody = [expect.stringMatching(/^NOBODY 1d cannot be adjusted: nobody has answered /)];
    expect(await ask(TICKERS.replace('ORDER', "WHERE ticker IN ('KNOWN', 'NOBODY') ORDER"))).toEqual({
      rows: [['KNOWN']],
      notAdjusted: nobody,
    });
    for (const sql of [
      "FROM bars_adjusted WHERE ticker = 'KNOWN'",
      'FROM bars',
      'FROM actions',
      'DESCRIBE bars_adjusted',
      "FROM query_table('bars')",
    ])
      expect((await ask(sql)).notAdjusted, sql).toEqual([]);
  });

  it('are named where a text names the view, or may', async () => {
    for (const from of [
      "query_table('bars_adjusted')",
      "query_table('BARS_' || 'adjusted')",
      "query_table('bars'), query_table('bars_' || 'adjusted')",
      "query_table(['bars_adjusted', 'bars_adjusted'])",
    ])
      expect((await ask(`SELECT count(*) FROM ${from}`)).notAdjusted, from).toHaveLength(4);
  });

  it('of one ticker are the same where others have hours too', async () => {
    const present = [days('2026-02-23', '2026-02-24')];
    const hours = [at('2026-02-23T14:30Z'), at('2026-02-23T15:30Z')];
    for (const ticker of ['KNOWN', 'NOBODY'])
      await store.upsert(
        update(hours, { series: { ticker, interval: '1h' }, learned: coverage({ present }) }),
      );
    expect(await ask("SELECT count(*) FROM bars_adjusted WHERE ticker = 'KNOWN'")).toEqual({
      rows: [[7]],
      notAdjusted: [],
    });
    const { rows, notAdjusted } = await ask(
      "SELECT interval, count(*) FROM bars_adjusted WHERE ticker = 'NOBODY' GROUP BY 1",
    );
    // One session of hours has no ex-date after it.
    expect([rows, notAdjusted]).toEqual([[['1h', 2]], [expect.stringMatching(/^NOBODY 1d cannot/)]]);
  });
});

describe('a call of adjusted_bars', () => {
  const count = (given: string): Promise<Answer> => ask(`SELECT count(*) FROM adjusted_bars(${given})`);

  it.each(
    sampled(
      [
        ['', 5, 4],
        ["mode := 'none'", 25, 0],
        ["'splits'", 15, 2],
        ["mode := 'splits', as_of := DATE '2026-02-25'", 12, 1],
        ["'all', '2026-02-23'", 5, 0],
        ["as_of := '2026-02-25'", 6, 3],
        ['as_of := NULL', 5, 4],
      ] as const,
      2,
      'rules',
    ),
  )('(%s) has its own rule', async (given, rows, notAdjusted) => {
    const answer = await count(given);
    expect([answer.rows, answer.notAdjusted.length]).toEqual([[[rows]], notAdjusted]);
  });

  it('beside the view has both', async () => {
    const sql = "SELECT (SELECT count(*) FROM bars_adjusted), (SELECT count(*) FROM adjusted_bars('splits'))";
    const { rows, notAdjusted } = await ask(sql, { adjust: 'none' });
    expect([rows, notAdjusted.length]).toEqual([[[25, 15]], 2]);
  });

  it.each(["mode := lower('ALL')", "'all', DATE '2026-02-23' + 1"])(
    '(%s) that only a run would tell is refused',
    async (given) => {
      await expect(count(given)).rejects.toThrow(
        'adjusted_bars takes what it is adjusted for as it is written',
      );
    },
  );

  it('of no mode or date is refused in the words of DuckDB and of the program', async () => {
    await expect(count("'some'")).rejects.toThrow('the mode is none, splits or all, not some');
    await expect(count("'all', 'soon'")).rejects.toMatchObject({ code: 'invalid-date' });
  });
});

it('the views of a script are without what cannot be adjusted, and say so', async () => {
  const { sql, notAdjusted } = await history.views();
  expect(notAdjusted).toHaveLength(4);
  for (const reason of notAdjusted) expect(sql).toContain(`-- Left out of bars_adjusted: ${reason}\n`);
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(sql);
  expect((await connection.runAndReadAll(TICKERS)).getRows()).toEqual([['KNOWN']]);
  connection.closeSync();
});
