import { type Day, MS_PER_DAY } from '../../core/day.ts';
import type { FileStates } from './file-states.ts';
import type { Decoded } from './encoding.ts';
import type { StampedRow } from './row-reader.ts';
import { type SaidForms, type Table, readTable } from './table.ts';
import { tickerNamed } from './ticker-name.ts';

/** The rows of a file by the instruments that they name. */
export interface TablesByTicker {
  readonly tables: ReadonlyMap<string, Table>;
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
  const rowsByName = new Map<string, StampedRow[]>();
  for (const [i, row] of rows.entries()) {
    const name = names?.[i] ?? '';
    const others = rowsByName.get(name);
    if (others === undefined) rowsByName.set(name, [row]);
    else others.push(row);
  }
  const tables = new Map<string, Table>();
  const unnamed: string[] = [];
  for (const [name, ofName] of rowsByName) {
    const ticker = tickerNamed(name, () => tradesOnSaturday(ofName));
    if (ticker === undefined) unnamed.push(name);
    else {
      const joined = [...(tables.get(ticker)?.rows ?? []), ...ofName];
      tables.set(ticker, { rows: joined, siblings: rows, names: null, areTickers: false, zone, dialect });
    }
  }
  return { tables, unnamed };
}

/** Only crypto trades on Saturdays (UTC). */
export function tradesOnSaturday(rows: readonly StampedRow[]): boolean {
  return rows.some(({ stamp: { clock } }) => weekdayOf(Math.floor(clock / MS_PER_DAY)) === 6);
}

/** 0 for Sunday to 6 for Saturday; the epoch was a Thursday. */
function weekdayOf(day: Day): number {
  return (((day + 4) % 7) + 7) % 7;
}
