import type { AsyncBuffer } from 'hyparquet';
import { type BucketAddress, bucketUrl } from '../../../s3/address.ts';
import { type FileInMemory, bytesAsFile } from '../codec/bytes-at.ts';
import {
  type Append,
  type BlobFile,
  type Blobs,
  type BlobsLock,
  Conflict,
  type PutOptions,
  type Version,
  type Written,
} from '../files/blobs.ts';
import type { Kind } from '../files/kind.ts';
import { BucketClient, type Patience } from './client.ts';
import { Lease } from './lease.ts';
import { Listing } from './listing.ts';
import { type Condition, type Head, Objects } from './objects.ts';
import { type LeaseOptions, Root } from './root.ts';
import { appendingTo, assertMeant } from './parts.ts';
import { openRanges } from './ranges.ts';

/** How a bucket is used. */
export interface BucketOptions extends LeaseOptions {
  /** Default: some six seconds for a server that is busy. */
  readonly patience?: Patience;
}

/**
 * The objects of a bucket whose keys begin with a prefix, as files: an object is whole or not there, and a version is its ETag.
 * Each write and removal has a condition where its caller has one, so that nothing is overwritten that he has not seen; a
 * write that the server acknowledged lasts. What costs a microsecond in a folder is a request here: who looks at many things
 * asks for a `survey`. Threads that work on one each open it for themselves.
 */
export function openBucket(address: BucketAddress, { patience, ...lease }: BucketOptions = {}): Blobs {
  const objects = new Objects(new BucketClient(address, patience));
  return new Bucket(new Root(objects, address, lease), '', undefined);
}

/** The longest tick of a server's clock as its stamps tell it, with room, in ms. */
const TICK_MS = 3000;

/** To look at so few files one by one is less than to list all. */
const FEW = 50;

class Bucket implements Blobs {
  readonly url: string;
  readonly folder = undefined;
  readonly #root: Root;
  /** Below the root, with a slash behind it, or empty. */
  readonly #prefix: string;
  readonly #seen: Listing | undefined;

  constructor(root: Root, prefix: string, seen: Listing | undefined) {
    this.#root = root;
    this.#prefix = prefix;
    this.#seen = seen;
    const { address } = root;
    this.url =
      prefix === '' ? bucketUrl(address) : bucketUrl({ ...address, prefix: root.keyOf(prefix.slice(0, -1)) });
  }

  at(path: string): string {
    return `s3://${this.#root.address.bucket}/${this.#key(path)}`.replace(/\/$/, '');
  }

  below(folder: string): Blobs {
    return new Bucket(this.#root, `${this.#prefix}${folder}/`, undefined);
  }

  around(): Blobs | undefined {
    const { address, objects } = this.#root;
    const parts = this.#key('').split('/').slice(0, -1);
    if (parts.length === 0) return undefined;
    const above = { ...address, prefix: parts.slice(0, -1).join('/') };
    return new Bucket(new Root(objects, above), '', undefined);
  }

  async survey(files: number): Promise<Blobs> {
    if (files <= FEW) return this;
    const key = this.#key('');
    const { objects } = await this.#root.objects.list(key);
    return new Bucket(this.#root, this.#prefix, new Listing(objects, key));
  }

  /** A key is in no other's way, and leads nowhere else. */
  async assertInPlace(): Promise<void> {}

  async assertNothing(): Promise<void> {}

  async whyNone(): Promise<string | undefined> {
    return (await this.list('')).length === 0
      ? 'nothing lies there; is it the right bucket and prefix?'
      : undefined;
  }

  async list(folder: string): Promise<string[]> {
    const path = isTop(folder) ? '' : folder;
    if (this.#seen !== undefined) return this.#seen.names(path);
    const prefix = this.#key(path === '' ? '' : `${path}/`);
    const { objects, prefixes } = await this.#root.objects.list(prefix, '/');
    const names = [...prefixes.map((one) => one.slice(0, -1)), ...objects.map(({ key }) => key)];
    return names.map((name) => name.slice(prefix.length)).filter((name) => name !== '');
  }

  async listDeep(folder: string): Promise<string[]> {
    return (await this.#deep(folder)).map(([path]) => path);
  }

  async bytesBelow(folder: string): Promise<number> {
    return (await this.#deep(folder)).reduce((sum, [, { size }]) => sum + size, 0);
  }

  async #deep(folder: string): Promise<[path: string, head: Head][]> {
    const path = isTop(folder) ? '' : folder;
    if (this.#seen !== undefined) return [...this.#seen.below(path)];
    const { objects } = await this.#root.objects.list(this.#key(path === '' ? '' : `${path}/`));
    return [...new Listing(objects, this.#key('')).below(path)];
  }

  async kind(path: string): Promise<Kind | undefined> {
    if (this.#seen?.find(path) !== undefined) return 'file';
    if (this.#seen !== undefined && this.#seen.names(path).length > 0) return 'folder';
    if (!isTop(path) && (await this.#head(path)) !== undefined) return 'file';
    return (await this.list(path)).length > 0 ? 'folder' : undefined;
  }

  async version(path: string): Promise<Version | undefined> {
    // What is not among what was seen may have come meanwhile.
    return (this.#seen?.find(path) ?? (await this.#head(path)))?.version;
  }

  async written(path: string): Promise<Written | undefined> {
    const head = await this.#head(path);
    return head && { version: head.version, writtenAt: head.writtenAt };
  }

  #head(path: string): Promise<Head | undefined> {
    return this.#root.objects.head(this.#key(path));
  }

  async read(path: string): Promise<(BlobFile & FileInMemory) | undefined> {
    const piece = await this.#root.objects.get(this.#key(path));
    return piece && this.#file(piece, bytesAsFile(piece.bytes));
  }

  async open<T>(path: string, use: (file: BlobFile) => Promise<T>): Promise<T | undefined> {
    if (this.#seen !== undefined && this.#seen.find(path) === undefined) return undefined;
    return openRanges(this.#root.objects, this.#key(path), (content, head) => use(this.#file(head, content)));
  }

  #file<F extends AsyncBuffer>(head: Head, content: F): F & BlobFile {
    const { lease } = this.#root;
    const isSettled = lease !== undefined && head.writtenAt + TICK_MS < lease.since;
    return { ...content, version: head.version, isSettled };
  }

  async put(
    path: string,
    bytes: Uint8Array,
    { ifVersion, check, isLeaseless }: PutOptions = {},
  ): Promise<Version> {
    await assertMeant(path, bytes, check);
    return this.#put(path, bytes, ifVersion, isLeaseless);
  }

  async #put(path: string, bytes: Uint8Array, condition: Condition, isLeaseless = false): Promise<Version> {
    if (!isLeaseless) await this.#root.assertMayWrite();
    const head = await this.#root.objects.put(this.#key(path), bytes, condition);
    this.#seen?.put(path, head);
    return head.version;
  }

  async putInParts(path: string, give: (append: Append) => Promise<void>): Promise<void> {
    await this.#root.assertMayWrite();
    const parts = appendingTo(this.#root.objects, this.#key(path));
    try {
      await give(parts.append);
      await this.#root.assertMayWrite();
      const head = await parts.complete();
      this.#seen?.put(path, head);
    } catch (error) {
      await parts.giveUp();
      throw error;
    }
  }

  async add(stem: string, extension: string, bytes: Uint8Array): Promise<string> {
    for (let n = 1; ; n++) {
      const path = `${stem}-${n}${extension}`;
      try {
        await this.#put(path, bytes, null);
        return path;
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
      }
    }
  }

  /** A copy first, which is whole or not there, then the removal: cut off between them it is twice there, and never lost. */
  async move(from: string, to: string): Promise<void> {
    const head = await this.#head(from);
    if (head !== undefined) return this.#moveFile(from, to, head.version);
    const below = await this.#deep(from);
    if (below.length === 0) throw absent(this.at(from), 'rename');
    for (const [path, { version }] of below)
      await this.#moveFile(path, `${to}${path.slice(from.length)}`, version);
  }

  async #moveFile(from: string, to: string, version: Version): Promise<void> {
    await this.#root.assertMayWrite();
    await this.#root.objects.copy(this.#key(from), version, this.#key(to));
    const head = this.#seen && (await this.#head(to));
    if (head !== undefined) this.#seen?.put(to, head);
    await this.remove(from, { ifVersion: version });
  }

  async remove(
    path: string,
    { ifVersion, isLeaseless }: Pick<PutOptions, 'ifVersion' | 'isLeaseless'> = {},
  ): Promise<void> {
    if (isLeaseless !== true) await this.#root.assertMayWrite();
    const there = (await this.#head(path))?.version;
    if (there === undefined) throw absent(this.at(path), 'unlink');
    if (typeof ifVersion === 'string' && there !== ifVersion)
      throw new Conflict(`${path} was written by somebody else meanwhile`);
    await this.#root.objects.remove(this.#key(path), there);
    this.#seen?.remove(path);
  }

  async removeFolder(folder: string): Promise<void> {
    await this.#root.assertMayWrite();
    for (const [path, { version }] of await this.#deep(folder)) {
      await this.#root.objects.remove(this.#key(path), version);
      this.#seen?.remove(path);
    }
  }

  async lock(isTidying: boolean): Promise<BlobsLock> {
    const root = this.#root;
    const lease = await Lease.take(root.place, root.leaseMs);
    const lock = this.#holding(lease, isTidying || !lease.wasUntidy);
    try {
      if (isTidying && lease.wasUntidy) await root.objects.giveUpUploads(this.#key(''));
    } catch (error) {
      await lock.free(false);
      throw error;
    }
    return lock;
  }

  async join(id: string): Promise<BlobsLock> {
    return this.#holding(await Lease.join(this.#root.place, id), true);
  }

  #holding(lease: Lease, mayBeTidy: boolean): BlobsLock {
    const root = this.#root;
    root.lease = lease;
    const free = async (isInOrder: boolean): Promise<void> => {
      if (root.lease === lease) root.lease = undefined;
      await lease.free(isInOrder && mayBeTidy);
    };
    return { id: lease.id, isAlone: () => lease.isAlone(), free };
  }

  #key(path: string): string {
    return this.#root.keyOf(`${this.#prefix}${path}`);
  }
}

function isTop(folder: string): boolean {
  return folder === '' || folder === '.';
}

/** As the system says it of a file that is not there. */
function absent(where: string, syscall: string): Error {
  const how = { code: 'ENOENT', syscall, path: where };
  return Object.assign(new Error(`ENOENT: nothing lies there, ${syscall} '${where}'`), how);
}
