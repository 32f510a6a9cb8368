import type { Calendar, Session } from '../../core/calendar/calendar.ts';
import { ALL_ZONES, COMMON_ZONES, FIXED_ZONES } from '../../core/calendar/common-zones.ts';
import { Zone } from '../../core/calendar/zone.ts';
import { largest } from '../../core/extremes.ts';
import { type Day, MS_PER_DAY } from '../../core/session/day.ts';
import {
  explained,
  explainsBetter,
  type Found,
  isAlone,
  isFull,
  isSure,
  runThatIsSure,
  type Sureness,
} from './clock-verdict.ts';
import type { Placed, Quarters } from './quarters.ts';

/** Rows by their instants as they are read, and by what their stamps show. */
export interface RowsByQuarter {
  readonly asRead: Quarters;
  readonly asWritten: Quarters;
}

/** A clock, or several, that explain the rows of a file where the one that they are read by does not. */
export interface ClocksThatFit {
  /** Zones that fit alike, the likeliest first; those of one entry show the same at all sessions, one is changed in summer. */
  readonly zones: readonly (readonly [zone: string, alike?: string])[];
  /** How the rows of the sessions lie as they are read, and by the first zone: those that only that explains. */
  readonly asRead: readonly Placed[];
  readonly byZone: readonly Placed[];
  /** Those sessions, ascending, and how many sessions have rows. */
  readonly days: readonly Day[];
  readonly sessions: number;
  /** Whether it is the volume that tells, or when in the day there are rows. */
  readonly by: Sureness;
  /** Whether other sessions are as the rows are read, and not as these zones have them. */
  readonly isInPart: boolean;
}

interface Tried {
  readonly zone: string;
  /** How far at each session with rows the clock is ahead of UTC. */
  readonly pattern: string;
  readonly placed: readonly Placed[];
  readonly found: readonly Found[];
}

/** How much less than the best clock explains another may that fits alike. */
const ALIKE = 0.98;

/** How much of the hours a clock must fill to be a guess. */
const LEAST_GUESSED = 0.7;

/** The clocks that explain rows as the one that they are read by does not; undefined where none does. */
export function clocksThatFit(rows: RowsByQuarter, calendar: Calendar): ClocksThatFit | undefined {
  const sessions = sessionsOf(rows, calendar);
  const tries = new Tries(rows, sessions);
  const zones = [...new Set([calendar.zone, ...ALL_ZONES])].map((zone) => tries.of(zone));
  const sure = zones.filter((tried) =>
    isSure(tries.differing(tried), tries.asRead[0]?.slots ?? 0, tries.withRows(tried)),
  );
  if (sure.length > 0) return { ...fitOf(sure, zones, tries, sessions), isInPart: false };
  const inPart = zones.flatMap((tried) => {
    const [from, to] = runThatIsSure(tried.found) ?? [0, 0];
    const found = tried.found.map((one, i) =>
      (from <= i && i < to) || tries.isAlone(tried, i) ? one : null,
    );
    return found.some(isWon) ? [{ ...tried, found }] : [];
  });
  return inPart.length === 0 ? undefined : { ...fitOf(inPart, inPart, tries, sessions), isInPart: true };
}

/** The best of the clocks that surely fit, with those of `all` that explain as much of the same sessions. */
function fitOf(
  fitting: readonly Tried[],
  all: readonly Tried[],
  tries: Tries,
  sessions: readonly Session[],
): Omit<ClocksThatFit, 'isInPart'> {
  const explains = ({ placed }: Tried, { found }: Tried): number =>
    placed.reduce((sum, one, i) => sum + (isWon(found[i]) ? explained(one) : 0), 0);
  const scores = fitting.map((tried) => explains(tried, tried));
  const best = fitting[scores.indexOf(largest(scores))] as Tried;
  const isAlike = (tried: Tried): boolean =>
    explains(tried, best) >= explains(best, best) * ALIKE &&
    best.placed.every((one, i) => explainsBetter(one, tried.placed[i] as Placed) === undefined);
  const alike = all.filter((tried) => tried === best || isAlike(tried));
  const places = sessions.flatMap((_, i) => (isWon(best.found[i]) ? [i] : []));
  const at = <T>(of: readonly T[]): T[] => places.map((i) => of[i] as T);
  const days = at(sessions).map(({ day }) => day);
  return {
    zones: named(alike, best, sessions.at(-1)?.open ?? 0),
    asRead: at(tries.asRead),
    byZone: at(best.placed),
    days,
    sessions: tries.withRows(best),
    by: at(best.found).find(isWon) as Sureness,
  };
}

function isWon(found: Found | undefined): found is Sureness {
  return found !== undefined && found !== null && found !== 'against';
}

/** Zones by what they show, the best of all first; of those that show the same one, and one that is changed where that is not. */
function named(fitting: readonly Tried[], best: Tried, near: number): ClocksThatFit['zones'] {
  const patterns = [...new Set([best.pattern, ...fitting.map(({ pattern }) => pattern)])];
  return patterns.map((pattern) => {
    const [first = '', ...others] = fitting.filter((one) => one.pattern === pattern).map(({ zone }) => zone);
    const alike = isChanged(first, near)
      ? others.find((zone) => FIXED_ZONES.includes(zone))
      : others.find((zone) => isChanged(zone, near));
    return alike === undefined ? [first] : [first, alike];
  });
}

/** The clock by which rows fill most of the regular hours, and how much of them; undefined where none fills more than they do as read. */
export function fullestClock(
  rows: RowsByQuarter,
  calendar: Calendar,
): { readonly zone: string; readonly filled: number } | undefined {
  const tries = new Tries(rows, sessionsOf(rows, calendar));
  let [zone, most] = ['', filledOf(tries.asRead)];
  for (const name of new Set([calendar.zone, ...COMMON_ZONES])) {
    const filled = filledOf(tries.of(name).placed);
    if (filled > most) [zone, most] = [name, filled];
  }
  return most < LEAST_GUESSED || zone === '' ? undefined : { zone, filled: most };
}

/** The part of the slots of sessions with rows that is filled. */
export function filledOf(placed: readonly Placed[]): number {
  const touched = placed.filter(({ rows }) => rows > 0);
  const sum = (of: (one: Placed) => number): number => touched.reduce((all, one) => all + of(one), 0);
  return (
    sum(({ filled }) => filled) /
    Math.max(
      1,
      sum(({ slots }) => slots),
    )
  );
}

/** Whether a clock is changed in the course of a year, about an instant. */
function isChanged(name: string, near: number): boolean {
  const zone = new Zone(name);
  const ahead = [0, 90, 180, 270].map(
    (days) => zone.clockAt(near + days * MS_PER_DAY) - near - days * MS_PER_DAY,
  );
  return ahead.some((one) => one !== ahead[0]);
}

/** The sessions that rows may touch, whatever clock they are of. */
function sessionsOf({ asRead }: RowsByQuarter, calendar: Calendar): readonly Session[] {
  const days = new Set<Day>();
  for (const start of asRead.starts())
    for (const by of [-MS_PER_DAY, 0, MS_PER_DAY]) days.add(calendar.localDay(start + by));
  return [...days]
    .filter((day) => calendar.isSession(day))
    .toSorted((a, b) => a - b)
    .map((day) => calendar.session(day))
    .filter(({ reliable }) => reliable);
}

/** How rows lie by several clocks; what two of them show alike is looked at once. */
class Tries {
  readonly #rows: RowsByQuarter;
  readonly #sessions: readonly Session[];
  readonly #placed = new Map<string, Placed>();
  readonly asRead: readonly Placed[];

  constructor(rows: RowsByQuarter, sessions: readonly Session[]) {
    this.#rows = rows;
    this.#sessions = sessions;
    this.asRead = sessions.map((session) => rows.asRead.around(session, 0));
  }

  /** How many sessions have rows as they are read, or by a clock. */
  withRows(tried: Tried): number {
    return this.#sessions.filter((_, i) => this.hasRows(i, tried)).length;
  }

  /** Whether a session has rows as they are read, or by a clock. */
  hasRows(i: number, { placed }: Pick<Tried, 'placed'>): boolean {
    return (this.asRead[i]?.rows ?? 0) + (placed[i]?.rows ?? 0) > 0;
  }

  /** Whether a session is surely of a clock, whatever the others are. */
  isAlone({ placed, found }: Tried, at: number): boolean {
    const others = this.asRead.filter((one, i) => !isWon(found[i]) && isFull(one));
    return isAlone(found[at] ?? null, placed[at] as Placed, this.asRead[at] as Placed, others);
  }

  /** What was found of the sessions for which a clock makes a difference. */
  differing({ placed, found }: Tried): readonly Found[] {
    return found.filter((_, i) => !isSame(placed[i] as Placed, this.asRead[i] as Placed));
  }

  of(name: string): Tried {
    const zone = new Zone(name);
    const ahead = this.#sessions.map(({ open }) => zone.clockAt(open) - open);
    const placed = this.#sessions.map((session, i) => this.#around(session, i, ahead[i] as number));
    const found = placed.map((one, i) => {
      const asRead = this.asRead[i] as Placed;
      return explainsBetter(one, asRead) ?? (explainsBetter(asRead, one) === undefined ? null : 'against');
    });
    const pattern = ahead.filter((_, i) => this.hasRows(i, { placed })).join(' ');
    return { zone: name, pattern, placed, found };
  }

  #around(session: Session, i: number, ahead: number): Placed {
    const key = `${i} ${ahead}`;
    let placed = this.#placed.get(key);
    if (placed === undefined) this.#placed.set(key, (placed = this.#rows.asWritten.around(session, ahead)));
    return placed;
  }
}

function isSame(one: Placed, other: Placed): boolean {
  return (Object.keys(one) as (keyof Placed)[]).every((key) => one[key] === other[key]);
}
