import type { Listing } from '../../market/market.ts';

/** How the wire speaks of the instruments of one calendar. */
export interface Venue {
  readonly exchangeName: string;
  readonly fullExchangeName: string;
  readonly instrumentType: string;
  readonly currency: string;
  /** Abbreviations of standard and summer time. */
  readonly zoneNames: readonly [standard: string, summer: string];
  /** Minutes of trading before the open and after the close. */
  readonly extendedMinutes: readonly [before: number, after: number];
  readonly hasExtendedBars: boolean;
}

const EXCHANGE = {
  instrumentType: 'EQUITY',
  currency: 'EUR',
  zoneNames: ['CET', 'CEST'],
  extendedMinutes: [0, 0],
  hasExtendedBars: false,
} as const;

/** By calendar id. Names, currencies and hours are those of recorded answers (2025-02) where there is one. */
const VENUES: Readonly<Record<string, Venue>> = {
  XNYS: {
    ...EXCHANGE,
    exchangeName: 'NYQ',
    fullExchangeName: 'NYSE',
    currency: 'USD',
    zoneNames: ['EST', 'EDT'],
    extendedMinutes: [330, 240],
    hasExtendedBars: true,
  },
  XTSE: {
    ...EXCHANGE,
    exchangeName: 'TOR',
    fullExchangeName: 'Toronto',
    currency: 'CAD',
    zoneNames: ['EST', 'EDT'],
    extendedMinutes: [90, 60],
  },
  XLON: {
    ...EXCHANGE,
    exchangeName: 'LSE',
    fullExchangeName: 'LSE',
    currency: 'GBp',
    zoneNames: ['GMT', 'BST'],
    extendedMinutes: [45, 45],
  },
  XETR: { ...EXCHANGE, exchangeName: 'GER', fullExchangeName: 'XETRA', extendedMinutes: [120, 180] },
  XPAR: { ...EXCHANGE, exchangeName: 'PAR', fullExchangeName: 'Paris' },
  XAMS: { ...EXCHANGE, exchangeName: 'AMS', fullExchangeName: 'Amsterdam' },
  XBRU: { ...EXCHANGE, exchangeName: 'BRU', fullExchangeName: 'Brussels' },
  XMIL: { ...EXCHANGE, exchangeName: 'MIL', fullExchangeName: 'Milan' },
  XMAD: { ...EXCHANGE, exchangeName: 'MCE', fullExchangeName: 'MCE' },
  XSWX: { ...EXCHANGE, exchangeName: 'EBS', fullExchangeName: 'Swiss', currency: 'CHF' },
  XOSL: { ...EXCHANGE, exchangeName: 'OSL', fullExchangeName: 'Oslo', currency: 'NOK' },
  XCSE: { ...EXCHANGE, exchangeName: 'CPH', fullExchangeName: 'Copenhagen', currency: 'DKK' },
  XIDX: {
    ...EXCHANGE,
    exchangeName: 'JKT',
    fullExchangeName: 'Jakarta',
    currency: 'IDR',
    zoneNames: ['WIB', 'WIB'],
  },
  XTKS: {
    ...EXCHANGE,
    exchangeName: 'JPX',
    fullExchangeName: 'Tokyo',
    currency: 'JPY',
    zoneNames: ['JST', 'JST'],
  },
  XHKG: {
    ...EXCHANGE,
    exchangeName: 'HKG',
    fullExchangeName: 'HKSE',
    currency: 'HKD',
    zoneNames: ['HKT', 'HKT'],
  },
  XASX: {
    ...EXCHANGE,
    exchangeName: 'ASX',
    fullExchangeName: 'ASX',
    currency: 'AUD',
    zoneNames: ['AEST', 'AEDT'],
  },
  '24-7': {
    ...EXCHANGE,
    exchangeName: 'CCC',
    fullExchangeName: 'CCC',
    instrumentType: 'CRYPTOCURRENCY',
    zoneNames: ['UTC', 'UTC'],
  },
  '24-5-FX': {
    ...EXCHANGE,
    exchangeName: 'CCY',
    fullExchangeName: 'CCY',
    instrumentType: 'CURRENCY',
    zoneNames: ['GMT', 'BST'],
  },
};

/** For exchanges of which no answer was recorded. */
const ELSEWHERE: Venue = {
  ...EXCHANGE,
  exchangeName: 'YHD',
  fullExchangeName: 'YHD',
  currency: 'USD',
  zoneNames: ['UTC', 'UTC'],
};

/** The venue of a listing, with its own currency and type. */
export function venueOf({ calendar, ticker, currency, type }: Listing): Venue {
  const venue = VENUES[calendar] ?? ELSEWHERE;
  return {
    ...venue,
    currency: currency ?? quoteCurrency(ticker, calendar) ?? venue.currency,
    instrumentType: type === 'etf' ? 'ETF' : venue.instrumentType,
  };
}

/** `BTC-USD` and `EURUSD=X` name the currency of their price. */
function quoteCurrency(ticker: string, calendar: string): string | null {
  if (calendar === '24-7') return ticker.slice(ticker.indexOf('-') + 1);
  return calendar === '24-5-FX' ? ticker.slice(-5, -2) : null;
}
