import type { Series } from '../core/bars/bars.ts';
import { columnsOf, type Labels, type StoredBars } from '../core/bars/columns.ts';
import type { BarColumn } from './bar-batch.ts';
import type { ReplayBatch } from './replay-batch.ts';
import type { ReplayCursor } from './replay-cursor.ts';

/** Bars of a batch: few enough to stay in a cache, and enough for its columns to be worth their making. */
const BATCH_BARS = 16_384;

/** Gathers the bars of one batch: first which they are, then, column by column, what they are. */
export class ReplayGathering {
  readonly #columns: readonly BarColumn[];
  readonly #series: readonly Series[];
  readonly #most: number;
  #of: Uint32Array;
  #at: Float64Array;
  #place: Uint32Array;
  /** Of which of `#chunks` each bar is. */
  #chunk: Uint32Array;
  /** Windows that bars of the batch are of. */
  #chunks: StoredBars[] = [];
  /** By the place of a series, which of them it is in; none of this batch yet: 0. */
  readonly #chunkOf: Uint32Array;
  #rows = 0;

  /** `most`: bars of a batch, but for the rest of its last instant. */
  constructor(series: readonly Series[], columns: readonly BarColumn[], most = BATCH_BARS) {
    [this.#series, this.#columns, this.#most] = [series, columns, most];
    this.#chunkOf = new Uint32Array(series.length);
    [this.#of, this.#at] = [new Uint32Array(most), new Float64Array(most)];
    [this.#place, this.#chunk] = [new Uint32Array(most), new Uint32Array(most)];
  }

  /** Whether it has enough, and may end where another instant begins. */
  get isFull(): boolean {
    return this.#rows >= this.#most;
  }

  /** Adds the bar that a cursor is at. */
  add(of: number, { bars, at, place }: ReplayCursor): void {
    const row = this.#rows++;
    if (row === this.#of.length) this.#grow();
    let chunk = this.#chunkOf[of] as number;
    if (chunk === 0) this.#chunkOf[of] = chunk = this.#chunks.push(bars);
    this.#of[row] = of;
    this.#at[row] = at[place] as number;
    this.#place[row] = place;
    this.#chunk[row] = chunk - 1;
  }

  /** To be called when a cursor has read another window. */
  moved(of: number): void {
    this.#chunkOf[of] = 0;
  }

  /** The bars that were added since; undefined for none. */
  taken(): ReplayBatch | undefined {
    const rows = this.#rows;
    if (rows === 0) return undefined;
    const wide = this.#columns.filter((column) => column !== 'source');
    const next = columnsOf(rows, wide.length + 1);
    const numbers = (name: Exclude<BarColumn, 'source'> | 'ts'): Float64Array | null => {
      const own = this.#chunks.map((chunk) => chunk[name]);
      return own.every((column) => column === null) ? null : this.#gathered(own, next());
    };
    const columns = Object.fromEntries(wide.map((column) => [column, numbers(column)]));
    const source = this.#columns.includes('source') && { source: this.#labels() };
    const batch = {
      ...{ series: this.#series, rows, of: this.#of.slice(0, rows), at: this.#at.slice(0, rows) },
      ...{ ts: numbers('ts'), ...columns, ...source },
    };
    this.#chunkOf.fill(0);
    [this.#chunks, this.#rows] = [[], 0];
    return batch as unknown as ReplayBatch;
  }

  #gathered(own: readonly (Float64Array | null)[], column: Float64Array): Float64Array {
    const [chunk, place] = [this.#chunk, this.#place];
    for (let i = 0; i < column.length; i++)
      column[i] = own[chunk[i] as number]?.[place[i] as number] ?? Number.NaN;
    return column;
  }

  #labels(): Labels {
    const codeOf = new Map<string, number>();
    const own = this.#chunks.map(({ source: { names } }) =>
      names.map((name) => {
        const code = codeOf.get(name) ?? codeOf.size;
        codeOf.set(name, code);
        return code;
      }),
    );
    const codes = new Uint16Array(this.#rows);
    if (codeOf.size > 1)
      for (let i = 0; i < codes.length; i++) {
        const chunk = this.#chunk[i] as number;
        const code = this.#chunks[chunk]?.source.codes[this.#place[i] as number] ?? 0;
        codes[i] = own[chunk]?.[code] ?? 0;
      }
    return { codes, names: [...codeOf.keys()] };
  }

  #grow(): void {
    const length = 2 * this.#of.length;
    const grown = <C extends Uint32Array | Float64Array>(column: C, larger: C): C => {
      larger.set(column);
      return larger;
    };
    this.#of = grown(this.#of, new Uint32Array(length));
    this.#at = grown(this.#at, new Float64Array(length));
    this.#place = grown(this.#place, new Uint32Array(length));
    this.#chunk = grown(this.#chunk, new Uint32Array(length));
  }
}
