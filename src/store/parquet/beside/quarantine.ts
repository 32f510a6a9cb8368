import { lstat, readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Series } from '../../../core/bars/bars.ts';
import { BackfillError } from '../../../core/errors.ts';
import type { RejectedRow } from '../../store.ts';
import { commitFolder, writeVerified } from '../files/commit.ts';
import type { CommitFile, CommitFs } from '../files/commit-fs.ts';
import { errno, orAbsent } from '../files/absent.ts';
import { FORGOTTEN, QUARANTINE, REJECTED, seriesPath, timeStamp } from '../files/layout.ts';

/** Which file lies at a path, and when it was last written (ms since the epoch). */
export interface Version {
  readonly inode: number;
  readonly writtenAt: number;
}

/** What lies at a path relative to the root now; undefined for nothing. */
export async function versionOf(root: string, path: string): Promise<Version | undefined> {
  // Of a link that leads nowhere its own.
  const found =
    (await stat(join(root, path)).catch(() => undefined)) ?? (await orAbsent(lstat(join(root, path))));
  return found && { inode: found.ino, writtenAt: found.mtimeMs };
}

/**
 * Moves a damaged file (path relative to the root) to `quarantine/PATH.TIME-N`, TIME being when it was last written.
 * Nothing there is ever overwritten. Does nothing if the file is no longer the one that was found damaged.
 */
export async function setAside(
  fs: CommitFs,
  root: string,
  path: string,
  found: Version | undefined,
): Promise<void> {
  const now = await versionOf(root, path);
  if (now === undefined || now.inode !== found?.inode || now.writtenAt !== found.writtenAt) return;
  const from = join(root, path);
  const to = join(
    root,
    await createFree(fs, root, `${QUARANTINE}/${path}.${timeStamp(now.writtenAt)}`, '', ''),
  );
  await fs.rename(from, to);
  await fs.syncDirectory(dirname(to));
  await fs.syncDirectory(dirname(from));
}

/** A file that somebody wants to read and that may be damaged. */
interface Readable<T> {
  /** Relative to the root. */
  readonly path: string;
  /** What its loss means and what to do, to end a message. */
  readonly loss: string;
  /** Throws `store-corrupt` if it is damaged. */
  readonly read: () => Promise<T>;
}

/** `the sessions in it are missing until ...`: of a file that a provider can fill again. */
export function missingUntilRerun(content: string): string {
  return `the ${content} in it are missing until the same backfill is run again`;
}

/**
 * Reads files that are about to be written. If any is damaged, all damaged ones are moved to quarantine and
 * `store-corrupt` is thrown: going on without what they held would be a silent loss.
 */
export async function readAllOrSetAside<T>(
  fs: CommitFs,
  root: string,
  files: readonly Readable<T>[],
): Promise<T[]> {
  const contents: T[] = [];
  const damages: { loss: string; error: BackfillError }[] = [];
  for (const { path, loss, read } of files) {
    try {
      contents.push(await read());
    } catch (error) {
      if (!(error instanceof BackfillError && error.code === 'store-corrupt')) throw error;
      await setAside(fs, root, path, await versionOf(root, path));
      damages.push({ loss, error });
    }
  }
  const [first] = damages;
  if (first === undefined) return contents;
  const what = damages.map(({ error }) => error.message).join('; ');
  const { ticker } = first.error;
  const details = { cause: first.error, ...(ticker !== undefined && { ticker }) };
  throw new BackfillError('store-corrupt', `${what}; in quarantine now; ${first.loss}`, details);
}

/** Keeps rejected rows as one JSON file, `quarantine/rows/interval=../ticker=../TIME-N.json`. */
export async function keepRejected(
  fs: CommitFs,
  root: string,
  series: Series,
  rows: readonly RejectedRow[],
  source: string,
  fetchedAt: number,
): Promise<void> {
  const record = { ...series, source, fetchedAt: new Date(fetchedAt).toISOString(), rows };
  const stem = `${seriesPath(REJECTED, series)}/${timeStamp(fetchedAt)}`;
  await createFree(fs, root, stem, '.json', `${JSON.stringify(record, null, 1)}\n`);
}

/** Damaged files that were moved aside, as paths relative to the root, ascending. */
export async function listAside(root: string): Promise<string[]> {
  const options = { recursive: true, withFileTypes: true } as const;
  const entries = (await orAbsent(readdir(join(root, QUARANTINE), options))) ?? [];
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
  return paths
    .filter((path) => !path.startsWith(`${REJECTED}/`) && !path.startsWith(`${FORGOTTEN}/`))
    .toSorted();
}

/**
 * Writes a new file, verified and durably, under the first free name `STEM-N`, also against other threads. Gives its
 * path, relative to the root like `stem`.
 */
async function createFree(
  fs: CommitFs,
  root: string,
  stem: string,
  extension: string,
  content: string,
): Promise<string> {
  await commitFolder(fs, root, dirname(join(root, stem)));
  for (let n = 1; ; n++) {
    const path = `${stem}-${n}${extension}`;
    const file = await fs.create(join(root, path)).catch((error: unknown) => {
      if (errno(error) !== 'EEXIST') throw error;
    });
    if (file === undefined) continue;
    await fillNew(fs, root, path, file, content);
    return path;
  }
}

async function fillNew(
  fs: CommitFs,
  root: string,
  path: string,
  file: CommitFile,
  content: string,
): Promise<void> {
  try {
    try {
      await writeVerified(file, path, new TextEncoder().encode(content));
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await fs.remove(join(root, path)).catch(() => {});
    throw error;
  }
  await fs.syncDirectory(dirname(join(root, path)));
}
