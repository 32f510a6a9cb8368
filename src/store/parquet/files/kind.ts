import { lstatSync, type Stats, statSync } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { INTERVALS } from '../../../core/session/interval.ts';
import { errno, orAbsent } from './absent.ts';
import {
  ACTIONS,
  BARS,
  intervalPath,
  LOCK_FILE,
  QUARANTINE,
  RENAMES_FILE,
  REVISIONS,
  RUNS,
  STAGING,
  UNIVERSES,
} from './layout.ts';
import { paced } from './paced.ts';
import { wrongKind } from './wrong-kind.ts';

/** What lies at a path, whatever links lead there. */
export type Kind =
  | 'file'
  | 'folder'
  | 'pipe or device'
  | 'link that leads nowhere'
  | 'link that leads to itself';

/** What lies at a path; undefined for nothing. */
export async function kindAt(path: string): Promise<Kind | undefined> {
  try {
    const found = await paced(
      () => statSync(path, { throwIfNoEntry: false }),
      () => orAbsent(stat(path)),
    );
    if (found !== undefined) return kindOf(found);
    return (await isThere(path)) ? 'link that leads nowhere' : undefined;
  } catch (error) {
    if (errno(error) === 'ELOOP') return 'link that leads to itself';
    throw error;
  }
}

/** Whether a name is there, if only that of a link that leads nowhere. */
export async function isThere(path: string): Promise<boolean> {
  const found = await paced(
    () => lstatSync(path, { throwIfNoEntry: false }),
    () => orAbsent(lstat(path)),
  );
  return found !== undefined;
}

export function kindOf(found: Pick<Stats, 'isFile' | 'isDirectory'>): Kind {
  if (found.isFile()) return 'file';
  return found.isDirectory() ? 'folder' : 'pipe or device';
}

/** Names of a store that nothing can go round, and what lies there. The cache of scans is none: it may be anything. */
const PLACES: readonly (readonly [name: string, kind: Kind])[] = [
  ...[BARS, REVISIONS, ACTIONS, RUNS, QUARANTINE, UNIVERSES, STAGING].map(
    (name) => [name, 'folder'] as const,
  ),
  ...([BARS, REVISIONS] as const).flatMap((tree) =>
    INTERVALS.map((interval) => [intervalPath(tree, interval), 'folder'] as const),
  ),
  ...[RENAMES_FILE, LOCK_FILE].map((name) => [name, 'file'] as const),
];

/** Throws where something else lies under such a name: it is no part of the store, and in its way. */
export async function assertPlaces(root: string): Promise<void> {
  if ((await kindAt(root)) === 'file')
    throw Object.assign(new Error(`no folder at ${root}`), { code: 'EEXIST', syscall: 'open', path: root });
  for (const [name, meant] of PLACES) {
    const kind = await kindAt(join(root, name));
    if (kind !== undefined && kind !== meant) throw wrongKind(join(root, name), kind);
  }
}

/** Throws where a link in a path below the root leads nowhere; nothing at all may lie there. `path` is relative. */
export async function assertNoDeadLink(root: string, path: string): Promise<void> {
  // What lies above the ticker was listed. In a new store the look ends there.
  const top = /^.*?ticker=[^/]*/.exec(path)?.[0] ?? path;
  let at = join(root, top);
  for (const part of ['', ...path.slice(top.length).split('/')]) {
    at = join(at, part);
    const kind = await kindAt(at);
    if (kind === undefined) return;
    if (kind === 'link that leads nowhere') throw wrongKind(at, kind);
  }
}
