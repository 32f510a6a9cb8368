import type { Calendar, Session } from '../../core/calendar/calendar.ts';
import { roomOf } from '../../core/calendar/session-room.ts';
import { isTradingTime } from '../../core/bars/session-grid.ts';
import { type Interval, intervalMs } from '../../core/session/interval.ts';
import { instantAt } from './clock.ts';

/** The clocks of the world differ by so many ms, once and again: rows of one quarter of an hour stay together by any of them. */
const QUARTER_MS = 900_000;

/** When shares trade in New York with the hours before the open and after the close, and their last print, in minutes of the day. */
const EXTENDED: readonly [zone: string, from: number, to: number] = [
  'America/New_York',
  4 * 60,
  20 * 60 + 15,
];

/** How rows lie in a session and around it, on its day. */
export interface Placed {
  /** Slots of the session, and those of them that have a row. */
  readonly slots: number;
  readonly filled: number;
  /** Rows on its day, and those in its hours. */
  readonly rows: number;
  readonly inside: number;
  /** What was traded on its day, and in its hours with the print of the close; 0: not told. */
  readonly volume: number;
  readonly volumeInside: number;
  /** What was traded right before the open, and right from it on: in a bar, or those of a quarter of an hour. */
  readonly volumeBefore: number;
  readonly volumeFirst: number;
  /** Rows of its day at which nothing trades there, before or after. */
  readonly beyond: number;
}

interface Quarter {
  readonly start: number;
  rows: number;
  volume: number;
}

/** Rows that are counted by the quarter of an hour in which their stamps lie, whatever clock these are of. */
export class Quarters {
  readonly #interval: Interval;
  readonly #calendar: Calendar;
  readonly #byStart = new Map<number, Quarter>();
  #sorted: readonly Quarter[] | undefined;

  constructor(interval: Interval, calendar: Calendar) {
    this.#interval = interval;
    this.#calendar = calendar;
  }

  /** Adds rows by their stamps in ms. A volume is NaN where it is not known. */
  add(stamps: Float64Array, volumes: Float64Array): void {
    this.#sorted = undefined;
    for (const [i, stamp] of stamps.entries()) {
      const start = Math.floor(stamp / QUARTER_MS) * QUARTER_MS;
      let quarter = this.#byStart.get(start);
      if (quarter === undefined) this.#byStart.set(start, (quarter = { start, rows: 0, volume: 0 }));
      quarter.rows++;
      quarter.volume += volumes[i] || 0;
    }
  }

  /** When each quarter with a row begins, ascending. */
  starts(): readonly number[] {
    return this.#inOrder().map(({ start }) => start);
  }

  /** How the rows lie around a session, if their stamps are of a clock so many ms ahead of UTC. */
  around(session: Session, ahead: number): Placed {
    const lengthMs = intervalMs(this.#interval);
    const { day, open, close, lunch } = session;
    const { zone } = this.#calendar;
    const [from, to] = [instantAt(day, 0, zone), instantAt(day + 1, 0, zone)];
    const [of, opened, closed] = EXTENDED;
    const [early, late] = of === zone ? [instantAt(day, opened, of), instantAt(day, closed, of)] : [from, to];
    const mostRows = Math.max(1, QUARTER_MS / lengthMs);
    const step = Math.max(QUARTER_MS, lengthMs);
    let [filled, rows, inside, volume, volumeInside, beyond] = [0, 0, 0, 0, 0, 0];
    let [volumeBefore, volumeFirst] = [0, 0];
    for (const quarter of this.#between(from + ahead, to + ahead)) {
      const at = quarter.start - ahead;
      rows += quarter.rows;
      volume += quarter.volume;
      if (at >= open - step && at < open) volumeBefore += quarter.volume;
      if (at >= open && at < open + step) volumeFirst += quarter.volume;
      if (at + lengthMs <= early || at >= late) beyond += quarter.rows;
      // What closes is printed a while later; it was traded in regular hours.
      if (at > open - QUARTER_MS && at < close + QUARTER_MS) volumeInside += quarter.volume;
      const instant = at < open && at > open - QUARTER_MS ? open : at;
      if (!isTradingTime(session, instant)) continue;
      inside += quarter.rows;
      const origin = lunch !== null && instant >= lunch.end ? lunch.end : open;
      if ((instant - origin) % lengthMs < QUARTER_MS) filled += Math.min(quarter.rows, mostRows);
    }
    const slots = roomOf(session, lengthMs);
    return {
      ...{ slots, filled: Math.min(filled, slots), rows, inside, beyond },
      ...{ volume, volumeInside, volumeBefore, volumeFirst },
    };
  }

  *#between(from: number, to: number): Generator<Quarter> {
    const quarters = this.#inOrder();
    let [low, high] = [0, quarters.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((quarters[middle] as Quarter).start < from) low = middle + 1;
      else high = middle;
    }
    for (let i = low; i < quarters.length && (quarters[i] as Quarter).start < to; i++)
      yield quarters[i] as Quarter;
  }

  #inOrder(): readonly Quarter[] {
    return (this.#sorted ??= [...this.#byStart.values()].toSorted((a, b) => a.start - b.start));
  }
}
