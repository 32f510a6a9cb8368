import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFolder } from '../../../../src/store/parquet/files/folder.ts';
import { storedRowsOf } from '../../../../src/core/bars/bar-builder.ts';
import { parseDay } from '../../../../src/core/session/day.ts';
import type { Interval } from '../../../../src/core/session/interval.ts';
import { openAdjusted } from '../../../../src/library/adjusted.ts';
import { barsPath } from '../../../../src/store/parquet/files/layout.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { storeViews } from '../../../../src/store/parquet/sql/views.ts';
import { withSelect } from '../../../../src/store/sql.ts';
import type { BarStore } from '../../../../src/store/store.ts';
import { AAPL, absence, at, coverage, daily, days, NOON, update } from '../../fixtures.ts';
import { ownWords } from '../own-words.ts';
import { rowsIn } from '../../rows.ts';
import { fileOf, rowsInFile } from '../../rows.ts';
import { tellActions } from '../../told-actions.ts';
import { type Row, rowsOf } from './asked-views.ts';

describe('the views of a store in a folder whose name has quotes, blanks and what a glob means', () => {
  let parent = '';
  let root = '';
  let store: BarStore;
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'backfill-views-'));
    root = join(parent, "it's [a] st*re?");
    store = openParquetStore(root);
  });
  afterAll(() => rm(parent, { recursive: true }));

  it('are empty with the same columns while there is nothing', async () => {
    for (const name of ['bars', 'actions', 'coverage', 'revisions', 'bars_adjusted'])
      expect(await rowsOf(root, `FROM ${name}`)).toEqual([]);
    const columns = (view: string): Promise<Row[]> =>
      rowsOf(root, `SELECT column_name, column_type FROM (DESCRIBE ${view})`);
    const empty = [];
    for (const name of ['bars', 'actions', 'coverage', 'revisions', 'bars_adjusted'])
      empty.push(await columns(name));
    const learned = coverage({
      present: [days('2026-02-23', '2026-02-28')],
      provisional: [days('2026-02-27', '2026-02-28')],
      absent: [
        absence(days('2026-02-20', '2026-02-21'), { nextRetryAt: NOON + 1, note: 'none', attempts: 2 }),
      ],
    });
    const week = ['2026-02-23', '2026-02-24', '2026-02-25', '2026-02-26', '2026-02-27'];
    await store.upsert(
      update(
        week.map((day) => daily(day)),
        { learned: coverage({ ...learned, provisional: [] }) },
      ),
    );
    const changed = daily('2026-02-24', { close: 100.5, fetchedAt: NOON + 1000 });
    await store.upsert(update([changed], { learned, fetchedAt: NOON + 1000 }));
    const splitDay = { kind: 'split', exDay: parseDay('2026-02-25'), ratio: 2 } as const;
    await tellActions(store, 'AAPL', [splitDay], days('2026-02-20', '2026-03-01'), 'sample', NOON);
    const full = [];
    for (const name of ['bars', 'actions', 'coverage', 'revisions', 'bars_adjusted'])
      full.push(await columns(name));
    expect(full).toEqual(empty);
  });

  it('have every bar, action, revision and state', async () => {
    const [bar] = await rowsOf(
      root,
      `SELECT ticker, interval, period, close FROM bars WHERE ts = '2026-02-24'`,
    );
    expect(bar).toEqual({ ticker: 'AAPL', interval: '1d', period: 'all', close: 100.5 });
    expect(await rowsOf(root, 'SELECT ticker, ex_date, kind, value, source FROM actions')).toEqual([
      { ticker: 'AAPL', ex_date: '2026-02-25', kind: 'split', value: 2, source: 'sample' },
    ]);
    expect(await rowsOf(root, 'SELECT ticker, close, new_close, replaced_at FROM revisions')).toEqual([
      { ticker: 'AAPL', close: 101, new_close: 100.5, replaced_at: '2026-03-02 12:00:01' },
    ]);
    const nothing = {
      reason: null,
      provider: null,
      checked_at: null,
      attempts: null,
      next_retry_at: null,
      note: null,
    };
    const of = { ticker: 'AAPL', interval: '1d' };
    expect(await rowsOf(root, 'FROM coverage ORDER BY from_day')).toEqual([
      {
        ...of,
        from_day: '2026-02-20',
        to_day: '2026-02-20',
        state: 'absent',
        reason: 'no-trades',
        provider: 'sample',
        checked_at: '2026-03-02 12:00:00',
        attempts: 2,
        next_retry_at: '2026-03-02 12:00:00.001',
        note: 'none',
      },
      { ...of, from_day: '2026-02-23', to_day: '2026-02-26', state: 'present', ...nothing },
      { ...of, from_day: '2026-02-27', to_day: '2026-02-27', state: 'provisional', ...nothing },
    ]);
  });

  it('know of a file whose knowledge was edited what its rows prove', async () => {
    const file = (ticker: string, interval: Interval, period: string): string =>
      join(root, barsPath({ series: { ticker, interval }, period }));
    const edited = { ticker: "E'D", interval: '1d' } as const;
    const minutes = { ticker: "E'D", interval: '5m' } as const;
    const learned = coverage({
      present: [days('2026-02-26', '2026-02-28')],
      absent: [absence(days('2026-02-23', '2026-02-26'))],
    });
    await store.upsert(update([daily('2026-02-26'), daily('2026-02-27')], { series: edited, learned }));
    await store.upsert(
      update([at('2026-02-26T14:30Z'), at('2026-02-27T14:30Z')], { series: minutes, learned }),
    );
    for (const path of [file("E'D", '1d', 'all'), file("E'D", '5m', '2026')]) {
      const words = (await ownWords(path)).replace('no-trades', 'delisted');
      await writeFile(path, fileOf(await rowsInFile(await readFile(path)), words));
    }
    const columns = 'ticker, interval, from_day, to_day, state';
    const of = { ticker: "E'D", from_day: '2026-02-26', to_day: '2026-02-27' };
    expect(
      await rowsOf(root, `SELECT ${columns} FROM coverage WHERE ticker LIKE 'E%' ORDER BY interval`),
    ).toEqual([
      { ...of, interval: '1d', state: 'present' },
      { ...of, interval: '5m', state: 'provisional' },
    ]);
    expect(await rowsOf(root, `SELECT DISTINCT ticker FROM coverage ORDER BY ticker`)).toHaveLength(2);
    await store.forget(edited);
    await store.forget(minutes);
  });

  it('adjust as of the date that is asked for', async () => {
    const closes = async (asOf?: string): Promise<unknown[]> =>
      (await rowsOf(root, 'SELECT close FROM bars_adjusted ORDER BY ts', asOf)).map(({ close }) => close);
    expect(await closes()).toEqual([50.5, 50.25, 101, 101, 101]);
    expect(await closes('2026-02-25')).toEqual([50.5, 50.25, 101]);
    expect(await closes('2026-02-24')).toEqual([101, 100.5]);
  });

  it('know the session of an intraday bar by its exchange’s zone', async () => {
    const series = { ticker: 'BHP.AX', interval: '5m' } as const;
    await store.upsert(update([at('2026-02-24T23:00Z')], { series, calendar: 'XASX' }));
    expect(await rowsOf(root, `SELECT session FROM bars_adjusted WHERE interval = '5m'`)).toEqual([
      { session: '2026-02-25' },
    ]);
  });

  it('take a dividend on the day of a split as one of the new shares', async () => {
    const series = { ticker: 'BOTH', interval: '1d' } as const;
    const bars = [daily('2026-02-23', { close: 100 }), daily('2026-02-26', { close: 50 })];
    await store.upsert(update(bars, { series }));
    const exDay = parseDay('2026-02-25');
    const covered = days('2026-02-20', '2026-03-01');
    const actions = [
      { kind: 'split', exDay, ratio: 2 } as const,
      { kind: 'dividend', exDay, amount: 5 } as const,
    ];
    await tellActions(store, 'BOTH', actions, covered, 'sample', NOON);
    const rows = await rowsOf(root, `SELECT close FROM bars_adjusted WHERE ticker = 'BOTH' ORDER BY ts`);
    expect(rows).toEqual([{ close: 45 }, { close: 50 }]);
  });

  it.each([
    ['none', undefined, [100, 99, 25, 240, 230], [1000, 1000, 1000, 1000, 1000]],
    ['splits', undefined, [250, 247.5, 250, 240, 230], [400, 400, 100, 1000, 1000]],
    ['all', undefined, [232.75, 235.125, 237.5, 228, 230], [400, 400, 100, 1000, 1000]],
    ['all', '2026-02-25', [24.5, 24.75, 25], [4000, 4000, 1000]],
  ] as const)('adjust as worked out by hand: %s as of %s', async (adjust, asOf, closes, volumes) => {
    const series = { ticker: 'HAND', interval: '1d' } as const;
    const traded: [string, number][] = [
      ['2026-02-23', 100],
      ['2026-02-24', 99],
      ['2026-02-25', 25],
      ['2026-02-26', 240],
      ['2026-02-27', 230],
    ];
    const bars = traded.map(([day, close]) => daily(day, { close, volume: 1000 }));
    const learned = coverage({ present: [days('2026-02-23', '2026-02-28')] });
    await store.upsert(update(bars, { series, learned }));
    const actions = [
      { kind: 'dividend', exDay: parseDay('2026-02-24'), amount: 2 },
      { kind: 'split', exDay: parseDay('2026-02-25'), ratio: 4 },
      { kind: 'split', exDay: parseDay('2026-02-26'), ratio: 0.1 },
      { kind: 'dividend', exDay: parseDay('2026-02-27'), amount: 12 },
    ] as const;
    await tellActions(store, 'HAND', actions, days('2026-02-20', '2026-03-01'), 'sample', NOON);
    const asked = asOf === undefined ? 'NULL' : `'${asOf}'`;
    const sql = await rowsOf(
      root,
      `SELECT close, volume FROM adjusted_bars('${adjust}', ${asked}) WHERE ticker = 'HAND' ORDER BY ts`,
    );
    const adjusted = await openAdjusted(store, await store.scan(), series, { adjust, ...(asOf && { asOf }) });
    const read: { close: number; volume: number }[] = [];
    for await (const block of adjusted.bars) for (const bar of storedRowsOf(block)) read.push(bar);
    for (const rows of [sql, read]) {
      expect(rows.map(({ close }) => Number(Number(close).toFixed(9)))).toEqual(closes);
      expect(rows.map(({ volume }) => Number(Number(volume).toFixed(9)))).toEqual(volumes);
    }
  });

  it('are of this folder only, not of others that its name would match', async () => {
    const other = openParquetStore(join(parent, "it's [a] stXreY"));
    await other.upsert(update([daily('2026-02-27')], { series: { ticker: 'OTHER', interval: '1d' } }));
    expect(await rowsOf(root, `FROM bars WHERE ticker = 'OTHER'`)).toEqual([]);
  });

  it('leave a dividend in another currency out of the factors, in a file of one more column', async () => {
    const [first, second] = ['2026-02-26', '2026-02-27'].map(parseDay) as [number, number];
    const foreign = { kind: 'dividend', exDay: second, amount: 10, currency: 'USD' } as const;
    const own = { kind: 'dividend', exDay: first, amount: 10 } as const;
    await tellActions(store, 'ZULU', [own, foreign], days('2026-02-20', '2026-03-01'), 'sample', NOON);
    await store.upsert(
      update(
        ['2026-02-25', '2026-02-26', '2026-02-27'].map((day) => daily(day, { close: 100 })),
        { series: { ticker: 'ZULU', interval: '1d' } },
      ),
    );
    const actions = await rowsOf(root, `SELECT value, currency FROM actions WHERE ticker = 'ZULU'`);
    expect(actions).toEqual([
      { value: 10, currency: null },
      { value: 10, currency: 'USD' },
    ]);
    const closes = await rowsOf(root, `SELECT close FROM bars_adjusted WHERE ticker = 'ZULU' ORDER BY ts`);
    expect(closes.map(({ close }) => close)).toEqual([90, 100, 100]);
    expect(await rowsOf(root, `SELECT DISTINCT currency FROM actions WHERE ticker = 'AAPL'`)).toEqual([
      { currency: null },
    ]);
  });

  it('refuse a mode that there is not', async () => {
    await expect(rowsOf(root, `FROM adjusted_bars('some', NULL)`)).rejects.toThrow(
      'mode is none, splits or all, not some',
    );
  });

  it('define nothing twice: the script can be run again', async () => {
    const { sql: setup } = await storeViews(
      openFolder(root),
      { mode: 'none', asOf: undefined },
      await store.scan(),
    );
    const again = withSelect({ sql: setup + setup, files: '[]' }, 'SELECT 1', async () => 'run');
    expect(await again).toBe('run');
  });

  it('are of the series that they say', async () => {
    expect(await rowsIn(store, AAPL)).toHaveLength(5);
  });
});
