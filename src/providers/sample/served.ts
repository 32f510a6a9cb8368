import { formatDay } from '../../core/session/day.ts';
import type { HttpSteps } from '../http/steps.ts';
import { servedSampleCapabilities } from './capabilities.ts';
import { type Instruments, readInstruments } from './members.ts';
import { type Told, actionsOf, marketOf, partOf, readPage, readTickers } from './served-page.ts';

/** The sample market as a server at a URL has it, which `backfill simulate --wire sample` is. */
export function servedSteps(baseUrl: string): HttpSteps<Told, Instruments> {
  const below = (path: string, query: Readonly<Record<string, string>> = {}): URL =>
    new URL(`${baseUrl.replace(/\/$/, '')}${path}?${new URLSearchParams(query).toString()}`);
  return {
    capabilities: servedSampleCapabilities,
    request: ({ tickers, interval, range: { from, to } }, told) => {
      const asked = { symbols: tickers.join(','), interval, from: formatDay(from), to: formatDay(to) };
      return { url: below('/v1/bars', { ...asked, ...pageAfter(told) }), headers: {} };
    },
    parse: readPage,
    end: (asked, told) => asked.tickers.map((ticker) => partOf(ticker, asked, told)),
    actions: {
      request: ({ tickers, range: { from } }) => {
        return {
          url: below('/v1/actions', { symbols: tickers.join(','), from: formatDay(from) }),
          headers: {},
        };
      },
      parse: readPage,
      end: ({ tickers }, told) => tickers.map((ticker) => actionsOf(ticker, told)),
    },
    market: {
      request: ({ interval, session }, told) => {
        const asked = { interval, session: formatDay(session) };
        return { url: below('/v1/market', { ...asked, ...pageAfter(told) }), headers: {} };
      },
      parse: readPage,
      end: marketOf,
    },
    tickers: {
      request: () => ({ url: below('/v1/tickers'), headers: {} }),
      parse: readTickers,
    },
    discover: {
      request: (_, before) => {
        const place = before?.next;
        return {
          url: below('/v1/instruments', typeof place === 'string' ? { page: place } : {}),
          headers: {},
        };
      },
      parse: readInstruments,
      end: () => [],
    },
  };
}

/** How the page that follows is asked for. */
function pageAfter(told: Told | undefined): { readonly page?: string } {
  return told === undefined || told.next === null ? {} : { page: told.next };
}
