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

/** Each minor unit by its word in capitals, where that is no currency's. */
const IN_CAPITALS: ReadonlyMap<string, string> = new Map(
  Object.keys(MINOR_UNITS)
    .toReversed()
    .map((word) => [word.toUpperCase(), word]),
);

/**
 * A currency's code as it is kept, by the word that a source has for it: three letters, in capitals but for minor units, which
 * stay as vendors spell them (`GBp`, `ZAc`); blanks around it do not count. Undefined for what is no such word, and for one
 * that may be either by its case: `gbp` is `GBP` or `GBp`.
 */
export function currencyIn(word: string): string | undefined {
  const code = word.trim();
  if (!/^[A-Za-z]{3}$/.test(code)) return undefined;
  if (Object.hasOwn(MINOR_UNITS, code)) return code;
  const capitals = code.toUpperCase();
  const minor = code === capitals ? undefined : IN_CAPITALS.get(capitals);
  if (minor === undefined) return capitals;
  return Object.values(MINOR_UNITS).some(({ major }) => major === capitals) ? undefined : minor;
}

/** The signs that one currency has, and its code. */
const OWN_SIGNS: Readonly<Record<string, string>> = { '€': 'EUR', '₹': 'INR' };

/** The signs that several currencies have, and their codes. */
const SHARED_SIGNS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    $:
      'USD CAD AUD NZD HKD SGD TWD MXN ARS CLP COP UYU DOP CUP BBD BMD BND BSD BZD FJD GYD JMD KYD LRD NAD SBD SRD TTD ' +
      'XCD CVE NIO MOP',
    '£': 'GBP EGP FKP GIP LBP SDG SHP SSP SYP',
    '¥': 'JPY CNY CNH',
    '₩': 'KRW KPW',
  }).map(([sign, codes]) => [sign, new Set(codes.split(' '))]),
);

/** What stands before such a sign where one of them is meant: `US$`. */
const LETTERED_SIGNS: Readonly<Record<string, string>> = {
  ...{
    US$: 'USD',
    CA$: 'CAD',
    C$: 'CAD',
    AU$: 'AUD',
    A$: 'AUD',
    NZ$: 'NZD',
    HK$: 'HKD',
    SG$: 'SGD',
    S$: 'SGD',
  },
  ...{ NT$: 'TWD', MX$: 'MXN', R$: 'BRL', 'JP¥': 'JPY', 'CN¥': 'CNY' },
};

/**
 * What prices are in as it is kept, by the word or the sign that a source has for it: a code as of `currencyIn`, which a sign
 * stands for that only one currency has (`€`, `US$`), or a sign that several have (`$`, `£`, `¥`, `₩`), of which none is
 * guessed. Undefined for what is neither.
 */
export function priceCurrencyIn(word: string): string | undefined {
  const code = currencyIn(word);
  if (code !== undefined) return code;
  const [written, letters = '', sign = ''] = /^([A-Z]{0,3})([$€£¥₩₹])$/.exec(word.trim().toUpperCase()) ?? [];
  if (written === undefined) return undefined;
  const own = OWN_SIGNS[sign] ?? LETTERED_SIGNS[written];
  return own ?? (SHARED_SIGNS.get(sign)?.has(letters) === true ? letters : sign);
}

/** Whether one of two currencies is a sign that the other one, a code, may be written with. */
function isSignOf(sign: string, code: string): boolean {
  return SHARED_SIGNS.get(sign)?.has(code) === true;
}

/** Whether what prices are in by two sources may be one currency, in one unit: `$` is any dollar, and no euro. */
export function mayBeSameCurrency(one: string, other: string): boolean {
  return isSameCurrency(one, other) || isSignOf(one, other) || isSignOf(other, one);
}

/** What prices are in that were known to be in `known`, once they are said to be in `said`: a sign takes no code's place. */
export function currencyKnown(known: string | null, said: string | null): string | null {
  if (known === null || said === null) return said ?? known;
  return isSignOf(said, known) ? known : said;
}

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

/** Whether two words of vendors are one currency, and of it the same unit: `GBp` is `GBX`, and no `GBP`. */
export function isSameCurrency(one: string, other: string): boolean {
  const [a, b] = [unitOf(one), unitOf(other)];
  return a.major === b.major && a.units === b.units;
}

function unitOf(currency: string): MinorUnit {
  const code = currency.trim();
  const minor = Object.hasOwn(MINOR_UNITS, code) ? MINOR_UNITS[code] : undefined;
  return minor ?? { major: code.toUpperCase(), units: 1 };
}

/**
 * How many units of a currency a US dollar buys, where they are ten or more, as a power of ten (rounded down: the rates of
 * decades differ by more than that).
 */
const CHEAP_CURRENCIES: Readonly<Record<string, number>> = {
  ...{ CNY: 10, CZK: 10, DKK: 10, EGP: 10, HKD: 10, INR: 10, MXN: 10, NOK: 10, PHP: 10, RUB: 10, SEK: 10 },
  ...{ THB: 10, TRY: 10, TWD: 10, UAH: 10, ZAR: 10 },
  ...{ ARS: 100, CLP: 100, HUF: 100, ISK: 100, JPY: 100, KES: 100, KZT: 100, LKR: 100, NGN: 100, PKR: 100 },
  ...{ RSD: 100, '¥': 10, '₩': 1000 },
  ...{ COP: 1000, IQD: 1000, KRW: 1000, TZS: 1000, UGX: 1000 },
  ...{ IDR: 10_000, IRR: 10_000, LBP: 1000, UZS: 10_000, VND: 10_000 },
};

/** Units of a price's currency for a US dollar, by the order of magnitude; 1 for a currency that is not known. */
export function unitsOfADollar(priceCurrency: string | null): number {
  if (priceCurrency === null) return 1;
  const { major, units } = unitOf(priceCurrency);
  return units * (CHEAP_CURRENCIES[major] ?? 1);
}
