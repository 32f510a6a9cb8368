import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storedBarsOf, storedRowsOf } from '../../../../src/core/bars/bar-builder.ts';
import { UNKNOWN_IDENTITY } from '../../../../src/core/bars/bars.ts';
import { calendarFor } from '../../../../src/core/calendar/calendars.ts';
import { formatDay, parseDay, utcDayOf } from '../../../../src/core/session/day.ts';
import type { Interval } from '../../../../src/core/session/interval.ts';
import { openAdjusted } from '../../../../src/library/adjusted.ts';
import { isComplete } from '../../../../src/market/market.ts';
import { sampleMarket } from '../../../../src/market/sample.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import type { BarStore } from '../../../../src/store/store.ts';
import { LONG_RUNS, sampled } from '../../../needs.ts';
import { coverage, NOON } from '../../fixtures.ts';
import { tellActions } from '../../told-actions.ts';
import { type Row, rowsOf } from './asked-views.ts';

const FROM = parseDay(LONG_RUNS ? '2014-01-01' : '2019-06-03');
const TO = parseDay('2026-07-01');
const HOURS = { from: parseDay('2024-11-01'), to: parseDay('2025-04-01') };

describe('adjusting in SQL and in TypeScript', () => {
  const market = sampleMarket();
  let root = '';
  let store: BarStore;
  const fill = async (ticker: string, interval: Interval, from: number, to: number): Promise<void> => {
    const calendar = calendarFor(ticker);
    // Hours lack every second session before a dividend: there the daily close counts.
    const dividends = market.actions(ticker).filter(({ kind }) => kind === 'dividend');
    const lacking = new Set(
      dividends.filter((_, i) => i % 2 === 0).map(({ exDay }) => calendar.previousSession(exDay)),
    );
    const bars = market
      .rows(ticker, interval, { from, to })
      .filter(isComplete)
      .filter(({ ts }) => interval === '1d' || !lacking.has(calendar.localDay(ts)))
      .map((row) => ({ ...row, vwap: row.close, source: 'sample', fetchedAt: NOON }));
    const dayOf = (ts: number): number => (interval === '1d' ? utcDayOf(ts) : calendar.localDay(ts));
    const present = [...new Set(bars.map(({ ts }) => dayOf(ts)))].map((day) => ({ from: day, to: day + 1 }));
    const learned = coverage({ present });
    const series = { ticker, interval };
    await store.upsert({
      series,
      calendar: calendar.id,
      bars: storedBarsOf(bars),
      learned,
      identity: UNKNOWN_IDENTITY,
      fetchedAt: NOON,
    });
  };
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'backfill-agree-'));
    store = openParquetStore(root);
    for (const ticker of market.tickers()) {
      await fill(ticker, '1d', FROM, TO);
      const actions = market.actions(ticker).filter(({ exDay }) => exDay < TO);
      await tellActions(store, ticker, actions, { from: FROM, to: TO }, 'sample', NOON);
      if (actions.some(({ exDay }) => HOURS.from < exDay && exDay < HOURS.to))
        await fill(ticker, '1h', HOURS.from, HOURS.to);
    }
  }, 120_000);
  afterAll(() => rm(root, { recursive: true }));

  it.each(
    sampled(
      [
        ['none', undefined],
        ['splits', undefined],
        ['all', undefined],
        ['all', '2020-06-30'],
        ['splits', '2025-01-15'],
        ['all', '2025-02-14'],
      ] as const,
      2,
      'modes',
    ),
  )(
    'agrees: %s as of %s',
    async (adjust, asOf) => {
      const scan = await store.scan();
      const mode = adjust;
      const sql = `SELECT interval, ticker, epoch_ms(ts) AS ts, open, high, low, close, volume, vwap
      FROM adjusted_bars('${mode}', ${asOf === undefined ? 'NULL' : `'${asOf}'`}) ORDER BY interval, ticker, ts`;
      const theirs = await rowsOf(root, sql);
      const ours: Row[] = [];
      for (const key of [...scan.series.keys()]) {
        const series = scan.series.get(key)?.series;
        if (series === undefined) continue;
        const adjusted = await openAdjusted(store, scan, series, { adjust, ...(asOf && { asOf }) });
        for await (const bars of adjusted.bars)
          for (const { ts, open, high, low, close, volume, vwap } of storedRowsOf(bars))
            ours.push({
              interval: series.interval,
              ticker: series.ticker,
              ts,
              open,
              high,
              low,
              close,
              volume,
              vwap,
            });
      }
      const key = ({ interval, ticker, ts }: Row): string => JSON.stringify([interval, ticker, ts]);
      const byKey = new Map(theirs.map((row) => [key(row), row]));
      expect(byKey.size).toBe(theirs.length);
      expect(ours.length).toBe(theirs.length);
      let worst = 0;
      let touched = 0;
      for (const row of ours) {
        const other = byKey.get(key(row)) ?? {};
        for (const column of ['open', 'high', 'low', 'close', 'volume', 'vwap']) {
          const [a, b] = [Number(row[column]), Number(other[column])];
          if (a !== b) worst = Math.max(worst, Math.abs(a / b - 1));
          if (Number.isNaN(b)) throw new Error(`${key(row)} has no ${column} in SQL`);
        }
        if (!Number.isInteger((row['close'] as number) * 100)) touched++;
      }
      expect(worst).toBeLessThanOrEqual(1e-12);
      expect(touched > 0).toBe(true);
      expect(ours.every(({ ts }) => asOf === undefined || formatDay(utcDayOf(Number(ts))) <= asOf)).toBe(
        true,
      );
    },
    60_000,
  );

  it('covers splits, reverse splits, dividends, an hourly series and a delisted one', async () => {
    const [counts] = await rowsOf(
      root,
      `SELECT count(*) FILTER (kind = 'split' AND value > 1) AS splits, count(*) FILTER (kind = 'split' AND value < 1) AS
       reverse, count(*) FILTER (kind = 'dividend') AS dividends, (SELECT count(*) FROM bars WHERE interval = '1h') AS hours FROM actions`,
    );
    expect(Object.keys(counts ?? {})).toEqual(['splits', 'reverse', 'dividends', 'hours']);
    for (const [kind, count] of Object.entries(counts ?? {})) expect(Number(count), kind).toBeGreaterThan(0);
  });
});
