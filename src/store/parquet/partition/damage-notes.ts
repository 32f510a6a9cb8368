import { createHash } from 'node:crypto';
import { BackfillError } from '../../../core/errors.ts';
import type { DayRange } from '../../../core/session/day.ts';
import { intersect, normalize, subtract } from '../../../core/session/ranges.ts';
import { readFooter } from '../codec/decode.ts';
import { OWN_KNOWLEDGE, ownEntry } from '../codec/own-entry.ts';
import { fields, list, pairOf, rangeOf, text } from '../codec/json.ts';
import { type BlobFile, type Blobs, bytesOfText, readText, type Version } from '../files/blobs.ts';
import { type DataFile, dataFileAt, heirOf, ownerOf } from '../files/data-paths.ts';
import { DAMAGED, TEMP_NAME } from '../files/layout.ts';
import { namesIn } from '../files/walk.ts';
import { placeOf } from './knowledge.ts';
import { isTakenName, noteTaken } from './taken-away.ts';

/**
 * What a scan of footers would not see, one note a file, `damaged/HASH.json`:
 *
 *     {"path": PATH, "version": VERSION}                  somebody found it damaged when he read it
 *     {"path": PATH, "aside": PATH, "held": [[DAY, DAY]]}   it was damaged, and lies in quarantine now
 *     {"path": PATH, "gone": VERSION, "held": [[DAY, DAY]]}   it is gone, and it was not us who took it (see `vanished.ts`)
 *
 * A scan reads a file of the first kind to the end, so that it tells by itself whether there is damage; a note of a file
 * that is no longer the same one means nothing. Readers write them without a lock: of one file all write the same. What
 * one of the others held, `[from, to)`, is lost until as much is known again; without "held" nobody knows what it was.
 */

type Note = FoundNote | LossNote;

/** Of a file of which something is lost. */
export type LossNote = AsideNote | GoneNote;

interface FoundNote {
  readonly file: DataFile;
  readonly version: Version;
}

/** Of a file that was set aside. */
export interface AsideNote {
  readonly file: DataFile;
  /** Where it lies. */
  readonly aside: string;
  /** What it held, see `SetAside`; undefined: nobody knows. */
  readonly held: readonly DayRange[] | undefined;
}

/** Of a file that is gone. */
export interface GoneNote extends Omit<AsideNote, 'aside'> {
  /** Its version when it last told of itself. */
  readonly gone: Version;
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
    await writeNote(blobs, name, { path, version });
  } catch {
    // The next reading finds it again.
  }
}

/**
 * Notes, before it is moved, where a damaged file will lie. That it is moved matters more than that. What revisions held
 * no run brings back: who reads them misses nothing that he could have.
 */
export async function noteSetAside(
  blobs: Blobs,
  path: string,
  aside: string,
  held: readonly DayRange[] | undefined,
): Promise<void> {
  const file = dataFileAt(path);
  if (file === undefined || file.is === 'revisions') return;
  await writeLoss(blobs, { file, aside, held }).catch(() => {});
}

/** Notes what is lost of a file, in place of what was noted of the same loss. */
export async function writeLoss(blobs: Blobs, { file: { path }, held, ...how }: LossNote): Promise<void> {
  await writeNote(blobs, notePath(path, wordOf(how)), {
    path,
    ...how,
    ...(held && { held: held.map(pairOf) }),
  });
}

/** What a note of a loss says that no other of the file does. */
function wordOf(how: Pick<AsideNote, 'aside'> | Pick<GoneNote, 'gone'>): string {
  return 'aside' in how ? how.aside : `gone ${how.gone}`;
}

async function writeNote(blobs: Blobs, name: string, note: object): Promise<void> {
  await blobs.put(name, bytesOfText(`${JSON.stringify(note)}\n`));
}

function notePath(path: string, says: string): string {
  const hash = createHash('sha256').update(`${path}\n${says}`);
  return `${DAMAGED}/${hash.digest('hex').slice(0, 32)}.json`;
}

/** The notes that there are before a scan. */
export class DamageNotes {
  readonly #blobs: Blobs;
  /** By their own path; undefined for what is no note. */
  readonly #notes: ReadonlyMap<string, Note | undefined>;
  /** Paths of files that are sound now that they were read to the end. */
  readonly #sound = new Set<string>();
  /** Of files of which nothing is lost any more. */
  readonly #back = new Set<LossNote>();

  constructor(blobs: Blobs, notes: ReadonlyMap<string, Note | undefined>) {
    this.#blobs = blobs;
    this.#notes = notes;
  }

  /** The files that readings found damaged, whatever lies there now; one may come twice. */
  get found(): readonly DataFile[] {
    return [...this.#notes.values()].flatMap((note) => (note && 'version' in note ? note.file : []));
  }

  /** Files that were set aside and lie in quarantine still, and files that are gone. */
  async losses(): Promise<readonly LossNote[]> {
    const all: LossNote[] = [];
    for (const note of this.#notes.values())
      if (note && isLoss(note) && !(await this.#isOver(note).catch(() => false))) all.push(note);
    return all;
  }

  /** Whether it is noted that just this file is gone. */
  isGone(path: string, version: Version): boolean {
    return this.#notes.size > 0 && this.#notes.has(notePath(path, wordOf({ gone: version })));
  }

  /** What a file of bars that was set aside says of itself, where that is that it is of something else than its place. */
  async strangeWord(note: LossNote): Promise<string | undefined> {
    const { file } = note;
    if (file.is !== 'bars' || !('aside' in note)) return undefined;
    try {
      await this.#blobs.open(note.aside, async (moved) => {
        const { metadata } = await readFooter(moved);
        ownEntry(metadata, placeOf(file.partition));
      });
    } catch (error) {
      const isStrange = isCorrupt(error) && error.message.startsWith(OWN_KNOWLEDGE);
      return isStrange ? error.message : undefined;
    }
    return undefined;
  }

  /** Whether just this file was found damaged. */
  isOf(path: string, version: Version): boolean {
    return this.#notes.size > 0 && this.#notes.has(notePath(path, version));
  }

  /** Takes back what was noted of a file. */
  noteSound(path: string): void {
    this.#sound.add(path);
  }

  /** What that file held is known again. */
  noteBack(note: LossNote): void {
    this.#back.add(note);
  }

  /** Removes the notes that mean nothing, and what readers left that died long ago. For the writer of the store. */
  async tidy(): Promise<void> {
    for (const [name, note] of this.#notes)
      if (await (note === undefined ? this.#isOld(name) : this.#isOver(note)).catch(() => false))
        await this.#remove(name);
  }

  /** See `giveUpLost`. */
  async giveUp(leftOf: LeftOf): Promise<void> {
    for (const [name, note] of this.#notes) {
      if (note === undefined || !isLoss(note)) continue;
      const left = leftOf(note);
      if (left === 'nothing') await this.#settle(name, note);
      else if (left !== note.held) await writeLoss(this.#blobs, { ...note, held: left });
    }
  }

  /** See `moveLost`. */
  async handOver(from: string, to: string, days: DayRange): Promise<void> {
    for (const [name, note] of this.#notes) {
      if (note === undefined || !isLoss(note) || ownerOf(note.file).ticker !== from) continue;
      const { held } = note;
      const given = held && intersect(held, [days]);
      if (given?.length === 0) continue;
      // First, so that it is lost of nobody at no moment.
      await writeLoss(this.#blobs, { ...note, file: heirOf(note.file, to), held: given });
      const left = held && subtract(held, [days]);
      if (left === undefined || left.length === 0) await this.#settle(name, note);
      else await writeLoss(this.#blobs, { ...note, held: left });
    }
  }

  /** Removes the note of a loss of which nothing is left; that the file is gone is known from then on. */
  async #settle(name: string, note: LossNote): Promise<void> {
    if ('gone' in note) await noteTaken(this.#blobs, note.file.path);
    await this.#remove(name);
  }

  async #remove(name: string): Promise<void> {
    await this.#blobs.remove(name).catch(() => {});
  }

  /** Whether nobody is writing it now. */
  async #isOld(name: string): Promise<boolean> {
    return (await this.#blobs.open(name, async ({ isSettled }) => isSettled)) === true;
  }

  async #isOver(note: Note): Promise<boolean> {
    if (isLoss(note) && this.#back.has(note)) return true;
    if (isLoss(note)) return 'aside' in note && (await this.#blobs.version(note.aside)) === undefined;
    const { path } = note.file;
    return this.#sound.has(path) || (await this.#blobs.version(path)) !== note.version;
  }
}

const isLoss = (note: Note): note is LossNote => !('version' in note);

/** Whether any damage is noted, be it over by now. */
export async function hasDamageNotes(blobs: Blobs): Promise<boolean> {
  return (await namesIn(blobs, DAMAGED)).some((name) => !isTakenName(name));
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
    const { path, version, held, ...how } = fields(JSON.parse((await readText(blobs, name)) ?? ''));
    const file = dataFileAt(text(path));
    const loss =
      how['gone'] === undefined ? { aside: text(version ?? how['aside']) } : { gone: text(how['gone']) };
    if (file === undefined || notePath(file.path, wordOf(loss)) !== name) return undefined;
    if (version !== undefined) return { file, version: text(version) };
    return { file, ...loss, held: held === undefined ? undefined : normalize(list(held).map(rangeOf)) };
  } catch {
    return undefined;
  }
}

/** Hands what is lost of a ticker's days over to another ticker. For the writer of the store. */
export async function moveLost(blobs: Blobs, from: string, to: string, days: DayRange): Promise<void> {
  await (await readDamageNotes(blobs)).handOver(from, to, days);
}

/** What is lost still of a file that was set aside, once something is given up. */
type LeftOf = (note: LossNote) => LossNote['held'] | 'nothing';

/** Gives up what was lost of some files, or a part of it. For the writer of the store. */
export async function giveUpLost(blobs: Blobs, leftOf: LeftOf): Promise<void> {
  await (await readDamageNotes(blobs)).giveUp(leftOf);
}
