import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import type { Blobs, PutOptions, Version } from '../files/blobs.ts';
import { SCAN_CACHE } from '../files/layout.ts';
import { VERSION } from '../codec/own-entry.ts';
import type { Said } from './said.ts';
import { firstFrom, isTextAt, placeIn, textAt, type Texts, textsOf } from './texts.ts';

/**
 * What the files of a store said of themselves when they were last read, in one file beside them:
 *
 *     backfill scan 5.3 SHA-256 NEWLINE serialized Content
 *
 * It spares a scan the reading, never the look: what it says of a file counts only while the file's version is the same.
 * Of one that is gone it tells what is lost (see `vanished.ts`), which forms before the fifth did not answer for.
 * Anything may happen to it: lost, damaged, or of another version, it is as good as none, and the next run writes it
 * anew. What is not believed of a file as it lies there is never in it.
 */

/** The first number is of this file's form, the second of what files say of themselves. */
const HEAD = `backfill scan 5.${VERSION} `;
const DIGEST_CHARS = 64;

/** Bytes of a cache that are read in the time that it takes to look into one file: for fewer files it is left alone. */
const BYTES_A_FILE = 10_000;

/** The part of the files of which the news is worth writing all of it anew. */
const WORTH_SAVING = 0.01;

/** Entry i is of file i, ascending by path. A few long texts: hundreds of thousands of short ones take time and room. */
interface Content {
  readonly paths: Texts;
  readonly versions: Texts;
  /** Number of what it said in common with others. */
  readonly common: Uint32Array;
  readonly commons: readonly string[];
  readonly owns: Texts;
}

/** A file, its version and what it said. */
export interface Remembered extends Said {
  readonly path: string;
  readonly version: Version;
}

/** Which of its files somebody has come across. */
export interface Seen {
  /** 1: the one of that number in the content. */
  readonly content: Uint8Array;
  /** Paths of others. */
  readonly others: Set<string>;
}

/** The number of what is newer than the content. */
const NEWER = -1;

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

  /** Whether what lies on the disk was read: whatever is not in it, that does not tell of. */
  readonly isOfDisk: boolean;

  /** What the file was that it was read from; null for none. */
  #version: PutOptions['ifVersion'];

  constructor(content: Content = NO_CONTENT, isOfDisk = true, version?: PutOptions['ifVersion']) {
    this.#content = content;
    this.#version = version;
    this.isOfDisk = isOfDisk;
    this.#size = content.common.length;
    this.#stale = new Uint8Array(this.#size);
  }

  /** Number of files. */
  get size(): number {
    return this.#size;
  }

  /** What the file at a path said, if it is still the same one; `found`: what `find` gave. */
  recall(path: string, version: Version, found?: number): Said | undefined {
    const news = this.#news.get(path);
    if (news !== undefined) return news.version === version ? news : undefined;
    const i = found === undefined || found === NEWER ? this.#placeOf(path) : found;
    if (i === undefined || this.#stale[i] === 1) return undefined;
    return textAt(this.#content.versions, i) === version ? this.#saidAt(i) : undefined;
  }

  /** What the file at a path said when it was last read, whatever it is now. */
  lastSaid(path: string): Said | undefined {
    const i = this.#placeOf(path);
    return this.#news.get(path) ?? (i === undefined ? undefined : this.#saidAt(i));
  }

  /** The version that is known of the file at a path, whatever it is now. */
  lastVersion(path: string): Version | undefined {
    const i = this.#placeOf(path);
    return this.#news.get(path)?.version ?? (i === undefined ? undefined : textAt(this.#content.versions, i));
  }

  /** Whether anything is known of the file at a path. */
  has(path: string): boolean {
    return this.find(path) !== undefined;
  }

  /** A number for what is known of the file at a path, to spare `recall` and `see` the search; undefined for nothing. */
  find(path: string): number | undefined {
    return this.#news.has(path) ? NEWER : this.#placeOf(path);
  }

  /** Whether it was said of the file at a path when the cache was read, whatever was forgotten since. */
  wasRead(path: string): boolean {
    return placeIn(this.#content.paths, path) !== undefined;
  }

  noneSeen(): Seen {
    return { content: new Uint8Array(this.#content.common.length), others: new Set() };
  }

  /** Takes note of what `find` gave for a path. */
  see(seen: Seen, path: string, found: number): void {
    if (found === NEWER) seen.others.add(path);
    else seen.content[found] = 1;
  }

  /** Paths of files that are known and were not seen: of those that it read, only with one of these beginnings. */
  unseen(seen: Seen, beginnings: readonly string[]): string[] {
    const { paths } = this.#content;
    const found: string[] = [];
    for (const beginning of beginnings) {
      const end = firstFrom(paths, `${beginning}\uFFFF`);
      for (let i = firstFrom(paths, beginning); i < end; i++)
        if (seen.content[i] === 0 && this.#stale[i] === 0) found.push(textAt(paths, i));
    }
    for (const path of this.#news.keys()) if (!seen.others.has(path)) found.push(path);
    return found;
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

  /** Writes it, if enough of it is news. Not where somebody else has written it since. A cache that cannot be written is none: whatever is wrong, the run has met it. */
  async save(blobs: Blobs): Promise<void> {
    if (this.#changes === 0 || this.#changes < this.size * WORTH_SAVING) return;
    const payload = serialize(contentOf(this.#all()));
    const bytes = Buffer.concat([Buffer.from(`${HEAD}${digestOf(payload)}\n`), payload]);
    const options = { ifVersion: this.#version };
    this.#version = await blobs.put(SCAN_CACHE, bytes, options).catch(() => undefined);
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
    const { paths, versions } = this.#content;
    const all = [...this.#news.values()];
    for (const [i, stale] of this.#stale.entries()) {
      if (stale === 0) all.push({ path: textAt(paths, i), version: textAt(versions, i), ...this.#saidAt(i) });
    }
    return all.toSorted((a, b) => (a.path < b.path ? -1 : 1));
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
  return {
    paths: textsOf(files.map(({ path }) => path)),
    versions: textsOf(files.map(({ version }) => version)),
    common,
    commons: [...numbers.keys()],
    owns: textsOf(files.map(({ own }) => own)),
  };
}

/** The cache that a writer holds, from the first look on that it is of use to; a reader's own. As `openScanCache`. */
export async function cacheFor(
  blobs: Blobs,
  files: number,
  held: { cache: ScanCache | undefined } | undefined,
): Promise<ScanCache | undefined> {
  if (held?.cache !== undefined) return held.cache;
  const cache = await openScanCache(blobs, files);
  if (held !== undefined) held.cache ??= cache;
  return held?.cache ?? cache;
}

/** The cache of a store, for a scan that looks at so many files; undefined where it is not worth its reading. */
export async function openScanCache(blobs: Blobs, files: number): Promise<ScanCache | undefined> {
  try {
    const cache = await blobs.open(SCAN_CACHE, async (file) =>
      file.byteLength > files * BYTES_A_FILE
        ? 'too long'
        : // In one piece: while it were read bit by bit its memory would grow old, and stay.
          new ScanCache(contentIn(new Uint8Array(await file.slice(0, file.byteLength))), true, file.version),
    );
    return cache === 'too long' ? undefined : (cache ?? new ScanCache(undefined, true, null));
  } catch {
    // Whatever keeps it from being read: the files themselves are there.
    return new ScanCache(undefined, false);
  }
}

function contentIn(bytes: Uint8Array): Content | undefined {
  const head = Buffer.from(bytes.subarray(0, HEAD.length + DIGEST_CHARS + 1)).toString('latin1');
  const payload = bytes.subarray(head.length);
  if (head !== `${HEAD}${digestOf(payload)}\n`) return undefined;
  const { paths, versions, common, commons, owns } = deserialize(payload) as Content;
  return {
    ...{ paths: withOwnEnds(paths), versions: withOwnEnds(versions), owns: withOwnEnds(owns) },
    ...{ common: common.slice(), commons },
  };
}

/** A copy of the numbers: as they come they are a view that would keep the whole file in memory. */
function withOwnEnds({ all, ends }: Texts): Texts {
  return { all, ends: ends.slice() };
}

function digestOf(payload: Uint8Array): string {
  return createHash('sha256').update(payload).digest('hex');
}
