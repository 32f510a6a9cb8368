import { BackfillError } from '../../core/errors.ts';
import {
  type Append,
  type BlobFile,
  type Blobs,
  type BlobsLock,
  Conflict,
  type PutOptions,
  type Version,
  type Written,
} from '../parquet/files/blobs.ts';
import type { Kind } from '../parquet/files/kind.ts';

/** What documents need of the tables that they lie in. */
export interface DocumentRows {
  /** Where these are, for people. */
  readonly url: string;
  /** What they lie in, as a word. */
  readonly kind: string;
  /** Bytes that lie in one row. */
  readonly piece: number;
  isThere(): Promise<boolean>;
  /** Of paths between two: what stands at and behind a place, up to the next `/`, once each. */
  names(from: string, to: string, at: number): Promise<string[]>;
  /** Ascending. */
  paths(from: string, to: string): Promise<string[]>;
  bytes(from: string, to: string): Promise<number>;
  head(path: string): Promise<DocumentHead | undefined>;
  /** Pieces of a content that reach into a part of it, with where each begins. */
  pieces(version: Version, from: number, to: number): Promise<readonly Piece[]>;
  /** Of a content that is about to be written: no other has it, or will. */
  nextVersion(): Promise<Version>;
  putPiece(version: Version, start: number, bytes: Uint8Array): Promise<void>;
  /** Removes all of a content. */
  removePieces(version: Version): Promise<void>;
  /** Puts a whole content in place. Throws `Conflict` where there is something else than `ifVersion`. */
  put(path: string, bytes: Uint8Array, ifVersion: Version | null | undefined): Promise<void>;
  /** Makes a version, of which the pieces lie there, what lies at a path, whatever that was. */
  publish(path: string, content: NewContent): Promise<void>;
  /** Whether there was one. */
  move(from: string, to: string): Promise<boolean>;
  /** Whether there was one. Throws `Conflict` like `put`. */
  drop(path: string, ifVersion?: Version | null): Promise<boolean>;
}

export interface NewContent {
  readonly version: Version;
  readonly size: number;
}

export interface DocumentHead extends NewContent {
  /** ms since the epoch. */
  readonly writtenAt: number;
}

export interface Piece {
  readonly start: number;
  readonly data: Uint8Array;
}

/**
 * What of a store is no table: records of runs, rejected rows, renames, universes, copies of what was forgotten, answers on
 * their way. Each is a document with the path that it has as a file of another store. A new content is a new version, of which
 * the pieces lie there before the document becomes it.
 */
export class Documents implements Blobs {
  readonly url: string;
  readonly folder = undefined;
  readonly #rows: DocumentRows;
  readonly #folder: string;

  constructor(rows: DocumentRows, folder = '') {
    this.#rows = rows;
    this.#folder = folder;
    this.url = folder === '' ? rows.url : `${rows.url}/${folder.slice(0, -1)}`;
  }

  at(path: string): string {
    return path === '' ? this.url : `${this.url}/${path}`;
  }

  below(folder: string): Blobs {
    return new Documents(this.#rows, `${this.#at(folder)}/`);
  }

  /** A database lies in no other. */
  around(): undefined {
    return undefined;
  }

  survey(): Promise<Blobs> {
    return Promise.resolve(this);
  }

  /** A path is in no other's way, and leads nowhere else. */
  async assertInPlace(): Promise<void> {}

  async assertNothing(): Promise<void> {}

  async whyNone(): Promise<string | undefined> {
    return (await this.#rows.isThere())
      ? undefined
      : `there is no store in this ${this.#rows.kind}; a first backfill makes it`;
  }

  list(folder: string): Promise<string[]> {
    const [from, to] = this.#inside(folder);
    return this.#rows.names(from, to, from.length);
  }

  async listDeep(folder: string): Promise<string[]> {
    const [from, to] = this.#inside(folder);
    const paths = await this.#rows.paths(from, to);
    return paths.map((path) => path.slice(this.#folder.length));
  }

  bytesBelow(folder: string): Promise<number> {
    const [from, to] = this.#inside(folder);
    return this.#rows.bytes(from, to);
  }

  async kind(path: string): Promise<Kind | undefined> {
    if ((await this.version(path)) !== undefined) return 'file';
    return (await this.list(path)).length > 0 ? 'folder' : undefined;
  }

  async version(path: string): Promise<Version | undefined> {
    return (await this.written(path))?.version;
  }

  written(path: string): Promise<Written | undefined> {
    return this.#rows.head(this.#at(path));
  }

  async read(path: string): Promise<BlobFile | undefined> {
    const file = await this.#file(path);
    if (file === undefined) return undefined;
    const bytes = await file.slice(0, file.byteLength);
    return { ...file, slice: (from, to) => bytes.slice(from, to) };
  }

  async open<T>(path: string, use: (file: BlobFile) => Promise<T>): Promise<T | undefined> {
    const file = await this.#file(path);
    return file && use(file);
  }

  async #file(path: string): Promise<BlobFile | undefined> {
    const head = await this.#rows.head(this.#at(path));
    if (head === undefined) return undefined;
    const { version, size } = head;
    return {
      ...{ byteLength: size, version, isSettled: false },
      slice: async (from, to = size) => this.#bytes(path, version, from, Math.min(to, size)),
    };
  }

  async #bytes(path: string, version: Version, from: number, to: number): Promise<ArrayBuffer> {
    const bytes = new Uint8Array(Math.max(0, to - from));
    let filled = 0;
    for (const { start, data } of await this.#rows.pieces(version, from, to)) {
      const part = data.subarray(Math.max(0, from - start), Math.max(0, to - start));
      bytes.set(part, Math.max(start, from) - from);
      filled += part.length;
    }
    if (filled < bytes.length) throw gone(path, 'read');
    return bytes.buffer;
  }

  async put(path: string, bytes: Uint8Array, { ifVersion }: PutOptions = {}): Promise<Version | undefined> {
    await this.#rows.put(this.#at(path), bytes, ifVersion);
    return undefined;
  }

  async putInParts(path: string, give: (append: Append) => Promise<void>): Promise<void> {
    const version = await this.#rows.nextVersion();
    let size = 0;
    let waiting: Uint8Array[] = [];
    let bytes = 0;
    const flush = async (): Promise<void> => {
      const all = Buffer.concat(waiting);
      [waiting, bytes] = [[], 0];
      for (let at = 0; at < all.length; at += this.#rows.piece) {
        const piece = all.subarray(at, at + this.#rows.piece);
        await this.#rows.putPiece(version, size, piece);
        size += piece.length;
      }
    };
    try {
      await give(async (more) => {
        waiting.push(more.slice());
        bytes += more.length;
        if (bytes >= this.#rows.piece) await flush();
      });
      await flush();
      await this.#rows.publish(this.#at(path), { version, size });
    } catch (error) {
      await this.#rows.removePieces(version).catch(() => {});
      throw error;
    }
  }

  async add(stem: string, extension: string, bytes: Uint8Array): Promise<string> {
    for (let n = 1; ; n++) {
      const path = `${stem}-${n}${extension}`;
      if ((await this.version(path)) !== undefined) continue;
      try {
        await this.put(path, bytes, { ifVersion: null });
        return path;
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
      }
    }
  }

  async move(from: string, to: string): Promise<void> {
    if (!(await this.#rows.move(this.#at(from), this.#at(to)))) throw gone(from, 'rename');
  }

  async remove(path: string, { ifVersion }: Pick<PutOptions, 'ifVersion'> = {}): Promise<void> {
    if (!(await this.#rows.drop(this.#at(path), ifVersion))) throw gone(path, 'unlink');
  }

  async removeFolder(folder: string): Promise<void> {
    for (const path of await this.listDeep(folder)) await this.#rows.drop(this.#at(path));
  }

  lock(): Promise<BlobsLock> {
    // Who writes the tables writes these.
    return Promise.reject(new BackfillError('internal', 'documents have no lock of their own'));
  }

  #at(path: string): string {
    return this.#folder + path;
  }

  /** What all paths in a folder lie between; `/` is followed by `0`. */
  #inside(folder: string): [string, string] {
    const at = folder === '' || folder === '.' ? this.#folder.slice(0, -1) : this.#at(folder);
    return at === '' ? ['', '\u{10FFFF}'] : [`${at}/`, `${at}0`];
  }
}

/** A document is not what it was. */
export function disturbedAt(path: string): Conflict {
  return new Conflict(`${path} was written by somebody else at the same time`);
}

/** As a file system says it: see `orAbsent`. */
function gone(path: string, syscall: string): Error {
  return Object.assign(new Error(`ENOENT: no such document, ${syscall} '${path}'`), {
    code: 'ENOENT',
    syscall,
    path,
  });
}
