import { labelsOf } from '../../core/bars/labels.ts';
import { isCryptoPair, pairOf } from '../../core/calendar/calendars.ts';
import { isSameCurrency, mayBeSameCurrency, priceCurrencyIn } from '../../core/currency.ts';
import { quoted, shortened } from '../../core/quoted.ts';
import type { CsvLine } from './csv-line.ts';
import type { Header } from './header.ts';
import { saysNothing } from './numbers.ts';
import { malformed } from './records.ts';
import type { CurrenciesSaid, StampedRows } from './stamped-rows.ts';

/** What rows say that their prices are in, as the first of them writes it, and its line. */
export interface CurrencySaid {
  readonly word: string;
  readonly line: number;
}

/** Money that a price is written with: `$12.50`, `12,50 €`, `US$ 3`. */
const MONEY = /^[+\u2212-]?\s*([A-Z]{0,3}[$€£¥₩₹])|([A-Z]{0,3}[$€£¥₩₹])$/i;

/** Reads what rows say that their prices are in: by a column, the money that the closes are written with, or the header. */
export class CurrenciesRead {
  readonly #column: number | null;
  readonly #close: number;
  readonly #ofHeader: string;
  readonly #words: string[] = [];
  readonly #lines: number[] = [];
  #isSaid = false;

  constructor({ currency, close, pricesIn }: Pick<Header, 'currency' | 'close' | 'pricesIn'>) {
    this.#column = currency;
    this.#close = close;
    this.#ofHeader = pricesIn ?? '';
  }

  /** Takes the line of the next row. */
  add({ fields, number }: CsvLine): void {
    const own = this.#column === null ? moneyOf(fields[this.#close] ?? '') : wordIn(fields[this.#column]);
    const word = own === '' ? this.#ofHeader : own;
    this.#isSaid ||= word !== '';
    this.#words.push(word);
    this.#lines.push(number);
  }

  said(): CurrenciesSaid | null {
    return this.#isSaid ? { words: labelsOf(this.#words), lines: Int32Array.from(this.#lines) } : null;
  }
}

function wordIn(text = ''): string {
  return saysNothing(text) ? '' : text;
}

function moneyOf(text: string): string {
  // Nearly all are plain numbers.
  if (isPlain(text.charCodeAt(0)) && isPlain(text.charCodeAt(text.length - 1))) return '';
  const [, before, behind] = MONEY.exec(text) ?? [];
  return before ?? behind ?? '';
}

/** Whether a character is a digit, by its code. */
function isPlain(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Follows what the rows of a ticker in a file, in the order of its lines, say that their prices are in. */
export class CurrencyChanges {
  readonly #ticker: string;
  /** The first word that is no currency. */
  #none: CurrencySaid | null = null;
  #first: CurrencySaid | null = null;
  /** The last row that says it. */
  #last: CurrencySaid | null = null;
  /** Where it is another one than above for the first time. */
  #change: { readonly from: CurrencySaid; readonly to: CurrencySaid } | null = null;
  #changes = 0;
  #lastChange = 0;

  constructor(ticker: string) {
    this.#ticker = ticker;
  }

  /** Takes the rows that come next. Those without a bar say nothing: of a cut or shifted line another field stands there. */
  add({ currencies, asides }: StampedRows): void {
    if (currencies === null) return;
    const { words, lines } = currencies;
    for (let i = 0; i < lines.length; i++) {
      const word = words.names[words.codes[i] as number] ?? '';
      const { fault, lacks } = asides.get(i) ?? {};
      if (word === '' || fault !== undefined || lacks !== undefined) continue;
      this.#next({ word, line: lines[i] as number });
    }
  }

  /**
   * What all rows say; null where none does. Throws `usage` where some say what is no currency, or another one than others.
   */
  only(path: string): CurrencySaid | null {
    if (this.#none !== null) throw noCurrency(path, this.#none, this.#ticker);
    if (this.#change === null || this.#first === null) return this.#first;
    const { from, to } = this.#change;
    const above =
      from.line === this.#first.line ? `line ${from.line}` : `lines ${this.#first.line} to ${from.line}`;
    const more = this.#changes - 1;
    const again = more === 0 ? '' : `, and change ${times(more)} more, last on line ${this.#lastChange}`;
    throw malformed(
      path,
      to.line,
      `the rows of ${this.#ticker} are in ${shortened(from.word)} (${above}) and from here on in ${shortened(to.word)}${again}: ` +
        'bars of two currencies are no series; leave those of one, in all files of the ticker',
    );
  }

  #next(said: CurrencySaid): void {
    const last = this.#last;
    if (last?.word !== said.word && currencyOf(said.word, this.#ticker) === undefined) {
      this.#none ??= said;
      return;
    }
    this.#first ??= said;
    if (last === null || last.word === said.word || isOneCurrency(last.word, said.word)) {
      this.#last = said;
      return;
    }
    this.#change ??= { from: last, to: said };
    this.#changes++;
    this.#lastChange = said.line;
    this.#last = said;
  }
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function noCurrency(path: string, { word, line }: CurrencySaid, ticker: string): Error {
  const what = `the price of ${ticker} is in ${quoted(word)}, which is no currency`;
  return malformed(
    path,
    line,
    `${what}: write its code (USD; GBp of pence), or leave the cell empty where it is not known`,
  );
}

function isOneCurrency(one: string, other: string): boolean {
  return isSameCurrency(priceCurrencyIn(one) ?? one, priceCurrencyIn(other) ?? other);
}

/**
 * What a ticker's prices are in, as it is kept, by the word that its files have for it: see `priceCurrencyIn`, and what a pair
 * of crypto is quoted in. Null for the first of a pair, in which it is not priced, and for the pair's own name; undefined for
 * what is no currency.
 */
export function currencyOf(word: string, ticker: string): string | null | undefined {
  const currency = priceCurrencyIn(word);
  const [base, quote] = pairIn(ticker);
  if (base === '') return currency;
  const letters = word.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  if (letters === base || letters === base + quote) return null;
  if (currency === undefined) return letters === quote ? quote : undefined;
  return mayBeSameCurrency(currency, base) ? null : currency;
}

/** What a pair is of and what it is priced in; two empty words for what is none. */
function pairIn(ticker: string): readonly [base: string, quote: string] {
  if (isCryptoPair(ticker)) return pairOf(ticker);
  return ticker.endsWith('=X') ? [ticker.slice(0, -5), ticker.slice(-5, -2)] : ['', ''];
}
