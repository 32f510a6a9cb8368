import { type FileHandle, open, readdir, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { BackfillError } from '../core/errors.ts';
import { fileTrouble } from '../core/file-trouble.ts';
import { openStore } from '../store/open.ts';
import type { BarStore } from '../store/store.ts';

/** A file that a user wants written: what a link points to. `isStream`: a pipe or a device, or what a process has open. */
export interface OutFile {
  readonly path: string;
  readonly isStream: boolean;
}

/** What the user called `to`. Throws `usage` for `-`, which others take for stdout, and for what lies in the folder of a store, where only that writes. */
export async function outFileAt(to: string, { folder }: Pick<BarStore, 'folder'>): Promise<OutFile> {
  if (to === '-')
    throw new BackfillError(
      'usage',
      '- names no file: write /dev/stdout to have it on stdout, or ./- for a file of that name',
    );
  if (await isDescriptor(to)) return { path: to, isStream: true };
  const path = await realOf(to);
  const below = folder === undefined ? '..' : relative(await realOf(folder), path);
  if (below !== '..' && !below.startsWith(`..${sep}`))
    throw new BackfillError(
      'usage',
      `${to} lies in the store, where only the store writes; write it elsewhere`,
    );
  const there = await stat(path).catch(() => undefined);
  return { path, isStream: there !== undefined && !there.isFile() && !there.isDirectory() };
}

/** `/dev/stdout`, `/dev/fd/3`, `/proc/self/fd/3`: another process writes there too, perhaps, to whatever it is. */
const DESCRIPTOR = /^\/(dev\/(std(in|out|err)|fd\/\d+)|proc\/[\w-]+\/fd\/\d+)$/;

async function isDescriptor(to: string): Promise<boolean> {
  const path = resolve(to);
  const target = await readlink(path).catch(() => undefined);
  return [path, resolve(dirname(path), target ?? path)].some((one) => DESCRIPTOR.test(one));
}

/** A path without links, as far as there is anything. */
export async function realOf(path: string): Promise<string> {
  const whole = resolve(path);
  const real = await realpath(whole).catch(() => undefined);
  if (real !== undefined || dirname(whole) === whole) return real ?? whole;
  return join(await realOf(dirname(whole)), basename(whole));
}

/**
 * Lets `write` write the file. A stream is written to: to put a file in its place would destroy it. Any other is filled
 * beside its place, flushed and renamed, so that it is whole or as it was; also as it was unless `isWorth` what came of
 * it. Throws `usage` where the system refuses.
 */
export async function writeOut<T>(
  { path, isStream }: OutFile,
  write: (path: string) => Promise<T>,
  isWorth: (result: T) => boolean = () => true,
): Promise<T> {
  try {
    return await (isStream ? write(path) : wholeFile(path, write, isWorth));
  } catch (error) {
    if (error instanceof BackfillError || (error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new BackfillError('usage', `${path} cannot be written${fileTrouble(error, 'write')}`, {
      cause: error,
    });
  }
}

async function wholeFile<T>(
  path: string,
  write: (temp: string) => Promise<T>,
  isWorth: (result: T) => boolean,
): Promise<T> {
  const temp = join(dirname(path), tempName(path, process.pid));
  try {
    await removeLeftovers(path);
    const result = await write(temp);
    if (isWorth(result)) {
      await flush(temp);
      await rename(temp, path);
    }
    return result;
  } finally {
    await rm(temp, { force: true });
  }
}

/** Of a file that is not whole yet: `.NAME.PID-HOST.tmp`, whose process tells others of its machine whether it is left. */
function tempName(path: string, pid: number): string {
  return `.${basename(path)}.${pid}-${encodeURIComponent(hostname())}.tmp`;
}

/** Removes what dead processes of this machine left of the file at a path, and what one left that had our id. */
async function removeLeftovers(path: string): Promise<void> {
  const prefix = `.${basename(path)}.`;
  const names = await readdir(dirname(path)).catch((): string[] => []);
  for (const name of names) {
    const pid = Number(/^[1-9]\d*(?=-)/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : '')?.[0]);
    if (name !== tempName(path, pid) || (pid !== process.pid && isAlive(pid))) continue;
    await rm(join(dirname(path), name), { force: true });
  }
}

/** Whether there is a process with an id, be it another user's. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function flush(path: string): Promise<void> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r+');
    await file.datasync();
  } finally {
    await file?.close();
  }
}

/** Lets `use` write text to a file. What a process has open already is added to, never emptied. */
export async function writeText<T>(
  path: string,
  use: (write: (text: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  const file = await open(path, 'a');
  try {
    return await use(async (text) => {
      await file.writeFile(text);
    });
  } finally {
    await file.close();
  }
}

/**
 * Writes a text about the store at a path or URL to the file that the user called `to`; one that is made first is made once it is
 * known that it can be written. Throws `usage`.
 */
export async function saveText(
  to: string,
  text: string | (() => Promise<string>),
  store: string,
): Promise<void> {
  const file = await outFileAt(to, openStore(store));
  await writeOut(file, (path) =>
    writeText(path, async (write) => write(typeof text === 'string' ? text : await text())),
  );
}
