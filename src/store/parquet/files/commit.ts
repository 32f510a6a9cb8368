import { basename, dirname, join } from 'node:path';
import { formatCount, plural } from '../../../core/plural.ts';
import { BackfillError } from '../../../core/errors.ts';
import { bytesAsFile } from '../codec/bytes-at.ts';
import { errno, orAbsent } from './absent.ts';
import { type Check, Conflict, type PutOptions } from './blobs.ts';
import type { CommitFile, CommitFs } from './commit-fs.ts';
import { notAsMeant } from './not-as-meant.ts';
import { isAsRenamed, type Stamp, stampAt, versionOf } from './stamp.ts';
import { WRITER } from './writer.ts';

let temps = 0;

/**
 * Puts a file in place, whole and durable, or leaves what was there: temp file in the same folder, write, read back,
 * check, fsync, rename, fsync of the folders. Once it returns, the content survives a power loss. `path` is relative to
 * `root`. Any failure removes the temp file; a failed fsync is never tried again on the same file, because the kernel
 * may have dropped its pages (PostgreSQL's "fsyncgate"). Throws `store-unusable`, of the series whose file it is, if
 * what the file gives back is not what was written, or not what was meant, and `Conflict` where something else than `ifVersion`
 * lies there. Gives the stamp of what lies there now; undefined where it might be of a later content too.
 */
export async function commitFile(
  fs: CommitFs,
  root: string,
  path: string,
  bytes: Uint8Array,
  { ifVersion, check }: PutOptions = {},
): Promise<Stamp | undefined> {
  const final = join(root, path);
  const there = await stampAt(final);
  if (ifVersion !== undefined && (there ? versionOf(there) : null) !== ifVersion)
    throw new Conflict(`${path} was written by somebody else meanwhile`);
  const opened = await openTemp(fs, final, there);
  let written: Stamp | undefined;
  try {
    await fillAndClose(opened.temp.file, path, bytes, check);
    written = await stampAt(opened.temp.path);
    await fs.rename(opened.temp.path, final);
  } catch (error) {
    await fs.remove(opened.temp.path).catch(() => {});
    throw error;
  }
  await syncName(fs, root, final, opened);
  const now = await stampAt(final);
  return isAsRenamed(written, now) ? now : undefined;
}

/** Makes the name durable that a temp file was given. */
export async function syncName(
  fs: CommitFs,
  root: string,
  final: string,
  { created, isLasting }: OpenedTemp,
): Promise<void> {
  const folder = dirname(final);
  if (isLasting) await fs.syncDirectory(folder);
  else await syncFolders(fs, root, folder, created);
}

/** Removes a file, durably. `path` is relative to `root`. Fails with `ENOENT` if there is none. */
export async function removeFile(fs: CommitFs, root: string, path: string): Promise<void> {
  const file = join(root, path);
  await fs.remove(file);
  await fs.syncDirectory(dirname(file));
}

/** Creates a folder in the root, or the root, durably, with the missing ones above it. */
export async function commitFolder(fs: CommitFs, root: string, folder: string): Promise<void> {
  const created = await makeFolders(fs, folder);
  if (fs.lasting?.has(folder, undefined) !== true) await syncFolders(fs, root, folder, created);
}

/** Gives the topmost folder that was not there, whatever was known of it. */
async function makeFolders(fs: CommitFs, folder: string): Promise<string | undefined> {
  const created = await fs.makeDirectory(folder);
  if (created !== undefined) fs.lasting?.forget(created);
  return created;
}

/**
 * Makes the names in a folder and in those above it durable, up to one that lasts, or to the root, or to the parent of
 * `created`: another thread may have created one a moment ago and not have flushed it yet.
 */
async function syncFolders(
  fs: CommitFs,
  root: string,
  folder: string,
  created: string | undefined,
): Promise<void> {
  const top = created !== undefined && created.length <= root.length ? dirname(created) : root;
  for (let at = folder; ; at = dirname(at)) {
    await fs.syncDirectory(at);
    if (at.length <= top.length || fs.lasting?.has(at, undefined) === true) break;
  }
  fs.lasting?.add(folder);
}

interface Temp {
  readonly path: string;
  readonly file: CommitFile;
}

/** A temp file that is to be renamed. */
export interface OpenedTemp {
  readonly temp: Temp;
  /** The topmost folder that was not there. */
  readonly created?: string | undefined;
  /** Whether its folder is known to be durable. */
  readonly isLasting: boolean;
}

/** Creates a temp file beside `final`, where `there` lies now, and the folders above it that are missing. */
export async function openTemp(fs: CommitFs, final: string, there: Stamp | undefined): Promise<OpenedTemp> {
  const folder = dirname(final);
  if (fs.lasting?.has(folder, there) === true) {
    const temp = await orAbsent(createTemp(fs, final));
    if (temp !== undefined) return { temp, isLasting: true };
    fs.lasting.forget(folder);
  }
  const created = await makeFolders(fs, folder);
  return { temp: await createTemp(fs, final), created, isLasting: false };
}

async function createTemp(fs: CommitFs, final: string): Promise<Temp> {
  const [stem = ''] = basename(final).split('.');
  for (;;) {
    const path = join(dirname(final), `.${stem}.${WRITER.pid}-${WRITER.threadId}-${temps++}.tmp`);
    try {
      return { path, file: await fs.create(path) };
    } catch (error) {
      // Left by a dead process that had our id: in containers every process is number 1.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

async function fillAndClose(file: CommitFile, path: string, bytes: Uint8Array, check?: Check): Promise<void> {
  try {
    await writeVerified(file, path, bytes, check);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Writes, then reads all of it back. The system answers that from its memory: it proves what it was given, which is what
 * it will put on the disk, and not what the disk will give one day. For that every file carries a digest, which is held
 * against its rows at each read.
 */
async function writeVerified(
  file: CommitFile,
  path: string,
  bytes: Uint8Array,
  check?: Check,
): Promise<void> {
  const back = await appendVerified(file, path, bytes, 0);
  try {
    await check?.(bytesAsFile(back));
  } catch (error) {
    if (!(error instanceof BackfillError && error.code === 'store-corrupt')) throw error;
    throw notAsMeant(path, error.message);
  }
}

/** Writes bytes behind the first so many of a file, and gives what it then reads of them, which is the same. */
export async function appendVerified(
  file: CommitFile,
  path: string,
  bytes: Uint8Array,
  length: number,
): Promise<Uint8Array> {
  await file.write(bytes);
  const back = await file.content(bytes.length, length);
  if (Buffer.compare(back, bytes) !== 0) throw notAsMeant(path, differenceText(back, bytes));
  return back;
}

/**
 * Writes a new file, verified and durably, under the first free name `STEM-N`, also against other threads. Gives its
 * path, relative to the root like `stem`.
 */
export async function createFree(
  fs: CommitFs,
  root: string,
  stem: string,
  extension: string,
  bytes: Uint8Array,
): Promise<string> {
  await commitFolder(fs, root, dirname(join(root, stem)));
  for (let n = 1; ; n++) {
    const path = `${stem}-${n}${extension}`;
    const final = join(root, path);
    const file = await fs.create(final).catch((error: unknown) => {
      if (errno(error) !== 'EEXIST') throw error;
    });
    if (file === undefined) continue;
    try {
      await fillAndClose(file, path, bytes);
    } catch (error) {
      await fs.remove(final).catch(() => {});
      throw error;
    }
    await fs.syncDirectory(dirname(final));
    return path;
  }
}

function differenceText(back: Uint8Array, bytes: Uint8Array): string {
  if (back.length !== bytes.length) return `${plural(back.length, 'byte')} of ${formatCount(bytes.length)}`;
  const at = bytes.findIndex((byte, i) => byte !== back[i]);
  return `byte ${at} of ${bytes.length} is another one`;
}
