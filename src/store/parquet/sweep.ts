import { dirname, join } from 'node:path';
import { eachBounded } from './bounded.ts';
import { type CommitFs, TEMP_NAME } from './commit.ts';
import { orAbsent } from './disk.ts';
import { actionsPath, barsPath, RENAMES_FILE, REVISIONS, revisionsPath, RUNS } from './layout.ts';
import { listPartitions, namesIn, tickersWithActions } from './walk.ts';

/**
 * Removes the temp files of commits that died. Only for the holder of the lock: anybody else's could be in use. It
 * lists one folder a partition and reads no file.
 */
export async function sweepTemps(fs: CommitFs, root: string): Promise<void> {
  const paths = [
    ...(await listPartitions(root)).map(barsPath),
    ...(await listPartitions(root, {}, REVISIONS)).map(revisionsPath),
    ...(await tickersWithActions(root)).map(actionsPath),
    RENAMES_FILE,
  ];
  const folders = paths.map((path) => dirname(path));
  await eachBounded([...folders, RUNS], async (folder) => {
    for (const name of await namesIn(join(root, folder))) {
      if (TEMP_NAME.test(name)) await orAbsent(fs.remove(join(root, folder, name)));
    }
  });
}
