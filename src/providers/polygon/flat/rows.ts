import { assetClassOf } from '../../../core/instrument/asset-class.ts';
import { typeOf, untoldVolume } from '../../../core/instrument/instrument-type.ts';
import { type Day, formatDay, startOfDay } from '../../../core/session/day.ts';
import { shown } from '../../../core/shown.ts';
import { unreadable } from '../errors.ts';
import { NEW_YORK } from '../parse.ts';
import { tickerOf } from '../symbols.ts';
import type { FlatFile } from './files.ts';
import { lineBegun } from './line-begun.ts';
import { type FlatPiece, PieceBuilder } from './piece.ts';

/** Columns that every file has; a file of indices has no others. */
const NEEDED = ['ticker', 'open', 'close', 'high', 'low', 'window_start'] as const;

/** What stamps of ns have more than those of ms. */
const NS_DIGITS = 6;

const HOUR = 3_600_000;

/**
 * How far the stamp of a day may lie from its midnight in UTC, ms: each market begins its days at a midnight of its own, shares
 * in New York (05:00Z in winter), indices in Chicago (06:00Z), crypto in UTC.
 */
const DAY_BEGINS = { from: -12 * HOUR, to: 24 * HOUR } as const;

/** The same of a minute: those of shares go on until 20:00 in New York (01:00Z of the next day in winter). */
const MINUTE_BEGINS = { from: -12 * HOUR, to: 36 * HOUR } as const;

/** Where the values of a row stand; -1: nowhere. */
type Places = Readonly<Record<(typeof NEEDED)[number] | 'volume' | 'transactions', number>>;

/** What is the same of all rows of a symbol. */
interface Own {
  readonly symbol: string;
  /** Where a row does not tell it. */
  readonly volume: number;
  /** Stamp of the day's bar; unused for minutes. */
  readonly dayTs: number;
}

/**
 * Reads a file part by part, parts ending anywhere, and gives its rows piece by piece. Stamps become ms; those of days the
 * midnight of the file's day, on the clock by which such an instrument has its days. Values that are left out are NaN.
 */
export class FlatRows {
  readonly #file: FlatFile;
  readonly #wanted: string | null;
  readonly #piece: PieceBuilder;
  readonly #full: FlatPiece[] = [];
  /** By symbol, of those in the piece. */
  readonly #own = new Map<string, Own>();
  /** Of the last row. */
  #last: Own | undefined;
  #places: Places | undefined;
  #width = 0;
  #rest = '';
  #rows = 0;

  /** `wanted`: the one symbol that is read; null: all. `isBounded`: whether pieces are taken as they come; else there is one. */
  constructor(file: FlatFile, wanted: string | null, isBounded: boolean) {
    this.#file = file;
    this.#wanted = wanted;
    this.#piece = new PieceBuilder(isBounded);
  }

  /** Whether its first line has the columns of such a file. */
  get hasHeading(): boolean {
    return this.#places !== undefined;
  }

  /** Throws `bad-answer` (retryable) for what is no row of such a file. */
  push(part: Buffer): void {
    // Nothing that is read of it has a sign outside ASCII.
    const text = this.#rest + part.toString('latin1');
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      this.#line(text.slice(from, text[end - 1] === '\r' ? end - 1 : end));
      from = end + 1;
    }
    this.#rest = lineBegun(text, from, this.#file.key);
  }

  /** The pieces that are full by now, each once. */
  takeFull(): readonly FlatPiece[] {
    return this.#full.splice(0);
  }

  /** Reads what is left; the last piece. Throws `bad-answer` (retryable) where no row came: every day that has a file has trades. */
  end(): FlatPiece {
    if (this.#rest !== '') this.#line(this.#rest);
    this.#rest = '';
    if (this.#rows === 0) throw unreadable(`${this.#file.key} has no rows`);
    return this.#take();
  }

  #take(): FlatPiece {
    this.#own.clear();
    this.#last = undefined;
    return this.#piece.take();
  }

  #line(line: string): void {
    if (line === '') return;
    if (this.#places === undefined) {
      this.#places = this.#headingIn(line);
      return;
    }
    this.#rows++;
    const places = this.#places;
    if (this.#wanted !== null && places.ticker === 0 && !isOf(line, this.#wanted)) return;
    const cells = line.split(',');
    if (cells.length !== this.#width) throw unreadable(`${this.#file.key} has the row ${shown(line)}`);
    const symbol = cells[places.ticker] as string;
    if (this.#wanted !== null && symbol !== this.#wanted) return;
    const at = (place: number): number => {
      const cell = place < 0 ? '' : (cells[place] as string);
      if (cell === '') return Number.NaN;
      const value = Number(cell);
      if (Number.isNaN(value))
        throw unreadable(`${this.#file.key} has the value ${shown(cell)} of ${symbol}`);
      return value;
    };
    const own = this.#ownOf(symbol);
    const volume = at(places.volume);
    this.#piece.push(
      this.#stampIn(cells[places.window_start] as string, symbol, own),
      at(places.open),
      at(places.high),
      at(places.low),
      at(places.close),
      Number.isNaN(volume) ? own.volume : volume,
      at(places.transactions),
    );
  }

  #headingIn(line: string): Places {
    const names = line.replace(/^\u00EF\u00BB\u00BF/, '').split(',');
    for (const name of NEEDED)
      if (!names.includes(name)) throw unreadable(`${this.#file.key} has no column ${name}: ${shown(line)}`);
    this.#width = names.length;
    const place = (name: string): number => names.indexOf(name);
    return {
      ...{ ticker: place('ticker'), window_start: place('window_start') },
      ...{ open: place('open'), close: place('close'), high: place('high'), low: place('low') },
      ...{ volume: place('volume'), transactions: place('transactions') },
    };
  }

  /** What is the same of all rows of a symbol, of which the next row is. */
  #ownOf(symbol: string): Own {
    const isOther = symbol !== this.#last?.symbol;
    if (this.#piece.isFull(isOther)) this.#full.push(this.#take());
    else if (!isOther && this.#last !== undefined) return this.#last;
    const own = this.#own.get(symbol) ?? this.#begin(symbol);
    this.#piece.begin(own.symbol);
    this.#last = own;
    return own;
  }

  #begin(symbol: string): Own {
    const { day } = this.#file;
    // A part of a long line would keep all of that in memory.
    const key = Buffer.from(symbol, 'latin1').toString('latin1');
    const ticker = tickerOf(key);
    const isUtc = ['crypto', 'fx'].includes(assetClassOf(ticker));
    const own: Own = {
      symbol: key,
      volume: untoldVolume(typeOf(ticker, null)),
      dayTs: isUtc ? startOfDay(day) : midnightOf(day),
    };
    this.#own.set(key, own);
    return own;
  }

  #stampIn(cell: string, symbol: string, { dayTs }: Own): number {
    const { key, interval, day } = this.#file;
    if (!/^\d{7,19}$/.test(cell)) throw unreadable(`${key} has the time ${shown(cell)} of ${symbol}`);
    // As a number it would have more digits than one holds.
    const ts = Number(cell.slice(0, -NS_DIGITS));
    const since = ts - startOfDay(day);
    const { from, to } = interval === '1d' ? DAY_BEGINS : MINUTE_BEGINS;
    if (since > from && since < to) return interval === '1d' ? dayTs : ts;
    throw unreadable(`${key} has a bar of ${symbol} that is not of ${formatDay(day)}: ${cell}`);
  }
}

/** Whether a line begins with the cell of a symbol. */
function isOf(line: string, symbol: string): boolean {
  return line.startsWith(symbol) && line[symbol.length] === ',';
}

const midnights = new Map<Day, number>();

/** When a day of shares begins, asked once a symbol. */
function midnightOf(day: Day): number {
  const known = midnights.get(day);
  if (known !== undefined) return known;
  midnights.clear();
  const midnight = NEW_YORK.instantOf(day, 0);
  midnights.set(day, midnight);
  return midnight;
}
