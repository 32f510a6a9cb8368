import { MS_PER_DAY } from '../../core/session/day.ts';
import { malformed } from './records.ts';
import type { StampedRows } from './stamped-rows.ts';
import { writtenDay } from './stamps.ts';

const HOUR_MS = 3_600_000;

/** From 12 on to 1 such a clock goes back by eleven hours, and where bars are lacking by fewer. */
const LEAST_BACK_MS = 5 * HOUR_MS;

/** So many hours of such a clock at least are those of a session, and so many between one and noon without a row its night. */
const LEAST_HOURS = 5;
const LEAST_NIGHT = 2;

/** A time that goes back within its day. */
interface Back {
  readonly line: number | null;
  readonly from: number;
  readonly to: number;
}

/**
 * Whether stamps are of a clock of twelve hours that does not say which half of the day it shows: in an order of days its times
 * go from noon back to one, never back by a little, and none is at 0 or after 12. Rows in another order, such as that of their
 * text, tell it where they are of the hours up to noon and from one on, but of none between, or where two of one time differ.
 */
export class TwelveHourClock {
  #before: number | undefined;
  #may = true;
  /** The close of a time, while this may be such a clock: few files are of the hours from 1 to 12 alone. */
  readonly #closes = new Map<number, number>();
  readonly #hours = new Set<number>();
  /** The first row whose time another one has with another close. */
  #twice: { readonly line: number | null; readonly at: number } | undefined;
  /** The first such step in the order of the file, and in the opposite one; null where that is not the order of its rows. */
  #down: Back | null | undefined;
  #up: Back | null | undefined;

  /** Takes the rows that come next, in the order of the file. */
  add({ bars: { ts, close }, offsets, lines }: StampedRows): void {
    for (let i = 0; this.#may && i < ts.length; i++) {
      const clock = ts[i] as number;
      const hour = Math.floor((clock - writtenDay(clock) * MS_PER_DAY) / HOUR_MS);
      if (hour < 1 || hour > 12 || !Number.isNaN(offsets?.[i] ?? Number.NaN)) this.#may = false;
      if (!this.#may) break;
      const line = lines?.[i] ?? null;
      this.#hours.add(hour);
      const [price, other] = [close[i] as number, this.#closes.get(clock)];
      if (other === undefined) this.#closes.set(clock, price);
      else if (other !== price) this.#twice ??= { line, at: clock };
      const before = this.#before;
      this.#before = clock;
      if (before === undefined || before === clock) continue;
      this.#down = next(this.#down, { line, from: before, to: clock });
      this.#up = next(this.#up, { line, from: clock, to: before });
    }
  }

  /** Throws `usage` with the first time that goes back. */
  assertNone(path: string): void {
    if (!this.#may) return;
    const back = this.#down ?? this.#up;
    if (back !== undefined && back !== null)
      throw ofTwelve(
        path,
        back.line,
        `its times go from ${timeOf(back.from)} to ${timeOf(back.to)} within a day`,
      );
    if (!this.#haveBothHalves()) return;
    if (this.#twice !== undefined) {
      const { line, at } = this.#twice;
      throw ofTwelve(path, line, `two rows of ${timeOf(at)} of one day differ`);
    }
    if (this.#haveNight())
      throw ofTwelve(path, null, 'its times are up to noon and from 01:00 on, with none between');
  }

  /** Whether there are rows before noon, of the hour from noon on and of the one after, as such a clock shows it. */
  #haveBothHalves(): boolean {
    return this.#hours.size >= LEAST_HOURS && this.#hours.has(12) && this.#hours.has(1);
  }

  /** Whether hours that follow each other, from one on, are without a row. */
  #haveNight(): boolean {
    for (let from = 2; from + LEAST_NIGHT <= 12; from++) {
      const hours = Array.from({ length: LEAST_NIGHT }, (_, i) => from + i);
      if (hours.every((hour) => !this.#hours.has(hour))) return true;
    }
    return false;
  }
}

function ofTwelve(path: string, line: number | null, seen: string): Error {
  const way = 'write AM or PM behind each, or times as 13:30';
  return malformed(path, line, `${seen}, and none is after 12:59: they are of a clock of 12 hours; ${way}`);
}

function timeOf(clock: number): string {
  return new Date(clock).toISOString().slice(11, 16);
}

/** What was seen so far of an order of rows, with the next step in it; null where that is not their order. */
function next(seen: Back | null | undefined, step: Back): Back | null | undefined {
  const { from, to } = step;
  if (seen === null || writtenDay(to) < writtenDay(from)) return null;
  if (to > from) return seen;
  return from - to >= LEAST_BACK_MS ? (seen ?? step) : null;
}
