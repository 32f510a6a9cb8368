import type { Calendar } from '../../core/calendar/calendar.ts';
import { DaysThatTell } from '../../core/checks/shifted-days.ts';
import type { Interval } from '../../core/session/interval.ts';
import type { FileBars } from './file-bars.ts';
import { HolidayRows } from './holiday-rows.ts';
import { OtherLengths } from './other-lengths.ts';
import { assertRegularHours, hasRegularHours, HoursFilled } from './regular-hours.ts';
import { RunningTotals } from './running-totals.ts';
import { assertDaysNotShifted } from './shifted-dates.ts';
import { assertOwnEnd, EndsOfSessions, type StampsSaid } from './stamped-ends.ts';
import type { StampedRows } from './stamped-rows.ts';
import { TwelveHourClock } from './twelve-hours.ts';

/** How the intraday rows of a file are read. */
interface ReadAs {
  readonly interval: Interval;
  readonly calendar: Calendar;
  /** The zone by which stamps without an offset are read. */
  readonly clock: string;
  readonly stamps: StampsSaid;
  /** How far stamps are behind the starts of their bars. */
  readonly lateMs: number;
}

/** What shows whether the intraday rows of a file are read as they are written; of a long file a stretch at a time. */
export class IntradayRows {
  readonly #calendar: Calendar;
  readonly #stamps: StampsSaid;
  readonly #hours: HoursFilled | undefined;
  readonly #ends: EndsOfSessions | undefined;
  readonly #holidays: HolidayRows;
  readonly #lengths: OtherLengths;
  readonly #totals: RunningTotals;
  readonly #twelve = new TwelveHourClock();
  /** The days of rows that tell of trading. */
  readonly days: DaysThatTell;

  constructor({ interval, calendar, clock, stamps, lateMs }: ReadAs) {
    this.#calendar = calendar;
    this.#stamps = stamps;
    const hasHours = hasRegularHours(calendar);
    this.#hours = hasHours ? new HoursFilled(interval, calendar, clock, lateMs) : undefined;
    this.#ends = hasHours ? new EndsOfSessions(interval, calendar) : undefined;
    this.#holidays = new HolidayRows(calendar);
    this.#lengths = new OtherLengths(interval, calendar);
    this.#totals = new RunningTotals(calendar);
    this.days = new DaysThatTell(calendar);
  }

  /** Adds rows, and the same with the starts of their bars, ascending. */
  add(rows: StampedRows, placed: FileBars, isDescending = false): void {
    const { bars } = placed;
    this.#lengths.add(placed);
    this.#hours?.add(rows);
    this.#twelve.add(rows);
    this.#ends?.add(bars);
    this.#holidays.add(bars);
    this.#totals.add(bars);
    const { ts, close, volume } = bars;
    for (let n = 0; n < ts.length; n++) {
      const i = isDescending ? ts.length - 1 - n : n;
      this.days.add(this.#calendar.localDay(ts[i] as number), close[i] as number, volume[i] as number);
    }
  }

  /**
   * Refuses rows that seem to be of another clock, of the other end of their bars, of shifted dates, of another market, of two
   * lengths, or with volumes that add up. Throws `usage`.
   */
  assertOwn(path: string): void {
    this.#twelve.assertNone(path);
    this.#lengths.assertNone(path);
    this.#totals.assertNone(path);
    if (this.#ends !== undefined) assertOwnEnd(path, this.#ends, this.#stamps);
    if (this.#hours !== undefined) assertRegularHours(path, this.#hours);
    const days = this.days.days();
    assertDaysNotShifted(path, days, this.#calendar);
    this.#holidays.assertNone(path, days);
  }
}
