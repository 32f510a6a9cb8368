import { BarBuilder } from '../../core/bars/bar-builder.ts';
import { type Bars, type Labels, pick } from '../../core/bars/columns.ts';
import { labelsOf } from '../../core/bars/labels.ts';
import type { Stamp } from './stamps.ts';
import type { ToldValue } from './told-actions.ts';

/** What a row says beside its values; most rows say nothing. */
export interface Aside {
  /** Where it cannot be read: what is wrong with it, with its line and cell. */
  readonly fault?: string;
  /** Set where its own stamp cannot be read: what stands for it is that of the row before, or of the first that has one. */
  readonly isUndated?: true;
  /** Set where it has no open, high, low or close: which, with its line. */
  readonly lacks?: string;
  /** Where its vwap or number of trades can be none, and is unknown: which, with its line and cell. */
  readonly unlikely?: string;
  /** Set where the row was exported before its session was settled: whatever it is now, it is not that any more. */
  readonly isFinal?: false;
  /** Set where what it says of that is not understood: what, with its line. It counts as not final then. */
  readonly unclear?: string;
  /** Set where it says something for which no file is read, as that its prices are adjusted: what, with its line. */
  readonly refused?: string;
  /** Set where no line end follows it: its last field may have been cut. */
  readonly mayBeCut?: true;
  /** What it tells of splits and dividends by the way. Default: nothing. */
  readonly told?: readonly ToldValue[];
}

/** Rows of a file in their order, with their stamps as written: entry i of every column is row i. */
export interface StampedRows {
  /** `ts` is the `clock` of the stamp; a value that is not there is NaN. */
  readonly bars: Bars;
  /** The `offset` of the stamp, NaN where it has none; null: of no row. */
  readonly offsets: Float64Array | null;
  /** The line of each; null: not known. */
  readonly lines: Int32Array | null;
  /** By row, ascending. */
  readonly asides: ReadonlyMap<number, Aside>;
  /** The interval that each says it is of, as written; null: none says one. */
  readonly stated: Labels | null;
  /** What each says that its prices are in; null: none says it. */
  readonly currencies: CurrenciesSaid | null;
  /** What each says of its day beside its stamp; null: none says it. */
  readonly otherDates: OtherDates | null;
}

/** What a column says that is not read, and is named as one of dates. */
export interface OtherDates {
  /** What the file calls it, and the column that is read. */
  readonly column: string;
  readonly read: string;
  /** The `clock` and the `offset` of each row; NaN where it is no date, and where it has no offset. */
  readonly clocks: Float64Array;
  readonly offsets: Float64Array;
}

/** What rows say that their prices are in, as written; empty where one says nothing. */
export interface CurrenciesSaid {
  readonly words: Labels;
  /** The line of each row. */
  readonly lines: Int32Array;
}

/** What is known of all rows once they are read. */
type SaidOfRows = Pick<StampedRows, 'lines' | 'currencies' | 'otherDates'>;

/** Rows of a file that are added one by one. */
export class StampedRowsBuilder {
  readonly #bars: BarBuilder;
  readonly #asides = new Map<number, Aside>();
  readonly #offsets: (number | null)[] = [];
  #hasOffsets = false;

  constructor(room: number) {
    this.#bars = new BarBuilder(room);
  }

  /** Adds a row; a value that is not there is NaN. */
  push(
    { clock, offset }: Stamp,
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number,
    vwap = Number.NaN,
    trades = Number.NaN,
  ): void {
    this.#bars.push(clock, open, high, low, close, volume, vwap, trades);
    this.#offsets.push(offset);
    if (offset !== null) this.#hasOffsets = true;
  }

  /** Says something of the last row. */
  note(aside: Aside): void {
    this.#asides.set(this.#bars.length - 1, aside);
  }

  /**
   * The rows so far; `stated`: the interval that each says it is of; `said`: what else is known of them, where anything is. The
   * builder is done with.
   */
  rows(stated: readonly string[] | null = null, said: Partial<SaidOfRows> = {}): StampedRows {
    return {
      lines: null,
      otherDates: null,
      currencies: null,
      ...said,
      bars: this.#bars.bars(),
      offsets: this.#hasOffsets ? Float64Array.from(this.#offsets, (offset) => offset ?? Number.NaN) : null,
      asides: this.#asides,
      stated: stated && labelsOf(stated),
    };
  }
}

/** The same rows, of which the last may have been cut. */
export function withCutEnd(rows: StampedRows): StampedRows {
  const last = rows.bars.length - 1;
  if (last < 0) return rows;
  return { ...rows, asides: new Map(rows.asides).set(last, { ...rows.asides.get(last), mayBeCut: true }) };
}

/** The rows at some places, in their order. */
export function pickRows(rows: StampedRows, places: Int32Array): StampedRows {
  const { bars, offsets, lines, asides, stated, currencies, otherDates } = rows;
  const picked = (values: Float64Array): Float64Array =>
    Float64Array.from(places, (place) => values[place] as number);
  return {
    bars: pick(bars, places),
    offsets: offsets && picked(offsets),
    lines: lines && places.map((place) => lines[place] as number),
    asides: atPlaces(asides, places),
    stated: stated && labelsAt(stated, places),
    currencies: currencies && {
      words: labelsAt(currencies.words, places),
      lines: places.map((place) => currencies.lines[place] as number),
    },
    otherDates: otherDates && {
      ...otherDates,
      clocks: picked(otherDates.clocks),
      offsets: picked(otherDates.offsets),
    },
  };
}

function labelsAt({ names, codes }: Labels, places: Int32Array): Labels {
  return { names, codes: Uint16Array.from(places, (place) => codes[place] as number) };
}

/** The rows of which a test holds; the same object where it holds of all. */
export function keepRows(rows: StampedRows, holds: (i: number) => boolean): StampedRows {
  const places = new Int32Array(rows.bars.length);
  let kept = 0;
  for (let i = 0; i < places.length; i++) if (holds(i)) places[kept++] = i;
  return kept === places.length ? rows : pickRows(rows, places.subarray(0, kept));
}

/** What is said of rows, by where they come to stand. */
export function atPlaces<T>(said: ReadonlyMap<number, T>, places: Int32Array): ReadonlyMap<number, T> {
  const moved = new Map<number, T>();
  if (said.size === 0) return moved;
  for (let i = 0; i < places.length; i++) {
    const one = said.get(places[i] as number);
    if (one !== undefined) moved.set(i, one);
  }
  return moved;
}

/** Whether all rows have an offset. */
export function haveOffsets({ bars, offsets }: StampedRows): boolean {
  return bars.length === 0 || offsets?.every((offset) => !Number.isNaN(offset)) === true;
}
