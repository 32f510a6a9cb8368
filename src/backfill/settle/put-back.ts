import { storedBarsOf, storedRowsOf } from '../../core/bars/bar-builder.ts';
import { type Bar, type Revision, type Series, UNKNOWN_IDENTITY } from '../../core/bars/bars.ts';
import { isSameBar } from '../../core/bars/compare.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { NOTHING_KNOWN } from '../../core/coverage/coverage.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import type { Want } from '../../core/plan/task.ts';
import type { Day } from '../../core/session/day.ts';
import { contains } from '../../core/session/ranges.ts';
import type { BarStore } from '../../store/store.ts';

interface PutBackTools {
  readonly store: Pick<BarStore, 'readRevisions' | 'readBars'>;
  /** Provider id. */
  readonly provider: string;
  /** When the run began, ms since the epoch: no answer of it is older. */
  readonly startedAt: number;
}

/** Final bars that a run replaced by those of an answer that is refused now. */
export interface ReplacedBars {
  readonly want: Want;
  /** As they were, each of the time at which it was replaced: what is put back is newer than what it replaces. Ascending. */
  readonly bars: readonly Bar[];
}

/**
 * The final bars that the last answer for a want replaced, by their revisions: where what replaced them is stored still.
 * To be read before anything of the want is forgotten.
 */
export async function replacedBars(
  want: Want,
  { store, provider, startedAt }: PutBackTools,
): Promise<ReplacedBars> {
  const { series, range } = want;
  const dayOf = sessionDateOf(series.interval, calendarById(want.calendar));
  const last = new Map<number, Revision>();
  for (const revision of await store.readRevisions(series)) {
    const { before, after, stayed } = revision;
    const isOfRun = after.source === provider && after.fetchedAt >= startedAt;
    if (stayed !== true && isOfRun && contains([range], dayOf(before.ts))) last.set(before.ts, revision);
  }
  if (last.size === 0) return { want, bars: [] };
  const stored = storedRowsOf(await store.readBars(series, range));
  const bars = stored.flatMap((row): Bar[] => {
    const { before, after } = last.get(row.ts) ?? {};
    if (before === undefined || after === undefined || !isSameBar(row, after, 0)) return [];
    return [{ ...before, fetchedAt: after.fetchedAt }];
  });
  return { want, bars };
}

/**
 * Stores bars that were replaced in the place of what replaced them, with a revision of it. Of a session that is missing again
 * only where the bar is all that it has.
 */
export async function putBack({ want, bars }: ReplacedBars, store: Pick<BarStore, 'upsert'>): Promise<void> {
  const { series, calendar, gaps } = want;
  const dayOf = sessionDateOf(series.interval, calendarById(calendar));
  const isMissing = (day: Day): boolean => contains(gaps, day);
  const kept = bars.filter(({ ts }) => !isMissing(dayOf(ts)) || isWhole(series));
  const [first] = kept;
  if (first === undefined) return;
  const missing = kept.map(({ ts }) => dayOf(ts)).filter(isMissing);
  await store.upsert({
    ...{ series, calendar, bars: storedBarsOf(kept), identity: UNKNOWN_IDENTITY, fetchedAt: first.fetchedAt },
    learned: { ...NOTHING_KNOWN, present: missing.map((day) => ({ from: day, to: day + 1 })) },
  });
}

/** Whether a session has one bar. */
function isWhole({ interval }: Series): boolean {
  return interval === '1d';
}
