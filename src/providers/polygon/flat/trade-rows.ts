import { calendarById } from '../../../core/calendar/calendars.ts';
import { formatDay, startOfDay } from '../../../core/session/day.ts';
import { shown } from '../../../core/shown.ts';
import { unreadable } from '../errors.ts';
import type { FlatFile } from './files.ts';
import { lineBegun } from './line-begun.ts';
import { type FlatPiece, PieceBuilder } from './piece.ts';
import { countsOf, stands } from './sale-conditions.ts';
import { TradeMinutes, type TradeTime } from './trade-minutes.ts';

/** Columns that every file of trades has. */
const NEEDED = [
  ...['ticker', 'conditions', 'correction', 'price', 'size'],
  ...['participant_timestamp', 'sip_timestamp', 'sequence_number'],
] as const;

/** Where its size stands in parts of a share, in files that have such a column. */
const DECIMAL_SIZE = 'decimal_size';

/** What stamps of ns have more than those of ms. */
const NS_DIGITS = 6;

const HOUR = 3_600_000;

/** How far from a day's midnight in UTC its trades are reported, ms: from 04:00 to 20:00 in New York, and some before and after. */
const REPORTED = { from: 0, to: 36 * HOUR } as const;

/** The name of each column of a file, in order; null: nothing is read of it. */
type Columns = readonly (string | null)[];

type Cells = Readonly<Record<string, string>>;

/**
 * Reads a file of trades part by part, parts ending anywhere, and gives the minutes of its session piece by piece: rows of one
 * symbol lie together, so that no more than one symbol's trades are under way.
 */
export class TradeRows {
  readonly #file: FlatFile;
  readonly #wanted: string | null;
  readonly #minutes: TradeMinutes;
  readonly #piece: PieceBuilder;
  readonly #full: FlatPiece[] = [];
  readonly #seen = new Set<string>();
  #columns: Columns | undefined;
  #symbol: string | undefined;
  #rest = '';
  #rows = 0;

  /** `wanted`: the one symbol that is read; null: all. `isBounded`: whether pieces are taken as they come; else there is one. */
  constructor(file: FlatFile, wanted: string | null, isBounded: boolean) {
    this.#file = file;
    this.#wanted = wanted;
    this.#piece = new PieceBuilder(isBounded);
    const calendar = calendarById('XNYS');
    this.#minutes = new TradeMinutes(
      calendar.isSession(file.day) ? calendar.session(file.day) : { open: 0, close: 0 },
    );
  }

  /** Whether its first line has the columns of such a file. */
  get hasHeading(): boolean {
    return this.#columns !== undefined;
  }

  /** Throws `bad-answer` (retryable) for what is no row of such a file. */
  push(part: Buffer): void {
    // Nothing that is read of it has a sign outside ASCII.
    const text = this.#rest + part.toString('latin1');
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      this.#line(text, from, text[end - 1] === '\r' ? end - 1 : end);
      from = end + 1;
    }
    this.#rest = lineBegun(text, from, this.#file.key);
  }

  /** The pieces that are full by now, each once. */
  takeFull(): readonly FlatPiece[] {
    return this.#full.splice(0);
  }

  /**
   * Reads what is left; the last piece, of symbols that have a bar. Throws `bad-answer` (retryable) where no row came: every day
   * that has a file has trades.
   */
  end(): FlatPiece {
    if (this.#rest !== '') this.#line(this.#rest, 0, this.#rest.length);
    this.#rest = '';
    this.#finish();
    if (this.#rows === 0) throw unreadable(`${this.#file.key} has no rows`);
    return this.#piece.take();
  }

  #line(text: string, from: number, to: number): void {
    if (from === to) return;
    if (this.#columns === undefined) {
      this.#columns = this.#headingIn(text.slice(from, to));
      return;
    }
    this.#rows++;
    const isFirst = this.#columns[0] === 'ticker';
    if (this.#wanted !== null && isFirst && !isOf(text, from, this.#wanted)) return;
    const cells = this.#cellsIn(text, from, to, this.#columns);
    if (cells === undefined) throw unreadable(`${this.#file.key} has the row ${shown(text.slice(from, to))}`);
    const symbol = cells['ticker'] as string;
    if (this.#wanted !== null && symbol !== this.#wanted) return;
    if (symbol !== this.#symbol) this.#begin(symbol);
    this.#trade(cells, symbol);
  }

  #headingIn(line: string): Columns {
    const names = line.replace(/^\u00EF\u00BB\u00BF/, '').split(',');
    for (const name of NEEDED)
      if (!names.includes(name)) throw unreadable(`${this.#file.key} has no column ${name}: ${shown(line)}`);
    const read = new Set<string>([...NEEDED, DECIMAL_SIZE]);
    return names.map((name) => (read.has(name) ? name : null));
  }

  /** Undefined where there are more or fewer than columns. */
  #cellsIn(text: string, from: number, to: number, columns: Columns): Cells | undefined {
    const cells: Record<string, string> = {};
    let at = from;
    for (const [i, name] of columns.entries()) {
      const isQuoted = text[at] === '"';
      const begin = isQuoted ? at + 1 : at;
      const quote = isQuoted ? text.indexOf('"', begin) : -1;
      if (isQuoted && (quote === -1 || quote >= to)) return undefined;
      const comma = text.indexOf(',', isQuoted ? quote : at);
      const end = comma === -1 || comma >= to ? to : comma;
      if ((isQuoted && end !== quote + 1) || (end === to) !== (i === columns.length - 1)) return undefined;
      if (name !== null) cells[name] = text.slice(begin, isQuoted ? quote : end);
      at = end + 1;
    }
    return cells;
  }

  #begin(symbol: string): void {
    this.#finish();
    if (this.#seen.has(symbol))
      throw unreadable(`${this.#file.key} has the trades of ${symbol} in more than one place`);
    // A part of a long line would keep all of that in memory.
    this.#symbol = Buffer.from(symbol, 'latin1').toString('latin1');
    this.#seen.add(this.#symbol);
  }

  #finish(): void {
    if (this.#symbol === undefined) return;
    const bars = this.#minutes.take();
    if (this.#piece.isFull(true)) this.#full.push(this.#piece.take());
    if (bars.length > 0) this.#piece.add(this.#symbol, bars);
    this.#symbol = undefined;
  }

  #trade(cells: Cells, symbol: string): void {
    const isMade = stands(cells['correction'] as string);
    if (isMade === false) return;
    const time = this.#timeIn(cells, symbol);
    const price = this.#numberIn(cells, 'price', symbol);
    const size = this.#numberIn(cells, cells[DECIMAL_SIZE] ? DECIMAL_SIZE : 'size', symbol);
    this.#minutes.add(time, price, size, isMade && countsOf(bare(cells['conditions'] as string)));
  }

  #numberIn(cells: Cells, name: string, symbol: string): number {
    const cell = cells[name] as string;
    const value = Number(cell);
    if (cell === '' || !Number.isFinite(value) || value < 0)
      throw unreadable(`${this.#file.key} has the ${name} ${shown(cell)} of ${symbol}`);
    return value;
  }

  /** A trade is one of the minute in which it was made, however late it was reported; where that is not told, of its report's. */
  #timeIn(cells: Cells, symbol: string): TradeTime {
    const { key, day } = this.#file;
    const [made, reported] = [cells['participant_timestamp'] as string, cells['sip_timestamp'] as string];
    const isTold = made !== '' && Number(made) !== 0;
    for (const cell of isTold ? [made, reported] : [reported])
      if (!/^\d{16,19}$/.test(cell)) throw unreadable(`${key} has the time ${shown(cell)} of ${symbol}`);
    const since = msIn(reported) - startOfDay(day);
    if (since < REPORTED.from || since > REPORTED.to)
      throw unreadable(`${key} has a trade of ${symbol} that is not of ${formatDay(day)}: ${reported}`);
    const cell = isTold ? made : reported;
    const sequence = Number(cells['sequence_number']);
    return {
      ms: msIn(cell),
      ns: Number(cell.slice(-NS_DIGITS)),
      sequence: Number.isNaN(sequence) ? 0 : sequence,
    };
  }
}

/** As a number a stamp of ns would have more digits than one holds. */
function msIn(ns: string): number {
  return Number(ns.slice(0, -NS_DIGITS));
}

/** Some files have lists in brackets. */
function bare(conditions: string): string {
  return conditions.startsWith('[') ? conditions.slice(1, -1) : conditions;
}

/** Whether a line begins with the cell of a symbol. */
function isOf(text: string, from: number, symbol: string): boolean {
  return text.startsWith(symbol, from) && text[from + symbol.length] === ',';
}
