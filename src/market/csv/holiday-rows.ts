import type { Bars } from '../../core/bars/columns.ts';
import { isTradingTime } from '../../core/bars/session-grid.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { closedDay } from '../../core/checks/closed-days.ts';
import { otherHolidaysSeenIn } from '../../core/checks/holiday-rows.ts';
import { type Day, formatDay, MS_PER_DAY } from '../../core/session/day.ts';
import { malformed } from './records.ts';

/** Days that are named. */
const FEW = 3;

/** Closed days with intraday rows that were traded in what are regular hours on others; of a long file a stretch at a time. */
export class HolidayRows {
  readonly #calendar: Calendar;
  readonly #traded = new Map<Day, boolean>();

  constructor(calendar: Calendar) {
    this.#calendar = calendar;
  }

  /** Adds bars by their starts. A volume is NaN where it is not told. */
  add({ ts, volume }: Pick<Bars, 'ts' | 'volume'>): void {
    for (const [i, start] of ts.entries()) {
      const day = this.#calendar.localDay(start);
      if (this.#traded.get(day) === true || closedDay(day, this.#calendar) !== 'sure') continue;
      const before = this.#calendar.previousSession(day);
      const then = start - (day - before) * MS_PER_DAY;
      this.#traded.set(day, volume[i] !== 0 && isTradingTime(this.#calendar.session(before), then));
    }
  }

  /** Refuses rows that go on over the exchange's holidays. `told`: the days of rows that tell of trading. Throws `usage`. */
  assertNone(path: string, told: readonly Day[]): void {
    const days = told.filter((day) => this.#traded.get(day) !== false);
    const found = otherHolidaysSeenIn(days, this.#calendar);
    if (found === undefined) return;
    const more = found.on.length - FEW;
    const named = found.on.slice(0, FEW).map(formatDay).join(', ') + (more > 0 ? ` and ${more} more` : '');
    const way = `take out the rows of these days (${named}), or name the file by a ticker that names its exchange, as AIR.PA does`;
    throw malformed(path, null, `it has ${found.seen}, as another market does: ${way}`);
  }
}
