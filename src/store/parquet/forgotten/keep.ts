import { randomBytes } from 'node:crypto';
import type { ActionBook } from '../../../core/actions/action-book.ts';
import type { Series } from '../../../core/bars/bars.ts';
import { calendarById, calendarFor } from '../../../core/calendar/calendars.ts';
import type { DayRange } from '../../../core/session/day.ts';
import { periodRange, sessionDateOf } from '../../../core/bars/partition.ts';
import { BackfillError } from '../../../core/errors.ts';
import { movedParts } from '../../../core/instrument/moved-part.ts';
import type { Rename } from '../../../core/instrument/rename.ts';
import { readRenamesFile } from '../beside/renames.ts';
import { intersect, span } from '../../../core/session/ranges.ts';
import type { EmptySessions, ForgetOrder, ForgottenEntry, ForgottenSeries } from '../../forgotten.ts';
import { eachBounded, eachCounted } from '../../bounded.ts';
import { cutBook, updateActions } from '../beside/actions.ts';
import type { Blobs } from '../files/blobs.ts';
import { cutPartition } from './forget.ts';
import { type LiveStore, liveFiles } from './live.ts';
import { timeStamp } from '../files/layout.ts';
import type { PartitionContent } from '../partition/partition-file.ts';
import { emptySessions } from '../../empty-sessions.ts';
import { entryPath, removeUnfinished, writeEntry } from './entry.ts';
import { writePartition } from '../partition/write-partition.ts';

/**
 * Copies what is about to be forgotten into quarantine, durably and whole, before any of it is removed. Undefined if
 * there is nothing. A damaged partition goes to quarantine as a file, and `store-corrupt` is thrown. Half a copy, of
 * somebody who was stopped at it, goes first. Only for the holder of the lock. `live`: what is forgotten; default: files beside the
 * copies.
 */
export async function keepForgotten(
  blobs: Blobs,
  { series, actionsOf, range = periodRange('all'), daysOf = () => [range], at, onKept }: ForgetOrder,
  live = liveFiles(blobs),
): Promise<ForgottenEntry | undefined> {
  await removeUnfinished(blobs);
  const id = `${timeStamp(at)}-${randomBytes(2).toString('hex')}`;
  const entryBlobs = blobs.below(entryPath(id));
  const copies: (ForgottenSeries | undefined)[] = Array.from({ length: series.length });
  // Those in flight together share the syncs of the folders above them.
  await eachCounted(series, onKept, async (one, i) => {
    copies[i] = await copySeries(live, entryBlobs, one, intersect([range], daysOf(one)));
  });
  const kept = copies.filter((copy) => copy !== undefined);
  let [actions, exDays] = [0, 0];
  let isAny = kept.length > 0;
  await eachBounded(actionsOf, async (ticker) => {
    const { gone } = cutBook(await live.book(ticker), range);
    if (isNothing(gone)) return;
    await updateActions(entryBlobs, ticker, () => gone);
    actions += gone.entries.length;
    exDays += calendarFor(ticker).count(gone.covered);
    isAny = true;
  });
  if (!isAny) return undefined;
  const movedFrom = movedParts(kept, actions > 0, await recordedRenames(blobs));
  const entry = {
    ...{ id, forgottenAt: at, series: kept, actions, exDays, restoredAt: null },
    ...(movedFrom.length > 0 && { movedFrom }),
  };
  await writeEntry(blobs, entry);
  return entry;
}

/** None where the list is damaged: that is no reason to keep less. */
async function recordedRenames(blobs: Blobs): Promise<readonly Rename[]> {
  try {
    return await readRenamesFile(blobs);
  } catch (error) {
    if (error instanceof BackfillError && error.code === 'store-corrupt') return [];
    throw error;
  }
}

async function copySeries(
  live: LiveStore,
  entry: Blobs,
  series: Series,
  meant: readonly DayRange[],
): Promise<ForgottenSeries | undefined> {
  const reach = span(meant);
  if (reach === undefined) return undefined;
  const partitions = await live.partitionsOf(series, reach);
  const contentOf = await live.contents(partitions);
  let rows = 0;
  let isAny = false;
  const days: DayRange[] = [];
  const empty: (EmptySessions | undefined)[] = [];
  for (const partition of partitions) {
    const content = await contentOf(partition);
    const { kept, gone } = content === undefined ? {} : cutPartition(partition, content, meant);
    if (gone === undefined) continue;
    if (kept === undefined && live.copy !== undefined) await live.copy(partition, entry);
    else await writePartition(entry, partition, gone);
    isAny = true;
    rows += gone.bars.length;
    for (const day of sessionsOf(series, gone)) days.push(day);
    empty.push(emptySessions(gone.knowledge.coverage, calendarById(gone.knowledge.calendar)));
  }
  return isAny ? { series, rows, days: span(days) ?? null, ...allEmpty(empty) } : undefined;
}

/** First and last session of the bars. */
function sessionsOf({ interval }: Series, { bars, knowledge }: PartitionContent): DayRange[] {
  const dayOf = sessionDateOf(interval, calendarById(knowledge.calendar));
  return [bars.ts.at(0), bars.ts.at(-1)].flatMap((ts) =>
    ts === undefined ? [] : [{ from: dayOf(ts), to: dayOf(ts) + 1 }],
  );
}

/** Of all partitions of a series. */
function allEmpty(parts: readonly (EmptySessions | undefined)[]): Pick<ForgottenSeries, 'empty'> {
  const some = parts.filter((part) => part !== undefined);
  const days = span(some.map((part) => part.days));
  return days === undefined
    ? {}
    : { empty: { sessions: some.reduce((sum, { sessions }) => sum + sessions, 0), days } };
}

function isNothing({ entries, past, doubts, covered }: ActionBook): boolean {
  return [entries, past, doubts, covered].every(({ length }) => length === 0);
}
