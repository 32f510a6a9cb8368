import { join } from 'node:path';
import type { AsyncBuffer } from 'hyparquet';
import { BackfillError } from '../../core/errors.ts';
import type { SetAside } from '../store.ts';
import { eachBounded } from './bounded.ts';
import type { CommitFs } from './commit.ts';
import { errno, withFile } from './disk.ts';
import { setAside, versionOf } from './quarantine.ts';

/** A file to look at, if it is there. */
export interface Place<T> {
  /** Relative to the root. */
  readonly path: string;
  /** Whose it is, as in `SetAside`. */
  readonly of: Pick<SetAside, 'ticker' | 'interval'>;
  /** Reads what is wanted of it. Throws `store-corrupt` if it is damaged. */
  readonly read: (file: AsyncBuffer) => Promise<T>;
}

/** Errors of one file that say nothing of the others: reported, and the file is left where it is. */
const OWN_TROUBLE: ReadonlySet<string | undefined> = new Set(['EACCES', 'EPERM', 'EISDIR', 'ELOOP', 'EIO']);

/** Why a file cannot be read: its content is damaged, or the system does not give it to us. */
interface Unreadable {
  readonly reason: string;
  readonly damaged: boolean;
}

/** What was read, or why it could not be. */
type Look<T> = { readonly content: T } | Unreadable;

/**
 * Reads every file that is there; the results come in the order of the places. A damaged one goes to quarantine if
 * `mayMove`, and is reported in `aside` either way, as is one that the system does not let us read.
 */
export async function inspectAll<T>(
  fs: CommitFs,
  root: string,
  places: readonly Place<T>[],
  mayMove: boolean,
): Promise<{ found: T[]; aside: SetAside[] }> {
  const looks: (Look<T> | undefined)[] = Array.from({ length: places.length });
  await eachBounded(places, async (place, i) => {
    const look = await lookAt(root, place);
    looks[i] = look && 'reason' in look ? await lookAgain(fs, root, place, mayMove && look.damaged) : look;
  });
  const found: T[] = [];
  const aside: SetAside[] = [];
  for (const [i, { path, of }] of places.entries()) {
    const look = looks[i];
    if (look === undefined) continue;
    if ('reason' in look) aside.push({ path, reason: look.reason, ticker: of.ticker, interval: of.interval });
    else found.push(look.content);
  }
  return { found, aside };
}

/** Undefined if there is no such file. */
async function lookAt<T>(root: string, { path, read }: Place<T>): Promise<Look<T> | undefined> {
  try {
    return await withFile(join(root, path), async (file) => ({ content: await read(file) }));
  } catch (error) {
    if (errno(error) === 'ENOTDIR') return undefined;
    if (OWN_TROUBLE.has(errno(error))) return { reason: (error as Error).message, damaged: false };
    if (error instanceof BackfillError && error.code === 'store-corrupt') {
      return { reason: error.message, damaged: true };
    }
    throw error;
  }
}

/** A second look at an unreadable file, which a writer may have replaced meanwhile; what is damaged still is moved. */
async function lookAgain<T>(
  fs: CommitFs,
  root: string,
  place: Place<T>,
  mayMove: boolean,
): Promise<Look<T> | undefined> {
  if (!mayMove) return lookAt(root, place);
  const version = await versionOf(root, place.path);
  const look = await lookAt(root, place);
  if (look && 'reason' in look && look.damaged) await setAside(fs, root, place.path, version);
  return look;
}
