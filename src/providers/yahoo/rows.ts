import { BarBuilder } from '../../core/bars/bar-builder.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import type { Bars } from '../../core/bars/columns.ts';
import { type Day, type DayRange, startOfDay } from '../../core/session/day.ts';
import { type Interval, intervalMs } from '../../core/session/interval.ts';
import { untoldVolume } from '../../core/instrument/instrument-type.ts';
import { contains } from '../../core/session/ranges.ts';
import { barEnd, mayStartBar } from '../../core/bars/session-grid.ts';
import { missingPrices } from '../missing-prices.ts';
import type { UnusableRow } from '../provider.ts';
import type { Chart } from './chart.ts';
import { instrumentType } from './instrument-type.ts';

/** Rows of a chart on our grid, still as Yahoo adjusts them, in the order of the answer. */
export interface ChartRows {
  readonly bars: Bars;
  readonly unusable: readonly UnusableRow[];
  /** Rows that are left out: extended hours, strays, unfinished bars, the live row where it is no bar. */
  readonly dropped: number;
  /** Those of `dropped` whose session is not final yet; the dates of the others, one a row. */
  readonly unfinished: number;
  readonly straysOn: readonly Day[];
}

/** What a chart's rows are read by. */
export interface RowsAsked {
  readonly interval: Interval;
  readonly calendar: Calendar;
  /** Session dates wanted, `[from, to)`. */
  readonly range: DayRange;
  /** The caller's clock, ms since the epoch. */
  readonly now: number;
  /** Last session whose bars are final at `now`. */
  readonly settled: Day;
  /** Session date of an instant. */
  readonly dayOf: (instant: number) => Day;
}

/**
 * The rows of a chart that are bars. Of a session that is not settled yet, the daily bar is the live row, if the session
 * was asked for; intraday, the bars that are complete.
 */
export function chartRows(chart: Chart, asked: RowsAsked): ChartRows {
  const { settled, dayOf } = asked;
  const { stamps, volumes } = chart;
  const { open, high, low, close } = chart.columns;
  const isDaily = asked.interval === '1d';
  const bars = new BarBuilder(stamps.length);
  const unusable: UnusableRow[] = [];
  const straysOn: Day[] = [];
  let unfinished = 0;
  const untold = untoldVolume(instrumentType(chart.instrumentType));
  for (let i = 0; i < stamps.length; i++) {
    const instant = (stamps[i] as number) * 1000;
    const day = dayOf(instant);
    if (!(isDaily ? isDailyBar(chart, i, day, asked) : isWholeBar(chart, instant, day, asked))) {
      // The live row of a day goes on to be none until the vendor gives the final one.
      if (isDaily || day > settled) unfinished++;
      else straysOn.push(day);
      continue;
    }
    const ts = isDaily ? startOfDay(day) : instant;
    const [o, h, l, c] = [open[i] as number, high[i] as number, low[i] as number, close[i] as number];
    const volume = volumes?.[i] ?? Number.NaN;
    const fault = missingPrices(o, h, l, c);
    if (fault === null) {
      // While a session lasts Yahoo may give its row twice, at its open and live: the live one, the last, is newer.
      if (day > settled && bars.lastTs === ts) {
        bars.pop();
        unfinished++;
      }
      bars.push(ts, o, h, l, c, Number.isNaN(volume) ? untold : volume);
    } else if (day <= settled)
      unusable.push({ ts, reason: fault, row: asGiven({ open: o, high: h, low: l, close: c, volume }) });
    // A row without a price of a session that is not settled says nothing yet.
    else unfinished++;
  }
  return { bars: bars.bars(), unusable, dropped: straysOn.length + unfinished, unfinished, straysOn };
}

/** A row as the answer has it: null for what it does not tell. */
function asGiven(row: Readonly<Record<string, number>>): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, Number.isNaN(value) ? null : value]),
  );
}

/** Whether a row of a daily chart is the bar of its session: the live row only of an unsettled one that was asked for. */
function isDailyBar(chart: Chart, i: number, day: Day, asked: RowsAsked): boolean {
  const { calendar, range, settled } = asked;
  if (!isLiveRow(chart, i, day, asked)) return true;
  return day > settled && calendar.isSession(day) && contains([range], day);
}

/**
 * Whether a row of a daily chart is the live one: stamped with the time of the last trade instead of its session's
 * open. (Yahoo keeps it for hours after the close, then gives the final row.) Where no last trade is told, the last row may
 * be it.
 */
function isLiveRow(
  { stamps, lastTrade }: Chart,
  i: number,
  day: Day,
  { calendar, settled }: RowsAsked,
): boolean {
  const instant = (stamps[i] ?? Number.NaN) * 1000;
  const mayBe = lastTrade === null ? i === stamps.length - 1 && day >= settled : stamps[i] === lastTrade;
  if (!mayBe) return false;
  return calendar.advisory || !calendar.isSession(day) || instant !== calendar.session(day).open;
}

/**
 * Whether an intraday bar starts on the grid that begins at its session's open (and again after lunch). Of an unsettled
 * session it must also have ended, by our clock and by the last trade that Yahoo knows of: exchanges may be delayed.
 */
function isWholeBar({ lastTrade }: Chart, instant: number, day: Day, asked: RowsAsked): boolean {
  const { interval, calendar, now, settled } = asked;
  const length = intervalMs(interval);
  let end = instant + length;
  if (calendar.advisory) {
    if (instant % intervalMs('1m') !== 0) return false;
  } else {
    if (!calendar.isSession(day)) return false;
    const session = calendar.session(day);
    if (!mayStartBar(session, instant, length)) return false;
    if (session.reliable) end = barEnd(session, instant, length);
  }
  return day <= settled || end <= Math.min(now, (lastTrade ?? Number.NEGATIVE_INFINITY) * 1000);
}
