import type { Calendar, Session } from '../../core/calendar/calendar.ts';
import { roomOf } from '../../core/calendar/session-room.ts';
import type { Day } from '../../core/session/day.ts';
import { type Interval, intervalMs } from '../../core/session/interval.ts';
import { barStart, isTradingTime } from '../../core/bars/session-grid.ts';
import { clocksText, type OtherEnd, percent } from './clocks-text.ts';
import { explainsBetter } from './clock-verdict.ts';
import { instantsOf } from './clock.ts';
import { clocksThatFit, fullestClock } from './other-clocks.ts';
import { Quarters } from './quarters.ts';
import { malformed } from './records.ts';
import type { StampedRows } from './stamped-rows.ts';

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
 * Refuses intraday rows that another clock explains where the one that they are read by does not: session by session, however
 * few those are. Extended hours are no reason, unless most of the volume would lie there; with holes in the regular ones, or on
 * closed days too, that is a reason also where no clock explains it. Throws `usage`, and says what would fit.
 */
export function assertRegularHours(path: string, hours: HoursFilled): void {
  const { calendar } = hours;
  const asRead = hours.fit();
  const isOutside = isMostlyOutside(asRead);
  if (asRead.inside === 1) return;
  const fitting = clocksThatFit(hours, calendar);
  if (fitting !== undefined)
    throw malformed(
      path,
      null,
      clocksText(fitting, calendar, {
        hasOffsets: hours.hasOffsets,
        otherEnd: otherEndOf(fitting.days, hours),
      }),
    );
  if (isOutside) throw malformed(path, null, outsideText(asRead, hours));
}

/**
 * The option by which sessions are explained as well, if the stamps of an hour are of the other end of it, and how many there
 * are that it explains; null where it does not.
 */
function otherEndOf(
  days: readonly Day[],
  { calendar, asRead, lateMs, lengthMs, days: all }: HoursFilled,
): OtherEnd | null {
  const ahead = lateMs > 0 ? -lengthMs : lengthMs;
  const isExplained = (session: Session): boolean =>
    explainsBetter(asRead.around(session, ahead), asRead.around(session, 0)) === 'rows';
  if (!days.every((day) => isExplained(calendar.session(day)))) return null;
  const sessions = all.filter((day) => isExplained(calendar.session(day))).length;
  return { option: `--csv-stamps ${lateMs > 0 ? 'start' : 'end'}`, sessions };
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

function outsideText({ inside, volume, volumeTold, filled }: Fit, hours: HoursFilled): string {
  const { calendar, hasOffsets } = hours;
  const rows = `${percent(1 - inside)} of its rows${volumeTold ? `, with ${percent(1 - volume)} of the volume,` : ''}`;
  const seen = `${rows} lie outside the regular hours of ${calendar.id}, of which it fills ${percent(filled)}`;
  const clock = hasOffsets ? 'correct their offset' : 'give the clock of its times with --csv-zone';
  const likeliest = fullestClock(hours, calendar);
  const guess =
    likeliest === undefined ? '' : ` (by that of ${likeliest.zone}: ${percent(likeliest.filled)})`;
  return `${seen}: ${clock}${guess}; or name it as what trades at these hours (BTC-USD), or leave only regular hours in it`;
}

/** How rows fill the hours of an exchange; of a long file a stretch at a time. */
export class HoursFilled {
  readonly calendar: Calendar;
  readonly asRead: Quarters;
  readonly asWritten: Quarters;
  /** Whether stamps have offsets of their own. */
  hasOffsets = false;
  readonly #interval: Interval;
  readonly #clock: string;
  readonly lateMs: number;
  readonly lengthMs: number;
  readonly #sessions = new Map<Day, Session | null>();
  #all = 0;
  #closed = 0;
  #touched = 0;
  #filled = 0;
  #slots = 0;
  #inside = 0;
  #volume = 0;
  #volumeInside = 0;

  /** `clock`: the zone by which stamps without an offset are read; `lateMs`: how far all are behind the starts of their bars. */
  constructor(interval: Interval, calendar: Calendar, clock: string, lateMs: number) {
    this.#interval = interval;
    this.calendar = calendar;
    this.#clock = clock;
    this.lateMs = lateMs;
    this.lengthMs = intervalMs(interval);
    this.asRead = new Quarters(interval, calendar);
    this.asWritten = new Quarters(interval, calendar);
  }

  /** Those with rows whose hours are known. */
  get days(): Day[] {
    return [...this.#sessions].flatMap(([day, session]) => (session?.reliable === true ? [day] : []));
  }

  /** Adds rows, none at an instant of those of another call. */
  add(rows: StampedRows): void {
    const { ts: written, volume: volumes } = rows.bars;
    const instants = instantsOf(rows, this.#clock).map((ts) => ts - this.lateMs);
    this.hasOffsets ||= rows.offsets?.some((offset) => !Number.isNaN(offset)) === true;
    this.asRead.add(instants, volumes);
    this.asWritten.add(
      written.map((ts) => ts - this.lateMs),
      volumes,
    );
    this.#count(instants, volumes);
  }

  #count(instants: Float64Array, volumes: Float64Array): void {
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
    const day = this.calendar.localDay(instant);
    let session = this.#sessions.get(day);
    if (session === undefined) {
      session = this.calendar.isSession(day) ? this.calendar.session(day) : null;
      this.#sessions.set(day, session);
      if (session?.reliable === true) {
        this.#touched++;
        this.#slots += roomOf(session, intervalMs(this.#interval));
      }
    }
    return session;
  }
}
