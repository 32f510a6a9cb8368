import { type CloseTimes, closeTimes } from '../core/bars/bar-close.ts';
import { type Series, seriesKey } from '../core/bars/bars.ts';
import { NO_BARS, own, type StoredBars } from '../core/bars/columns.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import type { DayRange } from '../core/session/day.ts';
import { intersect } from '../core/session/ranges.ts';
import type { Scan } from '../store/scan.ts';
import type { BarStore } from '../store/store.ts';
import { openAdjusted } from './adjusted.ts';
import type { ReadOptions } from './read-options.ts';
import type { Stretch } from './replay-windows.ts';

/** A series that can be read window by window. */
export interface ReplayedSeries {
  readonly stretch: Stretch;
  /** Days that have bars, ascending and disjoint. */
  readonly present: readonly DayRange[];
  readonly read: (days: DayRange) => Promise<StoredBars>;
  readonly closes: CloseTimes;
}

/** Opens series of a scan. Series of one calendar and interval share what is known of its closes. */
export function seriesOpener(
  store: BarStore,
  scan: Scan,
  options: ReadOptions,
): (series: Series) => Promise<ReplayedSeries | undefined> {
  const known = new Map<string, CloseTimes>();
  return async (series) => {
    const state = scan.series.get(seriesKey(series));
    const { days, read } = await openAdjusted(store, scan, series, options);
    if (state === undefined || days === undefined) return undefined;
    const key = `${series.interval} ${state.calendar}`;
    const closes = known.get(key) ?? closeTimes(series.interval, calendarById(state.calendar));
    known.set(key, closes);
    const present = intersect(state.coverage.present, [days]);
    return { stretch: { days, rows: rowsOf(state, present) }, present, read, closes };
  };
}

/** About how many bars of a series lie in some of its days. */
function rowsOf(
  { rows, coverage }: { rows: number; coverage: { present: readonly DayRange[] } },
  days: readonly DayRange[],
): number {
  return (rows * lengthOf(days)) / lengthOf(coverage.present);
}

function lengthOf(days: readonly DayRange[]): number {
  return days.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** Where a replay is in one series: at a bar of the window that it has read of it. */
export class ReplayCursor {
  /** Of the window that it is in. */
  bars: StoredBars = NO_BARS;
  /** When they were known. */
  at: Float64Array = new Float64Array(0);
  /** Of the bar that is next. */
  place = 0;
  readonly #series: ReplayedSeries;
  readonly #windows: readonly DayRange[];
  #window = 0;
  #last = Number.NEGATIVE_INFINITY;

  constructor(series: ReplayedSeries, windows: readonly DayRange[]) {
    this.#series = series;
    this.#windows = windows;
  }

  /** Reads the next window that has bars of it; where there is none it has no bar any more. */
  async advance(): Promise<void> {
    const { present, read, closes, stretch } = this.#series;
    for (; this.#window < this.#windows.length; this.#window++) {
      const [days] = intersect([stretch.days], this.#windows.slice(this.#window, this.#window + 1));
      if (days === undefined || intersect(present, [days]).length === 0) continue;
      // Part of a partition would keep all of it in memory.
      const bars = own(await read(days));
      if (bars.length === 0) continue;
      this.#window++;
      [this.bars, this.at, this.place] = [bars, closes(bars), 0];
      this.#order();
      return;
    }
    [this.bars, this.at] = [NO_BARS, new Float64Array(0)];
  }

  /** No bar is known before the last one of the window before. */
  #order(): void {
    for (let i = 0; i < this.at.length && (this.at[i] as number) < this.#last; i++) this.at[i] = this.#last;
    this.#last = this.at.at(-1) ?? this.#last;
  }
}
