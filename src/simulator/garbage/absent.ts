// Answers that look complete and lack something.

import type { Random } from '../../market/random.ts';
import { calendarOf } from './calendar-of.ts';
import { some } from './chosen.ts';
import { changing, changingRows } from './form.ts';

/** The part of the sessions that are thinned. */
const THINNED = 0.25;

/** Of a thinned session every so many-th row is left. */
const KEPT = 4;

export const noSplits = changing((answer, _, form) => form.withoutSplits(answer));

/** As the wire answers where it has no rows. */
export const empty = changingRows(() => []);

export const thin = changingRows((rows, asked, form) => {
  const calendar = calendarOf(asked, form);
  const sessions = rows.map(({ stamp }) => form.sessionOf(stamp, calendar, asked));
  const lost = thinnedOut(sessions, asked.random);
  return rows.filter((_, i) => !lost.has(i));
});

/** Indexes of the rows that go, from the session of every row. */
function thinnedOut(sessions: readonly number[], random: Random): ReadonlySet<number> {
  const rowsOf = new Map<number, number[]>();
  for (const [i, day] of sessions.entries()) rowsOf.set(day, [...(rowsOf.get(day) ?? []), i]);
  const several = [...rowsOf].filter(([, rows]) => rows.length > 1).map(([day]) => day);
  const days = [...some(several, random, THINNED)];
  return new Set(days.flatMap((day) => (rowsOf.get(day) ?? []).filter((_, place) => place % KEPT !== 0)));
}

export const half = changingRows((rows) => rows.slice(0, Math.ceil(rows.length / 2)));
