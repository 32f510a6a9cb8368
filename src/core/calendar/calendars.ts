import { BackfillError } from '../errors.ts';
import type { Calendar } from './calendar.ts';
import { ALIASES, EXCHANGES } from './data/exchanges.ts';
import { CRYPTO_QUOTES, FUTURES, INDICES, OPTION_CONTRACT, SUFFIXES, US_TICKER } from './data/tickers.ts';
import { ALWAYS, FX, WEEKDAYS, WEEKDAYS_BY_ZONE } from './data/without-exchange.ts';
import { XNYS } from './data/XNYS.ts';
import { ExchangeCalendar } from './exchange-calendar.ts';
import type { CalendarFacts } from './facts.ts';

const FACTS: ReadonlyMap<string, CalendarFacts> = new Map([
  ...[...EXCHANGES, ALWAYS, FX, WEEKDAYS, ...WEEKDAYS_BY_ZONE].map((facts) => [facts.id, facts] as const),
  ...ALIASES,
]);

const INDEX_CALENDARS = idsByName(INDICES);
const SUFFIX_CALENDARS = idsByName(SUFFIXES);
const CRYPTO = new RegExp(`^[A-Z0-9]+-(${CRYPTO_QUOTES.replaceAll(' ', '|')})$`);

const built = new Map<string, Calendar>();

/**
 * A calendar by its id: a MIC such as `XNYS` (`XNAS` is the same calendar), `24-7`, `24-5-FX`, `weekdays` or, of a zone,
 * such as `weekdays:Asia/Qatar`. Built on first use. Throws `internal` for any other id.
 */
export function calendarById(id: string): Calendar {
  const facts = FACTS.get(id);
  if (facts === undefined) throw new BackfillError('internal', `there is no calendar "${id}"`);
  let calendar = built.get(facts.id);
  if (calendar === undefined) built.set(facts.id, (calendar = new ExchangeCalendar(facts)));
  return calendar;
}

/**
 * The calendar that a canonical ticker follows. Where its exchange's calendar is not known it is a guess (`advisory`), in
 * the zone of the exchange if that is known, else in UTC.
 */
export function calendarFor(ticker: string): Calendar {
  return calendarById(calendarIdOf(ticker));
}

/** Whether `suffix`, without its dot, names an exchange (`L`), and not a share class (`B`). */
export function isExchangeSuffix(suffix: string): boolean {
  return SUFFIX_CALENDARS.has(suffix);
}

/** Whether a ticker names a crypto pair (`BTC-USD`), which trades every day around the clock. */
export function isCryptoPair(ticker: string): boolean {
  return CRYPTO.test(ticker);
}

/** Whether a ticker names an option contract of the United States (`AAPL251219C00200000`), which trades when shares do. */
export function isOptionContract(ticker: string): boolean {
  return OPTION_CONTRACT.test(ticker);
}

/** Base and quote of a crypto pair. */
export function pairOf(ticker: string): readonly [base: string, quote: string] {
  const dash = ticker.indexOf('-');
  return [ticker.slice(0, dash), ticker.slice(dash + 1)];
}

/** The rules from the most special to the most general: their order matters. */
function calendarIdOf(ticker: string): string {
  const index = INDEX_CALENDARS.get(ticker);
  if (index !== undefined) return index;
  if (ticker.endsWith('=X')) return FX.id;
  if (ticker.endsWith('=F')) return FUTURES;
  if (ticker.startsWith('^')) return WEEKDAYS.id;
  if (isCryptoPair(ticker)) return ALWAYS.id;
  const dot = ticker.lastIndexOf('.');
  if (dot >= 0) return SUFFIX_CALENDARS.get(ticker.slice(dot + 1)) ?? WEEKDAYS.id;
  return US_TICKER.test(ticker) || isOptionContract(ticker) ? XNYS.id : WEEKDAYS.id;
}

/** Turns `{ id: 'NAME NAME' }` around. */
function idsByName(namesById: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(namesById).flatMap(([id, names]) => names.split(' ').map((name) => [name, id])),
  );
}

/** Every calendar's id with the IANA zone of its session dates. */
export const CALENDAR_ZONES: readonly (readonly [id: string, zone: string])[] = [...FACTS].map(
  ([id, { zone }]) => [id, zone],
);
