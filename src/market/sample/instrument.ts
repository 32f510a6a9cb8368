import { calendarFor } from '../../core/calendar/calendars.ts';

/** A fictitious instrument: what is authored of it. Its prices come from the seed. Dates are `YYYY-MM-DD`. */
export interface Instrument {
  readonly ticker: string;
  readonly name: string;
  readonly currency: string;
  /** MIC, `CRYPTO` or `FX`. */
  readonly exchange: string;
  readonly type: 'equity' | 'etf' | 'crypto' | 'fx';
  /** First trade, or the session after it. */
  readonly listedOn: string;
  /** No trade on or after it. */
  readonly delistedOn?: string;
  /** Price at the listing. */
  readonly price: number;
  /** Growth in a year that the price follows loosely, before splits. */
  readonly growth: number;
  /** Standard deviation of a session's return. */
  readonly volatility: number;
  /** Usual units a session at the listing; splits multiply it. */
  readonly volume: number;
  /** Smallest volume: 1 for shares, 0 where volume is not known. */
  readonly volumeUnit: number;
  readonly ticksPerUnit: number;
  /** Ex-date (or the session after it) and new shares for an old one. */
  readonly splits?: readonly (readonly [exDate: string, ratio: number])[];
  /** `rate` a year of the price, paid in equal parts in the given months (1–12). */
  readonly dividend?: { readonly rate: number; readonly months: readonly number[] };
  /** First session and number of sessions without trading. */
  readonly halts?: readonly (readonly [date: string, sessions: number])[];
  /** Part of the sessions on which it trades at all; default all. */
  readonly tradedShare?: number;
}

/** Dates and events of an instrument that are not its group's default. */
type Story = Partial<
  Pick<
    Instrument,
    | 'type'
    | 'listedOn'
    | 'delistedOn'
    | 'growth'
    | 'volatility'
    | 'volume'
    | 'ticksPerUnit'
    | 'splits'
    | 'dividend'
    | 'halts'
    | 'tradedShare'
  >
>;

type Authored = (ticker: string, name: string, price: number, story?: Story) => Instrument;

const FIRST_DAY = '2010-01-04';

/** Crypto volume comes in 256ths: sums of them are exact and have 8 decimals at most. */
const CRYPTO_VOLUME_UNIT = 1 / 256;

/** Makes a share of the exchange that its ticker names. */
function shareIn(currency: string, defaults: { volume: number; ticksPerUnit: number }): Authored {
  return (ticker, name, price, story = {}) => ({
    ticker,
    name,
    currency,
    exchange: calendarFor(ticker).id,
    type: 'equity',
    listedOn: FIRST_DAY,
    price,
    growth: 0.07,
    volatility: 0.016,
    volumeUnit: 1,
    ...defaults,
    ...story,
  });
}

export const american = shareIn('USD', { volume: 2_400_000, ticksPerUnit: 100 });
export const european = shareIn('EUR', { volume: 420_000, ticksPerUnit: 100 });
export const japanese = shareIn('JPY', { volume: 1_100_000, ticksPerUnit: 1 });

export const crypto: Authored = (ticker, name, price, story = {}) => ({
  ticker,
  name,
  currency: ticker.slice(ticker.indexOf('-') + 1),
  exchange: 'CRYPTO',
  type: 'crypto',
  listedOn: '2014-09-17',
  price,
  growth: 0.25,
  volatility: 0.032,
  volume: 4_000,
  volumeUnit: CRYPTO_VOLUME_UNIT,
  ticksPerUnit: 100,
  ...story,
});

export const currencyPair: Authored = (ticker, name, price, story = {}) => ({
  ticker,
  name,
  currency: ticker.slice(3, 6),
  exchange: 'FX',
  type: 'fx',
  listedOn: FIRST_DAY,
  price,
  growth: 0,
  volatility: 0.0045,
  volume: 0,
  volumeUnit: 0,
  ticksPerUnit: 100_000,
  ...story,
});
