import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { History } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { openStore } from '../../src/store/open.ts';
import type { SqlValue } from '../../src/store/sql.ts';
import { AAPL, at, coverage, daily, days, update } from '../store/fixtures.ts';
import { tellActions } from '../store/told-actions.ts';

const SYDNEY = { ticker: 'BHP.AX', interval: '5m' } as const;

let root = '';
let history: History;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'backfill-flags-'));
  history = openHistory({ store: join(root, 'store'), provider: { id: 'sample' } });
});
afterEach(() => rm(root, { recursive: true }));

/** AAPL with a provisional last session and one that closes above its high; Sydney's hours, the second session provisional. */
async function fill(): Promise<void> {
  const store = openStore(join(root, 'store'));
  const bars = [daily('2026-02-26', { close: 103 }), daily('2026-02-27')];
  const present = [days('2026-02-26', '2026-02-28')];
  const provisional = [days('2026-02-27', '2026-02-28')];
  await store.upsert(update(bars, { learned: coverage({ present, provisional }) }));
  // 10:00 in Sydney is 23:00 of the day before in UTC, and 15:55 is 04:55.
  const stamps = ['2026-02-24T23:00Z', '2026-02-25T04:55Z', '2026-02-25T23:00Z', '2026-02-26T04:55Z'];
  const learned = coverage({
    present: [days('2026-02-25', '2026-02-27')],
    provisional: [days('2026-02-26', '2026-02-27')],
  });
  await store.upsert(
    update(
      stamps.map((stamp) => at(stamp)),
      { series: SYDNEY, calendar: 'XASX', learned },
    ),
  );
  for (const { ticker } of [AAPL, SYDNEY])
    await tellActions(store, ticker, [], days('2026-02-20', '2026-03-01'), 'sample', 0);
}

async function query(sql: string): Promise<unknown[]> {
  return history.query(sql, async ({ blocks }) => {
    const rows: (readonly SqlValue[])[] = [];
    for await (const block of blocks()) rows.push(...block);
    return rows;
  });
}

describe('whether a bar is final', () => {
  it('is a column of the views, by the session in its exchange’s zone', async () => {
    await fill();
    for (const view of ['bars', 'bars_adjusted']) {
      expect(await query(`SELECT ts, is_final FROM ${view} WHERE ticker = 'AAPL' ORDER BY ts`)).toEqual([
        ['2026-02-26 00:00:00', true],
        ['2026-02-27 00:00:00', false],
      ]);
      expect(await query(`SELECT ts, is_final FROM ${view} WHERE interval = '5m' ORDER BY ts`)).toEqual([
        ['2026-02-24 23:00:00', true],
        ['2026-02-25 04:55:00', true],
        ['2026-02-25 23:00:00', false],
        ['2026-02-26 04:55:00', false],
      ]);
    }
  });

  it('is a column of an export of every form', async () => {
    await fill();
    const text = async (format: 'csv' | 'ndjson', interval: '1d' | '5m'): Promise<string[]> => {
      let all = '';
      await history.export({ format, interval, to: async (more) => void (all += more) });
      return all.trim().split('\n');
    };
    expect((await text('csv', '1d')).map((line) => line.split(',').slice(-3).join())).toEqual([
      'source,is_final,outside_range',
      'sample,true,true',
      'sample,false,false',
    ]);
    expect((await text('ndjson', '5m')).map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { is_final: true },
      { is_final: true },
      { is_final: false, outside_range: false },
      { is_final: false },
    ]);
    const file = join(root, 'out.parquet');
    await history.export({ format: 'parquet', tickers: ['AAPL'], to: file });
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    const read = await connection.runAndReadAll(`SELECT is_final, outside_range FROM '${file}' ORDER BY ts`);
    expect(read.getRowsJson()).toEqual([
      [true, true],
      [false, false],
    ]);
    connection.closeSync();
    instance.closeSync();
  });

  it('costs no join where nothing is provisional', async () => {
    await openStore(join(root, 'store')).upsert(update([daily('2026-02-26')]));
    const { sql } = await history.views();
    expect(sql).toContain('true AS is_final');
    expect(sql).not.toContain('unsettled');
  });

  it('keeps one row a bar, however many stretches are provisional', async () => {
    const store = openStore(join(root, 'store'));
    const week = ['2026-02-23', '2026-02-24', '2026-02-25', '2026-02-26', '2026-02-27'];
    const learned = coverage({
      present: [days('2026-02-23', '2026-02-28')],
      provisional: [
        days('2026-02-23', '2026-02-24'),
        days('2026-02-25', '2026-02-26'),
        days('2026-02-27', '2026-02-28'),
      ],
    });
    for (const series of [AAPL, { ticker: 'MSFT', interval: '1d' } as const])
      await store.upsert(
        update(
          week.map((day) => daily(day)),
          { series, learned },
        ),
      );
    const sql =
      'SELECT ts::DATE, count(*), bool_and(is_final), bool_or(is_final) FROM bars GROUP BY 1 ORDER BY 1';
    expect(await query(sql)).toEqual(week.map((day, i) => [day, 2, i % 2 === 1, i % 2 === 1]));
  });
});

describe('whether a bar opens or closes outside its range', () => {
  it.each([
    ['inside', {}, false],
    ['an open above the high', { open: 102.5 }, true],
    ['a close above the high', { close: 102.5 }, true],
    ['an open below the low', { open: 98.5 }, true],
    ['a close below the low', { close: 98.5 }, true],
    ['by no more than a wire’s precision', { close: 102.00005 }, false],
    ['below nought', { open: -36, high: -35, low: -38, close: -34 }, true],
  ] as const)('is a column of the views: %s', async (_, change, flag) => {
    await openStore(join(root, 'store')).upsert(update([daily('2026-02-26', change)]));
    for (const view of ['bars', 'bars_adjusted'])
      expect(await query(`SELECT outside_range FROM ${view}`)).toEqual([[flag]]);
  });
});

it('an unknown volume is NULL in the views and in Parquet, and nothing in CSV', async () => {
  const learned = coverage({ present: [days('2026-02-26', '2026-02-27')] });
  await openStore(join(root, 'store')).upsert(
    update([daily('2026-02-26', { volume: Number.NaN })], { learned }),
  );
  expect(await query('SELECT volume FROM bars')).toEqual([[null]]);
  const file = join(root, 'out.parquet');
  await history.export({ format: 'parquet', to: file });
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const read = await connection.runAndReadAll(`SELECT close, volume FROM '${file}'`);
  connection.closeSync();
  expect(read.getRowsJson()).toEqual([[101, null]]);
  let text = '';
  await history.export({ to: async (more) => void (text += more) });
  expect(text).toContain(',101,,,,sample,true,false\n');
});
