import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { RecordedBar } from '../core/bars/recorded.ts';
import type { LiveRecord } from '../store/live-record.ts';

/** Bars of a document: more are a new one. Each commit writes the whole of the last one again. */
const MOST_BARS = 512;

/** Documents of all recorders of this thread so far: of bars of one ms that of the later commit has the last word. */
let documents = 0;

/** A document that takes more bars. */
interface OpenDocument {
  readonly name: string;
  readonly bars: readonly RecordedBar[];
}

/**
 * Writes live bars into documents of its own, which no other process writes. All that is recorded in one turn of the event loop,
 * or while a commit is on its way, is one commit. A document is never changed: one with more bars takes the place of it, and
 * comes before that goes.
 */
export class Recorder {
  readonly #record: LiveRecord;
  readonly #id = randomBytes(6).toString('hex');
  #waiting: RecordedBar[] = [];
  /** Of those that wait. */
  #next: Promise<void> | undefined;
  /** Resolves when the commit before is through, however it ended. */
  #last: Promise<void> = Promise.resolve();
  #open: OpenDocument | undefined;

  constructor(record: LiveRecord) {
    this.#record = record;
  }

  /** Resolves when all of them are durable; else none is acknowledged. */
  keep(bars: readonly RecordedBar[]): Promise<void> {
    for (const bar of bars) this.#waiting.push(bar);
    if (this.#next === undefined) {
      this.#next = this.#commitAfter(this.#last);
      this.#last = this.#next.catch(() => undefined);
    }
    return this.#next;
  }

  async #commitAfter(last: Promise<void>): Promise<void> {
    await last;
    await setImmediate();
    const bars = this.#waiting;
    [this.#waiting, this.#next] = [[], undefined];
    await this.#commit(bars);
  }

  async #commit(bars: readonly RecordedBar[]): Promise<void> {
    if (bars.length === 0) return;
    const open = await this.#openFor(bars.length);
    // Documents are read by name, ascending.
    const name = `${process.pid}-${String(documents++).padStart(10, '0')}-${this.#id}`;
    const document = { name, bars: open === undefined ? bars : [...open.bars, ...bars] };
    await this.#record.keep(name, document.bars);
    this.#open = document;
    // One that stays says nothing that the new one does not say.
    if (open !== undefined) await this.#record.drop(open.name).catch(() => undefined);
  }

  /** The document that has room for so many more; undefined where somebody has taken its bars in since. */
  async #openFor(more: number): Promise<OpenDocument | undefined> {
    const open = this.#open;
    if (open === undefined || open.bars.length + more > MOST_BARS) return undefined;
    return (await this.#record.has(open.name)) ? open : undefined;
  }
}
