import type { CalendarFacts } from '../facts.ts';

const ROUND_THE_CLOCK = {
  open: '1970-01-01 00:00',
  close: '1970-01-01 24:00',
  breaks: '',
  closures: '',
  earlyCloses: '',
  lateOpens: '',
} as const;

const MONDAY_TO_FRIDAY = '1970-01-01 1111100';
const SUNDAY_TO_THURSDAY = '1970-01-01 1111001';

/** By definition: what holds for them holds always. */
const ALWAYS_RELIABLE = { from: '1970-01-01', through: '9999-12-31' };

/** Crypto: every UTC day. */
export const ALWAYS: CalendarFacts = {
  ...ROUND_THE_CLOCK,
  id: '24-7',
  kind: 'always',
  zone: 'UTC',
  weeks: '1970-01-01 1111111',
  reliable: ALWAYS_RELIABLE,
};

/**
 * Currencies: every Monday to Friday by London's clock, Christmas and New Year included, as Yahoo's daily rows have
 * it. (The spot market itself runs from Sunday 17:00 to Friday 17:00 in New York.)
 */
export const FX: CalendarFacts = {
  ...ROUND_THE_CLOCK,
  id: '24-5-FX',
  kind: 'currencies',
  zone: 'Europe/London',
  weeks: MONDAY_TO_FRIDAY,
  reliable: ALWAYS_RELIABLE,
};

/** A guess for tickers of which nothing is known. */
export const WEEKDAYS: CalendarFacts = {
  ...ROUND_THE_CLOCK,
  id: 'weekdays',
  zone: 'UTC',
  weeks: MONDAY_TO_FRIDAY,
  reliable: null,
};

/** Guesses for exchanges and futures of which only the zone and the days of the week are known. */
export const WEEKDAYS_BY_ZONE: readonly CalendarFacts[] = [
  weekdaysIn('America/New_York'),
  weekdaysIn('America/Caracas'),
  weekdaysIn('Europe/Amsterdam'),
  weekdaysIn('Europe/Bucharest'),
  weekdaysIn('Europe/London'),
  weekdaysIn('Europe/Moscow'),
  weekdaysIn('Europe/Paris'),
  weekdaysIn('Europe/Riga'),
  weekdaysIn('Europe/Tallinn'),
  weekdaysIn('Europe/Vilnius'),
  weekdaysIn('Africa/Cairo', SUNDAY_TO_THURSDAY),
  weekdaysIn('Asia/Colombo'),
  // The United Arab Emirates moved their week-end on 2022-01-01.
  weekdaysIn('Asia/Dubai', `${SUNDAY_TO_THURSDAY}\n2022-01-01 1111100`),
  weekdaysIn('Asia/Ho_Chi_Minh'),
  weekdaysIn('Asia/Karachi'),
  weekdaysIn('Asia/Kuwait', SUNDAY_TO_THURSDAY),
  weekdaysIn('Asia/Qatar', SUNDAY_TO_THURSDAY),
];

function weekdaysIn(zone: string, weeks = MONDAY_TO_FRIDAY): CalendarFacts {
  return { ...WEEKDAYS, id: `weekdays:${zone}`, zone, weeks };
}
