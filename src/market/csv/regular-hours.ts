import type { Calendar, Session } from '../../core/calendar/calendar.ts';
import { COMMON_ZONES } from '../../core/calendar/common-zones.ts';
import { roomOf } from '../../core/calendar/session-room.ts';
import type { Day } from '../../core/session/day.ts';
import { type Interval, intervalMs } from '../../core/session/interval.ts';
import { barStart, isTradingTime } from '../../core/bars/session-grid.ts';
import { instantByClock, instantsOf } from './clock.ts';
import { malformed } from './records.ts';
import { keepRows, type StampedRows } from './stamped-rows.ts';
import { writtenDay } from './stamps.ts';

/** Days before and after the middle of a file, and how much of their slots a clock must fill to be tried on all. */
const PROBE_DAYS = 2;
const LEAST_PROBE = 0.7;

/** How well the instants of rows agree with an exchange's hours. */
interface Fit {
  /** The part of the regular slots, of the sessions that the rows touch, that have a row. */
  readonly filled: number;
  /** The part of the rows that lie in regular hours. */
  readonly inside: number;
  /** The part of the volume that was traded in regular hours; 1 where there is none. */
  readonly volume: number;
  /** Whether any is told. */
  readonly volumeTold: boolean;
  /** Rows by which that was seen, the sessions that they touch, and the part of them on days without one. */
  readonly rows: number;
  readonly sessions: number;
  readonly closed: number;
}

/** With fewer rows, or of fewer sessions whose hours are filled, one day's news may be most of what was traded. */
const ENOUGH_ROWS = 50;
const ENOUGH_SESSIONS = 3;

/** Overnight trading of shares begins on a Sunday, which is a twentieth of it; what trades every day has more on closed days. */
const MOST_CLOSED = 0.1;

/** Whether a calendar has hours by which a clock can be told. */
export function hasRegularHours({ advisory, kind }: Calendar): boolean {
  return !advisory && kind === 'exchange';
}

/**
 * Refuses intraday rows that another clock would explain: one that fills the regular slots of the exchange where the clock
 * that they are read by does not. Extended hours are no reason, unless most of the volume would lie there; with holes in
 * the regular ones, or on closed days too, that is a reason also where no clock explains it. `clock` is the zone they were
 * read by, `known` how they fill the hours then, if somebody knows; `rows` come in stretches. Throws `usage`, and says what
 * would fit.
 */
export function assertRegularHours(
  path: string,
  rows: Iterable<StampedRows>,
  clock: string,
  interval: Interval,
  calendar: Calendar,
  known?: Fit,
): void {
  if (!hasRegularHours(calendar)) return;
  const asRead = known ?? fitOf(rows, (part) => instantsOf(part, clock), interval, calendar);
  const isOutside = isMostlyOutside(asRead);
  if (asRead.filled >= 0.95 && asRead.volume >= 0.5 && !isOutside) return;
  const probe = middleDays(rows);
  const fitBy = (zone: string, parts: Iterable<StampedRows>): Fit =>
    fitOf(parts, ({ bars }) => bars.ts.map((written) => instantByClock(written, zone)), interval, calendar);
  const [first] = rows;
  const hasOffsets = !Number.isNaN(first?.offsets?.[0] ?? Number.NaN);
  let [likeliest, most] = ['', asRead];
  for (const zone of new Set([calendar.zone, ...COMMON_ZONES])) {
    if (fitBy(zone, probe).filled < LEAST_PROBE) continue;
    const fit = fitBy(zone, rows);
    if (isBetter(fit, asRead))
      throw malformed(path, null, fitText(asRead, fit, { zone, calendar, hasOffsets }));
    if (fit.filled > most.filled) [likeliest, most] = [zone, fit];
  }
  if (isOutside)
    throw malformed(path, null, outsideText(asRead, most, { zone: likeliest, calendar, hasOffsets }));
}

/** A clock that rows are held against. */
interface Tried {
  readonly zone: string;
  readonly calendar: Calendar;
  /** Whether the stamps have offsets of their own. */
  readonly hasOffsets: boolean;
}

function fitText(asRead: Fit, fit: Fit, { zone, calendar, hasOffsets }: Tried): string {
  const seen = `its times fill ${percent(asRead.filled)} of the regular hours of ${calendar.id} as they are read, and ${percent(fit.filled)} by the clock of ${zone}`;
  return hasOffsets
    ? `${seen}: correct their offset, or leave it out and give --csv-zone`
    : `${seen}: give --csv-zone ${zone}, or write an offset with each`;
}

/**
 * Whether rows are none of a share's, as they are read: most of them, with most of the volume, lie outside regular hours, and
 * leave holes in these or go on over closed days. Extended hours alone do neither.
 */
function isMostlyOutside({ inside, filled, volume, volumeTold, rows, sessions, closed }: Fit): boolean {
  if (inside >= 0.5 || volume >= (volumeTold ? 0.5 : Infinity) || rows < ENOUGH_ROWS || sessions === 0)
    return false;
  if (filled < 0.5) return true;
  return sessions >= ENOUGH_SESSIONS && (closed >= MOST_CLOSED || (volumeTold && filled < 0.95));
}

function outsideText(asRead: Fit, likeliest: Fit, { zone, calendar, hasOffsets }: Tried): string {
  const { inside, volume, volumeTold, filled } = asRead;
  const rows = `${percent(1 - inside)} of its rows${volumeTold ? `, with ${percent(1 - volume)} of the volume,` : ''}`;
  const seen = `${rows} lie outside the regular hours of ${calendar.id}, of which it fills ${percent(filled)}`;
  const clock = hasOffsets ? 'correct their offset' : 'give the clock of its times with --csv-zone';
  const guess = zone === '' ? '' : ` (by that of ${zone}: ${percent(likeliest.filled)})`;
  return `${seen}: ${clock}${guess}; or name it as what trades at these hours (BTC-USD), or leave only regular hours in it`;
}

/** The rows of some days in the middle of a file, which tell soon what clock is none of it. */
function middleDays(rows: Iterable<StampedRows>): readonly StampedRows[] {
  let length = 0;
  for (const { bars } of rows) length += bars.length;
  let [passed, middle] = [0, 0];
  for (const { bars } of rows) {
    const at = (length >> 1) - passed;
    if (0 <= at && at < bars.length) middle = writtenDay(bars.ts[at] as number);
    passed += bars.length;
  }
  const near: StampedRows[] = [];
  for (const part of rows)
    near.push(keepRows(part, (i) => Math.abs(writtenDay(part.bars.ts[i] as number) - middle) <= PROBE_DAYS));
  return near;
}
/** Whether a reading explains the rows and the one as they are does not. */
function isBetter(other: Fit, asRead: Fit): boolean {
  if (other.filled < 0.9) return false;
  if (asRead.filled < 0.6) return true;
  // Extended hours reach over the regular ones by any clock; the volume does not.
  if (asRead.volume < 0.5 && other.volume >= 0.8) return true;
  // A clock one hour off fills most slots too; but only the right one has every row in one.
  return asRead.filled < 0.95 && other.filled >= 0.98 && other.inside >= 0.99;
}

function fitOf(
  rows: Iterable<StampedRows>,
  instantsIn: (part: StampedRows) => Float64Array,
  interval: Interval,
  calendar: Calendar,
): Fit {
  const hours = new HoursFilled(interval, calendar);
  for (const part of rows) hours.add(instantsIn(part), part.bars.volume);
  return hours.fit();
}

/** How rows fill the hours of an exchange; of a long file a stretch at a time. */
export class HoursFilled {
  readonly #calendar: Calendar;
  readonly #interval: Interval;
  readonly #sessions = new Map<Day, Session | null>();
  #all = 0;
  #closed = 0;
  #touched = 0;
  #filled = 0;
  #slots = 0;
  #inside = 0;
  #volume = 0;
  #volumeInside = 0;

  constructor(interval: Interval, calendar: Calendar) {
    this.#interval = interval;
    this.#calendar = calendar;
  }

  /** Adds bars, none at an instant of those of another call. A volume is NaN where it is not known. */
  add(instants: Float64Array, volumes: Float64Array): void {
    const length = intervalMs(this.#interval);
    const filled = new Set<number>();
    for (const [i, instant] of instants.entries()) {
      const session = this.#sessionOf(instant);
      // Hours that are only advice refuse no file.
      if (session?.reliable === false) continue;
      const traded = volumes[i] || 0;
      this.#all++;
      this.#volume += traded;
      if (session === null) this.#closed++;
      if (session === null || !isTradingTime(session, instant)) continue;
      this.#inside++;
      this.#volumeInside += traded;
      if (barStart(session, instant, length) === instant) filled.add(instant);
    }
    this.#filled += filled.size;
  }

  fit(): Fit {
    return {
      filled: this.#filled / Math.max(1, this.#slots),
      inside: this.#inside / Math.max(1, this.#all),
      volume: this.#volume === 0 ? 1 : this.#volumeInside / this.#volume,
      volumeTold: this.#volume > 0,
      ...{ rows: this.#all, sessions: this.#touched, closed: this.#closed / Math.max(1, this.#all) },
    };
  }

  #sessionOf(instant: number): Session | null {
    const day = this.#calendar.localDay(instant);
    let session = this.#sessions.get(day);
    if (session === undefined) {
      session = this.#calendar.isSession(day) ? this.#calendar.session(day) : null;
      this.#sessions.set(day, session);
      if (session?.reliable === true) {
        this.#touched++;
        this.#slots += roomOf(session, intervalMs(this.#interval));
      }
    }
    return session;
  }
}

function percent(part: number): string {
  return `${Math.round(100 * part)} %`;
}
