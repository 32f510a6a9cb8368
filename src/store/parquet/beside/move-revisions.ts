import { storedBarsOf } from '../../../core/bars/bar-builder.ts';
import type { Revision, Series } from '../../../core/bars/bars.ts';
import { calendarFor } from '../../../core/calendar/calendars.ts';
import { compareBars } from '../../../core/bars/compare.ts';
import { handOver } from '../../../core/coverage/hand-over.ts';
import { NO_BARS, type StoredBars } from '../../../core/bars/columns.ts';
import { type Coverage, NOTHING_KNOWN } from '../../../core/coverage/coverage.ts';
import type { DayRange } from '../../../core/session/day.ts';
import type { Interval } from '../../../core/session/interval.ts';
import { sessionDateOf } from '../../../core/bars/partition.ts';
import { contains } from '../../../core/session/ranges.ts';
import type { Blobs, Version } from '../files/blobs.ts';
import { barsPath, type Partition, REVISIONS, revisionsPath } from '../files/layout.ts';
import { readPartition } from '../partition/partition-file.ts';
import { missingUntilRerun, readAllOrSetAside } from './quarantine.ts';
import { digestOfRevisions, readRevisionsFile, writeRevisions } from './revisions.ts';
import { listSeries, partitionsOf } from '../files/walk.ts';

/**
 * Hands the revisions of a ticker's sessions in a range over to another ticker, of these intervals (default: every one): first
 * that one has them beside its own, durably, then this one loses them. Those of bars that the other's own contradict stay: they are no history
 * of what it has. Interrupted, they are in both places, and it may be run again. Gives their number. A damaged file goes to
 * quarantine, and `store-corrupt` is thrown.
 */
export async function moveRevisionsIn(
  blobs: Blobs,
  from: string,
  to: string,
  days: DayRange,
  intervals?: readonly Interval[],
): Promise<number> {
  let moved = 0;
  const wanted = { tickers: [from], ...(intervals && { intervals }) };
  for (const series of await listSeries(blobs, wanted, REVISIONS))
    for (const partition of await partitionsOf(blobs, series, days, REVISIONS))
      moved += await movePartition(blobs, partition, to, days);
  return moved;
}

async function movePartition(blobs: Blobs, old: Partition, to: string, days: DayRange): Promise<number> {
  const { ticker, interval } = old.series;
  const heir: Partition = { series: { ticker: to, interval }, period: old.period };
  const versionOf = (one: Partition): Promise<Version | undefined> => blobs.version(revisionsPath(one));
  const [ifOld, ifHeir = null] = [await versionOf(old), await versionOf(heir)];
  const [all = [], own = []] = await readAllOrSetAside(blobs, [fileOf(blobs, old), fileOf(blobs, heir)]);
  const dayOf = sessionDateOf(interval, calendarFor(ticker));
  const refuted = await contradictedBy(blobs, heir, old, all, days);
  const isGiven = ({ before: { ts } }: Revision): boolean => contains([days], dayOf(ts)) && !refuted.has(ts);
  const [given, kept] = [all.filter(isGiven), all.filter((revision) => !isGiven(revision))];
  if (given.length === 0) return 0;
  // Those of an earlier attempt that was interrupted are there.
  const known = new Set(own.map((revision) => digestOfRevisions([revision])));
  const fresh = given.filter((revision) => !known.has(digestOfRevisions([revision])));
  if (fresh.length > 0) await writeRevisions(blobs, heir, [...own, ...fresh], ifHeir);
  if (kept.length === 0) await blobs.remove(revisionsPath(old), { ifVersion: ifOld });
  else await writeRevisions(blobs, old, kept, ifOld);
  return given.length;
}

/** Stamps of which the heir keeps another bar than revisions, ascending, led to, or none in a session of its own. */
async function contradictedBy(
  blobs: Blobs,
  heir: Partition,
  old: Partition,
  revisions: readonly Revision[],
  days: DayRange,
): Promise<ReadonlySet<number>> {
  const [had, has] = await readAllOrSetAside(blobs, [barsOf(blobs, old), barsOf(blobs, heir)]);
  return contradicted(
    old.series,
    { revisions, coverage: had?.knowledge.coverage ?? NOTHING_KNOWN },
    { bars: has?.bars ?? NO_BARS, coverage: has?.knowledge.coverage ?? NOTHING_KNOWN },
    days,
  );
}

/** The same, of what is known of both. */
export function contradicted(
  { ticker, interval }: Series,
  old: { readonly revisions: readonly Revision[]; readonly coverage: Coverage },
  heir: { readonly bars: StoredBars; readonly coverage: Coverage },
  days: DayRange,
): ReadonlySet<number> {
  const { kept } = handOver(old.coverage, heir.coverage, days);
  const dayOf = sessionDateOf(interval, calendarFor(ticker));
  const rivals = old.revisions.filter(({ before }) => contains(kept, dayOf(before.ts)));
  const latest = new Map(
    rivals.map(({ before, after, stayed }) => [before.ts, stayed === true ? before : after]),
  );
  const { differing, gone } = compareBars(storedBarsOf([...latest.values()]), heir.bars, () => 0);
  return new Set([...differing.stored.ts, ...gone.ts]);
}

function barsOf(blobs: Blobs, partition: Partition) {
  return {
    path: barsPath(partition),
    loss: missingUntilRerun('sessions'),
    read: () => readPartition(blobs, partition),
  };
}

function fileOf(blobs: Blobs, partition: Partition) {
  return {
    path: revisionsPath(partition),
    loss: 'the replaced values in it are lost to queries; run the same rename again',
    read: () => readRevisionsFile(blobs, partition),
  };
}
