import { readdirSync, statSync } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import { BackfillError, type ErrorScope } from '../../../core/errors.ts';
import { errno } from './absent.ts';
import { isOfTicker } from './layout.ts';
import { MOVE_IT, WRONG_KIND } from './wrong-kind.ts';

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
  EROFS: 'the file system is read-only; give another folder as the store, or the right to write it',
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

/**
 * `store-unusable` for an I/O error, of the run or, if it is about the files of one ticker, of its series; any other value
 * as it is.
 */
export function asUnusable(root: string, error: unknown): unknown {
  const name = errno(error);
  if (name === undefined) return error;
  const { message, path, syscall } = error as NodeJS.ErrnoException;
  const isWithin = path?.startsWith(`${root}${sep}`) || (path === root && syscall !== 'mkdir');
  // Whoever writes looks before each file that it puts in place, and the folder may go between that and what follows.
  const whyGone = name === 'ENOENT' && isWithin ? whyNoStore(root) : undefined;
  if (whyGone !== undefined)
    return new BackfillError(
      'store-unusable',
      `the store ${root} went away while it was in use (${whyGone}): bring it back to where it was, or mount its disk again`,
      { scope: 'run', cause: error },
    );
  const scope = scopeOfTrouble(root, name, error as NodeJS.ErrnoException);
  if (scope === 'series' && path !== undefined && isFolder(root)) return seriesUnusable(root, error, path);
  const said = path === undefined || message.includes(path) ? message : `${path}: ${message}`;
  const hint = HINTS[name] ?? (WRONG_KINDS[name] && `${WRONG_KINDS[name]}; ${wayOut(root, path)}`);
  const reason = hint === undefined ? said : `${hint} (${said})`;
  return new BackfillError('store-unusable', `the store ${root} cannot be used: ${reason}`, {
    scope,
    cause: error,
  });
}

/** Of a file of one ticker: the others can be used. */
function seriesUnusable(root: string, error: unknown, path: string): BackfillError {
  const where = `${relative(root, path).replaceAll(sep, '/')} in the store ${root}`;
  return new BackfillError('store-unusable', `${where} cannot be used: ${troubleText(error)}`, {
    scope: 'series',
    cause: error,
  });
}

/** What to do about something that lies in the way: below the root it is doctor's. */
function wayOut(root: string, path: string | undefined): string {
  const isWithin = path !== undefined && path.length > root.length && path.startsWith(root);
  return isWithin && isFolder(root) ? MOVE_IT : 'give another folder as the store';
}

/** Why no store lies at that path in which something was expected, in words; undefined where one may. */
function whyNoStore(root: string): string | undefined {
  if (!isFolder(root)) return 'its folder is gone';
  // A disk that was unmounted leaves the empty folder that it was mounted on.
  return readdirSync(root).length === 0 ? 'another folder lies in its place' : undefined;
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
