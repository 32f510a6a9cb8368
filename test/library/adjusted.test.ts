import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DuckDBInstance } from '@duckdb/node-api';
import type { CorporateAction } from '../../src/core/bars/bars.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { adjustability, readAdjusted } from '../../src/library/adjusted.ts';
import { contradictedSplitsOf } from '../../src/library/hidden-splits.ts';
import { exportTo } from '../../src/library/export-file.ts';
import type { AdjustOptions } from '../../src/library/history.ts';
import { openParquetStore } from '../../src/store/parquet/index.ts';
import type { BarStore } from '../../src/store/store.ts';
import { AAPL, at, coverage, daily, days, NOON, temporaryFolder, update } from '../store/fixtures.ts';
import { tellActions } from '../store/told-actions.ts';

/** How a session opens whose prices do not contradict that there was a split. */
const SHOWN = { open: 50, low: 50 };

let root: string;
let remove: () => Promise<void>;
let store: BarStore;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
  store = openParquetStore(join(root, 'store'));
  const learned = coverage({ present: [days('2026-02-23', '2026-02-28')] });
  const week = ['2026-02-23', '2026-02-24', '2026-02-25', '2026-02-26', '2026-02-27'];
  await store.upsert(
    update(
      week.map((day) => daily(day, { close: 100, ...(day === '2026-02-25' && SHOWN) })),
      { learned },
    ),
  );
});
afterEach(() => remove());

const split: CorporateAction = { kind: 'split', exDay: parseDay('2026-02-25'), ratio: 2 };
const dividend: CorporateAction = { kind: 'dividend', exDay: parseDay('2026-02-27'), amount: 10 };
const answered = (actions: CorporateAction[], from = '2026-02-20', to = '2026-02-28'): Promise<void> =>
  tellActions(store, 'AAPL', actions, days(from, to), 'sample', NOON);
const closes = async (options: Parameters<typeof readAdjusted>[2]): Promise<number[]> =>
  (await readAdjusted(store, AAPL, options)).map(({ close }) => close);

describe('an adjusted read', () => {
  it('is of the basis that is asked for, as traded by default', async () => {
    await answered([split, dividend]);
    expect(await closes({})).toEqual([100, 100, 100, 100, 100]);
    expect(await closes({ adjust: 'splits' })).toEqual([50, 50, 100, 100, 100]);
    expect(await closes({ adjust: 'all' })).toEqual([45, 45, 90, 90, 100]);
  });

  it('leaves out what came after the as-of date, which is inclusive', async () => {
    await answered([split, dividend]);
    expect(await closes({ adjust: 'all', asOf: '2026-02-26' })).toEqual([50, 50, 100, 100]);
    expect(await closes({ adjust: 'all', asOf: '2026-02-25' })).toEqual([50, 50, 100]);
    expect(await closes({ adjust: 'none', asOf: '2026-02-24' })).toEqual([100, 100]);
    expect(await closes({ adjust: 'all', asOf: '2026-02-20' })).toEqual([]);
  });

  it('of a range has the values of the whole', async () => {
    await answered([split, dividend]);
    expect(await closes({ adjust: 'all', start: '2026-02-24', end: '2026-02-25' })).toEqual([45, 90]);
    expect(await closes({ adjust: 'all', start: '2026-03-02' })).toEqual([]);
  });

  it('of a series without any bar is refused, however it is asked for; a range without one has none', async () => {
    for (const options of [{}, { adjust: 'all' }, { asOf: '2026-02-24' }, { start: '2026-02-24' }] as const)
      await expect(readAdjusted(store, { ticker: 'NOPE', interval: '1d' }, options)).rejects.toMatchObject({
        code: 'not-stored',
        ticker: 'NOPE',
        message: 'NOPE 1d is not in the store',
      });
    expect(await closes({ start: '2026-03-02' })).toEqual([]);
  });

  it('refuses where nobody answered for splits and dividends, and says what to run', async () => {
    await expect(closes({ adjust: 'splits' })).rejects.toMatchObject({
      code: 'basis-unknown',
      ticker: 'AAPL',
      message:
        'AAPL 1d cannot be adjusted: nobody has answered for its splits and dividends of 2026-02-24..2026-02-27; run backfill --provider sample --tickers AAPL --start 2026-02-24 --end 2026-02-27',
    });
    await answered([], '2026-02-20', '2026-02-26');
    await expect(closes({ adjust: 'all' })).rejects.toThrow('of 2026-02-26..2026-02-27;');
    expect(await closes({ adjust: 'all', asOf: '2026-02-25' })).toHaveLength(3);
    expect(await closes({ adjust: 'none' })).toHaveLength(5);
  });

  it.each([
    [
      'csv',
      "list them in the folder's actions.csv, its header alone if there are none, and run backfill --provider csv --tickers AAPL --start 2026-02-24 --end 2026-03-02",
    ],
    [
      'own',
      'run backfill --tickers AAPL --start 2026-02-24 --end 2026-03-02 with the provider of its bars, own',
    ],
  ])('where its last bar is from %s, it says what to run for that', async (source, remedy) => {
    const learned = coverage({ present: [days('2026-03-02', '2026-03-03')] });
    await store.upsert(update([daily('2026-03-02', { source })], { learned }));
    await expect(closes({ adjust: 'all' })).rejects.toThrow(`; ${remedy}`);
    const { error } =
      (await adjustability(store, await store.scan(), { adjust: 'all' })).get('AAPL 1d') ?? {};
    expect(error?.message.endsWith(`; ${remedy}`)).toBe(true);
  });

  it('needs no ex-dates before its own first session', async () => {
    await answered([], '2026-02-26', '2026-02-28');
    expect(await closes({ adjust: 'all', start: '2026-02-25' })).toHaveLength(3);
    await expect(closes({ adjust: 'all', start: '2026-02-24' })).rejects.toThrow('2026-02-25..2026-02-25');
  });

  it('refuses where the close before a dividend is missing, but not for splits', async () => {
    await answered([dividend]);
    await store.forget(AAPL, days('2026-02-26', '2026-02-27'));
    await expect(closes({ adjust: 'all' })).rejects.toThrow(
      'the close of 2026-02-26, before a dividend, is missing; run backfill --provider sample --tickers AAPL --start 2026-02-26 --end 2026-02-26',
    );
    expect(await closes({ adjust: 'splits' })).toHaveLength(4);
  });

  describe('with a split that the stored prices contradict', () => {
    const hidden: CorporateAction = { kind: 'split', exDay: parseDay('2026-02-26'), ratio: 4 };
    const message =
      'AAPL 1d cannot be adjusted: its bars around 2026-02-26 do not show the split 4:1 of that day; if it never was, ' +
      'backfill actions AAPL --withdraw 2026-02-26,split, else ' +
      'run backfill --provider sample --no-gaps --tickers AAPL --start 2026-02-23 --end 2026-02-27';
    beforeEach(() => answered([split, hidden]));

    it.each([{}, { asOf: '2026-02-26' }, { end: '2026-02-24' }, { start: '2026-02-25' }])(
      'is refused while that is in its reach: %o',
      async (options) => {
        for (const adjust of ['splits', 'all'] as const)
          await expect(closes({ adjust, ...options })).rejects.toMatchObject({
            ...{ code: 'basis-unknown', ticker: 'AAPL', message },
          });
      },
    );

    it('is none the worse for it else', async () => {
      expect(await closes({})).toHaveLength(5);
      expect(await closes({ adjust: 'splits', asOf: '2026-02-25' })).toEqual([50, 50, 100]);
      expect(await closes({ adjust: 'splits', start: '2026-02-26' })).toEqual([100, 100]);
    });

    it('is judged by the bars of its own interval', async () => {
      const series = { ticker: 'AAPL', interval: '5m' } as const;
      const stamps = ['2026-02-25T20:55Z', '2026-02-26T14:30Z'];
      const bars = stamps.map((stamp, i) => {
        const close = i === 0 ? 100 : 25;
        return at(stamp, { open: close, high: close, low: close, close });
      });
      const learned = coverage({ present: [days('2026-02-25', '2026-02-27')] });
      await store.upsert(update(bars, { series, learned }));
      const read = await readAdjusted(store, series, { adjust: 'splits' });
      expect(read.map(({ close }) => close)).toEqual([25, 25]);
      expect(await contradictedSplitsOf(store, 'AAPL')).toEqual([message]);
    });
  });

  it('is not refused for a split that is too small to show', async () => {
    await answered([{ ...split, exDay: parseDay('2026-02-26'), ratio: 1.25 }]);
    expect(await closes({ adjust: 'splits' })).toEqual([80, 80, 80, 100, 100]);
    expect(await contradictedSplitsOf(store, 'AAPL')).toEqual([]);
  });

  it('refuses a dividend that is not below the close', async () => {
    await answered([{ ...dividend, amount: 100 }]);
    await expect(closes({ adjust: 'all' })).rejects.toThrow(
      'the dividend of 100 on 2026-02-27 is not below the close before it, 100',
    );
    expect(await closes({ adjust: 'all', start: '2026-02-27' })).toEqual([100]);
  });

  it('of intraday bars reads partition by partition, with closes of an earlier one', async () => {
    const series = { ticker: 'AAPL', interval: '5m' } as const;
    const stamps = ['2025-12-31T20:50Z', '2025-12-31T20:55Z', '2026-01-02T14:30Z'];
    const learned = coverage({ present: [days('2025-12-31', '2026-01-03')] });
    const bars = stamps.map((stamp, i) => at(stamp, { close: [80, 100, 90][i] ?? 0 }));
    await store.upsert(update(bars, { series, learned }));
    await tellActions(
      store,
      'AAPL',
      [{ ...dividend, exDay: parseDay('2026-01-02') }],
      days('2025-12-01', '2026-01-03'),
      'sample',
      NOON,
    );
    const read = await readAdjusted(store, series, { adjust: 'all' });
    expect(read.map(({ close }) => close)).toEqual([72, 90, 90]);
  });

  it('of intraday bars takes the daily close where its own session before a dividend is missing', async () => {
    const series = { ticker: 'AAPL', interval: '5m' } as const;
    const learned = coverage({
      present: [days('2026-02-24', '2026-02-26'), days('2026-02-27', '2026-02-28')],
    });
    const stamps = ['2026-02-24T20:55Z', '2026-02-25T20:55Z', '2026-02-27T14:30Z'];
    await store.upsert(
      update(
        stamps.map((stamp, i) => at(stamp, { close: 40, ...(i === 1 && { open: 20, low: 20 }) })),
        { series, learned },
      ),
    );
    // Before this one it has a session of its own, which counts.
    await answered([split, dividend, { ...dividend, exDay: parseDay('2026-02-26'), amount: 4 }]);
    const read = async (): Promise<number[]> =>
      (await readAdjusted(store, series, { adjust: 'all' })).map(({ close }) => Number(close.toPrecision(6)));
    expect(await read()).toEqual([16.2, 32.4, 40]);
    await store.forget(AAPL, days('2026-02-26', '2026-02-27'));
    await expect(read()).rejects.toThrow(
      'AAPL 5m cannot be adjusted: the close of 2026-02-26, before a dividend, is missing; run backfill --provider sample --tickers AAPL --start 2026-02-26 --end 2026-02-26',
    );
  });

  it('refuses a dividend in another currency, but not for splits', async () => {
    await answered([split, { ...dividend, currency: 'USD' }]);
    await expect(closes({ adjust: 'all' })).rejects.toMatchObject({
      code: 'basis-unknown',
      message:
        'AAPL 1d cannot be adjusted: the dividend of 10 on 2026-02-27 is in USD, not in the currency of the price; say what it is there: backfill actions AAPL --add 2026-02-27,dividend,AMOUNT, or use --adjust splits',
    });
    expect(await closes({ adjust: 'splits' })).toEqual([50, 50, 100, 100, 100]);
    expect(await closes({ adjust: 'all', asOf: '2026-02-26' })).toEqual([50, 50, 100, 100]);
  });

  it('says of a dividend that the prices contradict that they do', async () => {
    await answered([split, { ...dividend, amount: 30 }]);
    const lines: string[] = [];
    const exported = await exportTo(store, ['AAPL'], {
      adjust: 'all',
      to: async (text) => void lines.push(text),
    });
    expect(exported).toMatchObject({ rows: 5, failures: [] });
    expect(exported.doubts).toEqual([
      'AAPL 1d 2026-02-27: the dividend of 30 is 30 % of the price, and open 100 after a close of 100 does not show it',
    ]);
    const splitsOnly = await exportTo(store, ['AAPL'], { adjust: 'splits', to: async () => undefined });
    expect(splitsOnly.doubts).toEqual([]);
  });

  it('refuses a basis and dates that there are not', async () => {
    await expect(closes({ adjust: 'some' as 'all' })).rejects.toMatchObject({ code: 'usage' });
    await expect(closes({ asOf: 'today' })).rejects.toMatchObject({ code: 'invalid-date' });
  });
});

describe('the list of what cannot be adjusted', () => {
  it('names the series, and is empty for bars as traded', async () => {
    const scan = await store.scan();
    const unadjustable = async (options: AdjustOptions): Promise<string[]> =>
      [...(await adjustability(store, scan, options))].flatMap(([key, { error }]) => (error ? [key] : []));
    expect(await unadjustable({ adjust: 'all' })).toEqual(['AAPL 1d']);
    expect(await unadjustable({ adjust: 'none' })).toEqual([]);
  });
});

describe('an export', () => {
  it('as text has adjusted prices without the noise of their factors', async () => {
    const earlier: CorporateAction = { kind: 'dividend', exDay: parseDay('2026-02-26'), amount: 3.3 };
    await answered([split, earlier, { ...dividend, amount: 7.1572 }]);
    const written = async (adjust: 'none' | 'all'): Promise<number[]> => {
      let text = '';
      await exportTo(store, ['AAPL'], { adjust, to: async (more) => void (text += more) });
      return text.split('\n').flatMap((line) => (line.startsWith('AAPL') ? Number(line.split(',')[5]) : []));
    };
    expect(await written('none')).toEqual([100, 100, 100, 100, 100]);
    expect(await written('all')).toEqual([44.8894938, 44.8894938, 89.7789876, 92.8428, 100]);
    expect(await closes({ adjust: 'all' })).not.toEqual(await written('all'));
  });

  const MSFT = { ticker: 'MSFT', interval: '1d' } as const;
  beforeEach(async () => {
    await answered([split]);
    const learned = coverage({ present: [days('2026-02-23', '2026-02-25')] });
    const bars = [daily('2026-02-23', { vwap: 1.5, trades: 3 }), daily('2026-02-24')];
    await store.upsert(update(bars, { series: MSFT, learned }));
  });

  it('has nothing for a volume that is not known: an empty field of CSV, null in JSON', async () => {
    const series = { ticker: 'VOID', interval: '1d' } as const;
    const learned = coverage({ present: [days('2026-02-23', '2026-02-24')] });
    await store.upsert(update([daily('2026-02-23', { volume: Number.NaN })], { series, learned }));
    const textAs = async (format: 'csv' | 'ndjson'): Promise<string> => {
      let text = '';
      await exportTo(store, ['VOID'], {
        format,
        to: async (more) => void (text += more),
      });
      return text;
    };
    expect(await textAs('csv')).toContain('VOID,2026-02-23,100,102,99,101,,,,sample');
    expect(await textAs('ndjson')).toContain('"volume":null');
  });

  it('is CSV with a heading, ticker by ticker', async () => {
    let text = '';
    const done = await exportTo(store, undefined, {
      end: '2026-02-24',
      to: async (more) => void (text += more),
    });
    expect(done).toEqual({ rows: 4, series: 2, failures: [], doubts: [] });
    expect(text).toBe(
      [
        'ticker,ts,open,high,low,close,volume,vwap,trades,source,is_final,outside_range',
        'AAPL,2026-02-23,100,102,99,100,1000000,,,sample,true,false',
        'AAPL,2026-02-24,100,102,99,100,1000000,,,sample,true,false',
        'MSFT,2026-02-23,100,102,99,101,1000000,1.5,3,sample,true,false',
        'MSFT,2026-02-24,100,102,99,101,1000000,,,sample,true,false',
        '',
      ].join('\n'),
    );
  });

  it('leaves out, by name, what cannot be adjusted or is not there', async () => {
    let text = '';
    const done = await exportTo(store, ['AAPL', 'MSFT', 'NONE'], {
      adjust: 'splits',
      format: 'ndjson',
      to: async (more) => void (text += more),
    });
    expect(done).toMatchObject({ rows: 5, series: 1 });
    expect(done.failures.map(({ reason }) => reason.slice(0, 28))).toEqual([
      'MSFT 1d cannot be adjusted: ',
      'NONE 1d is not in the store',
    ]);
    const [first] = text.split('\n');
    expect(JSON.parse(first ?? '')).toEqual({
      ticker: 'AAPL',
      ts: '2026-02-23',
      open: 50,
      high: 51,
      low: 49.5,
      close: 50,
      volume: 2e6,
      vwap: null,
      trades: null,
      source: 'sample',
      is_final: true,
      outside_range: false,
    });
  });

  it('stamps intraday bars with the instant', async () => {
    await store.upsert(
      update([at('2026-02-27T14:30Z')], {
        series: { ticker: 'AAPL', interval: '5m' },
        learned: coverage({ present: [days('2026-02-27', '2026-02-28')] }),
      }),
    );
    let text = '';
    await exportTo(store, ['AAPL'], { interval: '5m', to: async (more) => void (text += more) });
    expect(text).toContain('\nAAPL,2026-02-27T14:30:00Z,100,');
  });

  it('to a file replaces it whole, and leaves it alone if it fails or is stopped', async () => {
    const file = join(root, 'out.csv');
    await exportTo(store, ['AAPL'], { to: file });
    const before = await readFile(file, 'utf8');
    expect(before.split('\n')).toHaveLength(7);
    const stop = AbortSignal.abort();
    await expect(exportTo(store, ['AAPL'], { to: file, stop })).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readFile(file, 'utf8')).toBe(before);
    expect(await readdir(root)).toEqual(['out.csv', 'store']);
    const seen: string[] = [];
    const watch = {
      get aborted() {
        seen.push(readFileSync(file, 'utf8'));
        return false;
      },
    } as AbortSignal;
    await exportTo(store, undefined, { to: file, stop: watch });
    expect(seen).toEqual([before, before]);
    expect((await readFile(file, 'utf8')).length).toBeGreaterThan(before.length);
    await expect(exportTo(store, ['AAPL'], { to: join(root, 'no', 'out.csv') })).rejects.toMatchObject({
      code: 'usage',
    });
  });

  it('to Parquet reads back in DuckDB with the same values and types', async () => {
    const file = join(root, 'out.parquet');
    await exportTo(store, undefined, { format: 'parquet', to: file });
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    const rows = (
      await connection.runAndReadAll(
        `SELECT ticker, ts::VARCHAR AS ts, close, vwap, trades FROM '${file}' WHERE ticker = 'MSFT' OR ts = '2026-02-27' ORDER BY ALL`,
      )
    ).getRowObjectsJson();
    const names = (await connection.runAndReadAll(`SELECT * FROM '${file}'`)).columnNames();
    connection.closeSync();
    instance.closeSync();
    expect(names.join()).toBe(
      'ticker,ts,open,high,low,close,volume,vwap,trades,source,is_final,outside_range',
    );
    expect(rows).toEqual([
      { ticker: 'AAPL', ts: '2026-02-27 00:00:00', close: 100, vwap: null, trades: null },
      { ticker: 'MSFT', ts: '2026-02-23 00:00:00', close: 101, vwap: 1.5, trades: '3' },
      { ticker: 'MSFT', ts: '2026-02-24 00:00:00', close: 101, vwap: null, trades: null },
    ]);
    await expect(
      exportTo(store, undefined, { format: 'parquet', to: async () => undefined }),
    ).rejects.toMatchObject({ code: 'usage' });
  });
});
