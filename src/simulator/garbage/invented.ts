// Rows that are made up where there was none or where they were lost.

import type { Calendar } from '../../core/calendar/calendar.ts';
import type { Day } from '../../core/session/day.ts';
import { calendarOf } from './calendar-of.ts';
import { changed, run, traded } from './chosen.ts';
import { type Garbling, changingRows } from './form.ts';
import { type Row, type TradedRow, flat, isTraded } from './rows.ts';

/** Rows that repeat the one before them. */
const STALE = 3;

const SUNDAY = 0;

export const constant = flatRun((before) => before);

export const interpolated = flatRun((before, after, part) => before + (after - before) * part);

/** A run of flat rows at prices between the close before and the close after; `part` is how far along it is, 0 to 1. */
function flatRun(price: (before: number, after: number, part: number) => number): Garbling {
  return changingRows((rows, { random }, form) => {
    const indexes = traded(rows);
    const members = run(indexes, random);
    const first = indexes.indexOf(members[0] ?? -1);
    const closeOf = (place: number): number => (rows[indexes[place] ?? -1] as TradedRow).close;
    return rows.map((row, i) => {
      const place = members.indexOf(i);
      if (place < 0) return row;
      const part = (place + 1) / (members.length + 1);
      const at = price(closeOf(first - 1), closeOf(first + members.length), part);
      return flat(row as TradedRow, at, form.price);
    });
  });
}

/** On the closed days between two rows: flat at the last close. */
export const filler = changingRows((rows, asked, form) => {
  const calendar = calendarOf(asked, form);
  const sessionOf = ({ stamp }: Row): Day => form.sessionOf(stamp, calendar, asked);
  let last: TradedRow | undefined;
  return rows.flatMap((row, i) => {
    const before = rows[i - 1];
    if (before === undefined) return [row];
    if (isTraded(before)) last = before;
    if (last === undefined) return [row];
    const filled = flat(last, last.close, form.price);
    const days = closedBetween(calendar, sessionOf(before), sessionOf(row));
    return [...days.map((day) => ({ ...filled, stamp: form.stampOn(day, asked) })), row];
  });
});

/** Saturdays and holidays after one day and before another. */
function closedBetween(calendar: Calendar, after: Day, before: Day): Day[] {
  const days = Array.from({ length: Math.max(0, before - after - 1) }, (_, i) => after + 1 + i);
  return days.filter((day) => !calendar.isSession(day) && (day + 4) % 7 !== SUNDAY);
}

export const staleTail = changingRows((rows) => {
  const tail = traded(rows).slice(-STALE - 1);
  const [first, ...stale] = tail;
  if (first === undefined || stale.length < STALE) return rows;
  const repeated = rows[first] as Row;
  return changed(rows, new Set(stale), ({ stamp }) => ({ ...repeated, stamp }));
});
