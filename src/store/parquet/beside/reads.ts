import { BackfillError } from '../../../core/errors.ts';
import { type BookFile, NO_BOOK, readBookFile, withTold } from './action-file.ts';
import { readFooter } from '../codec/decode.ts';
import { judgeKnowledge } from '../partition/knowledge.ts';
import { errno } from '../files/absent.ts';
import { actionsPath, barsPath, dailyOf, type Partition } from '../files/layout.ts';
import type { Blobs, Version } from '../files/blobs.ts';
import { type OpenedPartition, openPartition } from '../partition/opened.ts';
import { OWN_TROUBLE } from '../files/trouble.ts';
import type { Told } from '../partition/told.ts';

/**
 * What was read of a store's files, each as long as it is the same one: whoever writes on top of what he judged by need not
 * read it again, and does where somebody else committed in between.
 */
export class Reads {
  readonly #blobs: Blobs;
  readonly #known = new Map<string, Read>();

  constructor(blobs: Blobs) {
    this.#blobs = blobs;
  }

  /** Throws like `openPartition`. */
  opened(partition: Partition): Promise<OpenedPartition | undefined> {
    return this.#of(barsPath(partition), undefined, () => openPartition(this.#blobs, partition));
  }

  /** What is known of a ticker's corporate actions, by their file and by daily bars. Throws like `readBookFile`. */
  async book(ticker: string): Promise<BookFile> {
    const file = await this.#of(actionsPath(ticker), NO_BOOK, () => readBookFile(this.#blobs, ticker));
    return { ...file, book: withTold(file, ticker, await this.#told(ticker)) };
  }

  /** Of a path when it was read, for who writes on top of it: null for nothing, undefined where it was not. */
  versionOf(path: string): Version | null | undefined {
    const known = this.#known.get(path);
    return known && (known.version ?? null);
  }

  /** Bars that are damaged, or not given to us, tell nothing. */
  async #told(ticker: string): Promise<Told | undefined> {
    const partition = dailyOf(ticker);
    const path = barsPath(partition);
    try {
      const judged = this.#known.has(path)
        ? (await this.opened(partition))?.judged
        : await this.#blobs.open(path, async (file) => judgeKnowledge(partition, await readFooter(file)));
      return judged && 'known' in judged ? judged.known.told : undefined;
    } catch (error) {
      if (error instanceof BackfillError && error.code === 'store-corrupt') return undefined;
      if (OWN_TROUBLE.has(errno(error))) return undefined;
      throw error;
    }
  }

  /** `absent`: what there is where there is no file. */
  async #of<T>(path: string, absent: T, read: () => Promise<T>): Promise<T> {
    // Before it is read: a file that is replaced meanwhile is read once too often.
    const version = await this.#blobs.version(path);
    const known = this.#known.get(path);
    if (known !== undefined && known.version === version) return known.content as T;
    const content = version === undefined ? absent : await read();
    this.#known.set(path, { version, content });
    return content;
  }
}

/** Of a path: what was there, and what it held. */
interface Read {
  readonly version: Version | undefined;
  readonly content: unknown;
}
