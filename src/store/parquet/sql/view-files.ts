import type { AsyncBuffer } from 'hyparquet';
import type { SetAside } from '../../scan.ts';
import type { LeftOut } from '../../views.ts';
import { assertWholeActions } from '../beside/actions.ts';
import { type DataFile, dataFileAt, isDataFolder, ownerOf } from '../files/data-paths.ts';
import { assertBytes } from '../codec/byte-seal.ts';
import { readFooter } from '../codec/decode.ts';
import type { Blobs } from '../files/blobs.ts';
import { notingDamage } from '../partition/damage-notes.ts';
import { inspectAll, type Place } from '../beside/inspect.ts';
import { trustedWord } from '../partition/knowledge.ts';
import { ACTIONS, BARS, REVISIONS } from '../files/layout.ts';
import { assertWhole } from '../partition/partition-file.ts';
import { corrupt, readMetadata } from '../codec/read-columns.ts';
import { assertWholeRevisions } from '../beside/revisions.ts';
import { namesIn } from '../files/walk.ts';

/** A folder with files that a glob over a store finds, and that the store itself would never read. */
export interface ForeignFolder extends LeftOut {
  readonly files: readonly string[];
}

/** What a store has for its views at one moment. */
export interface ViewFiles {
  /** By path. */
  readonly own: readonly DataFile[];
  readonly foreign: readonly ForeignFolder[];
}

/** How files of data lie in their trees, as a glob has it. */
export const TREES = [
  { tree: BARS, keys: ['interval=', 'ticker=', 'period='], name: 'bars.parquet' },
  { tree: REVISIONS, keys: ['interval=', 'ticker=', 'period='], name: 'revisions.parquet' },
  { tree: ACTIONS, keys: ['ticker='], name: 'actions.parquet' },
] as const;

/** In the doctor's words. */
export const NO_FOLDER = 'no folder of a store';

/** Looks what there is; reads no file. */
export async function listViewFiles(blobs: Blobs): Promise<ViewFiles> {
  const own: DataFile[] = [];
  const foreign = new Map<string, string[]>();
  for (const { tree, keys, name } of TREES)
    for await (const path of filesBelow(blobs, tree, keys, name)) {
      const file = dataFileAt(path);
      if (file !== undefined) own.push(file);
      else {
        const folder = foreignFolderOf(path);
        foreign.set(folder, [...(foreign.get(folder) ?? []), path]);
      }
    }
  return { own, foreign: [...foreign].map(([path, files]) => ({ path, reason: NO_FOLDER, files })) };
}

/** Files of a name below a folder, so many levels deep. */
async function* filesBelow(
  blobs: Blobs,
  path: string,
  [key, ...deeper]: readonly string[],
  name: string,
): AsyncGenerator<string> {
  for (const entry of (await namesIn(blobs, path)).toSorted()) {
    const below = `${path}/${entry}`;
    if (key === undefined) {
      if (entry === name) yield below;
    } else if (entry.startsWith(key)) yield* filesBelow(blobs, below, deeper, name);
  }
}

/** The outermost folder of a path that is none of a store's. */
function foreignFolderOf(path: string): string {
  const segments = path.split('/').slice(0, -1);
  const folders = segments.map((_, i) => segments.slice(0, i + 1).join('/'));
  return folders.find((folder) => !isDataFolder(folder)) ?? path;
}

/**
 * Reads files to the end: those that cannot be read, and those of which a row is not the one that was written. A file
 * that a writer replaces meanwhile is whole before and after.
 */
export async function damagedAmong(blobs: Blobs, files: readonly DataFile[]): Promise<readonly SetAside[]> {
  const placeOf = (file: DataFile): Place<true> => ({
    path: file.path,
    of: ownerOf(file),
    read: (content) =>
      notingDamage(blobs, file.path, content, async (): Promise<true> => {
        await assertAsWritten(file, content);
        return true;
      }),
  });
  return (await inspectAll(blobs, files, placeOf, false)).aside;
}

/**
 * Partitions that do not say of themselves what they said when they were written: a scan that knew their stamps has not
 * looked. Reads their ends only.
 */
export async function untrueAmong(blobs: Blobs, files: readonly DataFile[]): Promise<readonly SetAside[]> {
  const partitions = files.flatMap((file) => (file.is === 'bars' ? [file] : []));
  const placeOf = ({ path, partition }: (typeof partitions)[number]): Place<true> => ({
    path,
    of: partition.series,
    read: (content) =>
      notingDamage(blobs, path, content, async (): Promise<true> => {
        const word = trustedWord(partition, await readFooter(content));
        if ('doubt' in word) throw corrupt(word.doubt);
        return true;
      }),
  });
  return (await inspectAll(blobs, partitions, placeOf, false)).aside;
}

/** Throws `store-corrupt`. DuckDB reads more of a file than we do, and may refuse what we can still prove the rows of. */
export async function assertAsWritten(file: DataFile, content: AsyncBuffer): Promise<void> {
  await assertBytes(content, await readMetadata(content, []));
  if (file.is === 'actions') await assertWholeActions(file.ticker, content);
  else if (file.is === 'bars') await assertWhole(file.partition, content);
  else await assertWholeRevisions(file.partition, content);
}
