import { afterEach, expect, it } from 'vitest';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import { polygonThatAnswers, stopServers } from './serving.ts';

afterEach(stopServers);

/** A page of a session in which each symbol had a bar. */
function pageOf(session: string, symbols: readonly string[]): string {
  const results = symbols.map((T, i) => ({
    ...{ T, v: 100, o: i + 1, c: i + 1, h: i + 1, l: i + 1 },
    t: Date.parse(`${session}T21:00:00Z`),
  }));
  return JSON.stringify({ status: 'OK', adjusted: false, resultsCount: results.length, results });
}

it('what is no share is left out of every session, however often it is named', async () => {
  const { provider } = await polygonThatAnswers(({ path }) => ({
    body: pageOf(path.split('/').at(-1) ?? '', ['X:BTCUSD', 'BRK.B', 'I:SPX', 'AAPL']),
  }));
  for (const session of ['2026-11-16', '2026-11-17', '2026-11-18']) {
    const asked = {
      interval: '1d',
      session: parseDay(session),
      now: Date.parse('2026-11-20T17:00:00Z'),
    } as const;
    const { parts, alike = [] } = (await provider.fetchMarket?.(asked)) ?? {};
    expect(parts).toEqual([]);
    expect(alike.map(({ tickers, counts, bars }) => [tickers, counts, [...bars.close]])).toEqual([
      [
        ['BRK-B', 'AAPL'],
        [1, 1],
        [2, 4],
      ],
    ]);
    expect(alike.map(({ bars: { ts } }) => [...ts].map((at) => formatDay(at / 86_400_000)))).toEqual([
      [session, session],
    ]);
  }
});

it('rows of a day without trading that is not settled are no bars yet, and are counted', async () => {
  const session = '2026-11-21';
  const { provider } = await polygonThatAnswers(() => ({ body: pageOf(session, ['AAPL', 'MSFT']) }));
  const now = Date.parse('2026-11-21T22:00:00Z');
  const { alike } = (await provider.fetchMarket?.({ interval: '1d', session: parseDay(session), now })) ?? {};
  expect(alike).toMatchObject([
    {
      ...{ tickers: ['AAPL', 'MSFT'], counts: [0, 0], bars: { length: 0 } },
      answer: { dropped: 1, unfinished: 1 },
    },
  ]);
});
