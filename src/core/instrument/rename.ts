import { type Day, type DayRange, formatDay } from '../session/day.ts';
import { intersect } from '../session/ranges.ts';
import type { Moved } from './moved.ts';
import { largest } from '../extremes.ts';

/** An instrument that changed its ticker: the sessions of `from` in the range are those of `to`. */
export interface Rename {
  readonly from: string;
  readonly to: string;
  /** First session, inclusive; null: from the beginning. */
  readonly start: Day | null;
  /** Exclusive: the first session under the new ticker; null: without end. */
  readonly end: Day | null;
  /** What it handed over. Default: nobody wrote that down. */
  readonly moved?: Moved;
}

/** The sessions that a rename speaks of. */
export function renamedDays({ start, end }: Pick<Rename, 'start' | 'end'>): DayRange {
  return { from: start ?? Number.NEGATIVE_INFINITY, to: end ?? Number.POSITIVE_INFINITY };
}

/**
 * What became of a ticker, newest first: its own renames, and those of the tickers that it became, as far as they speak
 * of the same sessions.
 */
export function renamesOf(ticker: string, renames: readonly Rename[]): Rename[] {
  const found = new Set<Rename>();
  const follow = (name: string, days: readonly DayRange[]): void => {
    for (const rename of renames) {
      const common = intersect(days, [renamedDays(rename)]);
      if (rename.from !== name || found.has(rename) || common.length === 0) continue;
      found.add(rename);
      follow(rename.to, common);
    }
  };
  follow(ticker, [renamedDays({ start: null, end: null })]);
  return [...found].toSorted((a, b) => Number(endOf(b) > endOf(a)) - Number(endOf(b) < endOf(a)));
}

/** `FB became META on 2022-06-09` */
export function renameText({ from, to, end }: Rename): string {
  return end === null ? `${from} became ${to}` : `${from} became ${to} on ${formatDay(end)}`;
}

/** The sessions of a rename in words, after a verb: `before 2022-06-09`, `from 2008-09-30 to 2011-11-16`. */
export function renamedDaysText({ start, end }: Pick<Rename, 'start' | 'end'>): string {
  if (start !== null && end !== null) return `from ${formatDay(start)} to ${formatDay(end - 1)}`;
  if (end !== null) return `before ${formatDay(end)}`;
  return start === null ? 'at any time' : `since ${formatDay(start)}`;
}

/** Since when an instrument has a ticker for good, where it had others before; null where no rename led to it. */
export function namedSince(ticker: string, renames: readonly Rename[]): Day | null {
  const ends = renames.flatMap(({ to, end }) => (to === ticker && end !== null ? [end] : []));
  return ends.length === 0 ? null : largest(ends);
}

/**
 * The earlier rename that a new one contradicts: the same sessions of the same ticker went to another instrument.
 * `known` is in the order in which they were made: sessions may have gone on from there to the new one's ticker, or back.
 */
export function contradicted(rename: Rename, known: readonly Rename[]): Rename | undefined {
  return known.find((other, i) => {
    if (other.from !== rename.from || other.to === rename.to) return false;
    const later = known.slice(i + 1);
    return turningDays(rename, other, later).some((day) => {
      const name = nameAfter(other.to, day, later);
      return name !== rename.to && name !== rename.from;
    });
  });
}

/**
 * The days from which on the common sessions of two renames may have gone another way: the first one, and where later ones
 * begin or end.
 */
function turningDays(one: Rename, other: Rename, later: readonly Rename[]): Day[] {
  const [common] = intersect([renamedDays(one)], [renamedDays(other)]);
  if (common === undefined) return [];
  const turns = later.map(renamedDays).flatMap(({ from, to }) => [from, to]);
  return [common.from, ...turns.filter((day) => common.from < day && day < common.to)];
}

function nameAfter(ticker: string, day: Day, renames: readonly Rename[]): string {
  let name = ticker;
  for (const rename of renames) {
    const { from, to } = renamedDays(rename);
    if (rename.from === name && from <= day && day < to) name = rename.to;
  }
  return name;
}

/** Whether two say that the same sessions of the same ticker became the same other one's. */
export function isSameRename(a: Rename, b: Rename): boolean {
  return a.from === b.from && a.to === b.to && a.start === b.start && a.end === b.end;
}

function endOf({ end }: Rename): Day {
  return end ?? Number.POSITIVE_INFINITY;
}
