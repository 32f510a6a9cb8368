import { barStart, isTradingTime } from '../../core/bars/session-grid.ts';
import type { Calendar, Session } from '../../core/calendar/calendar.ts';
import { type Day, formatDay, MS_PER_DAY } from '../../core/session/day.ts';
import { INTERVALS, type Interval, intervalMs } from '../../core/session/interval.ts';
import type { FileBars } from './file-bars.ts';
import { commonDivisor } from './interval.ts';
import { malformed } from './records.ts';

/** Fewer rows of a session may lie on a coarser grid by chance. */
const LEAST_ROWS = 6;

/** A session of a longer length has so much of that length's bars at least; of thin trading hardly one has. */
const NEARLY_ALL = 0.8;

/** Sessions with so much of the bars of the file's own length are surely of that. */
const HALF = 0.5;

/** The rows of a session within its hours. */
interface Seen {
  readonly session: Session;
  rows: number;
  /** What all their distances from the open, or the end of lunch, are multiples of. */
  commonMs: number;
  /** Line of the first; NaN where it is not known. */
  line: number;
}

/**
 * What shows that sessions of an intraday file are of another, longer length than the others. A thin share's rows are not:
 * where most sessions that have few rows lie on no coarser grid, or none has many, nothing is said.
 */
export class OtherLengths {
  readonly #interval: Interval;
  readonly #calendar: Calendar;
  readonly #sessions = new Map<Day, Seen | null>();

  constructor(interval: Interval, calendar: Calendar) {
    this.#interval = interval;
    this.#calendar = calendar;
  }

  /** Adds bars by their starts. */
  add({ bars: { ts }, lines }: FileBars): void {
    for (const [i, start] of ts.entries()) {
      const seen = this.#of(start);
      if (seen === null || !isTradingTime(seen.session, start)) continue;
      seen.rows++;
      seen.commonMs = commonDivisor(start - barStart(seen.session, start, MS_PER_DAY), seen.commonMs);
      const line = lines?.[i] ?? Number.NaN;
      if (!(line >= seen.line)) seen.line = line;
    }
  }

  /** Refuses a file with such sessions, with the first row of the first of them. Throws `usage`. */
  assertNone(path: string): void {
    const sessions = [...this.#sessions].flatMap(([day, seen]) => (seen === null ? [] : [{ day, ...seen }]));
    const sparse = sessions.filter((one) => partOf(one, this.#interval) < HALF);
    if (sparse.length === sessions.length) return;
    const others = sparse.flatMap((one) => {
      const length = this.#longer(one);
      return length === undefined ? [] : [{ ...one, length }];
    });
    const [first] = others.toSorted((a, b) => a.day - b.day);
    if (first === undefined || others.length < sparse.length * HALF) return;
    const { day, length, line } = first;
    throw malformed(
      path,
      Number.isNaN(line) ? null : line,
      `its rows of ${formatDay(day)} are ${length} apart, and those of other sessions ${this.#interval}: ` +
        'put the rows of each length into a file of their own',
    );
  }

  /** The longest length whose grid all rows of a session lie on, if they nearly fill it. */
  #longer(seen: Seen): Interval | undefined {
    if (seen.rows < LEAST_ROWS) return undefined;
    return INTERVALS.slice(INTERVALS.indexOf(this.#interval) + 1).findLast(
      (one) => one !== '1d' && seen.commonMs % intervalMs(one) === 0 && partOf(seen, one) >= NEARLY_ALL,
    );
  }

  #of(start: number): Seen | null {
    const day = this.#calendar.localDay(start);
    let seen = this.#sessions.get(day);
    if (seen !== undefined) return seen;
    const session = this.#calendar.isSession(day) ? this.#calendar.session(day) : null;
    seen = session?.reliable === true ? { session, rows: 0, commonMs: 0, line: Number.NaN } : null;
    this.#sessions.set(day, seen);
    return seen;
  }
}

/** How much of a session's bars of a length there is. */
function partOf({ session: { open, close, lunch }, rows }: Seen, interval: Interval): number {
  const hours = close - open - (lunch === null ? 0 : lunch.end - lunch.start);
  return (rows * intervalMs(interval)) / hours;
}
