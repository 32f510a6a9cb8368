import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { readPlainFile } from '../../../market/plain-file.ts';
import { commitFile } from '../files/commit.ts';
import type { CommitFs } from '../files/commit-fs.ts';
import { SCAN_CACHE } from '../files/layout.ts';
import { VERSION } from '../codec/own-entry.ts';
import type { Said } from './said.ts';
import { isSameStamp, type Stamp } from '../files/stamp.ts';
import { isTextAt, placeIn, textAt, type Texts, textsOf } from './texts.ts';

/**
 * What the files of a store said of themselves when they were last read, in one file beside them:
 *
 *     backfill scan 2.3 SHA-256 NEWLINE serialized Content
 *
 * It spares a scan the reading, never the look: what it says of a file counts only while the file's stamp is the same.
 * Anything may happen to it: lost, damaged, or of another version, it is as good as none, and the next run writes it
 * anew. What is not believed of a file as it lies there is never in it.
 */

/** The first number is of this file's form, the second of what files say of themselves. */
const HEAD = `backfill scan 2.${VERSION} `;
const DIGEST_CHARS = 64;

/** Size, modified, changed and inode of each file stand side by side. */
const NUMBERS = 4;

/** Bytes of a cache that are read in the time that it takes to look into one file: for fewer files it is left alone. */
const BYTES_A_FILE = 10_000;

/** The part of the files of which the news is worth writing all of it anew. */
const WORTH_SAVING = 0.01;

/** Entry i is of file i, ascending by path. A few long texts: hundreds of thousands of short ones take time and room. */
interface Content {
  readonly paths: Texts;
  readonly stamps: BigInt64Array;
  /** Number of what it said in common with others. */
  readonly common: Uint32Array;
  readonly commons: readonly string[];
  readonly owns: Texts;
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
  readonly #content: Content;
  /** 1: what the content has of a file is superseded. */
  readonly #stale: Uint8Array;
  /** What is newer than the content, by path. */
  readonly #news = new Map<string, Remembered>();
  /** Where the next path is expected: a scan asks in about this order. */
  #next = 0;
  #changes = 0;
  #size: number;

  constructor(content: Content = NO_CONTENT) {
    this.#content = content;
    this.#size = content.common.length;
    this.#stale = new Uint8Array(this.#size);
  }

  /** Number of files. */
  get size(): number {
    return this.#size;
  }

  /** What the file at a path said, if it is still the same one. */
  recall(path: string, stamp: Stamp): Said | undefined {
    const news = this.#news.get(path);
    if (news !== undefined) return isSameStamp(news.stamp, stamp) ? news : undefined;
    const i = this.#placeOf(path);
    return i !== undefined && isSameStamp(this.#stampAt(i), stamp) ? this.#saidAt(i) : undefined;
  }

  /** Whether anything is known of the file at a path. */
  has(path: string): boolean {
    return this.#news.has(path) || this.#placeOf(path) !== undefined;
  }

  remember(entry: Remembered): void {
    this.#drop(entry.path);
    this.#news.set(entry.path, entry);
    this.#size++;
    this.#changes++;
  }

  /** Of a file that is gone, or of which nothing is to be believed. */
  forget(path: string): void {
    if (this.#drop(path)) this.#changes++;
  }

  /** Writes it, if enough of it is news. A cache that cannot be written is none: whatever is wrong, the run has met it. */
  async save(fs: CommitFs, root: string): Promise<void> {
    if (this.#changes === 0 || this.#changes < this.size * WORTH_SAVING) return;
    const payload = serialize(contentOf(this.#all()));
    const head = `${HEAD}${digestOf(payload)}\n`;
    await commitFile(fs, root, SCAN_CACHE, Buffer.concat([Buffer.from(head), payload])).catch(() => {});
    this.#changes = 0;
  }

  #drop(path: string): boolean {
    const i = this.#placeOf(path);
    if (i !== undefined) this.#stale[i] = 1;
    const isThere = this.#news.delete(path) || i !== undefined;
    if (isThere) this.#size--;
    return isThere;
  }

  #placeOf(path: string): number | undefined {
    const { paths } = this.#content;
    const i = isTextAt(paths, this.#next, path) ? this.#next : placeIn(paths, path);
    if (i === undefined) return undefined;
    this.#next = i + 1;
    return this.#stale[i] === 1 ? undefined : i;
  }

  #all(): Remembered[] {
    const all = [...this.#news.values()];
    for (const [i, stale] of this.#stale.entries()) {
      if (stale === 0)
        all.push({ path: textAt(this.#content.paths, i), stamp: this.#stampAt(i), ...this.#saidAt(i) });
    }
    return all.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  #stampAt(i: number): Stamp {
    const { stamps } = this.#content;
    const [size = 0n, modified = 0n, changed = 0n, inode = 0n] = stamps.subarray(
      i * NUMBERS,
      (i + 1) * NUMBERS,
    );
    return { size, modified, changed, inode };
  }

  #saidAt(i: number): Said {
    const { commons, common, owns } = this.#content;
    return { common: commons[common[i] ?? 0] ?? '', own: textAt(owns, i) };
  }
}

const NO_CONTENT = contentOf([]);

function contentOf(files: readonly Remembered[]): Content {
  const numbers = new Map<string, number>();
  const common = Uint32Array.from(files, (file) => {
    const number = numbers.get(file.common) ?? numbers.size;
    numbers.set(file.common, number);
    return number;
  });
  const stamps = new BigInt64Array(files.length * NUMBERS);
  for (const [i, { stamp }] of files.entries())
    stamps.set([stamp.size, stamp.modified, stamp.changed, stamp.inode], i * NUMBERS);
  return {
    paths: textsOf(files.map(({ path }) => path)),
    stamps,
    common,
    commons: [...numbers.keys()],
    owns: textsOf(files.map(({ own }) => own)),
  };
}

/** The cache of a store, for a scan that looks at so many files; undefined where it is not worth its reading. */
export function openScanCache(root: string, files: number): ScanCache | undefined {
  const path = join(root, SCAN_CACHE);
  try {
    const found = statSync(path);
    // A pipe would be waited for.
    if (!found.isFile()) return new ScanCache();
    if (found.size > files * BYTES_A_FILE) return undefined;
    // At once: while it were read piece by piece its memory would grow old, and stay.
    return new ScanCache(contentIn(readPlainFile(path)));
  } catch {
    // Whatever keeps it from being read: the files themselves are there.
    return new ScanCache();
  }
}

function contentIn(bytes: Uint8Array): Content | undefined {
  const head = Buffer.from(bytes.subarray(0, HEAD.length + DIGEST_CHARS + 1)).toString('latin1');
  const payload = bytes.subarray(head.length);
  if (head !== `${HEAD}${digestOf(payload)}\n`) return undefined;
  const { paths, stamps, common, commons, owns } = deserialize(payload) as Content;
  // Copies of the columns: as they come they are views that would keep the whole file in memory.
  const [copied, numbers] = [stamps.slice(), common.slice()];
  return { paths: withOwnEnds(paths), stamps: copied, common: numbers, commons, owns: withOwnEnds(owns) };
}

function withOwnEnds({ all, ends }: Texts): Texts {
  return { all, ends: ends.slice() };
}

function digestOf(payload: Uint8Array): string {
  return createHash('sha256').update(payload).digest('hex');
}
