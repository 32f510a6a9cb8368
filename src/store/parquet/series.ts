import type { Series } from '../../core/bars/bars.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { type StoredBars, slice } from '../../core/bars/columns.ts';
import { concatBars } from '../../core/bars/concat-bars.ts';
import type { DayRange } from '../../core/session/day.ts';
import { firstOfDay, sessionDateOf } from '../../core/bars/partition.ts';
import type { SeriesContent } from '../store.ts';
import { joinKnowledge } from './partition/join.ts';
import type { Knowledge } from './partition/knowledge.ts';
import { behindBody } from './partition/partition-file.ts';
import type { Blobs } from './files/blobs.ts';
import { Reads } from './beside/reads.ts';
import { partitionsOf } from './files/walk.ts';

/**
 * Bars of a range of session dates, and what is known of the partitions that it touches; undefined if there is none.
 * Throws `store-corrupt` if one of them is damaged.
 */
export async function readSeriesIn(
  blobs: Blobs,
  series: Series,
  range: DayRange,
  reads = new Reads(blobs),
): Promise<SeriesContent | undefined> {
  const bars: StoredBars[] = [];
  const parts: Knowledge[] = [];
  for (const partition of await partitionsOf(blobs, series, range)) {
    const isBefore = (lastTs: number, { calendar }: Knowledge): boolean =>
      sessionDateOf(series.interval, calendarById(calendar))(lastTs) < range.from;
    const content = await behindBody(partition, await reads.opened(partition), isBefore);
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
