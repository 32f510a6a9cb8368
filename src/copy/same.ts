import type { ActionBook, ActionEntry } from '../core/actions/action-book.ts';
import { isSameAction } from '../core/actions/alike.ts';
import type { Bar, Revision } from '../core/bars/bars.ts';
import { type Bars, type StoredBars, sourceAt, storedBarAt } from '../core/bars/columns.ts';
import { sessionDateOf } from '../core/bars/partition.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { grouped } from '../core/grouped.ts';
import { contains } from '../core/session/ranges.ts';
import type { Held } from '../store/holdings.ts';

type HeldBars = Extract<Held, { is: 'bars' }>;

/** Whether the same lies at a place of two stores: every column of every bar, and all that is known. */
export function isSame(a: Held, b: Held): boolean {
  if (a.is === 'bars' && b.is === 'bars')
    return isSameBars(a.bars, b.bars) && textOf(a.known) === textOf(b.known);
  if (a.is === 'document' && b.is === 'document') return Buffer.compare(a.bytes, b.bytes) === 0;
  return textOf(a) === textOf(b);
}

/** What a value says, in one order of its fields. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) =>
    typeof field === 'object' && field !== null && !Array.isArray(field)
      ? Object.fromEntries(Object.entries(field).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : field,
  );
}

const COLUMNS = ['ts', 'open', 'high', 'low', 'close', 'volume', 'vwap', 'trades'] as const;

function isSameBars(a: StoredBars, b: StoredBars): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!isSameBar(a, i, b, i)) return false;
  return true;
}

function isSameBar(a: StoredBars, i: number, b: StoredBars, j: number): boolean {
  for (const name of COLUMNS) if (!isSameNumber(valueAt(a, name, i), valueAt(b, name, j))) return false;
  return a.fetchedAt[i] === b.fetchedAt[j] && sourceAt(a, i) === sourceAt(b, j);
}

/** Not known of any bar is the same as not known of each. */
function valueAt(bars: Bars, name: (typeof COLUMNS)[number], i: number): number {
  return bars[name]?.[i] ?? Number.NaN;
}

function isSameNumber(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

/**
 * Whether what a store has at a place is what another one had there earlier, as far as that can be told: nothing is lost then
 * where it becomes what that one has now. `revisions`: of the series, by that one. Of documents nothing tells.
 */
export function isEarlier(older: Held, newer: Held, revisions: readonly Revision[]): boolean {
  if (older.is === 'bars' && newer.is === 'bars') return areEarlierBars(older, newer, revisions);
  if (older.is === 'revisions' && newer.is === 'revisions') {
    const known = new Set(newer.revisions.map(textOf));
    return older.revisions.every((revision) => known.has(textOf(revision)));
  }
  if (older.is === 'actions' && newer.is === 'actions') return isEarlierBook(older.book, newer.book);
  return true;
}

/**
 * Each bar is there still, perhaps confirmed by a later answer, was not final, or is among the values that were replaced; and no
 * answer is newer.
 */
function areEarlierBars(older: HeldBars, newer: HeldBars, revisions: readonly Revision[]): boolean {
  if ((older.known.fetchedAt ?? 0) > (newer.known.fetchedAt ?? 0)) return false;
  const dayOf = sessionDateOf(older.series.interval, calendarById(older.known.calendar));
  const places = new Map(Array.from(newer.bars.ts, (ts, place) => [ts, place]));
  const replaced = grouped(
    revisions.map(({ before }) => before),
    ({ ts }) => ts,
  );
  for (const [i, ts] of older.bars.ts.entries()) {
    const place = places.get(ts);
    if (place !== undefined && isSameBar(older.bars, i, newer.bars, place)) continue;
    if (contains(older.known.coverage.provisional, dayOf(ts))) continue;
    const bar = storedBarAt(older.bars, i);
    const later = place === undefined ? [] : [storedBarAt(newer.bars, place)];
    if (![...later, ...(replaced.get(ts) ?? [])].some((one) => isConfirmedAs(bar, one))) return false;
  }
  return true;
}

/** Whether a bar is what became of another where later answers said the same: what that lacked is filled in. */
function isConfirmedAs(older: Bar, newer: Bar): boolean {
  const isKept = (name: 'volume' | 'vwap' | 'trades'): boolean => {
    const value = older[name] ?? Number.NaN;
    return Number.isNaN(value) || value === newer[name];
  };
  return (
    older.source === newer.source &&
    older.fetchedAt <= newer.fetchedAt &&
    (['open', 'high', 'low', 'close'] as const).every((name) => older[name] === newer[name]) &&
    (['volume', 'vwap', 'trades'] as const).every(isKept)
  );
}

function isEarlierBook(older: ActionBook, newer: ActionBook): boolean {
  const known: readonly ActionEntry[] = [...newer.entries, ...newer.past];
  return [...older.entries, ...older.past].every(({ action, source, fetchedAt }) =>
    known.some(
      (one) => one.source === source && one.fetchedAt === fetchedAt && isSameAction(one.action, action),
    ),
  );
}
