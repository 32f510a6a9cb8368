import { labelsOf } from '../../core/bars/labels.ts';
import { isCryptoPair, pairOf } from '../../core/calendar/calendars.ts';
import { isSameCurrency } from '../../core/currency.ts';
import { shortened } from '../../core/quoted.ts';
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

/** Reads what rows say that their prices are in: by a column, or by the money that the closes are written with. */
export class CurrenciesRead {
  readonly #column: number | null;
  readonly #close: number;
  readonly #words: string[] = [];
  readonly #lines: number[] = [];
  #isSaid = false;

  constructor({ currency, close }: Pick<Header, 'currency' | 'close'>) {
    this.#column = currency;
    this.#close = close;
  }

  /** Takes the line of the next row. */
  add({ fields, number }: CsvLine): void {
    const word = this.#column === null ? moneyOf(fields[this.#close] ?? '') : wordIn(fields[this.#column]);
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
  #first: CurrencySaid | null = null;
  /** The last row that says it. */
  #last: CurrencySaid | null = null;
  /** Where it is another one than above for the first time. */
  #change: { readonly from: CurrencySaid; readonly to: CurrencySaid } | null = null;
  #changes = 0;
  #lastChange = 0;

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

  /** What all rows say; null where none does. Throws `usage` where some say another one than others. */
  only(path: string, ticker: string): CurrencySaid | null {
    if (this.#change === null || this.#first === null) return this.#first;
    const { from, to } = this.#change;
    const above =
      from.line === this.#first.line ? `line ${from.line}` : `lines ${this.#first.line} to ${from.line}`;
    const more = this.#changes - 1;
    const again = more === 0 ? '' : `, and change ${times(more)} more, last on line ${this.#lastChange}`;
    throw malformed(
      path,
      to.line,
      `the rows of ${ticker} are in ${shortened(from.word)} (${above}) and from here on in ${shortened(to.word)}${again}: ` +
        'bars of two currencies are no series; leave those of one, in all files of the ticker',
    );
  }

  #next(said: CurrencySaid): void {
    const last = this.#last;
    this.#first ??= said;
    if (last === null || last.word === said.word || isSameCurrency(last.word, said.word)) {
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

/**
 * The currency of a ticker's prices by what its files say, where that is a currency's code; null for another word (`US Dollar`),
 * and for the first of a pair, in which it is not priced.
 */
export function currencyCode(word: string | undefined, ticker: string): string | null {
  if (word === undefined || !/^[A-Za-z]{3}$/.test(word)) return null;
  const base = isCryptoPair(ticker) ? pairOf(ticker)[0] : ticker.endsWith('=X') ? ticker.slice(0, 3) : '';
  return isSameCurrency(word, base) ? null : word;
}
