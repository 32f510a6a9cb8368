import type { FilesRead } from './series.ts';

/**
 * What was read of the tickers asked for last. Most are asked for several times in a row and never again; of a folder with
 * thousands of them nobody has room for all.
 */
export class RecentReads {
  /** The longest unused first. */
  readonly #byTicker = new Map<string, FilesRead>();
  readonly #mostRows: number;
  #rows = 0;

  /** `mostRows`: rows that are kept at most, but for those of the last ticker. */
  constructor(mostRows: number) {
    this.#mostRows = mostRows;
  }

  /** What was read of a ticker; reads it where it is not kept any more. */
  of(ticker: string, read: () => FilesRead): FilesRead {
    const kept = this.#byTicker.get(ticker);
    if (kept !== undefined) {
      this.#byTicker.delete(ticker);
      this.#byTicker.set(ticker, kept);
      return kept;
    }
    const fresh = read();
    this.#byTicker.set(ticker, fresh);
    this.#rows += rowsIn(fresh);
    for (const [name, old] of this.#byTicker) {
      if (this.#rows <= this.#mostRows || name === ticker) break;
      this.#byTicker.delete(name);
      this.#rows -= rowsIn(old);
    }
    return fresh;
  }

  /** Lets go of what was read of a ticker. */
  forget(ticker: string): void {
    const kept = this.#byTicker.get(ticker);
    if (kept === undefined) return;
    this.#byTicker.delete(ticker);
    this.#rows -= rowsIn(kept);
  }
}

function rowsIn({ files }: FilesRead): number {
  const held = files.filter(({ isLong }) => isLong !== true);
  return held.reduce((sum, { bars, refused }) => sum + (bars ?? 0) + refused, 0);
}
