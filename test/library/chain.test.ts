import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import { type Day, formatDay, parseDay, startOfDay, utcDayOf } from '../../src/core/session/day.ts';
import type { BackfillEvent } from '../../src/backfill/run/events.ts';
import type { HistoryOptions } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import type { Market } from '../../src/market/market.ts';
import { POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { type Logged, start, stopAll } from '../simulator/running.ts';
import { inDuckDB } from './in-duckdb.ts';
import { lacking, tickersOf, walkingMarket } from './walking-market.ts';

// Whole runs over HTTP from two servers into one store, which DuckDB counts.

const NOW = Date.parse('2026-11-20T12:00:00Z');
const calendar = calendarFor('QAAA');

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chain-'));
});
afterEach(async () => {
  await stopAll();
  await rm(folder, { recursive: true });
});

function optionsOf(first: Logged, second: Logged, more: Partial<HistoryOptions> = {}): HistoryOptions {
  return {
    ...{ store: join(folder, 'store'), stateFolder: join(folder, 'state'), workers: 1, quotas: [] },
    provider: [
      { id: 'polygon', url: first.url, settings: { tier: 'free' } },
      { id: 'yahoo', url: second.url },
    ],
    secrets: { key: POLYGON_KEYS.free },
    clock: () => NOW,
    ...more,
  };
}

function question(select: string): Promise<unknown[]> {
  return inDuckDB(
    `CREATE VIEW bars AS FROM read_parquet('${join(folder, 'store')}/bars/**/*.parquet', hive_partitioning = true, hive_types_autocast = false)`,
    select,
  );
}

/** First session that the free plan reaches. */
const REACHED: Day = calendar.sessionOnOrAfter(utcDayOf(NOW) - 730 + 1);

const at = (ts: number): string => formatDay(utcDayOf(ts));

describe('a chain of two providers', () => {
  it('fills from the second what the first lacks, each row with its source', async () => {
    const all = tickersOf(304);
    const unknown = new Set(all.slice(100, 130));
    const full = walkingMarket(all);
    const [holed = ''] = all;
    const empty = new Set(
      calendar
        .sessions({ from: parseDay('2025-06-02'), to: parseDay('2025-07-01') })
        .slice(0, 10)
        .map(startOfDay),
    );
    expect(empty.size).toBe(10);
    const first = await start({
      wire: 'polygon',
      market: lacking(full, unknown, (ticker, ts) => ticker === holed && empty.has(ts)),
      now: () => NOW,
    });
    const second = await start({ wire: 'yahoo', market: full, now: () => NOW });
    const history = openHistory(optionsOf(first, second));
    const request = { tickers: all, start: '2024-09-03', end: '2026-11-18' };
    const plan = await history.plan(request);
    expect(plan.next?.map(({ provider }) => provider)).toEqual(['yahoo']);
    expect(plan.next?.[0]?.plan.totals.requests).toBe(304);

    const summary = await history.backfill(request);
    expect({ ...summary.stopped, failures: summary.failures }).toEqual({ failures: [] });
    const { series, fetched, unavailable, failed, cannotBeHad, newlyUnavailable, holes } = summary;
    expect({ series, fetched, unavailable, failed, cannotBeHad, newlyUnavailable, holes }).toEqual({
      ...{ series: 304, fetched: 304, unavailable: 0, failed: 0, cannotBeHad: [] },
      ...{ newlyUnavailable: false, holes: 0 },
    });
    const sessions = calendar.count([{ from: parseDay('2024-09-03'), to: parseDay('2026-11-19') }]);
    const early = calendar.count([{ from: parseDay('2024-09-03'), to: REACHED }]);
    const ofSecond = 274 * early + 30 * sessions + 10;
    expect(await question('SELECT source, count(*)::INT FROM bars GROUP BY 1 ORDER BY 1')).toEqual([
      ['polygon', 304 * sessions - ofSecond],
      ['yahoo', ofSecond],
    ]);
    const rows = (await question(
      'SELECT ticker, epoch_ms(ts)::VARCHAR, source, close FROM bars',
    )) as string[][];
    const closes = new Map(
      all.map((ticker) => [
        ticker,
        new Map(
          full
            .rows(ticker, '1d', { from: parseDay('2024-09-03'), to: parseDay('2026-11-19') })
            .map(({ ts, close }) => [ts, close]),
        ),
      ]),
    );
    const wrong = rows.filter(([ticker = '', text = '', source, close]) => {
      const ts = Number(text);
      const isSecond = unknown.has(ticker) || ts < startOfDay(REACHED) || (ticker === holed && empty.has(ts));
      return source !== (isSecond ? 'yahoo' : 'polygon') || closes.get(ticker)?.get(ts) !== Number(close);
    });
    expect(wrong.slice(0, 3).map(([ticker, ts, ...rest]) => [ticker, at(Number(ts)), ...rest])).toEqual([]);

    expect(summary.byProvider?.map(({ provider, inserted }) => [provider, inserted])).toEqual([
      ['polygon', 304 * sessions - ofSecond],
      ['yahoo', ofSecond],
    ]);
    expect(summary.byProvider?.map(({ sent }) => sent)).toEqual([
      first.entries.length,
      second.entries.length,
    ]);
    // What each was asked for once is known.
    const [asked, askedToo] = [first.entries.length, second.entries.length];
    const again = await history.backfill(request);
    expect([again.complete, again.requests, first.entries.length, second.entries.length]).toEqual([
      304,
      0,
      asked,
      askedToo,
    ]);
    await history.close();
  }, 120_000);
});
