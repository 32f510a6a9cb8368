import { deepStrictEqual, fail, ok, strictEqual } from 'node:assert/strict';
import { type Day, type DayRange, MS_PER_DAY, parseDay } from '../core/session/day.ts';
import { ASSET_CLASSES, assetClassOf } from '../core/instrument/asset-class.ts';
import { isComplete } from '../market/market.ts';
import { marketParts } from '../providers/market-parts.ts';
import type { ActionsAnswer, PartOf, Provider } from '../providers/provider.ts';
import { type CheckOf, NOW, apartIn, ask, atMost, labelledRightly, range, requestsFor } from './check.ts';
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
        if (ticker === 'NOPE' && subject.isUnknownEmpty !== true) strictEqual(codeOf(part), 'unknown-ticker');
        else deepStrictEqual(part, { ticker, answer: await ask(subject, ticker, '1d', asked.range) });
      }
    },
  },
  {
    name: 'gives all bars of a list, of however many pages',
    run: async ({ open }) => {
      const { provider } = await open(NOW);
      const { mostSeries = 1 } = provider.capabilities.intervals['1d'] ?? {};
      const shares = MARKET.tickers().filter((ticker) => MARKET.listing(ticker)?.calendar === 'XNYS');
      const tickers = shares.slice(0, mostSeries);
      const asked = range('2024-01-02', '2026-01-02');
      const parts = (await provider.fetchList?.({ tickers, interval: '1d', range: asked, now: NOW })) ?? [];
      strictEqual(parts.length, tickers.length);
      for (const part of parts)
        deepStrictEqual(
          [part.ticker, ...('answer' in part ? part.answer.bars.ts : [])],
          [part.ticker, ...MARKET.rows(part.ticker, '1d', asked).map(({ ts }) => ts)],
        );
    },
  },
];

function codeOf(part: PartOf<unknown>): unknown {
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
  const parts = new Map(market && marketParts(market).map((part) => [part.ticker, part]));
  strictEqual(market?.asOf, NOW);
  const apartParts = await provider.fetchMarketActions?.({
    range: { from: session, to: session + 1 },
    now: NOW,
  });
  const byTicker = apartParts && new Map(apartParts.map((part) => [part.ticker, part]));
  const of = provider.capabilities.intervals['1d']?.market?.of ?? ASSET_CLASSES;
  const tickers = MARKET.tickers().filter((ticker) => of.includes(assetClassOf(ticker)));
  let [bars, traded] = [0, 0];
  for (const ticker of tickers) {
    const alone = await ask(subject, ticker, '1d', { from: session, to: session + 1 });
    bars += alone.bars.length;
    traded += MARKET.rows(ticker, '1d', { from: session, to: session + 1 }).length;
    const part = parts.get(ticker);
    const isNamed = subject.namesHalted ?? true;
    const isQuiet = isNamed && MARKET.quiet(ticker).some(({ from, to }) => from <= session && session < to);
    if (part === undefined) deepStrictEqual([alone.bars.length, isQuiet], [0, false], ticker);
    else {
      ok('answer' in part, ticker);
      labelledRightly(provider.capabilities, part.answer);
      const actions = alone.actions.filter(({ exDay }) => exDay === session);
      const apart = byTicker?.get(ticker);
      const toldApart = apart !== undefined && 'answer' in apart ? apart.answer.actions : [];
      if (byTicker !== undefined) deepStrictEqual(toldApart, actions, ticker);
      // Of a series without a row a server of lists says nothing at all.
      const halt = [{ from: session, to: session + 1 }];
      const told = part.answer.explained.map(({ from, to }) => ({ from, to }));
      if (isQuiet) deepStrictEqual([part.answer.bars.length, told], [0, halt], ticker);
      else if (byTicker === undefined)
        deepStrictEqual(part, { ticker, answer: { ...alone, actions } }, ticker);
      else {
        // By whichever endpoint takes fewer requests.
        const { endpoint: _ofOne, badActions: _, ...others } = alone;
        const { endpoint: _ofAll, ...said } = part.answer;
        deepStrictEqual(said, { ...others, actions: [] }, ticker);
      }
    }
  }
  strictEqual(bars, traded);
  for (const ticker of parts.keys()) ok(tickers.includes(ticker), ticker);
  strictEqual(parts.has('NOPE'), false);
}

/** What a provider has to do that tells splits and dividends apart from bars. QUIL is split on 2026-11-16. */
export const APART: readonly CheckOf[] = [
  {
    name: 'tells apart every split and dividend after the first day up to now, as plain data',
    run: async (subject) => {
      const { provider } = await subject.open(NOW);
      for (const [ticker, asked] of [
        ['ALFA', range('2020-08-27', '2020-08-29')],
        ['QUIL', range('2026-11-09', '2026-11-14')],
      ] as const) {
        const told = await toldOf(provider, ticker, asked);
        const truth = MARKET.actions(ticker).filter(
          ({ exDay }) => exDay > asked.from && exDay < NOW / MS_PER_DAY,
        );
        ok(truth.some(({ kind }) => kind === 'split'));
        deepStrictEqual(
          told.actions.filter(({ exDay }) => exDay > asked.from).map(({ kind, exDay }) => [kind, exDay]),
          truth.map(({ kind, exDay }) => [kind, exDay]),
        );
        deepStrictEqual(JSON.parse(JSON.stringify(told)), told);
      }
    },
  },
  {
    name: 'tells at once of an action of the day after the first, on whatever day it is booked',
    run: async ({ open }) => {
      for (const kind of ['split', 'dividend'] as const) {
        const exDay = MARKET.actions('ALFA').find((action) => action.kind === kind)?.exDay ?? 0;
        const now = (exDay + 1.5) * MS_PER_DAY;
        const { provider } = await open(now);
        const told = await toldOf(provider, 'ALFA', { from: exDay - 1, to: exDay + 1 }, now);
        ok(
          told.actions.some((action) => action.kind === kind && action.exDay === exDay),
          `a ${kind}`,
        );
      }
    },
  },
  {
    name: 'gives the same bars to who was told before, and asks for no split again',
    run: async (subject) => {
      const { provider, requests = () => 0 } = await subject.open(NOW);
      const asked = range('2026-11-09', '2026-11-14');
      const told = new Map([['QUIL', await toldOf(provider, 'QUIL', asked)]]);
      for (const interval of apartIn(provider.capabilities)) {
        const request = { series: { ticker: 'QUIL', interval }, range: asked, now: NOW };
        const before = requests();
        const answer = await provider.fetchBars({ ...request, told });
        strictEqual(requests() - before, requestsFor(provider.capabilities, 'QUIL', interval, asked));
        deepStrictEqual(answer, await provider.fetchBars(request));
        const first = MARKET.rows('QUIL', interval, asked).find(isComplete);
        const close = answer.bars.close[answer.bars.ts.indexOf(first?.ts ?? 0)] ?? 0;
        atMost(
          Math.abs(close / (first?.close ?? 0) - 1),
          subject.precision,
          'an error of a price before its split',
        );
        ok(
          answer.actions.some(({ exDay }) => exDay === parseDay('2026-11-16')),
          interval,
        );
      }
    },
  },
  {
    name: 'says of a ticker that there is not that it does not know it, where that is asked apart',
    run: async (subject) => {
      const { provider } = await subject.open(NOW);
      const asked = { tickers: ['NOPE'], range: range('2026-11-09', '2026-11-14'), now: NOW };
      const [part] = (await provider.fetchActions?.(asked)) ?? [];
      if (subject.isUnknownEmpty !== true) strictEqual(part && codeOf(part), 'unknown-ticker');
      else deepStrictEqual(part && 'answer' in part && part.answer.actions, []);
    },
  },
];

async function toldOf(
  provider: Provider,
  ticker: string,
  asked: DayRange,
  now = NOW,
): Promise<ActionsAnswer> {
  const [part] = (await provider.fetchActions?.({ tickers: [ticker], range: asked, now })) ?? [];
  if (part !== undefined && 'answer' in part) return part.answer;
  return fail(`nothing is told of ${ticker}`);
}
