import type { Series } from '../../core/bars/bars.ts';
import { calendarFor } from '../../core/calendar/calendars.ts';
import { periodRange, sessionDateOf } from '../../core/bars/partition.ts';
import { NOTHING_KNOWN } from '../../core/coverage/coverage.ts';
import type { DayRange } from '../../core/session/day.ts';
import { INTERVALS, type Interval } from '../../core/session/interval.ts';
import { contains } from '../../core/session/ranges.ts';
import { contradicted } from '../parquet/beside/move-revisions.ts';
import { contentOf } from './read.ts';
import { inTheirOrder } from './revisions.ts';
import type { Tables } from './tables.ts';

/** Hands the revisions of a ticker's sessions in a range over to another: see `BarStore.moveRevisions`. */
export async function moveRevisions(
  tables: Tables,
  { from, to, days, intervals = INTERVALS }: Move,
): Promise<number> {
  let moved = 0;
  for (const interval of intervals)
    moved += await moveOf(tables, { ticker: from, interval }, { ticker: to, interval }, days);
  return moved;
}

export interface Move {
  readonly from: string;
  readonly to: string;
  /** Session dates. */
  readonly days: DayRange;
  readonly intervals?: readonly Interval[] | undefined;
}

async function moveOf(tables: Tables, old: Series, heir: Series, days: DayRange): Promise<number> {
  const all = await tables.revisions(old);
  if (all.length === 0) return 0;
  const [had, has] = [
    await tables.readSeries(old, days, NO_DAYS),
    await tables.readSeries(heir, periodRange('all')),
  ];
  const refuted = contradicted(
    old,
    {
      revisions: inTheirOrder(all.map(({ revision }) => revision)),
      coverage: contentOf(had)?.coverage ?? NOTHING_KNOWN,
    },
    { bars: has.bars, coverage: contentOf(has)?.coverage ?? NOTHING_KNOWN },
    days,
  );
  const dayOf = sessionDateOf(old.interval, calendarFor(old.ticker));
  const given = all.filter(
    ({ revision: { before } }) => contains([days], dayOf(before.ts)) && !refuted.has(before.ts),
  );
  if (given.length === 0) return 0;
  await tables.handOver(old, heir, given);
  return given.length;
}

const NO_DAYS: DayRange = { from: 0, to: 0 };
