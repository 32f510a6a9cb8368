import type { Revision } from '../../../core/bars/bars.ts';
import { calendarFor } from '../../../core/calendar/calendars.ts';
import type { DayRange } from '../../../core/session/day.ts';
import { sessionDateOf } from '../../../core/bars/partition.ts';
import { contains } from '../../../core/session/ranges.ts';
import type { Blobs } from '../files/blobs.ts';
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
  blobs: Blobs,
  from: string,
  to: string,
  days: DayRange,
): Promise<number> {
  let moved = 0;
  for (const series of await listSeries(blobs, { tickers: [from] }, REVISIONS))
    for (const partition of await partitionsOf(blobs, series, days, REVISIONS))
      moved += await movePartition(blobs, partition, to, days);
  return moved;
}

async function movePartition(blobs: Blobs, old: Partition, to: string, days: DayRange): Promise<number> {
  const { ticker, interval } = old.series;
  const heir: Partition = { series: { ticker: to, interval }, period: old.period };
  const [all = [], own = []] = await readAllOrSetAside(blobs, [fileOf(blobs, old), fileOf(blobs, heir)]);
  const dayOf = sessionDateOf(interval, calendarFor(ticker));
  const isGiven = ({ before }: Revision): boolean => contains([days], dayOf(before.ts));
  const [given, kept] = [all.filter(isGiven), all.filter((revision) => !isGiven(revision))];
  if (given.length === 0) return 0;
  // Those of an earlier attempt that was interrupted are there.
  const known = new Set(own.map((revision) => digestOfRevisions([revision])));
  const fresh = given.filter((revision) => !known.has(digestOfRevisions([revision])));
  if (fresh.length > 0) await writeRevisions(blobs, heir, [...own, ...fresh]);
  if (kept.length === 0) await blobs.remove(revisionsPath(old));
  else await writeRevisions(blobs, old, kept);
  return given.length;
}

function fileOf(blobs: Blobs, partition: Partition) {
  return {
    path: revisionsPath(partition),
    loss: 'the replaced values in it are lost to queries; run the same rename again',
    read: () => readRevisionsFile(blobs, partition),
  };
}
