import type { Revision } from '../../../core/bars/bars.ts';
import { calendarFor } from '../../../core/calendar/calendars.ts';
import type { DayRange } from '../../../core/session/day.ts';
import { sessionDateOf } from '../../../core/bars/partition.ts';
import { contains } from '../../../core/session/ranges.ts';
import { removeFile } from '../files/commit.ts';
import type { CommitFs } from '../files/commit-fs.ts';
import { type Partition, REVISIONS, revisionsPath } from '../files/layout.ts';
import { readAllOrSetAside } from './quarantine.ts';
import { digestOfRevisions, readRevisionsFile, writeRevisions } from './revisions.ts';
import { listSeries, partitionsOf } from '../files/walk.ts';

/**
 * Hands the revisions of a ticker's sessions in a range over to another ticker, of every interval: first that one has them
 * beside its own, durably, then this one loses them. Interrupted, they are in both places, and it may be run again. Gives
 * their number. A damaged file goes to quarantine, and `store-corrupt` is thrown.
 */
export async function moveRevisionsIn(
  fs: CommitFs,
  root: string,
  from: string,
  to: string,
  days: DayRange,
): Promise<number> {
  let moved = 0;
  for (const series of await listSeries(root, { tickers: [from] }, REVISIONS))
    for (const partition of await partitionsOf(root, series, days, REVISIONS))
      moved += await movePartition(fs, root, partition, to, days);
  return moved;
}

async function movePartition(
  fs: CommitFs,
  root: string,
  old: Partition,
  to: string,
  days: DayRange,
): Promise<number> {
  const { ticker, interval } = old.series;
  const heir: Partition = { series: { ticker: to, interval }, period: old.period };
  const [all = [], own = []] = await readAllOrSetAside(fs, root, [fileOf(root, old), fileOf(root, heir)]);
  const dayOf = sessionDateOf(interval, calendarFor(ticker));
  const isGiven = ({ before }: Revision): boolean => contains([days], dayOf(before.ts));
  const [given, kept] = [all.filter(isGiven), all.filter((revision) => !isGiven(revision))];
  if (given.length === 0) return 0;
  // Those of an earlier attempt that was interrupted are there.
  const known = new Set(own.map((revision) => digestOfRevisions([revision])));
  const fresh = given.filter((revision) => !known.has(digestOfRevisions([revision])));
  if (fresh.length > 0) await writeRevisions(fs, root, heir, [...own, ...fresh]);
  if (kept.length === 0) await removeFile(fs, root, revisionsPath(old));
  else await writeRevisions(fs, root, old, kept);
  return given.length;
}

function fileOf(root: string, partition: Partition) {
  return {
    path: revisionsPath(partition),
    loss: 'the replaced values in it are lost to queries; run the same rename again',
    read: () => readRevisionsFile(root, partition),
  };
}
