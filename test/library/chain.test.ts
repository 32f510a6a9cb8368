import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import {
  type Day,
  type DayRange,
  formatDay,
  parseDay,
  startOfDay,
  utcDayOf,
} from '../../src/core/session/day.ts';
import type { BackfillEvent } from '../../src/backfill/run/events.ts';
import type { HistoryOptions } from '../../src/library/history.ts';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { parseQuotas } from '../../src/core/plan/quota.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import type { ProviderConfig } from '../../src/providers/provider.ts';
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

const dateOf = (ts: number): string => formatDay(utcDayOf(ts));

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
    expect(wrong.slice(0, 3).map(([ticker, ts, ...rest]) => [ticker, dateOf(Number(ts)), ...rest])).toEqual(
      [],
    );

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

  it('refuses a second one that stands on another level, by name, and keeps what the first gave', async () => {
    const all = tickersOf(6);
    const full = walkingMarket(all);
    const [holed = ''] = all;
    const empty = new Set(firstSessions('2026-06-01', 10));
    const isLacking = (ticker: string, ts: number): boolean => ticker === holed && empty.has(ts);
    const first = await start({ wire: 'polygon', market: lacking(full, NOBODY, isLacking), now: () => NOW });
    const second = await start({ wire: 'yahoo', market: scaled(full, 0.8), now: () => NOW });
    const history = openHistory(optionsOf(first, second));
    const summary = await history.backfill({ tickers: all, start: '2026-03-02', end: '2026-11-18' });
    expect(summary.failures.map(({ ticker, code }) => [ticker, code])).toEqual([[holed, 'basis-unknown']]);
    expect(summary.failures[0]?.message).toMatch(
      /^the prices of yahoo for QAAA stand at 0\.8\d* times .* of polygon, .*two sources on different levels are not joined/,
    );
    expect([summary.failed, summary.fetched]).toEqual([1, 5]);
    expect(await question('SELECT DISTINCT source FROM bars')).toEqual([['polygon']]);
    await history.close();
  });

  it('counts a ticker as one that cannot be had once both said so, news the first time only', async () => {
    const all = tickersOf(12);
    const [nobodys = '', firstLacks = ''] = all;
    const full = walkingMarket(all);
    const first = await start({
      wire: 'polygon',
      market: lacking(full, new Set([nobodys, firstLacks])),
      now: () => NOW,
    });
    const second = await start({ wire: 'yahoo', market: lacking(full, new Set([nobodys])), now: () => NOW });
    const history = openHistory(optionsOf(first, second));
    const request = { tickers: all, start: '2026-10-01', end: '2026-11-13' };
    const summary = await history.backfill(request);
    expect(summary).toMatchObject({ series: 12, fetched: 11, unavailable: 1, failed: 0, stopped: null });
    expect(summary.newlyUnavailable).toBe(true);
    expect(summary.cannotBeHad.flatMap(({ tickers }) => tickers)).toEqual([nobodys]);
    const { absent } = (await history.scan()).series.get(`${nobodys} 1d`)?.coverage ?? { absent: [] };
    expect(new Set(absent.flatMap(({ by }) => by.map(({ provider }) => provider)))).toEqual(
      new Set(['polygon', 'yahoo']),
    );
    const sent = first.entries.length + second.entries.length;
    const again = await history.backfill(request);
    expect(again).toMatchObject({ complete: 11, unavailable: 1, newlyUnavailable: false, requests: 0 });
    expect(first.entries.length + second.entries.length).toBe(sent);
    await history.close();
  });

  it('leaves to the first what its quota did not reach, and asks the second for what that cannot have', async () => {
    const first = await start({ wire: 'polygon', now: () => NOW });
    const second = await start({ wire: 'yahoo', now: () => NOW });
    const request = { tickers: ['ALFA', 'BRIQ', 'NYXA', 'BRVO.PA'], days: 60 };
    // A share takes three requests.
    const some = openHistory(optionsOf(first, second, { quotas: parseQuotas('6/366day') }));
    const summary = await some.backfill(request);
    await some.close();
    expect(summary).toMatchObject({ series: 4, fetched: 3, notRun: 1, failed: 0, complete: 0 });
    expect(summary.stopped).toMatchObject({ reason: 'quota-exhausted' });
    expect(exitCodeOf(summary)).toBe(3);
    expect(new Set(second.entries.map(({ symbol }) => symbol))).toEqual(new Set(['BRVO.PA']));
    expect(summary.byProvider?.map(({ provider, fetched }) => [provider, fetched])).toEqual([
      ['polygon', 2],
      ['yahoo', 1],
    ]);
    const more = openHistory(optionsOf(first, second, { quotas: parseQuotas('12/366day') }));
    const rest = await more.backfill(request);
    await more.close();
    expect(rest).toMatchObject({ series: 4, complete: 3, fetched: 1, stopped: null });
    expect(
      await question(
        'SELECT ticker, any_value(source), count(DISTINCT source)::INT FROM bars GROUP BY 1 ORDER BY 1',
      ),
    ).toEqual([
      ['ALFA', 'polygon', 1],
      ['BRIQ', 'polygon', 1],
      ['BRVO.PA', 'yahoo', 1],
      ['NYXA', 'polygon', 1],
    ]);
  });

  it('is no success where both are down, and nothing is absent then', async () => {
    const first = await start({ wire: 'polygon', now: () => NOW });
    const second = await start({ wire: 'yahoo', now: () => NOW });
    await stopAll();
    const history = openHistory(optionsOf(first, second));
    const summary = await history.backfill({ tickers: ['ALFA', 'BRIQ', 'BRVO.PA'], days: 5 });
    expect(summary).toMatchObject({ series: 3, fetched: 0, complete: 0, unavailable: 0, absent: {} });
    expect(summary.failed + summary.notRun).toBe(3);
    expect(exitCodeOf(summary)).toBe(1);
    expect(summary.byProvider?.map(({ provider }) => provider)).toEqual(['polygon', 'yahoo']);
    expect((await history.scan()).series.size).toBe(0);
    await history.close();
  }, 90_000);

  it('asks the second for what the first does not open to the key, and that is a success', async () => {
    const closed = await refusing(403);
    const second = await start({ wire: 'yahoo', now: () => NOW });
    const history = openHistory({
      ...optionsOf(second, second),
      provider: [
        { id: 'sample', url: closed.url },
        { id: 'yahoo', url: second.url },
      ],
    });
    const summary = await history.backfill({ tickers: ['ALFA', 'BRIQ'], days: 30 });
    expect(summary).toMatchObject({ fetched: 2, failed: 0, notRun: 0, stopped: null, refused: [] });
    expect(exitCodeOf(summary)).toBe(0);
    expect(summary.byProvider?.[0]?.refused).toMatchObject([{ interval: '1d', code: 'not-entitled' }]);
    expect(await question('SELECT source, count(*)::INT FROM bars GROUP BY 1')).toEqual([['yahoo', 60]]);
    await history.close();
    await closed.close();
  });

  it('fills by sessions of the whole market from the first, and by series from the second', async () => {
    const all = tickersOf(60);
    const unknown = new Set(all.slice(0, 5));
    const [unnamed = ''] = all.slice(5);
    const full = walkingMarket(all);
    const known = lacking(full, unknown);
    // The first has it, but not among the shares of a session.
    const market: Market = {
      ...known,
      rows: (ticker, interval, range) =>
        ticker === unnamed && range.to === range.from + 1 ? [] : known.rows(ticker, interval, range),
    };
    const first = await start({ wire: 'polygon', market, now: () => NOW });
    const second = await start({ wire: 'yahoo', market: full, now: () => NOW });
    const history = openHistory(optionsOf(first, second));
    const again: number[] = [];
    const summary = await history.backfill({
      ...{ tickers: all, start: '2026-11-02', end: '2026-11-12' },
      onEvent: (event) => {
        if (event.type === 'asking' && event.unnamed !== undefined) again.push(event.unnamed);
      },
    });
    expect(first.entries.filter(({ path }) => path.includes('/grouped/')).length).toBe(9);
    expect(again).toEqual([6]);
    expect(summary).toMatchObject({ series: 60, fetched: 60, failed: 0, unavailable: 0, failures: [] });
    expect(exitCodeOf(summary)).toBe(0);
    expect(summary.byProvider?.map(({ provider, failed, inserted }) => [provider, failed, inserted])).toEqual(
      [
        ['polygon', 0, 55 * 9],
        ['yahoo', 0, 5 * 9],
      ],
    );
    expect(new Set(second.entries.map(({ symbol }) => symbol))).toEqual(unknown);
    expect(await question('SELECT source, count(*)::INT FROM bars GROUP BY 1 ORDER BY 1')).toEqual([
      ['polygon', 55 * 9],
      ['yahoo', 5 * 9],
    ]);
    expect(await question(`SELECT DISTINCT source FROM bars WHERE ticker = '${unnamed}'`)).toEqual([
      ['polygon'],
    ]);
    await history.close();
  });

  it('asks another one about what is odd, tells what it says, and revises nothing', async () => {
    const all = tickersOf(4);
    const [, wrong = '', right = '', absent = ''] = all;
    const day = startOfDay(parseDay('2026-06-10'));
    const full = spiked(walkingMarket(all), new Set([right, absent]), day);
    const isAbsent = (ticker: string, ts: number): boolean => ticker === absent && ts === day;
    const first = await start({
      wire: 'polygon',
      market: spiked(full, new Set([wrong]), day),
      now: () => NOW,
    });
    const second = await start({
      wire: 'yahoo',
      market: lacking(full, NOBODY, isAbsent),
      now: () => NOW,
    });
    const history = openHistory(optionsOf(first, second));
    const request = { tickers: all, start: '2026-03-02', end: '2026-11-18', secondOpinion: true };
    const summary = await history.backfill(request);
    expect(
      summary.secondOpinions
        ?.map(({ ticker, session, kind, provider, says }) => [ticker, session, kind, provider, says])
        .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    ).toEqual([
      [wrong, '2026-06-10', 'spike', 'yahoo', 'other'],
      [right, '2026-06-10', 'spike', 'yahoo', 'same'],
      [absent, '2026-06-10', 'spike', 'yahoo', 'no-bar'],
    ]);
    expect(summary).toMatchObject({ fetched: 4, failed: 0, revised: 0, stopped: null });
    expect(second.entries.length).toBeGreaterThanOrEqual(3);
    expect(await question('SELECT DISTINCT source FROM bars')).toEqual([['polygon']]);
    const stored = await history.read(
      { ticker: wrong, interval: '1d' },
      { start: '2026-06-10', end: '2026-06-10' },
    );
    const [truth] = first.entries.length > 0 ? full.rows(wrong, '1d', dayOf(day)) : [];
    expect(stored[0]?.close).toBeCloseTo(1.4 * Number(truth?.close), 2);
    await history.close();
  });

  it('counts as not run what was left to one whose turn did not come', async () => {
    const first = await start({ wire: 'polygon', now: () => NOW });
    const second = await start({ wire: 'yahoo', now: () => NOW });
    const history = openHistory(optionsOf(first, second));
    const stop = new AbortController();
    const summary = await history.backfill({
      ...{ tickers: ['ALFA', 'BRIQ', 'BRVO.PA'], days: 5, stop: stop.signal },
      onEvent: (event) => {
        if (event.type === 'finished') stop.abort();
      },
    });
    expect(summary).toMatchObject({ series: 3, complete: 0, failed: 0, stopped: { reason: 'interrupted' } });
    expect(summary.fetched + summary.notRun).toBe(3);
    expect(summary.notRun).toBeGreaterThan(0);
    expect(second.entries).toEqual([]);
    await history.close();
  });

  it('refuses to ask another one where there is none', async () => {
    const history = openHistory({ store: join(folder, 'store') });
    await expect(history.backfill({ tickers: ['ALFA'], secondOpinion: true })).rejects.toThrow(
      'secondOpinion: "yahoo" is the only provider; name another one that can be asked',
    );
    await history.close();
  });

  it('says each provider in turn, and nobody of those that have nothing to do', async () => {
    const all = tickersOf(3);
    const full = walkingMarket(all);
    const first = await start({
      wire: 'polygon',
      market: lacking(full, new Set(all.slice(0, 1))),
      now: () => NOW,
    });
    const second = await start({ wire: 'yahoo', market: full, now: () => NOW });
    const history = openHistory(optionsOf(first, second));
    const asked: (readonly [string, readonly string[]])[] = [];
    const onEvent = (event: BackfillEvent): void => {
      if (event.type === 'asking') asked.push([event.provider, event.before]);
    };
    const request = { tickers: all, start: '2026-10-01', end: '2026-11-13', onEvent };
    await history.backfill(request);
    await history.backfill(request);
    expect(asked).toEqual([
      ['polygon', []],
      ['yahoo', ['polygon']],
      ['polygon', []],
    ]);
    await history.close();
  });
});

describe('sessions of 15 minutes', () => {
  const SESSION = calendar.session(parseDay('2026-11-17'));
  const RANGE = { tickers: ['ALFA'], intervals: ['15m' as const], start: '2026-10-19', end: '2026-11-18' };
  const SOURCES =
    "SELECT strftime(ts, '%Y-%m-%d'), string_agg(DISTINCT source, '+'), count(*)::INT FROM bars GROUP BY 1 ORDER BY 1";

  it('come whole from the second where the first has none', async () => {
    const full = sampleMarket();
    const isIn = (ts: number): boolean => ts >= SESSION.open && ts < SESSION.close;
    const first = await start({
      wire: 'polygon',
      market: lacking(full, NOBODY, (ticker, ts) => ticker === 'ALFA' && isIn(ts)),
      now: () => NOW,
    });
    const second = await start({ wire: 'yahoo', market: full, now: () => NOW });
    const history = openHistory(optionsOf(first, second));
    const summary = await history.backfill(RANGE);
    expect(summary.failures).toEqual([]);
    await history.close();
    const sessions = (await question(SOURCES)) as [string, string, number][];
    expect(sessions).toHaveLength(
      calendar.count([{ from: parseDay(RANGE.start), to: parseDay(RANGE.end) + 1 }]),
    );
    expect(sessions.filter(([, source]) => source !== 'polygon')).toEqual([['2026-11-17', 'yahoo', 26]]);
    expect(new Set(sessions.map(([, , bars]) => bars))).toEqual(new Set([26]));
  });

  it.each([
    ['stays the first’s where the second has all its bars', 0, 'polygon', 6],
    ['stays the first’s as a whole where that lacks one of them', 1, 'polygon', 6],
  ])('of which half a session came %s', async (_, lacks, source, bars) => {
    const full = sampleMarket();
    const QUARTER = 900_000;
    const isLate = (ts: number): boolean => ts >= SESSION.open + 6 * QUARTER && ts < SESSION.close;
    const isFirst = (ts: number): boolean => ts >= SESSION.open && ts < SESSION.open + lacks * QUARTER;
    let now = NOW;
    const first = await start({
      wire: 'polygon',
      market: lacking(full, NOBODY, (_ticker, ts) => isLate(ts)),
      now: () => now,
    });
    const second = await start({
      wire: 'yahoo',
      market: lacking(full, NOBODY, (_ticker, ts) => isFirst(ts)),
      now: () => now,
    });
    const { provider, secrets = {}, ...both } = optionsOf(first, second, { clock: () => now });
    for (const one of [provider].flat()) {
      const history = openHistory({ ...both, provider: one as ProviderConfig, secrets });
      await history.backfill(RANGE);
      await history.close();
      // A session that came in part is asked for again on another day.
      now += 2 * 86_400_000;
    }
    const sessions = (await question(SOURCES)) as [string, string, number][];
    expect(sessions.filter(([date]) => date === '2026-11-17')).toEqual([['2026-11-17', source, bars]]);
  });
});

describe('a chain', () => {
  it.each([
    [[], "provider []: names nobody; name at least one, such as { id: 'yahoo' }"],
    [[{ id: 'yahoo' }, { id: 'yahoo' }], 'provider "yahoo" stands twice in the chain; name it once'],
  ])('of %j is refused', (provider, message) => {
    expect(() => openHistory({ store: folder, provider })).toThrow(message);
  });

  it('is refused for a key that a later provider lacks before anything is asked', async () => {
    const first = await start({ wire: 'yahoo', now: () => NOW });
    const history = openHistory({
      store: join(folder, 'store'),
      provider: [{ id: 'yahoo', url: first.url }, { id: 'alpaca' }],
    });
    await expect(history.backfill({ tickers: ['ALFA'], days: 5 })).rejects.toThrow('APCA_API_KEY_ID');
    expect(first.entries).toEqual([]);
    await history.close();
  });

  it('names a ticker that none of it can have, and one interval that none has is refused', async () => {
    const first = await start({ wire: 'polygon', now: () => NOW });
    const history = openHistory({
      ...optionsOf(first, first),
      provider: [
        { id: 'polygon', url: first.url },
        { id: 'binance', url: first.url },
      ],
    });
    const plan = await history.plan({ tickers: ['ALFA', 'BRVO.PA'], days: 5 });
    expect(plan.notServed).toMatchObject([{ provider: 'polygon', tickers: ['BRVO.PA'] }]);
    expect(plan.next?.[0]?.plan.totals.requests).toBe(0);
    await history.close();
  });
});

const NOBODY: ReadonlySet<string> = new Set();

/** Starts of so many sessions from a date on. */
function firstSessions(date: string, count: number): number[] {
  const from = parseDay(date);
  return calendar
    .sessions({ from, to: from + 60 })
    .slice(0, count)
    .map(startOfDay);
}

/** A market at another level: as adjusted for a dividend that nobody tells of. */
function scaled(market: Market, factor: number): Market {
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

function dayOf(ts: number): DayRange {
  return { from: utcDayOf(ts), to: utcDayOf(ts) + 1 };
}

/** A market in which one session of some tickers stands two fifths higher. */
function spiked(market: Market, tickers: ReadonlySet<string>, at: number): Market {
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

/** A server that refuses whatever is asked. */
async function refusing(status: number): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((_request, response) => response.writeHead(status).end('not for this key'));
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
