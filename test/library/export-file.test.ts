import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { DuckDBInstance } from '@duckdb/node-api';
import type { CorporateAction } from '../../src/core/bars/bars.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { openHistory } from '../../src/index.ts';
import { exportTo } from '../../src/library/export-file.ts';
import { at, coverage, daily, days, update } from '../store/fixtures.ts';
import { beginAnswered, answered, closes, dividend, root, split, store } from './answered-week.ts';

beginAnswered();

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
      adjusted: 'splits',
    });
  });

  it('refuses a format that there is not, and several intervals that would be one file', async () => {
    const history = openHistory({ store: join(root, 'store'), provider: 'none' });
    const to = join(root, 'out');
    for (const perTicker of [false, true])
      await expect(
        history.export({ tickers: 'AAPL', to, perTicker, format: 'XLSX' as 'csv' }),
      ).rejects.toMatchObject({
        code: 'usage',
        message: 'export: there is no format "XLSX"; there are csv, ndjson, parquet',
      });
    await expect(history.export({ to, intervals: ['1d', '1h'] })).rejects.toMatchObject({
      code: 'usage',
      message:
        'export: intervals ["1d","1h"]: a file has bars of one; name one, or give perTicker for files of several',
    });
    expect(await history.export({ tickers: 'AAPL', to, intervals: ['1h'] })).toMatchObject({
      failures: [{ series: { ticker: 'AAPL', interval: '1h' } }],
    });
    expect(await readdir(root)).toEqual(['store']);
    await history.close();
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

  it.each(['splits', 'all'] as const)('that is adjusted says so in each row: %s', async (adjust) => {
    const linesAs = async (format: 'csv' | 'ndjson'): Promise<string[]> => {
      let text = '';
      await exportTo(store, ['AAPL'], { adjust, format, to: async (more) => void (text += more) });
      return text.trimEnd().split('\n');
    };
    const [heading, ...rows] = await linesAs('csv');
    expect(heading).toMatch(/,outside_range,adjusted$/);
    expect(rows.map((line) => line.split(',').at(-1))).toEqual(Array.from({ length: 5 }, () => adjust));
    const objects = (await linesAs('ndjson')).map((line) => JSON.parse(line) as { adjusted: string });
    expect(objects.map(({ adjusted }) => adjusted)).toEqual(Array.from({ length: 5 }, () => adjust));
    const file = join(root, 'out.parquet');
    await exportTo(store, ['AAPL'], { adjust, format: 'parquet', to: file });
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    const read = await connection.runAndReadAll(`SELECT adjusted, count(*)::INT FROM '${file}' GROUP BY ALL`);
    expect(read.getRows()).toEqual([[adjust, 5]]);
    connection.closeSync();
    instance.closeSync();
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
