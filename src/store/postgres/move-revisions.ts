import type { Series } from '../../core/bars/bars.ts';
import { calendarFor } from '../../core/calendar/calendars.ts';
import { periodRange, sessionDateOf } from '../../core/bars/partition.ts';
import { NOTHING_KNOWN } from '../../core/coverage/coverage.ts';
import type { DayRange } from '../../core/session/day.ts';
import { INTERVALS, type Interval } from '../../core/session/interval.ts';
import { contains } from '../../core/session/ranges.ts';
import { contradicted } from '../parquet/beside/move-revisions.ts';
import type { Database } from './database.ts';
import type { Writing } from './edit.ts';
import { contentOf, readSeries } from './read.ts';
import { insertRevisions, inTheirOrder, revisionOf, REVISIONS } from './revisions.ts';

/** Hands the revisions of a ticker's sessions in a range over to another: see `BarStore.moveRevisions`. */
export async function moveRevisions(
  db: Database,
  writing: Writing,
  { from, to, days, intervals = INTERVALS }: Move,
): Promise<number> {
  let moved = 0;
  for (const interval of intervals)
    moved += await moveOf(db, writing, { ticker: from, interval }, { ticker: to, interval }, days);
  return moved;
}

export interface Move {
  readonly from: string;
  readonly to: string;
  /** Session dates. */
  readonly days: DayRange;
  readonly intervals?: readonly Interval[] | undefined;
}

async function moveOf(
  db: Database,
  writing: Writing,
  old: Series,
  heir: Series,
  days: DayRange,
): Promise<number> {
  const rows = await db.read(`${REVISIONS} ORDER BY id`, [old.ticker, old.interval]);
  if (rows.length === 0) return 0;
  const all = rows.map((row) => ({ id: String(row['id']), revision: revisionOf(row) }));
  const [had, has] = [
    await readSeries(db, old, days, NO_DAYS),
    await readSeries(db, heir, periodRange('all')),
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
  await writing(async (client) => {
    await insertRevisions(
      client,
      heir,
      given.map(({ revision }) => revision),
    );
    await client.query('DELETE FROM revisions WHERE id = ANY ($1::bigint[])', [given.map(({ id }) => id)]);
  });
  return given.length;
}

const NO_DAYS: DayRange = { from: 0, to: 0 };
