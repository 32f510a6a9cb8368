import { type Bars } from '../../core/bars/columns.ts';
import { assetClassOf } from '../../core/instrument/asset-class.ts';
import { grouped } from '../../core/grouped.ts';
import type { Page } from '../http/steps.ts';
import type { HttpAnswer } from '../http/transport.ts';
import type { MarketRequest, Part, ProviderConfig } from '../provider.ts';
import { type StatedOf, actionsOf, statedIn } from './actions.ts';
import { answerOf } from './answer.ts';
import { dataIn } from './errors.ts';
import { nextIn } from './parse.ts';
import { symbolOf, tickerOf } from './symbols.ts';

/** What the pages of a chain said so far. */
export interface Told {
  /** How many lists have been read to their end: those of bars of a market, of splits, of dividends. */
  readonly lists: number;
  /** The page that comes next of the list that is being read; null: its first. */
  readonly next: string | null;
  readonly bars: readonly Bars[];
  readonly isAdjusted: boolean;
  readonly stated: readonly StatedOf[];
  /** By symbol; emptied at the end. */
  readonly market: Map<string, Bars>;
}

export const NOTHING_TOLD: Told = {
  ...{ lists: 0, next: null, bars: [], isAdjusted: false, stated: [] },
  market: new Map(),
};

/** One page of splits or dividends; `all`: how many lists there are. */
export function actionsIn<State extends Told>(
  answer: HttpAnswer,
  now: number,
  told: State,
  all: number,
): Page<State, never> {
  const fields = dataIn(answer, now);
  const stated = [...told.stated, ...statedIn(fields)];
  const next = nextIn(fields);
  const lists = next === null ? told.lists + 1 : told.lists;
  return { parts: [], state: { ...told, next, lists, stated }, hasMore: lists < all };
}

/**
 * What all lists say of a session. Symbols that no ticker of a share stands for are left out. Each is taken out of the market as
 * it is answered for: of minutes there are too many to have them twice.
 */
export function sharesIn(
  { interval, session, now }: MarketRequest,
  { market, stated }: Pick<Told, 'market' | 'stated'>,
  config: ProviderConfig,
): Part[] {
  const asked = { interval, range: { from: session, to: session + 1 }, now };
  const bySymbol = grouped(stated, ({ symbol }) => symbol);
  return [...market.keys()].flatMap((symbol) => {
    const bars = market.get(symbol) as Bars;
    market.delete(symbol);
    const ticker = tickerOf(symbol);
    if (assetClassOf(ticker) !== 'us-shares' || symbolOf(ticker) !== symbol) return [];
    const actions = actionsOf(bySymbol.get(symbol) ?? [], session);
    return { ticker, answer: { ...answerOf(ticker, bars, false, asked, config), ...actions } };
  });
}
