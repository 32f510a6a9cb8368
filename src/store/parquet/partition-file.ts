import { join } from 'node:path';
import type { Bar } from '../../core/bars.ts';
import { BackfillError } from '../../core/errors.ts';
import { commitFile, type CommitFs } from './commit.ts';
import { decodeBars, readFooter } from './decode.ts';
import { digestOf } from './digest.ts';
import { loadFile } from './disk.ts';
import { encodeBars } from './encode.ts';
import {
  encodeKnowledge,
  type Knowledge,
  rebuiltKnowledge,
  statedDigest,
  trustedKnowledge,
} from './knowledge.ts';
import { barsPath, type Partition } from './layout.ts';
import { assertDigest } from './own-entry.ts';

/** The whole content of a partition. */
export interface PartitionContent {
  readonly bars: readonly Bar[];
  readonly knowledge: Knowledge;
}

/**
 * Reads a partition; undefined if there is none. Knowledge that cannot be trusted is rebuilt from the rows, with the
 * given calendar (default: the ticker's). Throws `store-corrupt` if the file is damaged, or if its rows are not those
 * that were written: rot must not pass into the next version of the file.
 */
export async function readPartition(
  root: string,
  partition: Partition,
  calendarId?: string,
): Promise<PartitionContent | undefined> {
  const path = barsPath(partition);
  const file = await loadFile(join(root, path));
  if (file === undefined) return undefined;
  try {
    const footer = await readFooter(file);
    const bars = await decodeBars(file);
    assertDigest(statedDigest(partition, footer), () => digestOf(bars));
    const times = bars.map(({ ts }) => ts);
    const knowledge = trustedKnowledge(partition, footer) ?? rebuiltKnowledge(partition, times, calendarId);
    return { bars, knowledge };
  } catch (error) {
    if (!(error instanceof BackfillError && error.code === 'store-corrupt')) throw error;
    throw new BackfillError('store-corrupt', `${path} is damaged: ${error.message}`, {
      ticker: partition.series.ticker,
      cause: error,
    });
  }
}

/** Commits the whole content of a partition in place of what was there. */
export async function writePartition(
  fs: CommitFs,
  root: string,
  partition: Partition,
  { bars, knowledge }: PartitionContent,
): Promise<void> {
  const firstTs = bars[0]?.ts ?? null;
  const lastTs = bars.at(-1)?.ts ?? null;
  const extent = { rows: bars.length, firstTs, lastTs, digest: digestOf(bars) };
  const metadata = encodeKnowledge(partition, knowledge, extent);
  const path = barsPath(partition);
  await commitFile(fs, root, path, encodeBars(bars, metadata), async (written) => {
    const footer = await readFooter(written);
    const same = footer.rows === bars.length && footer.firstTs === firstTs && footer.lastTs === lastTs;
    if (!same || footer.metadata !== metadata) {
      throw new BackfillError(
        'store-unusable',
        `${path} does not read back as it was written; is the disk failing?`,
      );
    }
  });
}
