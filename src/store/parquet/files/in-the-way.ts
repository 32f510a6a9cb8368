import { join } from 'node:path';
import { INTERVALS } from '../../../core/session/interval.ts';
import type { Blobs } from './blobs.ts';
import type { Kind } from './kind.ts';
import {
  ACTIONS,
  BARS,
  HANDED_OVER,
  intervalPath,
  LIVE_RECORD,
  LOCK_FILE,
  QUARANTINE,
  QUOTA,
  RENAMES_FILE,
  REVISIONS,
  RUNS,
  STAGING,
  UNIVERSES,
} from './layout.ts';
import { wrongKind } from './wrong-kind.ts';

/** Names of a store that nothing can go round, and what lies there. The cache of scans is none: it may be anything. */
const PLACES: readonly (readonly [name: string, kind: Kind])[] = [
  ...[BARS, REVISIONS, ACTIONS, RUNS, QUARANTINE, UNIVERSES, STAGING, QUOTA, HANDED_OVER, LIVE_RECORD].map(
    (name) => [name, 'folder'] as const,
  ),
  ...([BARS, REVISIONS] as const).flatMap((tree) =>
    INTERVALS.map((interval) => [intervalPath(tree, interval), 'folder'] as const),
  ),
  ...[RENAMES_FILE, LOCK_FILE].map((name) => [name, 'file'] as const),
];

/** Throws where something else lies under such a name: it is no part of the store, and in its way. */
export async function assertPlaces(blobs: Blobs): Promise<void> {
  const { url } = blobs;
  if ((await blobs.kind('')) === 'file')
    throw Object.assign(new Error(`no folder at ${url}`), { code: 'EEXIST', syscall: 'open', path: url });
  for (const [name, meant] of PLACES) {
    const kind = await blobs.kind(name);
    if (kind !== undefined && kind !== meant) throw wrongKind(join(url, name), kind);
  }
}

/** Throws where a link in a path leads nowhere, or to what is not its own; nothing at all may lie there. */
export async function assertNoDeadLink(blobs: Blobs, path: string): Promise<void> {
  // What lies above the ticker was listed. In a new store the look ends there.
  const top = /^.*?ticker=[^/]*/.exec(path)?.[0] ?? path;
  let at = top;
  for (const part of path.slice(top.length).split('/')) {
    at = part === '' ? at : `${at}/${part}`;
    const kind = await blobs.kind(at);
    if (kind === undefined) return;
    if (kind === 'link that leads nowhere' || kind === 'link to another folder')
      throw wrongKind(join(blobs.url, at), kind);
  }
}
