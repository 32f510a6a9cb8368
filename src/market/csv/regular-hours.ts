import type { Calendar, Session } from '../../core/calendar/calendar.ts';
import { CALENDAR_ZONES } from '../../core/calendar/calendars.ts';
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
}

/** Whether a calendar has hours by which a clock can be told. */
export function hasRegularHours({ advisory, kind }: Calendar): boolean {
  return !advisory && kind === 'exchange';
}

/**
 * Refuses intraday rows that another clock would explain: one that fills the regular slots of the exchange where the clock
 * that they are read by does not. Extended hours are no reason, unless most of the volume would lie there. `clock` is the
 * zone they were read by, `known` how they fill the hours then, if somebody knows; `rows` come in stretches. Throws `usage`,
 * and says what would fit.
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
  if (asRead.filled >= 0.95 && asRead.volume >= 0.5) return;
  const probe = middleDays(rows);
  const fitBy = (zone: string, parts: Iterable<StampedRows>): Fit =>
    fitOf(parts, ({ bars }) => bars.ts.map((written) => instantByClock(written, zone)), interval, calendar);
  const [first] = rows;
  for (const zone of new Set([calendar.zone, 'UTC', ...CALENDAR_ZONES.map(([, one]) => one)])) {
    if (fitBy(zone, probe).filled < LEAST_PROBE) continue;
    const fit = fitBy(zone, rows);
    if (!isBetter(fit, asRead)) continue;
    const seen = `its times fill ${percent(asRead)} of the regular hours of ${calendar.id} as they are read, and ${percent(fit)} by the clock of ${zone}`;
    const way = Number.isNaN(first?.offsets?.[0] ?? Number.NaN)
      ? `give --csv-zone ${zone}, or write an offset with each`
      : 'correct their offset, or leave it out and give --csv-zone';
    throw malformed(path, null, `${seen}: ${way}`);
  }
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
    this.#all += instants.length;
    for (const [i, instant] of instants.entries()) {
      const session = this.#sessionOf(instant);
      const traded = volumes[i] || 0;
      this.#volume += traded;
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
    };
  }

  #sessionOf(instant: number): Session | null {
    const day = this.#calendar.localDay(instant);
    let session = this.#sessions.get(day);
    if (session === undefined) {
      session = this.#calendar.isSession(day) ? this.#calendar.session(day) : null;
      // Hours that are only advice refuse no file.
      if (session?.reliable === false) session = null;
      this.#sessions.set(day, session);
      if (session !== null) this.#slots += roomOf(session, this.#interval);
    }
    return session;
  }
}

function percent({ filled }: Fit): string {
  return `${Math.round(100 * filled)} %`;
}
