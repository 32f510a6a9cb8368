import { join } from 'node:path';
import type { ActionBook } from '../../core/action-book.ts';
import { readActionsFile } from './actions.ts';
import { actionsPath, barsPath, type Partition } from './layout.ts';
import { type PartitionRows, readRows } from './partition-file.ts';
import { isSameStamp, type Stamp, stampAt } from './stamp.ts';

/**
 * What was read of a store's files, each as long as it is the same one: whoever writes on top of what he judged by need not
 * read it again, and does where somebody else committed in between.
 */
export class Reads {
  readonly #root: string;
  readonly #known = new Map<string, { readonly stamp: Stamp | undefined; readonly content: unknown }>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Throws like `readRows`. */
  rows(partition: Partition): Promise<PartitionRows | undefined> {
    return this.#of(barsPath(partition), () => readRows(this.#root, partition));
  }

  /** Throws like `readActionsFile`. */
  book(ticker: string): Promise<ActionBook> {
    return this.#of(actionsPath(ticker), () => readActionsFile(this.#root, ticker));
  }

  async #of<T>(path: string, read: () => Promise<T>): Promise<T> {
    // Before it is read: a file that is replaced meanwhile is read once too often.
    const stamp = await stampAt(join(this.#root, path));
    const known = this.#known.get(path);
    if (known !== undefined && isSame(known.stamp, stamp)) return known.content as T;
    const content = await read();
    this.#known.set(path, { stamp, content });
    return content;
  }
}

function isSame(a: Stamp | undefined, b: Stamp | undefined): boolean {
  return a === undefined || b === undefined ? a === b : isSameStamp(a, b);
}
