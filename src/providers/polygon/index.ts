import { NO_BARS } from '../../core/bars/columns.ts';
import { concatBars } from '../../core/bars/concat-bars.ts';
import { calendarFor } from '../../core/calendar/calendars.ts';
import { typeOf } from '../../core/instrument/instrument-type.ts';
import type { Gate } from '../http/gate.ts';
import { openHttpProvider } from '../http/open-provider.ts';
import type { HttpSteps, Page } from '../http/steps.ts';
import type { HttpAnswer } from '../http/transport.ts';
import type { ListRequest, MarketRequest, Provider, ProviderConfig, Secrets } from '../provider.ts';
import { actionsOf } from './actions.ts';
import { answerOf } from './answer.ts';
import { polygonCapabilities } from './capabilities.ts';
import { type Listing, discoverSteps } from './discover.ts';
import { dataIn, unreadable } from './errors.ts';
import { flatSteps } from './flat/steps.ts';
import { nextIn, readBars, readGrouped } from './parse.ts';
import {
  ACTION_LISTS,
  actionsUrl,
  barsUrl,
  groupedUrl,
  marketActionsUrl,
  nextUrl,
  reachedUntil,
  tickerIn,
  worded,
} from './request.ts';
import { sourceOf } from './settings.ts';
import { askedSymbol, symbolOf, tickerOf } from './symbols.ts';
import { NOTHING_TOLD, type Told, actionsIn, sharesIn } from './told.ts';

/** Polygon, now Massive: bars of one ticker, or of all shares in one session, as traded: over its API, or of its files. */
export function openPolygon(config: ProviderConfig, gate: Gate, secrets: Secrets): Provider {
  const steps = stepsOf(config);
  return sourceOf(config) === 'flat'
    ? openHttpProvider(flatSteps(steps, config), config, gate, secrets)
    : openHttpProvider(steps, config, gate, secrets);
}

function stepsOf(config: ProviderConfig): HttpSteps<Told, Listing> {
  const asking = (told: Told, first: () => URL, secrets: Secrets) =>
    worded(told.next === null ? first() : nextUrl(told.next, config), secrets);
  return {
    capabilities: polygonCapabilities(config),
    symbolOf,
    tickerOf,
    request: (asked, told = NOTHING_TOLD, secrets) => asking(told, () => barsUrl(asked, config), secrets),
    parse: barsIn,
    end: (asked, told) => {
      const ticker = tickerIn(asked);
      const rows = concatBars(told.bars.length === 0 ? [NO_BARS] : told.bars);
      return [{ ticker, answer: answerOf(ticker, rows, told.isAdjusted, asked, config) }];
    },
    actions: {
      request: (asked, told = NOTHING_TOLD, secrets) =>
        asking(told, () => actionsUrl(asked, told.lists, config), secrets),
      parse: (answer, { now }, told = NOTHING_TOLD) => actionsIn(answer, now, told, ACTION_LISTS.length),
      end: (asked, { stated }) => {
        const [ticker, symbol] = [tickerIn(asked), askedSymbol(tickerIn(asked))];
        const own = stated.filter((one) => one.symbol === symbol);
        return [{ ticker, answer: actionsOf(own, calendarFor(ticker).localDay(asked.now)) }];
      },
    },
    market: {
      request: (asked, told = NOTHING_TOLD, secrets) =>
        asking(
          told,
          () =>
            told.lists === 0 ? groupedUrl(asked, config) : marketActionsUrl(asked, told.lists - 1, config),
          secrets,
        ),
      parse: marketIn,
      end: (asked, told) => ({
        parts: sharesIn(asked, told, config),
        asOf: reachedUntil(asked.now, config),
      }),
    },
    discover: discoverSteps(config),
  };
}

/** One page of a ticker's bars added to what was told before. */
function barsIn(answer: HttpAnswer, asked: ListRequest, told = NOTHING_TOLD): Page<Told> {
  const ticker = tickerIn(asked);
  const fields = dataIn(answer, asked.now);
  const page = readBars(fields, askedSymbol(ticker), typeOf(ticker, null));
  const next = nextIn(fields);
  const bars = [...told.bars, page.bars];
  if (told.bars.length > 0 && told.isAdjusted !== page.isAdjusted)
    throw unreadable('of its pages some are adjusted for splits, and some are not');
  const { isAdjusted } = page;
  return { parts: [], state: { ...told, next, bars, isAdjusted }, hasMore: next !== null };
}

/** A page of the bars of a session, then of its splits and dividends. */
function marketIn(answer: HttpAnswer, asked: MarketRequest, told = NOTHING_TOLD): Page<Told, never> {
  if (told.lists > 0) return actionsIn(answer, asked.now, told, 1 + ACTION_LISTS.length);
  const fields = dataIn(answer, asked.now);
  const market = new Map([...told.market, ...readGrouped(fields, asked.session)]);
  const next = nextIn(fields);
  return { parts: [], state: { ...told, next, lists: next === null ? 1 : 0, market }, hasMore: true };
}
