import { BarBuilder } from '../../../core/bars/bar-builder.ts';
import { type Bars, NO_BARS, pick, slice } from '../../../core/bars/columns.ts';

/** Rows of a file in common columns, those of a symbol together, in the order in which they came. */
export class FlatPiece {
  /** Each once. */
  readonly symbols: readonly string[];
  /** Where the rows of each begin, and where the last ones end. */
  readonly #starts: readonly number[];
  readonly #rows: Bars;

  constructor(symbols: readonly string[], starts: readonly number[], rows: Bars) {
    this.symbols = symbols;
    this.#starts = starts;
    this.#rows = rows;
  }

  /** The rows of the symbol at a place: a view. */
  rowsAt(i: number): Bars {
    return slice(this.#rows, this.#starts[i] as number, this.#starts[i + 1] as number);
  }

  /** The rows of a symbol; none of one that it does not have. */
  rowsOf(symbol: string): Bars {
    const i = this.symbols.indexOf(symbol);
    return i < 0 ? NO_BARS : this.rowsAt(i);
  }
}

/** A file of which nobody wants a row. */
export const NO_ROWS = new FlatPiece([], [0], NO_BARS);

/** Rows after which a piece ends with its symbol, and those that it has room for then: a day's minutes of one. */
const ROWS = 65_536;
const MORE = 1440;

/**
 * Gathers rows as they come. Files are sorted by symbol, so that each has one run of rows; of one that is not, the rows of each
 * symbol are put together.
 */
export class PieceBuilder {
  readonly #room: number;
  #rows: BarBuilder;
  /** Place of each symbol, in the order of the places. */
  readonly #symbols = new Map<string, number>();
  /** Of each run of rows of one symbol that symbol's place, and where it begins. */
  #runs: number[] = [];
  #begins: number[] = [];

  /** `isBounded`: whether it is emptied when it is full; else it takes whatever comes. */
  constructor(isBounded: boolean) {
    this.#room = isBounded ? ROWS + MORE : Number.POSITIVE_INFINITY;
    this.#rows = this.#empty();
  }

  #empty(): BarBuilder {
    return new BarBuilder(Number.isFinite(this.#room) ? this.#room : undefined);
  }

  /** Whether it is to be emptied before a row, be it of another symbol than the last one. */
  isFull(isOther: boolean): boolean {
    return this.#rows.length >= (isOther ? this.#room - MORE : this.#room);
  }

  /** The rows that follow are of a symbol. */
  begin(symbol: string): void {
    const at = this.#symbols.get(symbol) ?? this.#symbols.size;
    this.#symbols.set(symbol, at);
    this.#runs.push(at);
    this.#begins.push(this.#rows.length);
  }

  /** Adds a row, with values as in `Bars`. */
  push(
    ts: number,
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number,
    trades: number,
  ): void {
    this.#rows.push(ts, open, high, low, close, volume, Number.NaN, trades);
  }

  /** Adds the rows of a symbol. */
  add(symbol: string, rows: Bars): void {
    this.begin(symbol);
    for (let i = 0; i < rows.length; i++) this.#rows.pushFrom(rows, i);
  }

  /** What it has gathered: then it is empty, and whatever follows is to be begun. */
  take(): FlatPiece {
    const symbols = [...this.#symbols.keys()];
    const rows = this.#rows.bars();
    const [runs, begins] = [this.#runs, [...this.#begins, rows.length]];
    this.#symbols.clear();
    this.#runs = [];
    this.#begins = [];
    this.#rows = this.#empty();
    if (runs.length === symbols.length) return new FlatPiece(symbols, begins, rows);
    return together(symbols, rows, runs, begins);
  }
}

/** Rows of which a symbol has several runs, those of each one after the other. */
function together(
  symbols: readonly string[],
  rows: Bars,
  runs: readonly number[],
  begins: readonly number[],
): FlatPiece {
  const own = symbols.map((): number[] => []);
  for (const [run, at] of runs.entries())
    for (let i = begins[run] as number; i < (begins[run + 1] as number); i++) own[at]?.push(i);
  const starts = [0];
  for (const places of own) starts.push((starts.at(-1) as number) + places.length);
  return new FlatPiece(symbols, starts, pick(rows, own.flat()));
}
