import { dirname, join } from 'node:path';
import { eachBounded } from '../../bounded.ts';
import type { Blobs } from './blobs.ts';
import type { CommitFs } from './commit-fs.ts';
import { orAbsent } from './absent.ts';
import {
  actionsPath,
  BARS,
  barsPath,
  HANDED_OVER,
  LIVE_RECORD,
  QUOTA,
  RENAMES_FILE,
  REVISIONS,
  revisionsPath,
  RUNS,
  STAGING,
  TEMP_NAME,
} from './layout.ts';
import { stampAt } from './stamp.ts';
import { mayBeInUse } from './temp-owner.ts';
import { listPartitions, namesIn, tickersWithActions } from './walk.ts';

/** A recorder, who needs no lock, is done with a temp file long before: an hour, ms. */
const RECORDED_MS = 3_600_000;

/** What cannot be listed cannot be swept; who reads it is told. */
const PASS_OVER = (): void => {};

/**
 * Removes the temp files of commits that died, and flushes the folders of files that were put in place `since` (ns since
 * the epoch, by the file system's clock) and perhaps never acknowledged: whoever reads them from now on may rely on them.
 * Only for the holder of the lock, taken at `lockedAt` (ms since the epoch): anybody else's could be in use. It lists one
 * folder a partition and reads no file.
 */
export async function sweepAfter(
  blobs: Blobs,
  fs: CommitFs,
  { since, lockedAt }: { readonly since: bigint; readonly lockedAt: number },
): Promise<void> {
  const root = blobs.url;
  const paths = [
    ...(await listPartitions(blobs, {}, BARS, PASS_OVER)).map(barsPath),
    ...(await listPartitions(blobs, {}, REVISIONS, PASS_OVER)).map(revisionsPath),
    ...(await tickersWithActions(blobs)).map(actionsPath),
    RENAMES_FILE,
  ];
  const journals = (await namesIn(blobs, QUOTA)).map((owner) => `${QUOTA}/${owner}`);
  const folders = [...paths.map((path) => dirname(path)), ...journals];
  const doubtful = new Set<string>();
  await eachBounded([...folders, RUNS, STAGING, HANDED_OVER, LIVE_RECORD], async (relative) => {
    const folder = join(root, relative);
    for (const name of await namesIn(blobs, relative)) {
      const stamp = await stampAt(join(folder, name));
      const isTemp = TEMP_NAME.test(name);
      const written = { at: msOf(stamp?.modified ?? 0n), lockedAt };
      const isInUse =
        relative === LIVE_RECORD ? written.at + RECORDED_MS > lockedAt : mayBeInUse(name, written);
      if (isTemp && isInUse) continue;
      if (isTemp) await orAbsent(fs.remove(join(folder, name)));
      else if ((stamp?.changed ?? 0n) >= since) {
        for (let at = folder; at.length >= root.length; at = dirname(at)) doubtful.add(at);
      }
    }
  });
  await eachBounded([...doubtful], (folder) => fs.syncDirectory(folder));
}

function msOf(ns: bigint): number {
  return Number(ns / 1_000_000n);
}
