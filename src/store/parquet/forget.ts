import type { Series } from '../../core/bars.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { type Coverage, unlearn } from '../../core/coverage.ts';
import type { DayRange } from '../../core/day.ts';
import { sessionDateOf } from '../../core/partition.ts';
import { intersect, union } from '../../core/ranges.ts';
import { type CommitFs, removeFile } from './commit.ts';
import { barsPath, type Partition } from './layout.ts';
import { readPartition, writePartition } from './partition-file.ts';
import { missingUntilRerun, readAllOrSetAside } from './quarantine.ts';
import { partitionsOf } from './walk.ts';

/**
 * Removes rows and knowledge of a range of session dates; a partition that keeps neither goes as a file. If one in the
 * range is damaged it goes to quarantine, none is written, and `store-corrupt` is thrown.
 */
export async function forgetRange(
  fs: CommitFs,
  root: string,
  series: Series,
  range: DayRange,
): Promise<number> {
  const partitions = await partitionsOf(root, series, range);
  await readAllOrSetAside(
    fs,
    root,
    partitions.map((partition) => ({
      path: barsPath(partition),
      loss: missingUntilRerun('sessions'),
      // Read again below: all partitions of years of minutes do not fit into memory at once.
      read: async () => void (await readPartition(root, partition)),
    })),
  );
  let removed = 0;
  for (const partition of partitions) removed += await forgetIn(fs, root, partition, range);
  return removed;
}

async function forgetIn(fs: CommitFs, root: string, partition: Partition, range: DayRange): Promise<number> {
  const before = await readPartition(root, partition);
  if (before === undefined) return 0;
  const { bars, knowledge } = before;
  const dayOf = sessionDateOf(partition.series.interval, calendarById(knowledge.calendar));
  const kept = bars.filter(({ ts }) => dayOf(ts) < range.from || dayOf(ts) >= range.to);
  const coverage = unlearn(knowledge.coverage, [range]);
  const touched = intersect(knownDays(knowledge.coverage), [range]).length > 0;
  if (kept.length === 0 && knownDays(coverage).length === 0) {
    await removeFile(fs, root, barsPath(partition));
  } else if (touched || kept.length < bars.length) {
    await writePartition(fs, root, partition, { bars: kept, knowledge: { ...knowledge, coverage } });
  }
  return bars.length - kept.length;
}

function knownDays(coverage: Coverage): DayRange[] {
  return union(coverage.present, coverage.absent);
}
