import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import {
  type Day,
  type DayRange,
  formatDay,
  parseDay,
  startOfDay,
  utcDayOf,
} from '../../src/core/session/day.ts';
import type { HistoryOptions } from '../../src/library/history.ts';
import type { Market } from '../../src/market/market.ts';
import { POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { type Logged, stopAll } from '../simulator/running.ts';
import { inDuckDB } from './in-duckdb.ts';

// Whole runs over HTTP from two servers into one store, which DuckDB counts.

export const NOW = Date.parse('2026-11-20T12:00:00Z');
export const calendar = calendarFor('QAAA');

/** A store of each test's own. */
export interface ChainStore {
  /** Its folder, once a test runs. */
  readonly at: () => string;
  readonly optionsOf: (first: Logged, second: Logged, more?: Partial<HistoryOptions>) => HistoryOptions;
  /** What DuckDB finds in its bars. */
  readonly question: (select: string) => Promise<unknown[]>;
}

/** Makes a store before each test of a file, and ends it and the servers after. */
export function chainStore(): ChainStore {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chain-'));
  });
  afterEach(async () => {
    await stopAll();
    await rm(folder, { recursive: true });
  });
  const at = (): string => join(folder, 'store');
  return {
    at,
    optionsOf: (first, second, more = {}) => ({
      ...{ store: at(), stateFolder: join(folder, 'state'), workers: 1, quotas: [] },
      provider: [
        { id: 'polygon', url: first.url, settings: { tier: 'free' } },
        { id: 'yahoo', url: second.url },
      ],
      secrets: { key: POLYGON_KEYS.free },
      clock: () => NOW,
      ...more,
    }),
    question: (select) =>
      inDuckDB(
        `CREATE VIEW bars AS FROM read_parquet('${at()}/bars/**/*.parquet', hive_partitioning = true, hive_types_autocast = false)`,
        select,
      ),
  };
}

/** First session that the free plan reaches. */
export const REACHED: Day = calendar.sessionOnOrAfter(utcDayOf(NOW) - 730 + 1);

export const dateOf = (ts: number): string => formatDay(utcDayOf(ts));

export const NOBODY: ReadonlySet<string> = new Set();

/** Starts of so many sessions from a date on. */
export function firstSessions(date: string, count: number): number[] {
  const from = parseDay(date);
  return calendar
    .sessions({ from, to: from + 60 })
    .slice(0, count)
    .map(startOfDay);
}

/** A market at another level: as adjusted for a dividend that nobody tells of. */
export function scaled(market: Market, factor: number): Market {
  const times = (price: number | null): number | null =>
    price === null ? null : Math.round(price * factor * 10_000) / 10_000;
  return {
    ...market,
    rows: (...asked) =>
      market.rows(...asked).map((row) => ({
        ...row,
        ...{ open: times(row.open), high: times(row.high), low: times(row.low), close: times(row.close) },
      })),
  };
}

export function dayOf(ts: number): DayRange {
  return { from: utcDayOf(ts), to: utcDayOf(ts) + 1 };
}

/** A market in which one session of some tickers stands two fifths higher. */
export function spiked(market: Market, tickers: ReadonlySet<string>, at: number): Market {
  const times = (price: number | null): number | null =>
    price === null ? null : Math.round(price * 140) / 100;
  return {
    ...market,
    rows: (ticker, ...asked) =>
      market.rows(ticker, ...asked).map((row) =>
        tickers.has(ticker) && row.ts === at
          ? {
              ...row,
              ...{
                open: times(row.open),
                high: times(row.high),
                low: times(row.low),
                close: times(row.close),
              },
            }
          : row,
      ),
  };
}

/** A server that refuses whatever is asked, after `onAsked`; without a status it never answers. */
export async function refusing(
  status: number | null,
  onAsked: () => void = () => {},
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((_request, response) => {
    onAsked();
    if (status !== null) response.writeHead(status).end('not for this key');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
