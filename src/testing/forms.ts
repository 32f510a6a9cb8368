import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { type Day, parseDay } from '../core/session/day.ts';
import type { Part } from '../providers/provider.ts';
import { type CheckOf, NOW, ask, range } from './check.ts';
import { MARKET, type ProviderSubject } from './subject.ts';

/** What a provider has to do that takes lists of tickers. */
export const LISTS: readonly CheckOf[] = [
  {
    name: 'answers for each of a list, and lets one fail alone',
    run: async (subject) => {
      const { provider } = await subject.open(NOW);
      const asked = { interval: '1d', range: range('2025-03-03', '2025-04-01'), now: NOW } as const;
      const parts = (await provider.fetchList?.({ ...asked, tickers: ['QUIL', 'NOPE', 'ALFA'] })) ?? [];
      deepStrictEqual(parts.map(({ ticker }) => ticker).toSorted(), ['ALFA', 'NOPE', 'QUIL']);
      for (const part of parts) {
        const { ticker } = part;
        if (ticker === 'NOPE') strictEqual(codeOf(part), 'unknown-ticker');
        else deepStrictEqual(part, { ticker, answer: await ask(subject, ticker, '1d', asked.range) });
      }
    },
  },
];

function codeOf(part: Part): unknown {
  return 'error' in part ? (part.error as { code?: unknown }).code : undefined;
}

/** What a provider has to do that gives whole markets: a plain session, one with a split, one with a halt, a Saturday. */
export const MARKETS: readonly CheckOf[] = ['2025-03-03', '2020-08-31', '2020-03-18', '2025-03-01'].map(
  (date) => ({
    name: `has of every ticker in a market what that answers alone, ${date}`,
    run: (subject) => wholeMarket(subject, parseDay(date)),
  }),
);

async function wholeMarket(subject: ProviderSubject, session: Day): Promise<void> {
  const { provider } = await subject.open(NOW);
  const market = await provider.fetchMarket?.({ interval: '1d', session, now: NOW });
  const parts = new Map(market?.parts.map((part) => [part.ticker, part]));
  strictEqual(market?.asOf, NOW);
  let bars = 0;
  for (const ticker of MARKET.tickers()) {
    const alone = await ask(subject, ticker, '1d', { from: session, to: session + 1 });
    bars += alone.bars.length;
    const part = parts.get(ticker);
    const isQuiet = MARKET.quiet(ticker).some(({ from, to }) => from <= session && session < to);
    if (part === undefined) deepStrictEqual([alone.bars.length, isQuiet], [0, false], ticker);
    else {
      ok('answer' in part, ticker);
      const actions = alone.actions.filter(({ exDay }) => exDay === session);
      // Of a series without a row a server of lists says nothing at all.
      const halt = [{ from: session, to: session + 1 }];
      const told = part.answer.explained.map(({ from, to }) => ({ from, to }));
      if (isQuiet) deepStrictEqual([part.answer.bars.length, told], [0, halt], ticker);
      else deepStrictEqual(part, { ticker, answer: { ...alone, actions } }, ticker);
    }
  }
  ok(bars > 0);
  strictEqual(parts.has('NOPE'), false);
}
