import { basename } from 'node:path';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { isCryptoPair, pairOf } from '../../core/calendar/calendars.ts';
import { isSameCurrency, priceCurrencyIn } from '../../core/currency.ts';
import { quoted } from '../../core/quoted.ts';
import { malformed } from './records.ts';

/** What is in brackets behind the name of a column. */
const IN_BRACKETS = /[([]([^)\]]*)[)\]]/;

/** What numbers are counted in, alone in brackets. */
const UNITS =
  /^(in|x|×|of)? ?('?0{2,}'?s?|1[,.' ]?0{2,}s?|10\^?\d+|1e\d+|k|m|mm|mn|mln|mio|mil|b|bn|lots?|units? of .*|¢|c|cts?|p|%|percent|bps)$/;
/** The same, as words that mean nothing else. */
const WORDS =
  /(^|[^a-z])(thousands?|thsd|tsd|millions?|mio|mln|billions?|lakhs?|lacs?|crores?|hundreds?|round lots|lots|cents?|pence|pennies|'?000'?s?)($|[^a-z])/;

/** Whether the name of a column of prices or volumes says that its numbers are no prices and no single shares. */
export function saysUnit(name: string): boolean {
  const [text, inside] = [name.toLowerCase(), IN_BRACKETS.exec(name.toLowerCase())?.[1]?.trim()];
  if (inside !== undefined && (UNITS.test(inside) || WORDS.test(inside))) return true;
  return (/^vol(ume)?[^a-z]/.test(text) && WORDS.test(text)) || UNITS.test(volumeWord(name).toLowerCase());
}

/** Why numbers of some columns are not read; null where none says that it is of another unit. */
export function unitsProblem(read: readonly string[]): string | null {
  const name = read.find(saysUnit);
  if (name === undefined) return null;
  return otherUnit(
    name,
    /vol/i.test(name) ? 'write each in full, in shares, and call it "volume"' : PRICES_PLAIN,
  );
}

const PRICES_PLAIN = 'write prices in what the ticker is quoted in, and call them by their name alone';

function otherUnit(name: string, way: string): string {
  return `its column ${quoted(name)} says that its numbers are of another unit: ${way}`;
}

/** What is written before a currency's code, or behind it, where prices are multiplied or parted: `USDx100`, `mUSD`. */
const SCALED =
  /^(?:[kmµu]([A-Z]{3})|([A-Z]{3})[ ,]*(?:[x×*/÷] ?\d+|\d+|[km]|mm|mio|mn|thousands?|millions?))$|^(?:[x×*/÷] ?\d+|\d+ ?[x×*])/i;

/** What prices are in, as the names of their columns say in brackets, and why they are not read, where that is so. */
export function priceUnits(names: readonly string[]): {
  readonly currency: string | null;
  readonly problem: string | null;
} {
  let first: { readonly name: string; readonly word: string } | null = null;
  for (const name of names) {
    const word = IN_BRACKETS.exec(name)?.[1]?.trim() ?? '';
    const [isScaled, money = '', behind = ''] = SCALED.exec(word) ?? [];
    if (isScaled !== undefined && (money + behind === '' || isMoney(money + behind)))
      return { currency: null, problem: otherUnit(name, PRICES_PLAIN) };
    const code = isMoney(word) || isMinorUnit(word) ? priceCurrencyIn(word) : undefined;
    if (code === undefined) continue;
    first ??= { name, word };
    if (!isSameCurrency(priceCurrencyIn(first.word) ?? '', code)) {
      const what = `its columns ${quoted(first.name)} and ${quoted(name)} say that its prices are in two currencies`;
      return { currency: null, problem: `${what}: a bar is in one; write all in that` };
    }
  }
  return { currency: first?.word ?? null, problem: null };
}

function isMinorUnit(word: string): boolean {
  return /^(GB[XxP]|GBp|ZA[cC]|IL[Aa])$/.test(word);
}

/** What a volume counts, by the name of its column. */
export interface VolumeUnit {
  readonly column: string;
  readonly word: string;
}

/** Of what is traded itself. */
const TRADED =
  /^(|\d+|(number of |no\.? of )?(shares?|units?|contracts?|coins?|stocks?|pieces|pcs)( traded)?|ticks?|traded|total|base( asset| currency)?|qty|quantity|real|raw|(un|non|not)[ -]?adj.*)$/;
/** Of money, besides the codes of currencies. */
const OF_MONEY =
  /^(usdt|usdc|busd|tusd|fdusd|usdp|usde|dai|eurt|eurc|quote( asset| currency)?|currency|money|notional|turnover|value|amount|dollars?|euros?|pounds?|yen|in dollars|[a-z]{0,3}[$€£¥₩₹])$/;

let codes: ReadonlySet<string> | undefined;

function isMoney(word: string): boolean {
  codes ??= new Set(Intl.supportedValuesOf('currency'));
  return codes.has(word.toUpperCase()) || OF_MONEY.test(word.toLowerCase());
}

/** `USD` of `Volume USD`, `Volume (USD)` and `volume_USD`; empty of `Volume`, and of what is none. */
function volumeWord(name: string): string {
  const behind = /^[<*]?vol(?:ume)?\.?((?![a-z.]).*)$/i.exec(name.trim())?.[1] ?? '';
  const bare = behind.replaceAll(/[()[\]<>_*]/g, ' ').trim();
  return bare.replace(/^(in|of) /, '').trim();
}

/** Whether the name of a column of volumes says that it is one of money. */
export function saysMoney(name: string): boolean {
  const word = volumeWord(name);
  return word !== '' && isMoney(word);
}

/** What the name of a volume says that it counts; null where that is plainly what is traded. */
export function volumeUnit(column: string): VolumeUnit | null {
  const word = volumeWord(column);
  return TRADED.test(word.toLowerCase()) ? null : { column, word };
}

/** What MetaTrader counts where its broker knows no volume. */
const TICKS = 'changes of the price';

/** Of a column of ticks, which stand for the volume of what no exchange counts, such as currencies. */
export function ticksUnit(column: string): VolumeUnit {
  return { column, word: TICKS };
}

/** Refuses a volume that counts something else than what a ticker, with its calendar, is of. Throws `usage`. */
export function assertVolumeOf(
  path: string,
  unit: VolumeUnit | null,
  { ticker, calendar }: { readonly ticker: string; readonly calendar: Pick<Calendar, 'kind'> },
): void {
  if (unit === null) return;
  if (unit.word === TICKS) {
    if (calendar.kind !== 'exchange') return;
    const seen = `its volumes are those of ${quoted(unit.column)}, which counts ${TICKS}, and not what is traded of ${ticker}`;
    throw malformed(path, null, `${seen}: remove the column, or call it "volume" if it does`);
  }
  const base = isCryptoPair(ticker) ? pairOf(ticker)[0] : ticker;
  if (unit.word.toUpperCase() === base || unit.word.toUpperCase() === ticker) return;
  const what = `its column ${quoted(unit.column)} counts ${quoted(unit.word)}, and not what ${ticker} is of`;
  throw malformed(
    path,
    null,
    `${what}: call it "volume" if it does, or "quote volume" if it is not to be read`,
  );
}

const DATABENTO = ['rtype', 'publisher id', 'instrument id'];

/** Why no prices are read that Databento writes as whole billionths; null where these are none. */
export function fixedPointOf(columns: readonly string[], opens: readonly string[]): string | null {
  const isTheirs = DATABENTO.every((name) => columns.includes(name));
  if (!isTheirs || !opens.some((text) => /^\d+$/.test(text))) return null;
  return 'looks like a file of Databento, whose prices are multiplied by 1,000,000,000: ask for decimal prices (pretty_px)';
}

const TUSHARE = ['vol', 'pct chg', 'pre close'];

/** Why no volumes are read that Tushare writes in lots; null where these are none. */
export function lotsOf(columns: readonly string[]): string | null {
  if (!TUSHARE.every((name) => columns.includes(name))) return null;
  return 'looks like a file of Tushare, whose "vol" counts lots of 100: write shares, and call them "volume"';
}

/** What a column may be called that counts what was traded, and what else is called so. */
const MAY_BE_VOLUME = /vol|qty|qnty|quantit|shares|contracts/i;
const IS_OTHER = /volat|quote|money|amount|value|average|avg|outstanding|float|bid|ask|taker|buy|sell/i;

/** A column that may be of volumes, where none is read; null where there is none. */
export function unreadVolume(volume: number | null, unread: readonly string[]): string | null {
  if (volume !== null) return null;
  return unread.find((name) => MAY_BE_VOLUME.test(name) && !IS_OTHER.test(name)) ?? null;
}

/** A line about such a column, if there is one. */
export function unreadVolumeNotes(path: string, name: string | null): string[] {
  if (name === null) return [];
  const what = `no column of it is known to be of volumes, which are unknown: call ${quoted(name)} "volume" if it is`;
  return [`${basename(path)}: ${what}`];
}

/** Refuses a header below which nothing is read. Throws `usage` with its line. */
export function assertHeader(
  path: string,
  line: number,
  { problem }: { readonly problem: string | null },
): void {
  if (problem !== null) throw malformed(path, line, problem);
}
