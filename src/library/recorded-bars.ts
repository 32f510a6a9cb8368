import { type Bar, type Series, seriesKey } from '../core/bars/bars.ts';
import type { RecordedBar } from '../core/bars/recorded.ts';
import { eachBounded } from '../store/bounded.ts';
import { type DamagedRecord, isDamagedRecord, type LiveRecord } from '../store/live-record.ts';

/** What was recorded of one series. */
export interface RecordedSeries {
  readonly series: Series;
  /** In the order in which they were emitted, as far as documents tell; the same one may come twice. */
  readonly bars: readonly Bar[];
}

/** All that is recorded, by `seriesKey`. */
export type RecordedSet = ReadonlyMap<string, RecordedSeries>;

/** A document, or what is wrong with it. */
type Known = readonly RecordedBar[] | DamagedRecord;

/** Documents that go while they are listed have others in their place, or their bars are stored. */
const LISTINGS = 5;

/** Reads what recorders keep. As a document never changes it is read once. */
export class RecordedBars {
  readonly #record: LiveRecord;
  #known: ReadonlyMap<string, Known> = new Map();
  #set: RecordedSet = new Map();
  #isListed = false;

  constructor(record: LiveRecord) {
    this.#record = record;
  }

  /** What is recorded now, without what lies in damaged documents. */
  async all(): Promise<RecordedSet> {
    await this.documents();
    return this.#set;
  }

  /** What was recorded when that was looked at last: a read of many partitions looks once, as its scan does. */
  async lately(): Promise<RecordedSet> {
    return this.#isListed ? this.#set : this.all();
  }

  /** The damaged documents of when that was looked at last. */
  damaged(): readonly DamagedRecord[] {
    return [...this.#known.values()].filter(isDamagedRecord);
  }

  /** The documents of now, by name, ascending. */
  async documents(): Promise<ReadonlyMap<string, Known>> {
    for (let listing = 1; ; listing++) {
      const { known, isWhole } = await this.#listed();
      const isSame =
        known.size === this.#known.size && [...known.keys()].every((name) => this.#known.has(name));
      if (!isSame) [this.#known, this.#set] = [known, setOf(known)];
      this.#isListed = true;
      if (isWhole || listing === LISTINGS) return known;
    }
  }

  async #listed(): Promise<{ known: ReadonlyMap<string, Known>; isWhole: boolean }> {
    const names = await this.#record.list();
    const read = new Map<string, Known | undefined>(names.map((name) => [name, this.#known.get(name)]));
    await eachBounded(names, async (name) => {
      if (read.get(name) === undefined) read.set(name, await this.#record.read(name));
    });
    const known = new Map<string, Known>();
    for (const [name, document] of read) if (document !== undefined) known.set(name, document);
    return { known, isWhole: known.size === names.length };
  }
}

function setOf(documents: ReadonlyMap<string, Known>): RecordedSet {
  const set = new Map<string, { readonly series: Series; readonly bars: Bar[] }>();
  for (const document of documents.values()) {
    if (isDamagedRecord(document)) continue;
    for (const { series, bar } of document) {
      const key = seriesKey(series);
      const its = set.get(key);
      if (its === undefined) set.set(key, { series, bars: [bar] });
      else its.bars.push(bar);
    }
  }
  return set;
}
