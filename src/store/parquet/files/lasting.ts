import { dirname } from 'node:path';
import { heldSince } from './lock.ts';
import type { Stamp } from './stamp.ts';

/**
 * Folders of a store that a power loss leaves where they are: they and all above them were flushed by this thread, or
 * before this process became the store's writer, who had flushed what an earlier one left. Nothing is known without the
 * lock.
 */
export class LastingFolders {
  readonly #root: string;
  readonly #known = new Set<string>();
  #since: bigint | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  /** Whether a folder lasts. `content`: of a file in it, if there is one. */
  has(folder: string, content: Stamp | undefined): boolean {
    this.#since ??= heldSince(this.#root);
    if (this.#since === undefined) return false;
    return this.#known.has(folder) || (content !== undefined && content.changed < this.#since);
  }

  /** Takes note of a folder that was flushed with all above it. */
  add(folder: string): void {
    for (let at = folder; at.length >= this.#root.length && !this.#known.has(at); at = dirname(at))
      this.#known.add(at);
  }

  /** Another lock, or none: others may have been here. */
  reset(): void {
    this.#known.clear();
    this.#since = undefined;
  }

  /** Of a folder that is gone, and what was in it. */
  forget(folder: string): void {
    // What is above a known one is known too.
    if (!this.#known.has(folder)) return;
    for (const known of this.#known) if (known.startsWith(folder)) this.#known.delete(known);
  }
}
