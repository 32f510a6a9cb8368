import { calendarById } from '../core/calendar/calendars.ts';
import { type Day, MS_PER_DAY, startOfDay, utcDayOf } from '../core/session/day.ts';
import type { Listing, Market, MarketRow } from '../market/market.ts';
import type { Asked, SimulatedServer } from './distortion.ts';
import { distortionsOf } from './garbage/distortions.ts';
import type { AnswerForm } from './garbage/form.ts';
import type { Row } from './garbage/rows.ts';
import type { AskedSeries, Wire, WireRequest, WireResponse } from './wire.ts';

/** A provider's server as its author has it. What is wrong with an answer is wrong with the market that it renders. */
export interface OwnWire {
  /** Renders a market, of which it asks once for the rows of sessions that are over. */
  readonly answer: Wire;
  /** What a request is about; the symbol as the market has it. */
  readonly askedSeries: (request: WireRequest) => AskedSeries;
  /**
   * The market in the rows that an answer has where those are joined of the market's, so that what is distorted is what is
   * sent. Default: as it is.
   */
  readonly marketOf?: (request: WireRequest, market: Market, now: number) => Market;
  /** How its requests spell a ticker of the market. Default: the same. */
  readonly symbolOf?: (ticker: string) => string;
  /** Parameters of its queries that hold keys, which no log says. Default: none. */
  readonly keyParameters?: readonly string[];
  /**
   * How it refuses a request that comes before the limits of `--limit` let it in, for which `waitMs` are left. Default: with
   * 429 as text.
   */
  readonly tooFast?: (waitMs: number, request: WireRequest) => WireResponse;
}

/** What an answer was rendered of. */
interface Rendered {
  readonly request: WireRequest;
  readonly market: Market;
  readonly now: number;
  /** Those that were asked for first. */
  readonly rows: readonly MarketRow[];
}

/** A server that speaks such a wire. */
export function ownServer({
  answer: wire,
  askedSeries,
  symbolOf = asIs,
  marketOf = (_, market) => market,
  tooFast,
  keyParameters = [],
}: OwnWire): SimulatedServer {
  const rendered = new WeakMap<WireResponse, Rendered>();
  const answer: Wire = (request, whole, now) => {
    const market = marketOf(request, whole, now);
    let rows: readonly MarketRow[] | undefined;
    const noting = changed(market, {
      rows: (ticker, interval, range) => {
        const read = market.rows(ticker, interval, range);
        rows ??= read;
        return read;
      },
    });
    const made = wire(request, noting, now);
    rendered.set(made, { request, market, now, rows: rows ?? [] });
    return made;
  };
  /** The answer of another market; the same one where the wire has no words for it. */
  const of = (sound: WireResponse, change: (was: Rendered) => Partial<Market>): WireResponse => {
    const was = rendered.get(sound);
    if (was === undefined) return sound;
    try {
      return wire(was.request, changed(was.market, change(was)), was.now);
    } catch (error) {
      // A day beyond the years that there are.
      if (error instanceof RangeError) return sound;
      throw error;
    }
  };
  return {
    ...{ answer, askedSeries, keyParameters },
    ...(tooFast && { tooFast }),
    answerKey: ({ method, path, query }) => `${method} ${path}?${query.toString()}`,
    distortions: distortionsOf(
      formOf(answer, askedSeries, { of, rowsOf: (sound) => rendered.get(sound)?.rows ?? [], symbolOf }),
    ),
  };
}

interface Renderings {
  readonly of: (sound: WireResponse, change: (was: Rendered) => Partial<Market>) => WireResponse;
  readonly rowsOf: (sound: WireResponse) => readonly MarketRow[];
  readonly symbolOf: (ticker: string) => string;
}

function asIs(ticker: string): string {
  return ticker;
}

function formOf(
  wire: Wire,
  askedSeries: OwnWire['askedSeries'],
  { of, rowsOf, symbolOf }: Renderings,
): AnswerForm {
  const listingIn = ({ request, market }: Pick<Asked, 'request' | 'market'>): Listing | undefined =>
    market.listing(askedSeries(request).symbol ?? '');
  const isDaily = ({ request }: Asked): boolean => askedSeries(request).interval === '1d';
  return {
    wire,
    tickerOf: (asked) => listingIn(asked)?.ticker,
    rowsOf: (sound) => rowsOf(sound).map(rowOf),
    withRows: (sound, rows) =>
      of(sound, ({ market }) => ({ rows: firstInstead(market, rows.map(marketRowOf)) })),
    withHead: (sound, change, _, recycledOn) =>
      of(sound, (was) => {
        const own = listingIn(was);
        if (own === undefined) return {};
        const head = change({ currency: own.currency ?? '', type: own.type ?? '' });
        const other = { ...own, ...head, firstTrade: recycledOn ?? own.firstTrade };
        return { listing: (ticker) => (ticker === own.ticker ? other : was.market.listing(ticker)) };
      }),
    withoutSplits: (sound) =>
      of(sound, ({ market }) => ({
        actions: (ticker) => market.actions(ticker).filter(({ kind }) => kind !== 'split'),
      })),
    withStampsTimes: (sound, factor) =>
      of(sound, ({ market, rows }) => ({
        rows: firstInstead(
          market,
          rows.map((row) => ({ ...row, ts: row.ts * factor })),
        ),
      })),
    stampsASecond: 1000,
    price: (price) => Math.round(price * 1e4) / 1e4,
    insteadOf: (request, ticker) =>
      ofTicker(request, symbolOf(askedSeries(request).symbol ?? ''), symbolOf(ticker)),
    sessionOf: (stamp, calendar, asked) => (isDaily(asked) ? utcDayOf(stamp) : calendar.localDay(stamp)),
    stampOn: (day, asked) => (isDaily(asked) ? startOfDay(day) : opening(day, listingIn(asked))),
  };
}

/** A market that differs in some of what it tells. */
export function changed(market: Market, change: Partial<Market>): Market {
  return {
    tickers: () => market.tickers(),
    listing: (ticker) => market.listing(ticker),
    intervals: (ticker) => market.intervals(ticker),
    rows: (ticker, interval, range) => market.rows(ticker, interval, range),
    actions: (ticker) => market.actions(ticker),
    quiet: (ticker) => market.quiet(ticker),
    ...change,
  };
}

/** Rows that a market gives once, when it is first asked for some. */
function firstInstead(market: Market, rows: readonly MarketRow[]): Market['rows'] {
  let isFirst = true;
  return (ticker, interval, range) => {
    if (!isFirst) return market.rows(ticker, interval, range);
    isFirst = false;
    return rows;
  };
}

function rowOf({ ts, open, high, low, close, volume, vwap, trades }: MarketRow): Row {
  return { stamp: ts, open, high, low, close, volume, more: [vwap, trades] };
}

function marketRowOf({ stamp, open, high, low, close, volume, more = [] }: Row): MarketRow {
  const [vwap = null, trades = null] = more;
  return { ts: stamp, open, high, low, close, volume, vwap, trades };
}

/** A request with another symbol in its path and its query, be it in a list of several. */
function ofTicker({ path, query, ...request }: WireRequest, symbol: string, ticker: string): WireRequest {
  const asked = [...query].map(([name, value]): [string, string] => [
    name,
    value
      .split(',')
      .map((one) => (one === symbol ? ticker : one))
      .join(','),
  ]);
  return {
    ...request,
    path: path.replaceAll(encodeURIComponent(symbol), () => encodeURIComponent(ticker)),
    query: new URLSearchParams(asked),
  };
}

/** When trading opens on a day, or would. */
function opening(day: Day, listing: Listing | undefined): number {
  const calendar = calendarById(listing?.calendar ?? '24-7');
  const session = calendar.isSession(day) ? day : calendar.previousSession(day);
  return calendar.session(session).open + (day - session) * MS_PER_DAY;
}
