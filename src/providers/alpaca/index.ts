import type { Calendar } from '../../core/calendar/calendar.ts';
import { calendarFor } from '../../core/calendar/calendars.ts';
import { type Bars, NO_BARS } from '../../core/bars/columns.ts';
import { concatBars } from '../../core/bars/concat-bars.ts';
import { type Identity, UNKNOWN_IDENTITY } from '../../core/bars/bars.ts';
import { typeOf } from '../../core/instrument/instrument-type.ts';
import type { Gate } from '../http/gate.ts';
import { openHttpProvider } from '../http/open-provider.ts';
import type { HttpSteps, Page, Spoilt } from '../http/steps.ts';
import type { HttpAnswer } from '../http/transport.ts';
import type {
  ActionsRequest,
  BarAnswer,
  ListRequest,
  Provider,
  ProviderConfig,
  Secrets,
} from '../provider.ts';
import { rawAnswer } from '../raw-answer.ts';
import { barsOfSessions } from '../session-bars.ts';
import { NOTHING_SAID, type SaidOfSymbol, actionsOf, readActionsPage } from './actions.ts';
import { alpacaCapabilities } from './capabilities.ts';
import { discoverSteps } from './discover.ts';
import { assertData, refusalIn } from './errors.ts';
import { listedTickers } from './listed.ts';
import { readBarsPage } from './parse.ts';
import { type Leg, actionsUrl, assetsUrl, barsUrl, headersOf, legsOf, rowMsOf } from './request.ts';
import { delayMsOf } from './settings.ts';
import { symbolOf, tickerOf } from './symbols.ts';

/** What the pages of a chain said so far, by symbol. */
interface Told {
  /** Which leg comes next, and the token of its next page. */
  readonly leg: number;
  readonly next: string | null;
  readonly rows: ReadonlyMap<string, readonly Bars[]>;
  readonly said: ReadonlyMap<string, SaidOfSymbol>;
}

const NOTHING_TOLD: Told = { leg: 0, next: null, rows: new Map(), said: new Map() };

/** Alpaca's market data, version 2. Its prices are asked for as they were traded. */
export function openAlpaca(config: ProviderConfig, gate: Gate, secrets: Secrets): Provider {
  return openHttpProvider(stepsOf(config), config, gate, secrets);
}

function stepsOf(config: ProviderConfig): HttpSteps<Told, number> {
  return {
    capabilities: alpacaCapabilities(config),
    symbolOf,
    tickerOf,
    request: (asked, told = NOTHING_TOLD, secrets) => {
      const url = barsUrl(legOf(asked, told, config), asked, config, told.next);
      return { url, headers: headersOf(secrets) };
    },
    parse: (answer, asked, told = NOTHING_TOLD) => pageOfBars(answer, asked, told, config),
    // All came with the last page of their calendar.
    end: () => [],
    actions: {
      request: (asked, told = NOTHING_TOLD, secrets) => {
        return { url: actionsUrl(asked, config, told.next), headers: headersOf(secrets) };
      },
      parse: (answer, asked, told = NOTHING_TOLD) => pageOfActions(answer, asked, told),
      end: ({ tickers, now }, { said }) =>
        tickers.map((ticker) => {
          const own = said.get(symbolOf(ticker)) ?? NOTHING_SAID;
          return { ticker, answer: actionsOf(ticker, own, calendarFor(ticker).localDay(now)) };
        }),
    },
    tickers: {
      request: (secrets) => ({ url: assetsUrl(config, 'us_equity'), headers: headersOf(secrets) }),
      parse: (answer) => {
        assertData(answer);
        return listedTickers(answer.body);
      },
    },
    discover: discoverSteps(config),
  };
}

function legOf(asked: ListRequest, { leg }: Told, config: ProviderConfig): Leg {
  return legsOf(asked, config)[leg] as Leg;
}

/**
 * One page of bars added to what was told before. Those of a calendar are whole with its last page: a pair that has the request
 * for pairs refused does not have the shares asked for again.
 */
function pageOfBars(
  answer: HttpAnswer,
  asked: ListRequest,
  told: Told,
  config: ProviderConfig,
): Page<Told> | Spoilt {
  if (answer.status !== 200) return refusalIn(answer);
  const legs = legsOf(asked, config);
  const { tickers } = legs[told.leg] as Leg;
  const page = readBarsPage(answer.body, tickers.map(symbolOf));
  const rows = new Map(told.rows);
  for (const [symbol, bars] of page.rows) {
    const before = rows.get(symbol) ?? [];
    if (bars.length > 0) rows.set(symbol, [...before, bars]);
  }
  const leg = page.next === null ? told.leg + 1 : told.leg;
  const state = { ...told, leg, next: page.next, rows };
  const isCalendarOver = legs[leg]?.calendar !== legs[told.leg]?.calendar;
  const parts = isCalendarOver
    ? tickers.map((ticker) => ({ ticker, answer: answerOf(ticker, asked, state, config) }))
    : [];
  const reaches = new Map(
    [...page.rows].flatMap(([symbol, { ts }]) => (ts.length > 0 ? [[symbol, ts.at(-1) as number]] : [])),
  );
  return { parts, state, hasMore: leg < legs.length, ...(page.next !== null && { reaches }) };
}

/** Of a symbol that came on no page there are no bars: whether it is known is not said. */
function answerOf(ticker: string, asked: ListRequest, told: Told, config: ProviderConfig): BarAnswer {
  const calendar = calendarFor(ticker);
  const { interval, range, now } = asked;
  const { intervals } = alpacaCapabilities(config);
  const { settleDelayMs = 0, paging = { rows: 0 } } = intervals[interval] ?? {};
  // What is too recent to be asked for is not spoken of.
  const until = calendar.kind === 'exchange' ? now - delayMsOf(config) : now;
  const rows = concatBars(told.rows.get(symbolOf(ticker)) ?? [NO_BARS]);
  const settled = calendar.lastSettled(now, settleDelayMs);
  const rowMs = rowMsOf(interval, calendar, paging);
  const identity = identityOf(ticker, calendar);
  const { bars, ...others } = barsOfSessions(rows, {
    ...{ interval, calendar, rowMs, range, until, settled },
    ...{ actions: asked.told?.get(ticker)?.actions ?? [], type: typeOf(ticker, identity.type) },
  });
  return rawAnswer(ticker, { range, now: until }, bars, { ...others, identity });
}

/** Alpaca says of no instrument what it is: its bars of shares are in dollars. */
function identityOf(ticker: string, { kind }: Calendar): Identity {
  return kind === 'always'
    ? { ...UNKNOWN_IDENTITY, type: 'crypto', currency: ticker.slice(ticker.indexOf('-') + 1) }
    : { ...UNKNOWN_IDENTITY, currency: 'USD' };
}

/** One page of splits and dividends added to what was told before. */
function pageOfActions(
  answer: HttpAnswer,
  { tickers }: ActionsRequest,
  told: Told,
): Page<Told, never> | Spoilt {
  if (answer.status !== 200) return refusalIn(answer);
  const page = readActionsPage(answer.body, tickers.map(symbolOf));
  const said = new Map(told.said);
  for (const [symbol, { stated, others }] of page.said) {
    const before = said.get(symbol) ?? NOTHING_SAID;
    said.set(symbol, { stated: [...before.stated, ...stated], others: [...before.others, ...others] });
  }
  return {
    ...{ parts: [], state: { ...told, said, next: page.next }, hasMore: page.next !== null },
    reaches: new Map(keysOf(page.said).map((key) => [key, 0])),
  };
}

/** By what the splits and dividends of a page are known, and what else it says. */
function keysOf(said: ReadonlyMap<string, SaidOfSymbol>): string[] {
  return [...said].flatMap(([symbol, { stated, others }]) => [
    ...stated.map(({ action }) => `${symbol} ${JSON.stringify(action)}`),
    ...others.map((line) => `${symbol} ${line}`),
  ]);
}
