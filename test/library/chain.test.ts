import { describe, expect, it } from 'vitest';
import { parseDay, startOfDay } from '../../src/core/session/day.ts';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { parseQuotas } from '../../src/core/plan/quota.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { unavailableLine } from '../../src/report/unavailable-text.ts';
import { LONG_RUNS } from '../needs.ts';
import { start, stopAll } from '../simulator/running.ts';
import { lacking, tickersOf, walkingMarket } from './walking-market.ts';
import { NOBODY, NOW, REACHED, calendar, chainStore, dateOf, firstSessions, scaled } from './chain-store.ts';

const { optionsOf, question } = chainStore();

/** Tickers, and those of them that the first does not know. */
const [ALL, UNKNOWN] = LONG_RUNS ? [304, 30] : [101, 10];

describe('a chain of two providers', () => {
  it('fills from the second what the first lacks, each row with its source', async () => {
    const all = tickersOf(ALL);
    const unknown = new Set(all.slice(50, 50 + UNKNOWN));
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
    expect(plan.next?.[0]?.plan.totals.requests).toBe(ALL);

    const summary = await history.backfill(request);
    expect({ ...summary.stopped, failures: summary.failures }).toEqual({ failures: [] });
    const { series, fetched, unavailable, failed, cannotBeHad, newlyUnavailable, holes } = summary;
    expect({ series, fetched, unavailable, failed, cannotBeHad, newlyUnavailable, holes }).toEqual({
      ...{ series: ALL, fetched: ALL, unavailable: 0, failed: 0, cannotBeHad: [] },
      ...{ newlyUnavailable: false, holes: 0 },
    });
    const sessions = calendar.count([{ from: parseDay('2024-09-03'), to: parseDay('2026-11-19') }]);
    const early = calendar.count([{ from: parseDay('2024-09-03'), to: REACHED }]);
    const ofSecond = (ALL - UNKNOWN) * early + UNKNOWN * sessions + 10;
    expect(await question('SELECT source, count(*)::INT FROM bars GROUP BY 1 ORDER BY 1')).toEqual([
      ['polygon', ALL * sessions - ofSecond],
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
      ['polygon', ALL * sessions - ofSecond],
      ['yahoo', ofSecond],
    ]);
    expect(summary.byProvider?.map(({ sent }) => sent)).toEqual([
      first.entries.length,
      second.entries.length,
    ]);
    // Who is unknown is asked for in three tasks, of each twice more; so is the long hole, with splits and dividends.
    const of = [summary, ...(summary.byProvider ?? [])].map(({ sent, requestsBy }) => ({
      more: sent - requestsBy.priced,
      secondAsks: requestsBy.secondAsks,
    }));
    const more = UNKNOWN * 3 * 2 + 3 * 2;
    expect(of).toEqual([more, more, 0].map((times) => ({ more: times, secondAsks: times })));
    // What each was asked for once is known.
    const [asked, askedToo] = [first.entries.length, second.entries.length];
    const again = await history.backfill(request);
    expect([again.complete, again.requests, first.entries.length, second.entries.length]).toEqual([
      ALL,
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
    expect(summary.cannotBeHad).toMatchObject([
      {
        ...{ provider: 'polygon', reason: 'vendor-empty', tickers: [nobodys] },
        also: [{ provider: 'yahoo', reason: 'unknown-ticker' }],
      },
    ]);
    expect(summary.cannotBeHad.map(unavailableLine)).toEqual([
      `No bars, or few, from polygon (vendor-empty), unknown to yahoo: 1 (${nobodys}; next asked 2026-11-21)`,
    ]);
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
});
