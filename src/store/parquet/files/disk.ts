import { platform } from 'node:os';
import { dirname } from 'node:path';
import type { AsyncBuffer } from 'hyparquet';
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
import { errno, naming, orAbsent } from './absent.ts';
import { bytesAsFile } from '../codec/bytes-at.ts';
import type { CommitFs } from './commit-fs.ts';
import { sharingSyncs } from './shared-sync.ts';
import { kindAt } from './kind.ts';
import { type Stamp, stampOf } from './stamp.ts';
import { wrongKind } from './wrong-kind.ts';

/** The file system of the machine. */
export const DISK: CommitFs = {
  makeDirectory,
  async create(path) {
    const fd = await createFile(path);
    return {
      write: (bytes) => writeAll(fd, bytes),
      content: (expectedLength, from) => readBack(fd, expectedLength, from),
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
  const kind = await kindAt(path);
  if (kind === 'link that leads nowhere') throw wrongKind(path, kind);
  if (kind !== 'folder') throw exists;
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

/** One byte more is asked for than there should be: a longer file shows, and most of the time one call does it. */
async function readBack(fd: number, expectedLength: number, from = 0): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(expectedLength + 1);
  for (let at = 0; ;) {
    const count = await readInto(fd, bytes, at, from + at);
    at += count;
    if (count === 0 || at >= expectedLength) return bytes.subarray(0, at);
  }
}
