import type { Calendar } from '../calendar/calendar.ts';
import { type Day, dayOn, MS_PER_DAY } from '../session/day.ts';
import { closedDay } from './closed-days.ts';

/** Dates that are no chance. */
const ENOUGH = 3;

/** A date whose day and month may be swapped lies this far from the next one of which they cannot be, at most. */
const TWELVE = 12;
const NEARLY_ALL = 0.9;

/** Dates of which day and month seem to be swapped. */
export interface SwappedDates {
  /** Places of those of which that is seen, ascending. */
  readonly at: readonly number[];
  /** What the first one would be. */
  readonly first: Day;
  /** Whether it is seen by the sessions, or by the order of the dates. */
  readonly by: 'sessions' | 'order';
}

/**
 * Whether some dates have day and month swapped, as a spreadsheet of another country has those whose day is at most 12:
 * undefined where they do not. Then such a day is none of the calendar where the other way round it is a session that has no row,
 * or the rows jump back and forth, and would not. `days` are those of rows in the order of their file, `told` those of them that
 * tell of trading.
 */
export function swappedDatesIn(
  days: readonly Day[],
  told: Iterable<Day>,
  calendar: Calendar,
): SwappedDates | undefined {
  const at = offSessions(days, new Set(told), calendar) ?? outOfOrder(days);
  const [place] = at?.places ?? [];
  const first = place === undefined ? undefined : swapped(days[place] as Day);
  return at === undefined || first === undefined ? undefined : { at: at.places, first, by: at.by };
}

interface Seen {
  readonly places: readonly number[];
  readonly by: SwappedDates['by'];
}

/** Those on closed days that would be sessions which have no row. */
function offSessions(days: readonly Day[], told: ReadonlySet<Day>, calendar: Calendar): Seen | undefined {
  const present = new Set(days);
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const day of present) {
    if (swapped(day) !== undefined) continue;
    from = Math.min(from, day - TWELVE);
    to = Math.max(to, day + TWELVE);
  }
  const explained = new Set<Day>();
  let others = 0;
  for (const day of told) {
    const other = swapped(day);
    if (other === undefined || closedDay(day, calendar) !== 'sure') continue;
    const isExplained = from <= other && other <= to && calendar.isSession(other) && !present.has(other);
    if (isExplained) explained.add(day);
    else others++;
  }
  if (explained.size < ENOUGH || others * 2 > explained.size) return undefined;
  return { places: placesOf(days, explained), by: 'sessions' };
}

function placesOf(days: readonly Day[], of: ReadonlySet<Day>): number[] {
  return days.flatMap((day, i) => (of.has(day) ? [i] : []));
}

/** Those that do not lie between the dates around them that have one reading, and would. */
function outOfOrder(days: readonly Day[]): Seen | undefined {
  const sure = days.filter((day) => swapped(day) === undefined);
  const rising = sure.filter((day, i) => day >= (sure[i - 1] ?? day)).length;
  const falling = sure.filter((day, i) => day <= (sure[i - 1] ?? day)).length;
  if (Math.max(rising, falling) < sure.length) return undefined;
  const next = nextSure(days);
  const places: number[] = [];
  let [before, others] = [Number.NaN, 0];
  for (const [i, day] of days.entries()) {
    const other = swapped(day);
    if (other === undefined) before = day;
    else if (!isBetween(day, before, next[i] as number)) {
      if (isBetween(other, before, next[i] as number)) places.push(i);
      else others++;
    }
  }
  const isMost = places.length >= (places.length + others) * NEARLY_ALL;
  return places.length >= ENOUGH && isMost ? { places, by: 'order' } : undefined;
}

/** For each place the next date that has one reading; NaN where there is none. */
function nextSure(days: readonly Day[]): number[] {
  const next = days.map(() => Number.NaN);
  let after = Number.NaN;
  for (let i = days.length - 1; i >= 0; i--) {
    next[i] = after;
    if (swapped(days[i] as Day) === undefined) after = days[i] as Day;
  }
  return next;
}

/** Whether a date lies between two that have one reading; where there is only one, near it. */
function isBetween(day: Day, before: number, after: number): boolean {
  if (Number.isNaN(before) && Number.isNaN(after)) return true;
  const [one, other] = [Number.isNaN(before) ? after : before, Number.isNaN(after) ? before : after];
  const slack = one === other ? 2 * TWELVE : 0;
  return day >= Math.min(one, other) - slack && day <= Math.max(one, other) + slack;
}

/** A day with its date and its month swapped; undefined where that is no day, or the same one. */
function swapped(day: Day): Day | undefined {
  const of = new Date(day * MS_PER_DAY);
  const [date, month] = [of.getUTCDate(), of.getUTCMonth() + 1];
  return date > TWELVE || date === month ? undefined : dayOn(of.getUTCFullYear(), date, month);
}
