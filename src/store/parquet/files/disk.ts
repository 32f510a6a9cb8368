import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { dirname, relative } from 'node:path';
import type { AsyncBuffer } from 'hyparquet';
import { BackfillError, type ErrorScope } from '../../../core/errors.ts';
import {
  closeFile,
  createFile,
  flushFile,
  inspectFile,
  makeFolder,
  openToRead,
  readInto,
  removeName,
  renameFile,
  writeAll,
} from './calls.ts';
import { errno, orAbsent } from './absent.ts';
import { bytesAsFile } from '../codec/decode.ts';
import type { CommitFs } from './commit-fs.ts';
import { isOfTicker } from './layout.ts';
import { sharingSyncs } from './shared-sync.ts';
import { type Stamp, stampOf } from './stamp.ts';
import { MOVE_IT, WRONG_KIND, wrongKind } from './wrong-kind.ts';

/** The file system of the machine. */
export const DISK: CommitFs = {
  makeDirectory,
  async create(path) {
    const fd = await createFile(path);
    return {
      write: (bytes) => writeAll(fd, bytes),
      content: (expectedLength) => readBack(fd, expectedLength),
      sync: () => flushFile(fd),
      close: () => closeFile(fd),
    };
  },
  rename: renameFile,
  remove: removeName,
  syncDirectory: sharingSyncs(async (path) => {
    // Windows cannot open a folder; its file system journals names by itself.
    if (platform() === 'win32') return;
    const fd = await openToRead(path);
    try {
      await flushFile(fd);
    } finally {
      await closeFile(fd);
    }
  }),
};

/** As `mkdir -p`; gives the topmost folder that it created. Node's own recursion never ends below `/proc`. */
async function makeDirectory(path: string): Promise<string | undefined> {
  try {
    await makeFolder(path);
    return path;
  } catch (error) {
    if (errno(error) === 'EEXIST') return assertFolder(path, error);
    if (errno(error) !== 'ENOENT' || dirname(path) === path) throw error;
  }
  const top = await makeDirectory(dirname(path));
  try {
    await makeFolder(path);
    return top ?? path;
  } catch (error) {
    // Another thread was faster.
    if (errno(error) !== 'EEXIST') throw error;
    await assertFolder(path, error);
    return top;
  }
}

/** Throws unless it is a folder that exists. */
async function assertFolder(path: string, exists: unknown): Promise<undefined> {
  const found = await orAbsent(stat(path));
  if (found === undefined) throw wrongKind(path, 'link that leads nowhere');
  if (!found.isDirectory()) throw exists;
}

/** A whole file in memory, no older than its stamp. */
export interface LoadedFile extends AsyncBuffer {
  readonly stamp: Stamp;
}

/** Undefined if there is no such file. */
export async function loadFile(path: string): Promise<LoadedFile | undefined> {
  const content = await orAbsent(naming(path, contentOf(path)));
  return content && { ...bytesAsFile(content.bytes), stamp: content.stamp };
}

/** The text of a whole file; undefined if there is none. */
export async function loadText(path: string): Promise<string | undefined> {
  const content = await orAbsent(naming(path, contentOf(path)));
  return content && new TextDecoder().decode(content.bytes);
}

async function contentOf(path: string): Promise<{ readonly bytes: Uint8Array; readonly stamp: Stamp }> {
  const fd = await openToRead(path);
  try {
    const stats = await inspectFile(fd);
    // A pipe is one of these: it has no place to read from.
    const bytes = stats.size === 0n ? new Uint8Array(0) : await readBack(fd, Number(stats.size));
    return { bytes, stamp: stampOf(stats) };
  } finally {
    await closeFile(fd);
  }
}

/** The result, or an I/O error that says which file it is of: of a read the system does not. */
async function naming<T>(path: string, result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (errno(error) === undefined || !(error instanceof Error) || 'path' in error) throw error;
    const message = `${error.message} '${path}'`;
    throw Object.assign(error, { message, path });
  }
}

/** What lies where something else belongs. */
const WRONG_KINDS: Readonly<Record<string, string>> = {
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'it is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
  ELOOP: 'it is a link that leads to itself',
  [WRONG_KIND]: 'it is no part of a store',
};

const RIGHTS = 'permission denied; give the user who runs this the right to it';

/** What the user can do something about, in one line; the system's own words say the rest. */
const HINTS: Readonly<Record<string, string>> = {
  EACCES: RIGHTS,
  EPERM: RIGHTS,
  EROFS: 'the file system is read-only; give another folder with --store, or the right to write it',
  ENOSPC: 'the disk is full; make room',
  EDQUOT: 'the disk quota is used up; make room',
};

/** Errors of one path that say nothing of the others: reported, and what lies there is left alone. */
export const OWN_TROUBLE: ReadonlySet<string | undefined> = new Set([
  ...['EACCES', 'EPERM', 'EISDIR', 'ENOTDIR', 'ELOOP', 'EIO', WRONG_KIND],
]);

/** Troubles of a disk as a whole, whatever path met them. */
const DISK_TROUBLE: ReadonlySet<string> = new Set([
  ...['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'ENXIO', 'ENODEV', 'ESTALE', 'EMFILE', 'ENFILE', 'ENOMEM'],
]);

/** `store-unusable` for an I/O error, of the run or, if it is about the files of one ticker, of its series; any other value as it is. */
export function asUnusable(root: string, error: unknown): unknown {
  const name = errno(error);
  if (name === undefined) return error;
  const { message, path } = error as NodeJS.ErrnoException;
  const said = path === undefined || message.includes(path) ? message : `${path}: ${message}`;
  const hint = HINTS[name] ?? (WRONG_KINDS[name] && `${WRONG_KINDS[name]}; ${wayOut(root, path)}`);
  const reason = hint === undefined ? said : `${hint} (${said})`;
  return new BackfillError('store-unusable', `the store ${root} cannot be used: ${reason}`, {
    scope: scopeOfTrouble(root, name, error as NodeJS.ErrnoException),
    cause: error,
  });
}

/** What to do about something that lies in the way: below the root it is doctor's. */
function wayOut(root: string, path: string | undefined): string {
  const isWithin = path !== undefined && path.length > root.length && path.startsWith(root);
  return isWithin && isFolder(root) ? MOVE_IT : 'give another folder with --store';
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Why the system does not give us a file, in words: of one among others, by whose side its path stands. */
export function troubleText(error: unknown): string {
  const name = errno(error) ?? '';
  const { message } = error as Error;
  if (name === WRONG_KIND) return `${message}; ${MOVE_IT}`;
  const wrong = WRONG_KINDS[name];
  return wrong === undefined ? (HINTS[name] ?? message) : `${wrong}; ${MOVE_IT}`;
}

function scopeOfTrouble(root: string, name: string, { path, syscall }: NodeJS.ErrnoException): ErrorScope {
  if (path === undefined || DISK_TROUBLE.has(name)) return 'run';
  // A folder that cannot be made is the trouble of the one that it would lie in.
  const where = syscall === 'mkdir' ? dirname(path) : path;
  return isOfTicker(relative(root, where)) ? 'series' : 'run';
}

/** One byte more is asked for than there should be: a longer file shows, and most of the time one call does it. */
async function readBack(fd: number, expectedLength: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(expectedLength + 1);
  for (let at = 0; ;) {
    const count = await readInto(fd, bytes, at, at);
    at += count;
    if (count === 0 || at >= expectedLength) return bytes.subarray(0, at);
  }
}
