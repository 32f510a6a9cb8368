import type { Listed } from '../../../s3/documents.ts';
import type { Head } from './objects.ts';

/** What lay below a place at one moment, by path relative to it, and what was changed since through who holds this. */
export class Listing {
  readonly #files = new Map<string, Head>();
  /** By folder: the names in it; made with the first question. */
  #names: Map<string, Set<string>> | undefined;

  constructor(objects: readonly Listed[], prefix: string) {
    for (const { key, etag, size, lastModified } of objects) {
      const writtenAt = Date.parse(lastModified);
      // What ends in a slash is what consoles make of an empty folder.
      if (!key.endsWith('/'))
        this.#files.set(key.slice(prefix.length), { version: etag, size, writtenAt, saidAt: writtenAt });
    }
  }

  find(path: string): Head | undefined {
    return this.#files.get(path);
  }

  /** Names in a folder. */
  names(folder: string): string[] {
    if (this.#names === undefined) {
      this.#names = new Map();
      for (const path of this.#files.keys()) this.#enter(this.#names, path);
    }
    return [...(this.#names.get(folder) ?? [])];
  }

  /** Paths of what lies below a folder, however deep, and what is known of each. */
  *below(folder: string): Generator<[path: string, head: Head]> {
    const beginning = folder === '' ? '' : `${folder}/`;
    for (const entry of this.#files) if (entry[0].startsWith(beginning)) yield entry;
  }

  put(path: string, head: Head): void {
    this.#files.set(path, head);
    if (this.#names !== undefined) this.#enter(this.#names, path);
  }

  remove(path: string): void {
    this.#files.delete(path);
    this.#names = undefined;
  }

  #enter(names: Map<string, Set<string>>, path: string): void {
    for (let rest = path; ;) {
      const slash = rest.lastIndexOf('/');
      const folder = slash < 0 ? '' : rest.slice(0, slash);
      const known = names.get(folder);
      if (known === undefined) names.set(folder, new Set([rest.slice(slash + 1)]));
      else if (known.has(rest.slice(slash + 1))) return;
      else known.add(rest.slice(slash + 1));
      if (slash < 0) return;
      rest = folder;
    }
  }
}
