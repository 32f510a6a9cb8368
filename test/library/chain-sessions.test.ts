import { describe, expect, it } from 'vitest';
import { parseDay } from '../../src/core/session/day.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import type { ProviderConfig } from '../../src/providers/provider.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { start } from '../simulator/running.ts';
import { lacking } from './walking-market.ts';
import { NOBODY, NOW, calendar, chainStore } from './chain-store.ts';

const { at, optionsOf, question } = chainStore();

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
    const odd: unknown[] = [];
    for (const one of [provider].flat()) {
      const history = openHistory({ ...both, provider: one as ProviderConfig, secrets });
      const { warnings } = await history.backfill(RANGE);
      odd.push(...warnings.filter(({ kind }) => kind === 'sources-differ'));
      await history.close();
      // A session that came in part is asked for again on another day.
      now += 2 * 86_400_000;
    }
    const sessions = (await question(SOURCES)) as [string, string, number][];
    expect(sessions.filter(([date]) => date === '2026-11-17')).toEqual([['2026-11-17', source, bars]]);
    expect(odd).toMatchObject([
      {
        session: '2026-11-17',
        note: expect.stringMatching(/^yahoo has more bars of it, which are not taken/),
      },
    ]);
  });
});

describe('a chain', () => {
  it.each([
    [[], "provider []: names nobody; name at least one, such as { id: 'yahoo' }"],
    [[{ id: 'yahoo' }, { id: 'yahoo' }], 'provider "yahoo" stands twice in the chain; name it once'],
  ])('of %j is refused', (provider, message) => {
    expect(() => openHistory({ store: at(), provider })).toThrow(message);
  });

  it('is refused for a key that a later provider lacks before anything is asked', async () => {
    const first = await start({ wire: 'yahoo', now: () => NOW });
    const history = openHistory({
      store: at(),
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
