import type { Calendar } from '../../core/calendar/calendar.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { Zone } from '../../core/calendar/zone.ts';
import { type Day, MS_PER_DAY, startOfDay } from '../../core/session/day.ts';
import type { Listing, Market } from '../../market/market.ts';
import { Adjustment } from './adjustment.ts';

/** What the wire needs of one listed instrument at one moment. */
export interface Instrument {
  readonly market: Market;
  readonly listing: Listing;
  readonly calendar: Calendar;
  readonly adjustment: Adjustment;
  /** First session with a trade. */
  readonly firstTrade: Day;
  /** Local date of the exchange. */
  readonly today: Day;
  /** ms since the epoch. */
  readonly now: number;
}

const MS_PER_MINUTE = 60_000;

const zones = new Map<string, Zone>();

/** The instrument behind a symbol; undefined if it is not known, not listed yet or not listed any more. */
export function findInstrument(market: Market, symbol: string, now: number): Instrument | undefined {
  const listing = market.listing(symbol);
  if (listing === undefined) return undefined;
  const calendar = calendarById(listing.calendar);
  const today = calendar.localDay(now);
  const { firstTrade, delistedOn } = listing;
  if (firstTrade === null || firstTrade > today) return undefined;
  if (delistedOn !== null && delistedOn <= today) return undefined;
  const adjustment = new Adjustment(market, symbol, today);
  return { market, listing, calendar, adjustment, firstTrade, today, now };
}

/** The stamp of a session's daily bar, in seconds: its open, or local midnight for a day that is no session. */
export function dailyStamp({ calendar }: Instrument, day: Day): number {
  const instant = calendar.isSession(day) ? calendar.session(day).open : zoneOf(calendar).instantOf(day, 0);
  return instant / 1000;
}

/**
 * The stamp of a day's open, in seconds; of a day that is no session, when its open would be: at the local time of the
 * session before.
 */
export function openStamp({ calendar }: Instrument, day: Day): number {
  if (calendar.isSession(day)) return calendar.session(day).open / 1000;
  const before = calendar.previousSession(day);
  const midnight = zoneOf(calendar).instantOf(before, 0);
  const minutes = (calendar.session(before).open - midnight) / MS_PER_MINUTE;
  return zoneOf(calendar).instantOf(day, minutes) / 1000;
}

/**
 * Local time minus UTC at an instant, in seconds. (Taken at noon of its date: a change in the night counts for the whole
 * day.)
 */
export function offsetSeconds(calendar: Calendar, instant: number): number {
  const day = calendar.localDay(instant);
  return (startOfDay(day) + MS_PER_DAY / 2 - zoneOf(calendar).instantOf(day, 720)) / 1000;
}

function zoneOf({ zone: name }: Calendar): Zone {
  let zone = zones.get(name);
  if (zone === undefined) zones.set(name, (zone = new Zone(name)));
  return zone;
}
