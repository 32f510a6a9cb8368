import { NO_BARS } from '../../core/bars/columns.ts';
import { concatBars } from '../../core/bars/concat-bars.ts';
import { calendarFor } from '../../core/calendar/calendars.ts';
import { mayHaveActions } from '../../core/instrument/asset-class.ts';
import { typeOf } from '../../core/instrument/instrument-type.ts';
import { type Day, utcDayOf } from '../../core/session/day.ts';
import type { Gate } from '../http/gate.ts';
import { openHttpProvider } from '../http/open-provider.ts';
import type { Page } from '../http/steps.ts';
import type { HttpAnswer } from '../http/transport.ts';
import type {
  ActionsAnswer,
  ListRequest,
  MarketActionsRequest,
  MarketRequest,
  PartOf,
  Provider,
  ProviderConfig,
  Secrets,
} from '../provider.ts';
import { grouped } from '../../core/grouped.ts';
import { type StatedOf, actionsOf, statedIn } from './actions.ts';
import { answerOf } from './answer.ts';
import { polygonCapabilities } from './capabilities.ts';
import { discoverSteps } from './discover.ts';
import { dataIn } from './errors.ts';
import { hybridSteps } from './flat/hybrid.ts';
import { type StepsOf, flatSteps } from './flat/steps.ts';
import { marketOf } from './market.ts';
import { NEW_YORK, assertAsTraded, assertOf, nextIn, readBars, readGrouped, rowsIn } from './parse.ts';
import { Reach, type Suspicion, isBeyondPlan, sessionThatTells, unprovenBy } from './reach.ts';
import {
  ACTION_LISTS,
  actionsUrl,
  barsUrl,
  groupedUrl,
  marketActionsUrl,
  nextUrl,
  tickerIn,
  worded,
} from './request.ts';
import { sourceOf } from './settings.ts';
import { type ShareOf, askedSymbol, openShares, symbolOf, tickerOf } from './symbols.ts';
import { NOTHING_TOLD, type Told } from './told.ts';

/** Polygon, now Massive: bars of one ticker, or of all shares in one session, as traded: over its API, of its files, or either. */
export function openPolygon(config: ProviderConfig, gate: Gate, secrets: Secrets): Provider {
  const shareOf = openShares();
  const steps = stepsOf(config, shareOf);
  const source = sourceOf(config);
  if (source === 'rest') return openHttpProvider(steps, config, gate, secrets);
  const withFiles = source === 'hybrid' ? hybridSteps : flatSteps;
  return openHttpProvider(withFiles(steps, shareOf, config), config, gate, secrets);
}

function stepsOf(config: ProviderConfig, shareOf: ShareOf): StepsOf<Told> {
  const reach = new Reach(config);
  const asking = (told: Told, first: () => URL, secrets: Secrets) =>
    worded(told.next === null ? first() : nextUrl(told.next, config), secrets);
  return {
    capabilities: polygonCapabilities(config),
    symbolOf,
    tickerOf,
    request: (asked, told = NOTHING_TOLD, secrets) => {
      const { telling } = told;
      if (telling !== undefined) return worded(groupedUrl({ session: telling }, config), secrets);
      return asking(told, () => barsUrl(asked, config), secrets);
    },
    parse: (answer, asked, told = NOTHING_TOLD) =>
      told.telling === undefined
        ? barsIn(answer, asked, told, reach)
        : tellingIn(answer, { ...told, telling: told.telling }, reach),
    end: (asked, told) => {
      const ticker = tickerIn(asked);
      const rows = concatBars(told.bars.length === 0 ? [NO_BARS] : told.bars);
      const own = answerOf(ticker, rows, asked, config);
      const suspicion = suspicionOf(told, asked, reach);
      return [{ ticker, answer: { ...own, ...(suspicion && unprovenBy(suspicion, own)) } }];
    },
    actions: {
      request: (asked, told = NOTHING_TOLD, secrets) =>
        asking(told, () => actionsUrl(asked, told.lists, config), secrets),
      parse: actionsIn,
      end: (asked, { stated }) => {
        const ticker = tickerIn(asked);
        const symbol = askedSymbol(ticker);
        const own = stated.filter((one) => one.symbol === symbol);
        // What is of others alone says nothing of it.
        if (own.length === 0) assertOf(symbol, stated[0]?.symbol);
        return [{ ticker, answer: actionsOf(own, calendarFor(ticker).localDay(asked.now)) }];
      },
    },
    market: {
      request: (asked, told = NOTHING_TOLD, secrets) =>
        asking(told, () => groupedUrl(asked, config), secrets),
      parse: (answer, asked, told) => marketIn(answer, asked, told, reach),
      end: (asked, { market }) => marketOf(asked, market, shareOf, config),
      actions: {
        request: (asked, told = NOTHING_TOLD, secrets) =>
          asking(told, () => marketActionsUrl(asked, told.lists, config), secrets),
        parse: actionsIn,
        end: (asked, { stated }) => marketActionsOf(asked, stated, shareOf),
      },
    },
    discover: discoverSteps(config),
  };
}

/** One page of a ticker's bars added to what was told before. */
function barsIn(answer: HttpAnswer, asked: ListRequest, told: Told, reach: Reach): Page<Told> {
  const ticker = tickerIn(asked);
  const fields = dataIn(answer);
  const page = readBars(fields, askedSymbol(ticker), typeOf(ticker, null));
  // Of what is never split it may say either.
  if (mayHaveActions(ticker)) assertAsTraded(fields, ticker);
  const next = nextIn(fields);
  const [first] = page.ts;
  if (first !== undefined) reach.note(utcDayOf(first));
  const state = { ...told, next, bars: [...told.bars, page] };
  if (next !== null) {
    const last = page.ts.at(-1);
    return { parts: [], state, hasMore: true, reaches: new Map(last === undefined ? [] : [[ticker, last]]) };
  }
  const suspicion = suspicionOf(state, asked, reach);
  const telling = suspicion && sessionThatTells(asked, suspicion);
  return telling === undefined
    ? { parts: [], state, hasMore: false }
    : { parts: [], state: { ...state, telling }, hasMore: true };
}

/** What bars that came are suspected of; of none nothing is. */
function suspicionOf({ bars }: Told, asked: ListRequest, reach: Reach): Suspicion | undefined {
  const first = bars.find(({ length }) => length > 0)?.ts[0];
  return first === undefined ? undefined : reach.suspicionOf(utcDayOf(first), asked);
}

/** Whether a key has bars of a session, of whatever shares: a refusal leaves what was suspected. */
function tellingIn(answer: HttpAnswer, told: Told & { readonly telling: Day }, reach: Reach): Page<Told> {
  try {
    if (rowsIn(dataIn(answer)).length > 0) reach.note(told.telling);
  } catch (error) {
    if (!isBeyondPlan(error)) throw error;
  }
  return { parts: [], state: told, hasMore: false };
}

/** One page of splits or dividends. */
function actionsIn(answer: HttpAnswer, _asked: MarketActionsRequest, told = NOTHING_TOLD): Page<Told, never> {
  const fields = dataIn(answer);
  const page = statedIn(fields);
  const stated = [...told.stated, ...page];
  const next = nextIn(fields);
  const lists = next === null ? told.lists + 1 : told.lists;
  return {
    ...{ parts: [], state: { ...told, next, lists, stated } },
    hasMore: lists < ACTION_LISTS.length,
    ...(next !== null && { reaches: new Map(page.map((one) => [keyOf(one), 0])) }),
  };
}

/** By what a split or dividend is known among those of a list. */
function keyOf({ symbol, action }: StatedOf): string {
  return `${symbol} ${JSON.stringify(action)}`;
}

/** A page of the bars of a session. */
function marketIn(
  answer: HttpAnswer,
  asked: MarketRequest,
  told = NOTHING_TOLD,
  reach: Reach,
): Page<Told, never> {
  const fields = dataIn(answer);
  const page = readGrouped(fields, asked.session, told.market);
  if (page.bars.length > 0) reach.note(asked.session);
  const market = [...told.market, page];
  const next = nextIn(fields);
  return {
    ...{ parts: [], state: { ...told, next, market }, hasMore: next !== null },
    ...(next !== null && { reaches: new Map([...page.symbols].map((symbol) => [symbol, 0])) }),
  };
}

/** What the lists of splits and dividends say of all shares. */
function marketActionsOf(
  { now }: MarketActionsRequest,
  stated: readonly StatedOf[],
  shareOf: ShareOf,
): PartOf<ActionsAnswer>[] {
  const today = NEW_YORK.localDay(now);
  return [...grouped(stated, ({ symbol }) => symbol)].flatMap(([symbol, own]) => {
    const ticker = shareOf(symbol);
    return ticker === undefined ? [] : [{ ticker, answer: actionsOf(own, today) }];
  });
}
