import { lstat, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { AsyncBuffer } from 'hyparquet';
import { eachBounded } from '../../bounded.ts';
import { errno, orAbsent } from './absent.ts';
import {
  type Append,
  type BlobFile,
  type Blobs,
  type BlobsLock,
  Conflict,
  type PutOptions,
  type Version,
  type Written,
} from './blobs.ts';
import { commitFile, commitFolder, createFree, removeFile } from './commit.ts';
import type { CommitFs } from './commit-fs.ts';
import { DISK, loadFile } from './disk.ts';
import { Draft } from './draft.ts';
import { assertNoDeadLink, assertPlaces } from './in-the-way.ts';
import { type Kind, kindAt } from './kind.ts';
import { LastingFolders } from './lasting.ts';
import { lockStore } from './lock.ts';
import { whyNoStoreIn } from './near.ts';
import { withFile } from './open-file.ts';
import { STRAY_LINK, assertNoStrayLink, isStrayLink } from './stray-link.ts';
import { isSettled, type Stamp, stampAt, stampOf, versionOf } from './stamp.ts';
import { sweepAfter } from './sweep.ts';
import { type LockId, WriteRight } from './write-right.ts';
import { wrongKind } from './wrong-kind.ts';

/**
 * The files of a folder, which need not exist. `root` is absolute. Threads that work on one each open it for themselves.
 * What has not changed for a tick of the clock `since` then (by the file system's clock, ns since the epoch) has the version
 * that it will always have. Default: since it was locked. `lock`: the one that another thread holds, under which this one
 * writes. Default: whoever locks it.
 */
export function openFolder(root: string, disk: CommitFs = DISK, since?: bigint, lock?: LockId): Blobs {
  const lasting = new LastingFolders(root);
  const right = new WriteRight(root, lock);
  const rename: CommitFs['rename'] = async (from, to) => {
    await right.assert();
    return disk.rename(from, to);
  };
  // Else it would make the store's own folder anew where that was moved, or fill the one that a disk was mounted on.
  const makeDirectory: CommitFs['makeDirectory'] = async (path) => {
    await right.assert();
    return disk.makeDirectory(path);
  };
  return new Folder(root, { ...disk, rename, makeDirectory, lasting }, { lasting, right }, since);
}

/** What stands and falls with the lock. */
interface Held {
  readonly lasting: LastingFolders;
  readonly right: WriteRight;
}

class Folder implements Blobs {
  readonly url: string;
  readonly folder: string;
  readonly #fs: CommitFs;
  readonly #held: Held;
  #since: bigint | undefined;

  constructor(root: string, fs: CommitFs, held: Held, since?: bigint) {
    this.url = root;
    this.folder = root;
    this.#fs = fs;
    this.#held = held;
    this.#since = since;
  }

  below(folder: string): Blobs {
    return new Folder(this.at(folder), this.#fs, this.#held);
  }

  around(): Blobs | undefined {
    const above = dirname(this.url);
    return above === this.url ? undefined : openFolder(above);
  }

  /** A look costs a few microseconds here. */
  async survey(): Promise<Blobs> {
    return this;
  }

  assertInPlace(): Promise<void> {
    return assertPlaces(this);
  }

  assertNothing(path: string): Promise<void> {
    return assertNoDeadLink(this, path);
  }

  whyNone(): Promise<string | undefined> {
    return whyNoStoreIn(this.url);
  }

  async list(folder: string): Promise<string[]> {
    const path = this.at(folder);
    const names = await orAbsent(readdir(path));
    if (names !== undefined) return names;
    const kind = await kindAt(path);
    // Of a folder that came meanwhile nothing was there.
    if (kind === undefined || kind === 'folder') return [];
    throw wrongKind(path, kind);
  }

  async listDeep(folder: string): Promise<string[]> {
    const entries = await orAbsent(readdir(this.at(folder), { recursive: true, withFileTypes: true }));
    return (entries ?? [])
      .filter((entry) => entry.isFile())
      .map((entry) => relative(this.url, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
  }

  async bytesBelow(folder: string): Promise<number> {
    let bytes = 0;
    await eachBounded(await this.listDeep(folder), async (path) => {
      const found = await orAbsent(stat(this.at(path)));
      bytes += found?.size ?? 0;
    });
    return bytes;
  }

  async kind(path: string): Promise<Kind | undefined> {
    return isStrayLink(this.url, path) ? STRAY_LINK : kindAt(this.at(path));
  }

  async version(path: string): Promise<Version | undefined> {
    const stamp = await stampAt(this.at(path));
    return stamp && versionOf(stamp);
  }

  async written(path: string): Promise<Written | undefined> {
    const at = this.at(path);
    // Of a link that leads nowhere its own.
    const found =
      (await stat(at, { bigint: true }).catch(() => undefined)) ??
      (await orAbsent(lstat(at, { bigint: true })));
    return found && { version: versionOf(stampOf(found)), writtenAt: Number(found.mtimeMs) };
  }

  async read(path: string): Promise<BlobFile | undefined> {
    const file = await loadFile(this.at(path));
    return file && this.#read(file.stamp, file);
  }

  open<T>(path: string, use: (file: BlobFile) => Promise<T>): Promise<T | undefined> {
    return withFile(this.at(path), (file, stamp) => use(this.#read(stamp, file)));
  }

  #read(stamp: Stamp, file: AsyncBuffer): BlobFile {
    return { ...file, version: versionOf(stamp), isSettled: isSettled(stamp, this.#since ?? 0n) };
  }

  async put(path: string, bytes: Uint8Array, options?: PutOptions): Promise<Version | undefined> {
    assertNoStrayLink(this.url, path);
    const stamp = await commitFile(this.#fs, this.url, path, bytes, options);
    return stamp && versionOf(stamp);
  }

  async putInParts(path: string, give: (append: Append) => Promise<void>): Promise<void> {
    const draft = new Draft(this.#fs, this.url, path);
    try {
      await give((bytes) => draft.append(bytes));
      await draft.commit();
    } catch (error) {
      await draft.discard();
      throw error;
    }
  }

  async add(stem: string, extension: string, bytes: Uint8Array): Promise<string> {
    await this.#held.right.assert();
    return createFree(this.#fs, this.url, stem, extension, bytes);
  }

  async move(from: string, to: string): Promise<void> {
    assertNoStrayLink(this.url, from);
    const [source, target] = [this.at(from), this.at(to)];
    try {
      await this.#fs.rename(source, target);
    } catch (error) {
      if (errno(error) !== 'ENOENT') throw error;
      await commitFolder(this.#fs, this.url, dirname(target));
      await this.#fs.rename(source, target);
    }
    await this.#fs.syncDirectory(dirname(target));
    await this.#fs.syncDirectory(dirname(source));
  }

  async remove(path: string, { ifVersion }: Pick<PutOptions, 'ifVersion'> = {}): Promise<void> {
    assertNoStrayLink(this.url, path);
    if (typeof ifVersion === 'string' && (await this.version(path)) !== ifVersion)
      throw new Conflict(`${path} was written by somebody else meanwhile`);
    await this.#held.right.assert();
    return removeFile(this.#fs, this.url, path);
  }

  async removeFolder(folder: string): Promise<void> {
    await this.#held.right.assert();
    await rm(this.at(folder), { recursive: true, force: true });
    await this.#fs.syncDirectory(dirname(this.at(folder)));
  }

  async lock(isTidying: boolean): Promise<BlobsLock> {
    await commitFolder(this.#fs, this.url, this.url);
    const lock = await lockStore(this.url);
    const { lasting, right } = this.#held;
    lasting.reset();
    try {
      if (isTidying && lock.untidySince !== null) {
        await sweepAfter(this, this.#fs, {
          since: lock.untidySince,
          lockedAt: Number(lock.since / 1_000_000n),
        });
        lock.tidied();
      }
    } catch (error) {
      lock.free(false);
      throw error;
    }
    this.#since = lock.since;
    right.give(lock.id);
    return {
      id: lock.id,
      isAlone: () => Promise.resolve(true),
      free: async (isInOrder) => {
        this.#since = undefined;
        right.end();
        lock.free(isInOrder && (isTidying || lock.untidySince === null));
        lasting.reset();
      },
    };
  }

  at(path: string): string {
    return join(this.url, path);
  }
}
