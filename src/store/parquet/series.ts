import type { Series } from '../../core/bars/bars.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { type StoredBars, slice } from '../../core/bars/columns.ts';
import { concatBars } from '../../core/bars/concat-bars.ts';
import type { DayRange } from '../../core/session/day.ts';
import type { BackfillError } from '../../core/errors.ts';
import { firstOfDay, periodRange, sessionDateOf } from '../../core/bars/partition.ts';
import type { DamagedPart, SeriesContent } from '../store.ts';
import { joinKnowledge } from './partition/join.ts';
import type { Knowledge } from './partition/knowledge.ts';
import { behindBody, type PartitionPart } from './partition/partition-file.ts';
import type { Blobs } from './files/blobs.ts';
import { isDamage } from '../damage.ts';
import { Reads } from './beside/reads.ts';
import { asUnusable } from './files/trouble.ts';
import { partitionsOf } from './files/walk.ts';

/**
 * Bars of a range of session dates, and what is known of the partitions that it touches; undefined if there is none.
 * Throws if one of them cannot be read; with `onDamage` that is told of it (see `isDamage`), and the others are read.
 */
export async function readSeriesIn(
  blobs: Blobs,
  series: Series,
  range: DayRange,
  reads = new Reads(blobs),
  onDamage?: (damage: DamagedPart) => void,
): Promise<SeriesContent | undefined> {
  const bars: StoredBars[] = [];
  const parts: Knowledge[] = [];
  for (const partition of await partitionsOf(blobs, series, range)) {
    const isBefore = (lastTs: number, { calendar }: Knowledge): boolean =>
      sessionDateOf(series.interval, calendarById(calendar))(lastTs) < range.from;
    const read = async (): Promise<PartitionPart | undefined> =>
      behindBody(partition, await reads.opened(partition), isBefore);
    const days = periodRange(partition.period);
    const content = await (onDamage
      ? unlessDamaged(read, blobs.url, (error) => onDamage({ error, days }))
      : read());
    if (content === undefined) continue;
    parts.push(content.knowledge);
    const dayOf = sessionDateOf(series.interval, calendarById(content.knowledge.calendar));
    const [from, to] = [range.from, range.to].map((day) => firstOfDay(content.bars, dayOf, day));
    bars.push(slice(content.bars, from ?? 0, to ?? 0));
  }
  const known = joinKnowledge(parts);
  return (
    known && {
      calendar: known.calendar,
      coverage: known.coverage,
      identity: known.identity,
      bars: concatBars(bars),
    }
  );
}

/** What was read of a file; undefined where it cannot be, which is given to `onDamage`. Throws what befalls more than it. */
async function unlessDamaged<T>(
  read: () => Promise<T>,
  root: string,
  onDamage: (error: BackfillError) => void,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    const damage = asUnusable(root, error);
    if (!isDamage(damage)) throw error;
    onDamage(damage);
    return undefined;
  }
}
