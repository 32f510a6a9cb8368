import type { AsyncBuffer } from 'hyparquet';
import { BackfillError } from '../../../core/errors.ts';
import type { Kind } from './kind.ts';

/** Which content lies at a path: another text for any other content. Only compared. */
export type Version = string;

/** A file as it was read, all of one version. */
export interface BlobFile extends AsyncBuffer {
  readonly version: Version;
  /** Whether that will never come to mean a later content too, as far as the one writer can tell; false to anybody else. */
  readonly isSettled: boolean;
}

/** Looks at what the store gives back before it becomes visible; throws `store-corrupt` if that is not what was meant. */
export type Check = (written: AsyncBuffer) => Promise<void>;

export interface PutOptions {
  /** What must be there still: this version, or nothing (`null`). Default: whatever there is. */
  readonly ifVersion?: Version | null | undefined;
  /** Default: it has to read back as it was written. */
  readonly check?: Check | undefined;
  /** It is nothing that the right to write is about: whoever has that, or another's name, does not matter. Default: it is. */
  readonly isLeaseless?: true;
}

/**
 * The files that a store is made of, each whole and of one version: a folder (`folder.ts`) or a bucket (`../bucket/`). Paths
 * are relative to where it is, with `/`. A failure is that of the system, with its code, or says already what it is; of a
 * file that is not there most say `undefined`.
 */
export interface Blobs {
  /** Where it is, as `openStore` takes it; no secret is in it. */
  readonly url: string;
  /** The folder of this machine that it is; undefined if it is none. */
  readonly folder: string | undefined;
  /** Where a path lies: for messages, and for what reads it by itself, such as DuckDB. */
  at(path: string): string;
  /** What lies below a folder, as files of its own. */
  below(folder: string): Blobs;
  /** What lies around it, one level up; undefined if nothing does. */
  around(): Blobs | undefined;
  /**
   * The same files for who is about to look at so many (`Infinity`: at all): where each look takes a request, names and
   * versions are those of one moment then, and of what is changed through it.
   */
  survey(files: number): Promise<Blobs>;
  /** Throws where something that is no part of a store lies in its way, as in a folder it can. */
  assertInPlace(): Promise<void>;
  /** Throws where no file lies at a path because something else does, such as a link that leads nowhere. */
  assertNothing(path: string): Promise<void>;
  /** Why there is no store here to read, in words, and which may have been meant; undefined where there is one. */
  whyNone(): Promise<string | undefined>;
  /** Names in a folder; none if there is no folder. Fails if something else lies there. */
  list(folder: string): Promise<string[]>;
  /** Paths of all files below a folder, however deep. */
  listDeep(folder: string): Promise<string[]>;
  /** Bytes of all files below a folder, however deep; of one that goes meanwhile none. */
  bytesBelow(folder: string): Promise<number>;
  /** What lies at a path, if only something that is in the way; undefined for nothing. */
  kind(path: string): Promise<Kind | undefined>;
  /** The version of the file at a path; undefined for nothing. */
  version(path: string): Promise<Version | undefined>;
  /** The same of whatever lies there, with the time at which it was last written (ms since the epoch). */
  written(path: string): Promise<Written | undefined>;
  /** A whole file in memory; undefined if there is none. */
  read(path: string): Promise<BlobFile | undefined>;
  /** Runs `use` on a file of which parts are read; undefined if there is none. */
  open<T>(path: string, use: (file: BlobFile) => Promise<T>): Promise<T | undefined>;
  /**
   * Puts a file in place, whole and durably, or leaves what was there. Throws `Conflict` where there is something else than
   * `ifVersion`; where only one writes, as under the lock of a folder, that is certain. Throws `store-unusable` for what
   * does not read back as it was written, or as `check` would have it. Gives the version, if it is settled.
   */
  put(path: string, bytes: Uint8Array, options?: PutOptions): Promise<Version | undefined>;
  /**
   * The same of a file that nobody holds whole, whatever lies there: `give` appends to it, part by part, one after the other.
   * If it rejects nothing is put in place.
   */
  putInParts(path: string, give: (append: Append) => Promise<void>): Promise<void>;
  /**
   * Writes a new file, durably, under the first free name `STEM-N` and `extension`, also against other threads. Gives its
   * path.
   */
  add(stem: string, extension: string, bytes: Uint8Array): Promise<string>;
  /** Moves whatever lies at a path, durably, in place of a file at the other or to where nothing is. */
  move(from: string, to: string): Promise<void>;
  /** Removes a file, durably. Fails if there is none. Throws `Conflict` like `put`. */
  remove(path: string, options?: Pick<PutOptions, 'ifVersion' | 'isLeaseless'>): Promise<void>;
  /** Removes a folder with all below it, if it is there; cut off, it can be done again. */
  removeFolder(folder: string): Promise<void>;
  /**
   * Becomes the one writer, who creates what is not there. `isTidying`: of what a writer left who did not let go in good
   * order he removes what is half written, and makes durable what is whole. Throws `store-locked`; so does from then on what would put, move or remove anything
   * once the lock is not where it was, as somebody else may have been let in.
   */
  lock(isTidying: boolean): Promise<BlobsLock>;
  /**
   * Takes part in a lock that another process holds, on whatever machine, by its id: see `BarStore.join`. Default: nobody can.
   * Throws `store-locked` for one that is over.
   */
  join?(id: string): Promise<BlobsLock>;
}

/** Writes what comes next of a file. Throws `store-unusable` for what does not read back as it was written. */
export type Append = (bytes: Uint8Array) => Promise<void>;

/** Somebody else wrote what was about to be written. */
export class Conflict extends Error {}

/** Does what reads and then writes; again, from the reading on, where somebody else wrote in between. */
export async function untilUndisturbed<T>(work: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      if (attempt === ATTEMPTS)
        throw new BackfillError('store-unusable', error.message, { scope: 'series', cause: error });
    }
  }
}

/** Nobody else should write at all. */
const ATTEMPTS = 5;

export interface Written {
  readonly version: Version;
  readonly writtenAt: number;
}

/** The right to write. */
export interface BlobsLock {
  /** Which it is, for whoever writes under it elsewhere. */
  readonly id: string;
  /** Whether nobody else takes part in it: see `Blobs.join`. */
  isAlone(): Promise<boolean>;
  /** Frees it; `isInOrder`: nothing that the next writer must tidy lies about because of this one. */
  free(isInOrder: boolean): Promise<void>;
}

/** The text of a whole file; undefined if there is none. */
export async function readText(blobs: Blobs, path: string): Promise<string | undefined> {
  const content = await blobs.read(path);
  return content && new TextDecoder().decode(await content.slice(0, content.byteLength));
}

export function bytesOfText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
