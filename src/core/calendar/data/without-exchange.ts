import type { CalendarFacts } from '../facts.ts';

const ROUND_THE_CLOCK = {
  open: [['1970-01-01', '00:00']],
  close: [['1970-01-01', '24:00']],
  breaks: [],
  closures: '',
  earlyCloses: '',
  lateOpens: '',
} as const;

/** By definition: what holds for them holds always. */
const ALWAYS_RELIABLE = { from: '1970-01-01', through: '9999-12-31' };

/** Crypto: every UTC day. */
export const ALWAYS: CalendarFacts = {
  ...ROUND_THE_CLOCK,
  id: '24-7',
  zone: 'UTC',
  weekmask: '1111111',
  reliable: ALWAYS_RELIABLE,
};

/**
 * Currencies: every Monday to Friday by London's clock, Christmas and New Year included, as Yahoo's daily rows have
 * it. (The spot market itself runs from Sunday 17:00 to Friday 17:00 in New York.)
 */
export const FX: CalendarFacts = {
  ...ROUND_THE_CLOCK,
  id: '24-5-FX',
  zone: 'Europe/London',
  weekmask: '1111100',
  reliable: ALWAYS_RELIABLE,
};

/** A guess for tickers without a known calendar. */
export const WEEKDAYS: CalendarFacts = {
  ...ROUND_THE_CLOCK,
  id: 'weekdays',
  zone: 'UTC',
  weekmask: '1111100',
  reliable: null,
};
