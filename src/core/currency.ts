/** How many of a currency's minor unit, in which some exchanges quote prices, are one of the currency. */
interface MinorUnit {
  readonly major: string;
  readonly units: number;
}

/** As vendors spell them; case tells `GBp` from `GBP`. */
const MINOR_UNITS: Readonly<Record<string, MinorUnit>> = {
  GBp: { major: 'GBP', units: 100 },
  GBX: { major: 'GBP', units: 100 },
  GBx: { major: 'GBP', units: 100 },
  ZAc: { major: 'ZAR', units: 100 },
  ZAC: { major: 'ZAR', units: 100 },
  ILA: { major: 'ILS', units: 100 },
  ILa: { major: 'ILS', units: 100 },
  USX: { major: 'USD', units: 100 },
  USc: { major: 'USD', units: 100 },
  EUc: { major: 'EUR', units: 100 },
  EUX: { major: 'EUR', units: 100 },
  CAc: { major: 'CAD', units: 100 },
  CAX: { major: 'CAD', units: 100 },
  AUc: { major: 'AUD', units: 100 },
  AUX: { major: 'AUD', units: 100 },
  KWF: { major: 'KWD', units: 1000 },
};

/** Digits that an amount is given with at most. */
const DIGITS = 12;

/**
 * An amount in the currency of a price: the same, or turned between a currency and its minor unit exactly (0.31 GBP are
 * 31 GBp). Null where the currencies are others: no rate is assumed.
 */
export function inPriceCurrency(amount: number, currency: string, priceCurrency: string): number | null {
  const from = unitOf(currency);
  const to = unitOf(priceCurrency);
  if (from.major !== to.major) return null;
  return from.units === to.units ? amount : Number(((amount * to.units) / from.units).toPrecision(DIGITS));
}

function unitOf(currency: string): MinorUnit {
  return MINOR_UNITS[currency] ?? { major: currency.toUpperCase(), units: 1 };
}
