import { type Series, seriesKey } from '../../../core/bars/bars.ts';
import { calendarById } from '../../../core/calendar/calendars.ts';
import { type StoredBars, slice } from '../../../core/bars/columns.ts';
import { concatBars } from '../../../core/bars/concat-bars.ts';
import { type Coverage, unlearn, within } from '../../../core/coverage/coverage.ts';
import type { DayRange } from '../../../core/session/day.ts';
import { firstOfDay, periodRange, sessionDateOf } from '../../../core/bars/partition.ts';
import { subtract, union } from '../../../core/session/ranges.ts';
import { keepTold } from '../beside/actions.ts';
import { type Blobs, type PutOptions, type Version, untilUndisturbed } from '../files/blobs.ts';
import { barsPath, type Partition } from '../files/layout.ts';
import { type PartitionContent, readPartition } from '../partition/partition-file.ts';
import { type LossNote, giveUpLost } from '../partition/damage-notes.ts';
import { missingUntilRerun, readAllOrSetAside } from '../beside/quarantine.ts';
import { partitionsOf } from '../files/walk.ts';
import { noteTaken } from '../partition/taken-away.ts';
import { writePartition } from '../partition/write-partition.ts';

/**
 * Removes rows and knowledge of a range of session dates; a partition that keeps neither goes as a file. If one in the
 * range is damaged it goes to quarantine, none is written, and `store-corrupt` is thrown. What files that were set aside
 * before held of the range is given up; where nobody knows what that was, if their whole period lies in it.
 */
export async function forgetRange(blobs: Blobs, series: Series, range: DayRange): Promise<number> {
  const partitions = await partitionsOf(blobs, series, range);
  const versionOf = async (partition: Partition): Promise<Version | null> =>
    (await blobs.version(barsPath(partition))) ?? null;
  const versions = await Promise.all(partitions.map(versionOf));
  const contentOf = await readableOrSetAside(blobs, partitions);
  let removed = 0;
  for (const [i, partition] of partitions.entries())
    removed += await untilUndisturbed(async (attempt) => {
      const ifVersion = attempt === 1 ? versions[i] : await versionOf(partition);
      const before = await (attempt === 1 ? contentOf(partition) : readPartition(blobs, partition));
      return before === undefined ? 0 : forgetIn(blobs, partition, before, { range, ifVersion });
    });
  await giveUpLost(blobs, (note) => leftOf(note, series, range));
  return removed;
}

function leftOf({ file, held }: LossNote, series: Series, range: DayRange): LossNote['held'] | 'nothing' {
  if (file.is !== 'bars' || seriesKey(file.partition.series) !== seriesKey(series)) return held;
  const left = subtract(held ?? [periodRange(file.partition.period)], [range]);
  if (left.length === 0) return 'nothing';
  return held && left;
}

/**
 * Reads partitions, and gives what reads them again one by one: all of years of minutes do not fit into memory at once; a
 * single one does. A damaged one goes to quarantine, and `store-corrupt` is thrown.
 */
export async function readableOrSetAside(
  blobs: Blobs,
  partitions: readonly Partition[],
): Promise<(partition: Partition) => Promise<PartitionContent | undefined>> {
  let single: PartitionContent | undefined;
  const files = partitions.map((partition) => ({
    path: barsPath(partition),
    loss: missingUntilRerun('sessions'),
    read: async () => {
      const content = await readPartition(blobs, partition);
      if (partitions.length === 1) single = content;
    },
  }));
  await readAllOrSetAside(blobs, files);
  return async (partition) => (partitions.length === 1 ? single : readPartition(blobs, partition));
}

async function forgetIn(
  blobs: Blobs,
  partition: Partition,
  before: PartitionContent,
  { range, ifVersion }: { readonly range: DayRange } & Pick<PutOptions, 'ifVersion'>,
): Promise<number> {
  const { kept, gone } = cutPartition(partition, before, [range]);
  if (kept === undefined) {
    if (before.knowledge.told !== undefined) await keepTold(blobs, partition.series.ticker);
    await noteTaken(blobs, barsPath(partition));
    await blobs.remove(barsPath(partition), { ifVersion });
  } else if (gone !== undefined) await writePartition(blobs, partition, kept, { ifVersion });
  return gone?.bars.length ?? 0;
}

/** What is left of a partition without some session dates, ascending and disjoint, and what goes; undefined for nothing. */
export function cutPartition(
  { series }: Partition,
  { bars, knowledge }: PartitionContent,
  days: readonly DayRange[],
): { readonly kept: PartitionContent | undefined; readonly gone: PartitionContent | undefined } {
  const dayOf = sessionDateOf(series.interval, calendarById(knowledge.calendar));
  const stay: StoredBars[] = [];
  const leave: StoredBars[] = [];
  let next = 0;
  for (const run of days) {
    const [from, to] = [firstOfDay(bars, dayOf, run.from), firstOfDay(bars, dayOf, run.to)];
    stay.push(slice(bars, next, from));
    leave.push(slice(bars, from, to));
    next = to;
  }
  stay.push(slice(bars, next, bars.length));
  const [stays, leaves] = [unlearn(knowledge.coverage, days), within(knowledge.coverage, days)];
  const part = (own: StoredBars, coverage: Coverage): PartitionContent | undefined =>
    own.length === 0 && knownDays(coverage).length === 0
      ? undefined
      : { bars: own, knowledge: { ...knowledge, coverage } };
  return { kept: part(concatBars(stay), stays), gone: part(concatBars(leave), leaves) };
}

function knownDays(coverage: Coverage): DayRange[] {
  return union(coverage.present, coverage.absent);
}
