import { type Day, MS_PER_DAY } from '../../core/session/day.ts';
import type { FileStates } from './file-states.ts';
import type { Decoded } from './encoding.ts';
import { pickRows, type StampedRows } from './stamped-rows.ts';
import { type SaidForms, type Table, readTable } from './table.ts';
import { tickerNamed } from './ticker-name.ts';

/** The rows of a file by the instruments that they name. */
export interface TablesByTicker {
  readonly tickers: readonly string[];
  /** The rows of one of them; undefined where it is none. */
  tableOf(ticker: string): Table | undefined;
  /** Names of rows that stand for no ticker. */
  readonly unnamed: readonly string[];
}

/** Reads tables; those with rows of several instruments once each. */
export class SharedTables {
  readonly #byPath = new Map<string, TablesByTicker>();
  readonly #states: FileStates;
  readonly #said: SaidForms;

  constructor(states: FileStates, said: SaidForms = {}) {
    this.#states = states;
    this.#said = said;
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
export function byTicker({ rows, names, zone, dialect }: Table): TablesByTicker {
  const placesByName = new Map<string, number[]>();
  for (let i = 0; i < rows.bars.length; i++) {
    const name = names?.[i] ?? '';
    const others = placesByName.get(name);
    if (others === undefined) placesByName.set(name, [i]);
    else others.push(i);
  }
  const placesByTicker = new Map<string, Int32Array>();
  const unnamed: string[] = [];
  for (const [name, places] of placesByName) {
    const ticker = tickerNamed(name, () => tradesOnSaturday(pickRows(rows, Int32Array.from(places))));
    if (ticker === undefined) unnamed.push(name);
    else placesByTicker.set(ticker, Int32Array.from([...(placesByTicker.get(ticker) ?? []), ...places]));
  }
  const tableOf = (ticker: string): Table | undefined => {
    const places = placesByTicker.get(ticker);
    const what = { siblings: rows, names: null, areTickers: false, zone, dialect };
    return places && { rows: pickRows(rows, places), ...what };
  };
  return { tickers: [...placesByTicker.keys()], tableOf, unnamed };
}

/** Only crypto trades on Saturdays (UTC). */
export function tradesOnSaturday({ bars }: StampedRows): boolean {
  return bars.ts.some((clock) => weekdayOf(Math.floor(clock / MS_PER_DAY)) === 6);
}

/** 0 for Sunday to 6 for Saturday; the epoch was a Thursday. */
function weekdayOf(day: Day): number {
  return (((day + 4) % 7) + 7) % 7;
}
