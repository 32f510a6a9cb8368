import type { Ohlcv } from '../../core/bars/bars.ts';
import type { Session } from '../../core/calendar/calendar.ts';
import { type Day, dayOn, startOfDay, utcDayOf } from '../../core/session/day.ts';
import { isComplete } from '../../market/market.ts';
import { lastRow } from './adjustment.ts';
import { dailyStamp, type Instrument, offsetSeconds } from './instrument.ts';
import type { ChartQuery } from './query.ts';
import { type ChartRow, rowSoFar } from './rows.ts';
import { type Venue, venueOf } from './venues.ts';
import { largest, smallest } from '../../core/extremes.ts';

/** How far back a last trade is looked for, in days. */
const LAST_TRADE_DAYS = 60;

const YEAR_DAYS = 365;

const VALID_RANGES = ['1d', '5d', '1mo', '3mo', '6mo', '1y', '2y', '5y', '10y', 'ytd', 'max'];

/** `meta` of an answer with the given bars. */
export function metaOf(instrument: Instrument, query: ChartQuery, rows: readonly ChartRow[]): object {
  const { listing, calendar, now } = instrument;
  const venue = venueOf(listing);
  const isDaily = query.interval === '1d';
  const priceHint = calendar.kind === 'currencies' ? 4 : 2;
  const round = (price: number): number => Number(price.toFixed(Math.max(3, priceHint)));
  return {
    currency: venue.currency,
    symbol: listing.ticker,
    exchangeName: venue.exchangeName,
    fullExchangeName: venue.fullExchangeName,
    instrumentType: venue.instrumentType,
    firstTradeDate: dailyStamp(instrument, instrument.firstTrade),
    ...marketState(instrument, venue, round),
    longName: listing.name,
    shortName: listing.name,
    chartPreviousClose: round(closeBefore(instrument, rows[0]?.session ?? instrument.today)),
    ...(!isDaily && { previousClose: round(closeBefore(instrument, instrument.today)), scale: 3 }),
    priceHint,
    currentTradingPeriod: tradingPeriod(
      instrument,
      venue,
      calendar.session(calendar.sessionOnOrBefore(calendar.localDay(now))),
    ),
    ...(!isDaily && { tradingPeriods: tradingPeriods(instrument, venue, query, rows) }),
    dataGranularity: query.granularity,
    range: query.range,
    validRanges: VALID_RANGES,
  };
}

/** The part of `meta` that tells how the market stands now. */
function marketState(instrument: Instrument, venue: Venue, round: (price: number) => number): object {
  const { calendar, now, adjustment } = instrument;
  const last = latestRow(instrument);
  const shares = adjustment.sharesSince(last.session);
  const offset = offsetSeconds(calendar, now);
  const year = market52Weeks(instrument);
  return {
    regularMarketTime: last.time,
    hasPrePostMarketData: venue.hasExtendedBars,
    gmtoffset: offset,
    timezone: zoneName(instrument, venue, now),
    exchangeTimezoneName: calendar.zone,
    regularMarketPrice: round(last.row.close / shares),
    fiftyTwoWeekHigh: round(Math.max(largest(year.highs), last.row.high / shares)),
    fiftyTwoWeekLow: round(Math.min(smallest(year.lows), last.row.low / shares)),
    regularMarketDayHigh: round(last.row.high / shares),
    regularMarketDayLow: round(last.row.low / shares),
    regularMarketVolume: Math.round(last.row.volume * shares),
  };
}

/** The session that trades or the last one that did, and the second of its last trade. */
function latestRow(instrument: Instrument): { session: Day; time: number; row: Ohlcv } {
  const { market, listing, calendar, now, today, firstTrade } = instrument;
  const open = calendar.sessionAt(now);
  const soFar = open === undefined ? undefined : rowSoFar(instrument, open, calendar.session(open).open);
  if (open !== undefined && soFar !== undefined && isComplete(soFar)) {
    return { session: open, time: Math.floor(now / 1000), row: soFar };
  }
  const to = calendar.lastSettled(now, 0) + 1;
  const row = lastRow(market, listing.ticker, { from: Math.min(firstTrade, today - LAST_TRADE_DAYS), to });
  if (row === undefined) return { session: today, time: Math.floor(now / 1000), row: NO_TRADE };
  const session = utcDayOf(row.ts);
  const time = calendar.isSession(session)
    ? calendar.session(session).close / 1000
    : dailyStamp(instrument, session);
  return { session, time, row };
}

/** Stands in on the day of a listing, before its first trade. */
const NO_TRADE: Ohlcv = { ts: 0, open: 0, high: 0, low: 0, close: 0, volume: 0, vwap: null, trades: null };

/** Split-adjusted highs and lows of the closed sessions of the last year. */
function market52Weeks({ market, listing, calendar, now, today, adjustment }: Instrument): {
  highs: number[];
  lows: number[];
} {
  const range = { from: today - YEAR_DAYS, to: calendar.lastSettled(now, 0) + 1 };
  const rows = market.rows(listing.ticker, '1d', range).filter(isComplete);
  const perShare = (price: number, ts: number): number => price / adjustment.sharesSince(utcDayOf(ts));
  return {
    highs: rows.map(({ high, ts }) => perShare(high, ts)),
    lows: rows.map(({ low, ts }) => perShare(low, ts)),
  };
}

/** The split-adjusted close before a session, or that session's own where it is the first. */
function closeBefore({ market, listing, adjustment, firstTrade }: Instrument, session: Day): number {
  const before = { from: session - LAST_TRADE_DAYS, to: session };
  const first = { from: firstTrade, to: session + 1 };
  const row = lastRow(market, listing.ticker, before) ?? lastRow(market, listing.ticker, first);
  return row === undefined ? 0 : row.close / adjustment.sharesSince(utcDayOf(row.ts));
}

interface Period {
  readonly timezone: string;
  readonly start: number;
  readonly end: number;
  readonly gmtoffset: number;
}

/** Extended and regular hours of a session, in seconds. Round-the-clock sessions end a minute early. */
function tradingPeriod(
  instrument: Instrument,
  venue: Venue,
  session: Session,
): { pre: Period; regular: Period; post: Period } {
  const [before, after] = venue.extendedMinutes;
  const start = session.open / 1000;
  const isRoundTheClock = instrument.calendar.kind !== 'exchange';
  const end = session.close / 1000 - (isRoundTheClock ? 60 : 0);
  const period = (from: number, to: number): Period => ({
    timezone: zoneName(instrument, venue, session.open),
    start: from,
    end: to,
    gmtoffset: offsetSeconds(instrument.calendar, session.open),
  });
  return {
    pre: period(start - before * 60, start),
    regular: period(start, end),
    post: period(end, end + after * 60),
  };
}

/** One inner list a session of the answer: of periods by kind, or of the regular ones alone. */
function tradingPeriods(
  instrument: Instrument,
  venue: Venue,
  { includePrePost }: ChartQuery,
  rows: readonly ChartRow[],
): object {
  const periods = [...new Set(rows.map(({ session }) => session))].map((day) =>
    tradingPeriod(instrument, venue, instrument.calendar.session(day)),
  );
  const regular = periods.map((period) => [period.regular]);
  if (!includePrePost) return regular;
  return {
    pre: periods.map((period) => [period.pre]),
    post: periods.map((period) => [period.post]),
    regular,
  };
}

/** Summer time is when the offset is larger than at the other end of the year. */
function zoneName({ calendar }: Instrument, venue: Venue, instant: number): string {
  const year = new Date(instant).getUTCFullYear();
  const standard = Math.min(
    offsetSeconds(calendar, startOfDay(dayOn(year, 1, 2))),
    offsetSeconds(calendar, startOfDay(dayOn(year, 7, 2))),
  );
  return venue.zoneNames[offsetSeconds(calendar, instant) > standard ? 1 : 0];
}
