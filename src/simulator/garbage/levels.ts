// Rows that are sound one by one, on another level than their neighbours.

import { grouped } from '../../core/grouped.ts';
import { calendarOf } from './calendar-of.ts';
import { changed, one, run, some, traded } from './chosen.ts';
import { type Garbling, changingRows } from './form.ts';
import { scaled } from './rows.ts';

const CRASH = 0.6;
const SPLIT = 4;
const PENCE = 100;
const DECIMAL_POINT = 10;

export const jump = changingRows((rows, { random }, { price }) => {
  const kept = Math.ceil(rows.length / 2);
  const first = kept + Math.floor(random() * (rows.length - kept));
  return changed(rows, { has: (i) => i >= first }, (row) => scaled(row, CRASH, price));
});

export const spike = oneTimes(1.35);

export const grossSpike = oneTimes(8);

function oneTimes(factor: number): Garbling {
  return changingRows((rows, { random }, { price }) =>
    changed(rows, one(traded(rows), random), (row) => scaled(row, factor, price)),
  );
}

export const basisFlip = changingRows((rows, _, { price }) => {
  const middle = Math.floor(rows.length / 2);
  return changed(rows, { has: (i) => i < middle }, (row) => ({
    ...scaled(row, 1 / SPLIT, price),
    volume: row.volume * SPLIT,
  }));
});

/** A run where chance has it and there is room for one. */
export const unitFlip = changingRows((rows, { random }, { price }) => {
  const indexes = traded(rows);
  const stretch = random() < 0.5 ? run(indexes, random) : [];
  const flipped = stretch.length > 0 ? new Set(stretch) : some(indexes, random);
  return changed(rows, flipped, (row) => scaled(row, PENCE, price));
});

/** A third of a session. */
const STRETCH = 1 / 3;

/** Inside one session: nothing to do where none has three rows. */
export const stretch = changingRows((rows, asked, form) => {
  const calendar = calendarOf(asked, form);
  const sessions = grouped(traded(rows), (i) => form.sessionOf(rows[i]?.stamp ?? 0, calendar, asked));
  const roomy = [...sessions.values()].filter(({ length }) => length * STRETCH >= 1);
  const [at = -1] = one([...roomy.keys()], asked.random);
  const session = roomy[at] ?? [];
  const off = run(session, asked.random, Math.floor(session.length * STRETCH));
  return changed(rows, new Set(off), (row) => scaled(row, DECIMAL_POINT, form.price));
});
