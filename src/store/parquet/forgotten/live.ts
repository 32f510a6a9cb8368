import type { ActionBook } from '../../../core/actions/action-book.ts';
import type { Series } from '../../../core/bars/bars.ts';
import type { DayRange } from '../../../core/session/day.ts';
import { readBookFile } from '../beside/action-file.ts';
import { updateActions } from '../beside/actions.ts';
import { Reads } from '../beside/reads.ts';
import { type Blobs, untilUndisturbed } from '../files/blobs.ts';
import { barsPath, type Partition } from '../files/layout.ts';
import { partitionsOf } from '../files/walk.ts';
import { type PartitionContent, readPartition } from '../partition/partition-file.ts';
import { writePartition } from '../partition/write-partition.ts';
import { readableOrSetAside } from './forget.ts';

/** What something is taken out of and comes back to, whatever that lies in. */
export interface LiveStore {
  /** Places where a series can have something that a range touches. */
  readonly partitionsOf: (series: Series, range: DayRange) => Promise<readonly Partition[]>;
  /** Reads these, one by one. Throws `store-corrupt` before the first is asked for if one of them is damaged. */
  readonly contents: (
    partitions: readonly Partition[],
  ) => Promise<(partition: Partition) => Promise<PartitionContent | undefined>>;
  /** All that a partition is; `calendarId` counts where its own word does not. */
  readonly read: (partition: Partition, calendarId: string) => Promise<PartitionContent | undefined>;
  /** Puts in place of a partition what `change` makes of it, which has no less: asked again where somebody else wrote it meanwhile. */
  readonly update: (
    partition: Partition,
    calendarId: string,
    change: (now: PartitionContent | undefined) => PartitionContent,
  ) => Promise<void>;
  /** A whole partition as it is, into files. Default: it is written anew. */
  readonly copy?: (partition: Partition, to: Blobs) => Promise<void>;
  /** With what its daily bars tell. */
  readonly book: (ticker: string) => Promise<ActionBook>;
  /** By its own word alone. */
  readonly ownBook: (ticker: string) => Promise<ActionBook>;
  readonly updateActions: (ticker: string, change: (before: ActionBook) => ActionBook) => Promise<void>;
}

/** A store of files. */
export function liveFiles(blobs: Blobs): LiveStore {
  return {
    partitionsOf: (series, range) => partitionsOf(blobs, series, range),
    contents: (partitions) => readableOrSetAside(blobs, partitions),
    read: (partition, calendarId) => readPartition(blobs, partition, calendarId),
    update: (partition, calendarId, change) =>
      untilUndisturbed(async () => {
        const ifVersion = (await blobs.version(barsPath(partition))) ?? null;
        const now = await readPartition(blobs, partition, calendarId);
        await writePartition(blobs, partition, change(now), { ifVersion });
      }),
    copy: async (partition, to) => {
      const path = barsPath(partition);
      const file = await blobs.read(path);
      if (file !== undefined) await to.put(path, new Uint8Array(await file.slice(0, file.byteLength)));
    },
    book: async (ticker) => (await new Reads(blobs).book(ticker)).book,
    ownBook: async (ticker) => (await readBookFile(blobs, ticker)).book,
    updateActions: (ticker, change) => updateActions(blobs, ticker, change),
  };
}
