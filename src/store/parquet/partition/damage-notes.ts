import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { BackfillError } from '../../../core/errors.ts';
import { commitFile, TEMP_NAME } from '../files/commit.ts';
import type { CommitFs } from '../files/commit-fs.ts';
import { type DataFile, dataFileAt } from '../files/data-paths.ts';
import { DISK, loadText } from '../files/disk.ts';
import { DAMAGED } from '../files/layout.ts';
import { isSameStamp, isSettled, type Stamp, stampAt } from '../files/stamp.ts';
import { namesIn } from '../files/walk.ts';

/**
 * Files that somebody found damaged when he read them, for the next scan, which by itself reads footers only: one note a
 * file, `damaged/HASH.json`, of its path and stamp. A scan reads a noted file to the end, so that it tells by itself
 * whether there is damage; a note of a file that is no longer the same one means nothing. Readers write them without a
 * lock: of one file all write the same.
 */

interface Note {
  readonly file: DataFile;
  readonly stamp: Stamp;
}

/** What `read` gives of a file with such a stamp. Damage (`store-corrupt`) is noted, where we may write, and thrown on. */
export async function notingDamage<T>(
  root: string,
  path: string,
  stamp: Stamp,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (isCorrupt(error)) await noteDamage(root, path, stamp);
    throw error;
  }
}

/** The same, with an error that names the file and its ticker. */
export async function namingDamage<T>(
  root: string,
  { path, ticker }: { readonly path: string; readonly ticker: string },
  stamp: Stamp,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await notingDamage(root, path, stamp, read);
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    throw new BackfillError('store-corrupt', `${path} is damaged: ${error.message}`, {
      ticker,
      cause: error,
    });
  }
}

function isCorrupt(error: unknown): error is BackfillError {
  return error instanceof BackfillError && error.code === 'store-corrupt';
}

/** A reader without the right to write, or without room, says what it found and leaves it at that. */
async function noteDamage(root: string, path: string, stamp: Stamp): Promise<void> {
  const { size, modified, changed, inode } = stamp;
  const note = { path, stamp: [size, modified, changed, inode].map(String) };
  const name = notePath(path, stamp);
  try {
    if ((await stampAt(join(root, name))) !== undefined) return;
    await commitFile(DISK, root, name, new TextEncoder().encode(`${JSON.stringify(note)}\n`));
  } catch {
    // The next reading finds it again.
  }
}

function notePath(path: string, { size, modified, changed, inode }: Stamp): string {
  const hash = createHash('sha256').update([path, size, modified, changed, inode].join('\n'));
  return `${DAMAGED}/${hash.digest('hex').slice(0, 32)}.json`;
}

/** What readings found damaged before a scan. */
export class DamageNotes {
  readonly #root: string;
  /** By their own path; undefined for what is no note. */
  readonly #notes: ReadonlyMap<string, Note | undefined>;
  /** Paths of files that are sound now that they were read to the end. */
  readonly #sound = new Set<string>();

  constructor(root: string, notes: ReadonlyMap<string, Note | undefined>) {
    this.#root = root;
    this.#notes = notes;
  }

  /** The files that are meant, whatever lies there now; one may come twice. */
  get files(): readonly DataFile[] {
    return [...this.#notes.values()].flatMap((note) => note?.file ?? []);
  }

  /** Whether just this file was found damaged. */
  isOf(path: string, stamp: Stamp): boolean {
    return this.#notes.size > 0 && this.#notes.has(notePath(path, stamp));
  }

  /** Takes back what was noted of a file. */
  noteSound(path: string): void {
    this.#sound.add(path);
  }

  /**
   * Removes the notes that mean nothing, and what readers left that died before `since` (ns since the epoch, by the file
   * system's clock). For the writer of the store.
   */
  async tidy(fs: CommitFs, since: bigint): Promise<void> {
    for (const [name, note] of this.#notes)
      if (await this.#isOver(name, note, since)) await fs.remove(join(this.#root, name)).catch(() => {});
  }

  async #isOver(name: string, note: Note | undefined, since: bigint): Promise<boolean> {
    if (note === undefined) {
      const stamp = await stampOf(this.#root, name);
      return stamp !== undefined && isSettled(stamp, since);
    }
    const { path } = note.file;
    const now = await stampOf(this.#root, path);
    return this.#sound.has(path) || now === undefined || !isSameStamp(now, note.stamp);
  }
}

/** Undefined also where the system does not tell. */
async function stampOf(root: string, path: string): Promise<Stamp | undefined> {
  return stampAt(join(root, path)).catch(() => undefined);
}

/** The notes that lie beside a store. What cannot be read is none. */
export async function readDamageNotes(root: string): Promise<DamageNotes> {
  const notes = new Map<string, Note | undefined>();
  for (const name of await namesIn(join(root, DAMAGED))) {
    const path = `${DAMAGED}/${name}`;
    if (TEMP_NAME.test(name)) notes.set(path, undefined);
    else if (name.endsWith('.json')) notes.set(path, await noteAt(root, path));
  }
  return new DamageNotes(root, notes);
}

async function noteAt(root: string, name: string): Promise<Note | undefined> {
  try {
    const { path, stamp } = JSON.parse((await loadText(join(root, name))) ?? '') as Record<string, unknown>;
    const file = dataFileAt(String(path));
    const [size = 0n, modified = 0n, changed = 0n, inode = 0n] = (stamp as string[]).map(BigInt);
    const noted = { size, modified, changed, inode };
    return file !== undefined && notePath(file.path, noted) === name ? { file, stamp: noted } : undefined;
  } catch {
    return undefined;
  }
}
