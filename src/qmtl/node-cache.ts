import { BackfillError } from '../index.ts';
import { BackfillState } from './backfill-state.ts';

/** Something at an instant, in seconds since the epoch. */
export interface Timed {
  readonly ts: number;
}

/** Throws `usage` for no whole number above 0. */
export function assertPeriod(period: number): void {
  if (!Number.isSafeInteger(period) || period < 1)
    throw new BackfillError('usage', `period ${period}: must be a whole number above 0`);
}

/** The last entries of a node, ascending and unique by `ts`. */
export class NodeCache<Entry extends Timed> {
  /** Which ranges were loaded into it. */
  readonly state = new BackfillState();
  readonly #period: number;
  #entries: Entry[] = [];

  /** `period`: how many it keeps. Default: all. Throws `usage` for no whole number above 0. */
  constructor(period = Number.POSITIVE_INFINITY) {
    if (period !== Number.POSITIVE_INFINITY) assertPeriod(period);
    this.#period = period;
  }

  /** What it has, ascending. */
  entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Takes in history, in whatever order. Where it has an entry already, which came live, that stays. */
  backfillBulk(entries: readonly Entry[]): void {
    this.#merge([...entries, ...this.#entries]);
  }

  /** Takes in an entry as it comes. Where there is one of that instant, the newer counts. */
  append(entry: Entry): void {
    const last = this.#entries.at(-1);
    if (last !== undefined && entry.ts <= last.ts) return this.#merge([...this.#entries, entry]);
    this.#entries.push(entry);
    if (this.#entries.length > this.#period) this.#entries.shift();
  }

  /** Of those of one instant the last counts. */
  #merge(entries: readonly Entry[]): void {
    const all = [...new Map(entries.map((entry) => [entry.ts, entry])).values()];
    all.sort((a, b) => a.ts - b.ts);
    this.#entries = all.length > this.#period ? all.slice(-this.#period) : all;
  }
}
