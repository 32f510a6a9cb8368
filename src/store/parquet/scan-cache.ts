import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { commitFile, type CommitFs } from './commit.ts';
import { SCAN_CACHE } from './layout.ts';
import { VERSION } from './own-entry.ts';
import type { Said } from './said.ts';
import type { Stamp } from './stamp.ts';

/**
 * What the files of a store said of themselves when they were last read, in one file beside them:
 *
 *     backfill scan 1.3 SHA-256 NEWLINE serialized Content
 *
 * It spares a scan the reading, never the look: what it says of a file counts only while the file's stamp is the same.
 * Anything may happen to it: lost, damaged, or of another version, it is as good as none, and the next run writes it
 * anew. What is not believed of a file as it lies there is never in it.
 */

/** The first number is of this file's form, the second of what files say of themselves. */
const HEAD = `backfill scan 1.${VERSION} `;
const DIGEST_CHARS = 64;

/** Size, modified, changed and inode of each file stand side by side. */
const NUMBERS = 4;

/** Bytes of a cache that are read in the time that it takes to look into one file: for fewer files it is left alone. */
const BYTES_A_FILE = 10_000;

/** The part of the files of which the news is worth writing all of it anew. */
const WORTH_SAVING = 0.01;

/** Entry i is of file i; texts are joined by line ends, which no JSON and no path of ours has. */
interface Content {
  readonly paths: string;
  readonly stamps: BigInt64Array;
  /** Number of what it said in common with others. */
  readonly common: Uint32Array;
  readonly commons: string;
  readonly owns: string;
}

/** A file, its stamp and what it said. */
export interface Remembered extends Said {
  readonly path: string;
  readonly stamp: Stamp;
}

/** Is told of a file that was committed. */
export type Note = (file: Remembered) => void;

/** What was read, or found in the cache, of the files of a store. */
export class ScanCache {
  /** Places of the paths in the columns. */
  readonly #places = new Map<string, number>();
  readonly #stamps: BigInt64Array;
  readonly #common: Uint32Array;
  readonly #commons: readonly string[];
  readonly #owns: readonly string[];
  /** What is newer than the columns, by path. */
  readonly #news = new Map<string, Remembered>();
  #changes = 0;

  constructor(content: Content = EMPTY) {
    this.#stamps = content.stamps;
    this.#common = content.common;
    this.#commons = content.commons.split('\n');
    this.#owns = content.owns.split('\n');
    for (const [i, path] of (content.paths === '' ? [] : content.paths.split('\n')).entries())
      this.#places.set(path, i);
  }

  /** Number of files. */
  get size(): number {
    return this.#places.size + this.#news.size;
  }

  /** What the file at a path said, if it is still the same one. */
  recall(path: string, stamp: Stamp): Said | undefined {
    const news = this.#news.get(path);
    if (news !== undefined) return isSame(news.stamp, stamp) ? news : undefined;
    const i = this.#places.get(path);
    return i !== undefined && this.#isStampAt(i, stamp) ? this.#saidAt(i) : undefined;
  }

  /** Whether anything is known of the file at a path. */
  has(path: string): boolean {
    return this.#news.has(path) || this.#places.has(path);
  }

  remember(entry: Remembered): void {
    this.#places.delete(entry.path);
    this.#news.set(entry.path, entry);
    this.#changes++;
  }

  /** Of a file that is gone, or of which nothing is to be believed. */
  forget(path: string): void {
    if (this.#places.delete(path) || this.#news.delete(path)) this.#changes++;
  }

  /** Writes it, if enough of it is news. A cache that cannot be written is none: whatever is wrong, the run has met it. */
  async save(fs: CommitFs, root: string): Promise<void> {
    if (this.#changes === 0 || this.#changes < this.size * WORTH_SAVING) return;
    const payload = serialize(this.#content());
    const head = `${HEAD}${digestOf(payload)}\n`;
    await commitFile(fs, root, SCAN_CACHE, Buffer.concat([Buffer.from(head), payload])).catch(() => {});
    this.#changes = 0;
  }

  #content(): Content {
    const all = this.#all();
    const numbers = new Map<string, number>();
    const common = Uint32Array.from(all, (entry) => {
      const number = numbers.get(entry.common) ?? numbers.size;
      numbers.set(entry.common, number);
      return number;
    });
    const stamps = new BigInt64Array(all.length * NUMBERS);
    for (const [i, { stamp }] of all.entries())
      stamps.set([stamp.size, stamp.modified, stamp.changed, stamp.inode], i * NUMBERS);
    return {
      paths: all.map(({ path }) => path).join('\n'),
      stamps,
      common,
      commons: [...numbers.keys()].join('\n'),
      owns: all.map(({ own }) => own).join('\n'),
    };
  }

  #all(): Remembered[] {
    const old = [...this.#places].map(([path, i]) => ({ path, stamp: this.#stampAt(i), ...this.#saidAt(i) }));
    return [...old, ...this.#news.values()];
  }

  #isStampAt(i: number, { size, modified, changed, inode }: Stamp): boolean {
    const [all, at] = [this.#stamps, i * NUMBERS];
    return all[at] === size && all[at + 1] === modified && all[at + 2] === changed && all[at + 3] === inode;
  }

  #stampAt(i: number): Stamp {
    const [size = 0n, modified = 0n, changed = 0n, inode = 0n] = this.#stamps.subarray(
      i * NUMBERS,
      (i + 1) * NUMBERS,
    );
    return { size, modified, changed, inode };
  }

  #saidAt(i: number): Said {
    return { common: this.#commons[this.#common[i] ?? 0] ?? '', own: this.#owns[i] ?? '' };
  }
}

const EMPTY: Content = {
  paths: '',
  stamps: new BigInt64Array(0),
  common: new Uint32Array(0),
  commons: '',
  owns: '',
};

/** The cache of a store, for a scan that looks at so many files; undefined where it is not worth its reading. */
export async function openScanCache(root: string, files: number): Promise<ScanCache | undefined> {
  const path = join(root, SCAN_CACHE);
  try {
    if ((await stat(path)).size > files * BYTES_A_FILE) return undefined;
    return new ScanCache(contentIn(await readFile(path)));
  } catch {
    // Whatever keeps it from being read: the files themselves are there.
    return new ScanCache();
  }
}

function contentIn(bytes: Uint8Array): Content | undefined {
  const head = Buffer.from(bytes.subarray(0, HEAD.length + DIGEST_CHARS + 1)).toString('latin1');
  const payload = bytes.subarray(head.length);
  return head === `${HEAD}${digestOf(payload)}\n` ? (deserialize(payload) as Content) : undefined;
}

function digestOf(payload: Uint8Array): string {
  return createHash('sha256').update(payload).digest('hex');
}

function isSame(a: Stamp, b: Stamp): boolean {
  return a.size === b.size && a.modified === b.modified && a.changed === b.changed && a.inode === b.inode;
}
