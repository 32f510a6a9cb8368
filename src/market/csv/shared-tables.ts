import { type Day, MS_PER_DAY } from '../../core/session/day.ts';
import type { FileStates } from './file-states.ts';
import type { Decoded } from './encoding.ts';
import { pickRows, type StampedRows } from './stamped-rows.ts';
import { LongText, NotInStretches } from './long-text.ts';
import { type SaidForms, type Table, type TableForm, formOfLongText, readTable, rowsOf } from './table.ts';
import { tickerNamed } from './ticker-name.ts';

/** The rows of a file by the instruments that they name. */
export interface TablesByTicker {
  readonly tickers: readonly string[];
  /** The rows of one of them; undefined where it is none. */
  tableOf(ticker: string): Table | undefined;
  /** Names of rows that stand for no ticker. */
  readonly unnamed: readonly RowsOfName[];
  /** See `Table.footer`. */
  readonly footer: string | null;
}

/** Rows of one name, as it is written, and how many they are. */
export interface RowsOfName {
  readonly name: string;
  readonly rows: number;
}

/** What files are read a stretch at a time. */
export interface LongFiles {
  /** Bytes of the files of one ticker, from which on they are. */
  readonly fromBytes: number;
  /** Bytes of a stretch, even. */
  readonly stretchBytes: number;
}

const LONG_FILES: LongFiles = { fromBytes: 1 << 22, stretchBytes: 1 << 18 };

/** Reads tables; those with rows of several instruments once each. */
export class SharedTables {
  readonly #byPath = new Map<string, TablesByTicker>();
  readonly #states: FileStates;
  readonly #said: SaidForms;
  readonly #long: LongFiles;

  constructor(states: FileStates, said: SaidForms = {}, long: LongFiles = LONG_FILES) {
    this.#states = states;
    this.#said = said;
    this.#long = long;
  }

  /** Whether files are so long together that they are read a stretch at a time. */
  areLong(paths: readonly string[]): boolean {
    return paths.reduce((sum, path) => sum + this.#states.sizeOf(path), 0) >= this.#long.fromBytes;
  }

  /** How a file is to be read a stretch at a time. Throws `usage`, and `NotInStretches` where that cannot be. */
  inStretches(path: string): TableForm {
    return formOfLongText(new LongText(path, this.#long.stretchBytes), this.#said);
  }

  /** Whether rows of a file are of a Saturday. Throws `usage`. */
  haveSaturdays(path: string): boolean {
    try {
      if (!this.areLong([path])) return tradesOnSaturday(this.read(path).rows);
      const form = this.inStretches(path);
      for (let i = 0; i < form.rows.stretches; i++) if (tradesOnSaturday(rowsOf(form, i))) return true;
      return false;
    } catch (error) {
      if (error instanceof NotInStretches) return tradesOnSaturday(this.read(path).rows);
      throw error;
    }
  }

  /** A table as the user says that files are written. Throws `usage`. */
  read(path: string, source?: Decoded): Table {
    return readTable(path, source, this.#said);
  }

  /** The tables within a file. Throws `usage`. */
  in(path: string): TablesByTicker {
    let tables = this.#byPath.get(path);
    if (tables === undefined) {
      this.#states.of(path);
      this.#byPath.set(path, (tables = byTicker(this.read(path))));
    }
    return tables;
  }
}

/** A table cut by the tickers that its rows name; all of them unnamed where there is no such column. */
export function byTicker({ rows, footer, names, ...table }: Table): TablesByTicker {
  const placesByName = new Map<string, number[]>();
  for (let i = 0; i < rows.bars.length; i++) {
    const name = names?.[i] ?? '';
    const others = placesByName.get(name);
    if (others === undefined) placesByName.set(name, [i]);
    else others.push(i);
  }
  const placesByTicker = new Map<string, Int32Array>();
  const unnamed: RowsOfName[] = [];
  for (const [name, places] of placesByName) {
    const ticker = tickerNamed(name, () => tradesOnSaturday(pickRows(rows, Int32Array.from(places))));
    if (ticker === undefined) unnamed.push({ name, rows: places.length });
    else placesByTicker.set(ticker, Int32Array.from([...(placesByTicker.get(ticker) ?? []), ...places]));
  }
  const tableOf = (ticker: string): Table | undefined => {
    const places = placesByTicker.get(ticker);
    const what = { ...table, siblings: rows, footer: null, names: null, areTickers: false };
    return places && { rows: pickRows(rows, places), ...what };
  };
  return { tickers: [...placesByTicker.keys()], tableOf, unnamed, footer };
}

/** Only crypto trades on Saturdays (UTC). */
export function tradesOnSaturday({ bars }: StampedRows): boolean {
  return bars.ts.some(isSaturday);
}

export function isSaturday(clock: number): boolean {
  return weekdayOf(Math.floor(clock / MS_PER_DAY)) === 6;
}

/** 0 for Sunday to 6 for Saturday; the epoch was a Thursday. */
function weekdayOf(day: Day): number {
  return (((day + 4) % 7) + 7) % 7;
}
