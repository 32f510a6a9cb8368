import type { Bars } from '../../core/bars/columns.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { type Day, formatDay } from '../../core/session/day.ts';
import { malformed } from './records.ts';

/** Bars of a day in which volumes that never fall are no chance: that of 20 is one in 10^18. */
const ENOUGH_BARS = 20;

/** A day whose volumes never fall. */
interface Rising {
  readonly day: Day;
  readonly first: number;
  readonly last: number;
}

/** Whether the volumes of intraday bars are what was traded since the day began, as snapshots of a feed have it. */
export class RunningTotals {
  readonly #calendar: Calendar;
  readonly #days: Rising[] = [];
  /** Nearly every file is done with after its first day. */
  #may = true;

  constructor(calendar: Calendar) {
    this.#calendar = calendar;
  }

  /** Takes bars that come next or before, ascending. */
  add({ ts, volume }: Bars): void {
    for (let from = 0; this.#may && from < ts.length;) {
      const day = this.#calendar.localDay(ts[from] as number);
      let to = from + 1;
      while (to < ts.length && this.#calendar.localDay(ts[to] as number) === day) to++;
      if (to - from >= ENOUGH_BARS) this.#judge(volume.subarray(from, to), day);
      from = to;
    }
  }

  #judge(volumes: Float64Array, day: Day): void {
    const rises = volumes.filter((volume, i) => volume > (volumes[i - 1] ?? volume)).length;
    const neverFalls = volumes.every((volume, i) => volume >= (volumes[i - 1] ?? volume));
    this.#may = neverFalls && rises * 2 > volumes.length;
    this.#days.push({ day, first: volumes[0] as number, last: volumes.at(-1) as number });
  }

  /** Throws `usage` where there are two days of enough bars or more, and they fall from each to the next alone. */
  assertNone(path: string): void {
    const days = this.#days.toSorted((a, b) => a.day - b.day);
    const [one] = days;
    if (!this.#may || one === undefined || days.length < 2) return;
    if (!days.every(({ first }, i) => i === 0 || first < (days[i - 1]?.last ?? 0))) return;
    const seen = `its volumes never fall within a day, from ${formatDay(one.day)} on, and begin anew on each: they add up`;
    throw malformed(path, null, `${seen}; write what was traded in each bar`);
  }
}
