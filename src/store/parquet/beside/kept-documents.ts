import { sealed, unsealed } from '../../../core/seal.ts';
import { eachBounded } from '../../bounded.ts';
import type { CopyNote, Held, HeldWrite, Holdings, Listed } from '../../holdings.ts';
import { fields, text } from '../codec/json.ts';
import { orAbsent } from '../files/absent.ts';
import { type Blobs, bytesOfText, readText, untilUndisturbed } from '../files/blobs.ts';
import {
  COPYING_FILE,
  FORGOTTEN,
  PORTFOLIO_FILE,
  REJECTED,
  RENAMES_FILE,
  RUNS,
  UNIVERSES,
} from '../files/layout.ts';

/**
 * What of a store is no bars, no replaced values and no splits or dividends, and goes where these go: small files, or documents by
 * the same paths. What was set aside as damaged, notes of that, caches, locks and answers on their way stay where they are.
 */
const FOLDERS = [UNIVERSES, RUNS, REJECTED, FORGOTTEN];
const FILES = [RENAMES_FILE, PORTFOLIO_FILE];

/** A copy of what was forgotten counts from when this lies in it: it comes after the rest. */
const LAST = /\/forgotten\.json$/;

/** Ascending, in an order in which they can be written. What another hand hid there, and half-written files, are left out. */
export async function listDocuments(blobs: Blobs): Promise<Listed[]> {
  const paths: string[] = [...FILES];
  for (const folder of FOLDERS)
    for (const path of await blobs.listDeep(folder))
      if (!path.split('/').some((name) => name.startsWith('.'))) paths.push(path);
  const listed: Listed[] = [];
  for (const path of paths.toSorted(inOrder)) {
    const version = await blobs.version(path);
    if (version !== undefined) listed.push({ place: { is: 'document', path }, version });
  }
  return listed;
}

function inOrder(a: string, b: string): number {
  return Number(LAST.test(a)) - Number(LAST.test(b)) || (a < b ? -1 : Number(a > b));
}

export async function readDocument(blobs: Blobs, path: string): Promise<Held | undefined> {
  const file = await blobs.read(path);
  if (file === undefined) return undefined;
  return { is: 'document', path, bytes: new Uint8Array(await file.slice(0, file.byteLength)) };
}

/** Of some writes those of documents: puts them in place of what lies there. */
export async function writeDocuments(blobs: Blobs, writes: readonly HeldWrite[]): Promise<void> {
  for (const isLast of [false, true])
    await eachBounded(writes, async ({ held, before }) => {
      if (held.is !== 'document' || LAST.test(held.path) !== isLast) return;
      const { path, bytes } = held;
      await untilUndisturbed(async () => {
        const ifVersion = before === undefined ? null : ((await blobs.version(path)) ?? null);
        await blobs.put(path, bytes, { ifVersion });
      });
    });
}

/** How far a store is the copy of another one; `usable` turns what the file system says into `store-unusable`. */
export function copyNotes(
  blobs: Blobs,
  usable: <T>(work: () => Promise<T>) => Promise<T>,
): Pick<Holdings, 'readNote' | 'putNote' | 'removeNote' | 'removeDocument'> {
  const remove = (path: string): Promise<void> =>
    usable(async () => {
      await orAbsent(blobs.remove(path));
    });
  return {
    readNote: () => usable(async () => noteIn(await readText(blobs, COPYING_FILE))),
    putNote: (note) =>
      usable(async () => {
        await blobs.put(COPYING_FILE, bytesOfText(`${JSON.stringify(sealed(note), null, 1)}\n`));
      }),
    removeNote: () => remove(COPYING_FILE),
    removeDocument: remove,
  };
}

/** One that was changed since it was written says nothing. */
function noteIn(content: string | undefined): CopyNote | undefined {
  if (content === undefined) return undefined;
  try {
    const { document, seal } = unsealed(JSON.parse(content)) ?? {};
    if (seal !== 'whole') return undefined;
    const { from, id, isBegun, isPartial } = fields(document);
    return { from: text(from), id: text(id), isBegun: isBegun === true, isPartial: isPartial === true };
  } catch {
    return undefined;
  }
}
