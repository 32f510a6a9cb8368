import { MS_PER_DAY } from '../../core/session/day.ts';
import { malformed } from './records.ts';
import type { StampedRows } from './stamped-rows.ts';
import { writtenDay } from './stamps.ts';

const HOUR_MS = 3_600_000;

/** From 12 on to 1 such a clock goes back by eleven hours, and where bars are lacking by fewer. */
const LEAST_BACK_MS = 5 * HOUR_MS;

/** A time that goes back within its day. */
interface Back {
  readonly line: number | null;
  readonly from: number;
  readonly to: number;
}

/**
 * Whether stamps are of a clock of twelve hours that does not say which half of the day it shows: in an order of days its times
 * go from noon back to one, never back by a little, and none is at 0 or after 12. Rows in no order tell nothing.
 */
export class TwelveHourClock {
  #before: number | undefined;
  #may = true;
  /** The first such step in the order of the file, and in the opposite one; null where that is not the order of its rows. */
  #down: Back | null | undefined;
  #up: Back | null | undefined;

  /** Takes the rows that come next, in the order of the file. */
  add({ bars: { ts }, offsets, lines }: StampedRows): void {
    for (let i = 0; this.#may && i < ts.length; i++) {
      const clock = ts[i] as number;
      const hour = Math.floor((clock - writtenDay(clock) * MS_PER_DAY) / HOUR_MS);
      if (hour < 1 || hour > 12 || !Number.isNaN(offsets?.[i] ?? Number.NaN)) this.#may = false;
      const before = this.#before;
      this.#before = clock;
      if (before === undefined || before === clock) continue;
      const line = lines?.[i] ?? null;
      this.#down = next(this.#down, { line, from: before, to: clock });
      this.#up = next(this.#up, { line, from: clock, to: before });
    }
  }

  /** Throws `usage` with the first time that goes back. */
  assertNone(path: string): void {
    const back = this.#may ? (this.#down ?? this.#up) : undefined;
    if (back === undefined || back === null) return;
    const [from, to] = [back.from, back.to].map((clock) => new Date(clock).toISOString().slice(11, 16));
    const seen = `its times go from ${from} to ${to} within a day, and none is after 12:59`;
    throw malformed(
      path,
      back.line,
      `${seen}: they are of a clock of 12 hours; write AM or PM behind each, or times as 13:30`,
    );
  }
}

/** What was seen so far of an order of rows, with the next step in it; null where that is not their order. */
function next(seen: Back | null | undefined, step: Back): Back | null | undefined {
  const { from, to } = step;
  if (seen === null || writtenDay(to) < writtenDay(from)) return null;
  if (to > from) return seen;
  return from - to >= LEAST_BACK_MS ? (seen ?? step) : null;
}
