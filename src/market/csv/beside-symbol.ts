import type { FileName } from './name-said.ts';
import { isOfWords, isWord } from './name-words.ts';
import { isPair } from './ticker-name.ts';
import { isNoTicker } from './venues.ts';

// A name is up to its first `_` what it is of, unless what stands behind that may be so as well: of `D_AAPL`, `hist_AAPL` and
// `SH_600519` the first part is no ticker, and it would be that of all files that begin so.

/** What stands behind a symbol, longer than many are, and is none. */
const TAGS: ReadonlySet<string> = new Set(
  (
    'close closes ohlc raw rth clean cleaned final train test split splits trade trades tick ticks volume first last ' +
    'part bid ask mid from since till until with after before full small large max ytd ' +
    'jan feb mar apr may jun jul aug sep oct nov dec'
  ).split(' '),
);

/** Minutes that bars are long, as some write them behind a symbol. */
const MINUTES = /^(1|5|10|15|30|60|120|180|240|480|720|1440|10080|43200)$/;

/** A number that may be a share's. */
const NUMBER = /^\d{3,8}$/;

/**
 * That nothing tells which part of a name is the ticker, where one behind the first may be it rather: it is longer, or in capitals
 * where the first is not, or a number; or the first is a word that describes a file or a venue, beside others. Undefined where the
 * first is it.
 */
export function besideFirst([first = '', ...rest]: readonly string[]): FileName | undefined {
  if (isOfWordsAlone(first, rest)) return { kind: 'word', ticker: first };
  const areWords = rest.length > 0 && rest.every((part) => isWord(part.toLowerCase()));
  if (areWords && isNoTicker(first.toUpperCase()))
    return { kind: 'unknown', reason: `its "${first}" is no ticker; rename it as that is written (AIR.PA)` };
  const other = rest.find((part) => !isWord(part.toLowerCase()) && !isTag(part) && mayBeIt(part, first));
  if (other === undefined) return undefined;
  return {
    kind: 'unknown',
    reason: `its "${first}" or its "${other}" may be the ticker; rename it as that is written (AIR.PA)`,
  };
}

/** `TIME_SERIES_DAILY`, and no `DATA_data`. */
function isOfWordsAlone(first: string, rest: readonly string[]): boolean {
  const areAllWords = rest.every((part) => isWord(part.toLowerCase()));
  const isCapital = (part: string): boolean => part === part.toUpperCase() && /^[A-Z]+$/.test(part);
  return (
    areAllWords &&
    isOfWords(first) &&
    isCapital(first) &&
    rest.some((part) => isCapital(part) && isOfWords(part))
  );
}

/** Whether a part says how a file is made, or of what time. */
export function isTag(part: string): boolean {
  return TAGS.has(part.toLowerCase().replace(/\d+$/, ''));
}

/** Whether a number is one of minutes that bars are long. */
export function isMinutes(part: string): boolean {
  return MINUTES.test(part);
}

/** Whether a part may be the ticker rather than the first one. */
function mayBeIt(part: string, first: string): boolean {
  if (NUMBER.test(part)) return first.length <= 3 && !isMinutes(part);
  const [isCapital, isFirstCapital] = [part, first].map((one) => one === one.toUpperCase());
  if (!isSymbol(part) || (isFirstCapital === true && isCapital !== true)) return false;
  return part.length > first.length || (isCapital === true && isFirstCapital !== true && part.length > 1);
}

/** Whether a part is as tickers are: a few letters, or a pair. */
function isSymbol(part: string): boolean {
  const upper = part.toUpperCase();
  return (
    /^[A-Z]{1,5}([.-][A-Z]{1,2})?$/.test(upper) ||
    isPair(upper.slice(0, 3), upper.slice(3)) ||
    /^[A-Z0-9]{2,}USD[TC]?$/.test(upper)
  );
}
