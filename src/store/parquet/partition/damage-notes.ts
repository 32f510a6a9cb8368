import { createHash } from 'node:crypto';
import { BackfillError } from '../../../core/errors.ts';
import { type BlobFile, type Blobs, bytesOfText, readText, type Version } from '../files/blobs.ts';
import { type DataFile, dataFileAt } from '../files/data-paths.ts';
import { DAMAGED, TEMP_NAME } from '../files/layout.ts';
import { namesIn } from '../files/walk.ts';

/**
 * Files that somebody found damaged when he read them, for the next scan, which by itself reads footers only: one note a
 * file, `damaged/HASH.json`, of its path and version. A scan reads a noted file to the end, so that it tells by itself
 * whether there is damage; a note of a file that is no longer the same one means nothing. Readers write them without a
 * lock: of one file all write the same.
 */

interface Note {
  readonly file: DataFile;
  readonly version: Version;
}

/** What `read` gives of a file of such a version. Damage (`store-corrupt`) is noted, where we may write, and thrown on. */
export async function notingDamage<T>(
  blobs: Blobs,
  path: string,
  file: Pick<BlobFile, 'version'>,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (isCorrupt(error)) await noteDamage(blobs, path, file.version);
    throw error;
  }
}

/** The same, with an error that names the file and its ticker. */
export async function namingDamage<T>(
  blobs: Blobs,
  { path, ticker }: { readonly path: string; readonly ticker: string },
  file: Pick<BlobFile, 'version'>,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await notingDamage(blobs, path, file, read);
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
async function noteDamage(blobs: Blobs, path: string, version: Version): Promise<void> {
  const name = notePath(path, version);
  try {
    if ((await blobs.version(name)) !== undefined) return;
    await blobs.put(name, bytesOfText(`${JSON.stringify({ path, version })}\n`));
  } catch {
    // The next reading finds it again.
  }
}

function notePath(path: string, version: Version): string {
  const hash = createHash('sha256').update(`${path}\n${version}`);
  return `${DAMAGED}/${hash.digest('hex').slice(0, 32)}.json`;
}

/** What readings found damaged before a scan. */
export class DamageNotes {
  readonly #blobs: Blobs;
  /** By their own path; undefined for what is no note. */
  readonly #notes: ReadonlyMap<string, Note | undefined>;
  /** Paths of files that are sound now that they were read to the end. */
  readonly #sound = new Set<string>();

  constructor(blobs: Blobs, notes: ReadonlyMap<string, Note | undefined>) {
    this.#blobs = blobs;
    this.#notes = notes;
  }

  /** The files that are meant, whatever lies there now; one may come twice. */
  get files(): readonly DataFile[] {
    return [...this.#notes.values()].flatMap((note) => note?.file ?? []);
  }

  /** Whether just this file was found damaged. */
  isOf(path: string, version: Version): boolean {
    return this.#notes.size > 0 && this.#notes.has(notePath(path, version));
  }

  /** Takes back what was noted of a file. */
  noteSound(path: string): void {
    this.#sound.add(path);
  }

  /** Removes the notes that mean nothing, and what readers left that died long ago. For the writer of the store. */
  async tidy(): Promise<void> {
    for (const [name, note] of this.#notes)
      if (await this.#isOver(name, note).catch(() => false)) await this.#blobs.remove(name).catch(() => {});
  }

  async #isOver(name: string, note: Note | undefined): Promise<boolean> {
    if (note === undefined)
      return (await this.#blobs.open(name, async ({ isSettled }) => isSettled)) === true;
    const { path } = note.file;
    return this.#sound.has(path) || (await this.#blobs.version(path)) !== note.version;
  }
}

/** The notes that lie beside a store. What cannot be read is none. */
export async function readDamageNotes(blobs: Blobs): Promise<DamageNotes> {
  const notes = new Map<string, Note | undefined>();
  for (const name of await namesIn(blobs, DAMAGED)) {
    const path = `${DAMAGED}/${name}`;
    if (TEMP_NAME.test(name)) notes.set(path, undefined);
    else if (name.endsWith('.json')) notes.set(path, await noteAt(blobs, path));
  }
  return new DamageNotes(blobs, notes);
}

async function noteAt(blobs: Blobs, name: string): Promise<Note | undefined> {
  try {
    const { path, version } = JSON.parse((await readText(blobs, name)) ?? '') as Record<string, string>;
    const file = dataFileAt(String(path));
    return file !== undefined && version !== undefined && notePath(file.path, version) === name
      ? { file, version }
      : undefined;
  } catch {
    return undefined;
  }
}
