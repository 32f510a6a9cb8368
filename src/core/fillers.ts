import { type Ohlcv, mergeBars } from './bars.ts';
import { closedDayReason, isOnClosedDay } from './closed-days.ts';
import type { SeriesContext } from './plausibility.ts';
import { STEP_TOLERANCE } from './straight-lines.ts';

/** A row that a vendor invented because nobody traded, and how that shows. */
export interface Filler {
  readonly bar: Ohlcv;
  readonly reason: string;
}

export interface WithoutFillers {
  /** Bars that may be true, in the order given. */
  readonly kept: readonly Ohlcv[];
  readonly dropped: readonly Filler[];
}

/**
 * Idle bars in a row from which on they are invented. A week of sessions at one price to the last digit does not
 * happen to what trades at all; half an hour of minutes does, and is then no bar either.
 */
const SHORTEST_DAILY_RUN = 5;
const SHORTEST_INTRADAY_RUN = 30;

/**
 * Drops the rows of an answer (in any order) that stand for no trade:
 *
 * - on days that a reliable calendar knows as closed: rows without volume, and in a series that never has volume those
 *   that repeat the prices, or the close, of the row before them;
 * - in long runs of idle bars (open = high = low = close, no volume) at a constant price or, interpolated, by a constant
 *   step, in a series that has volume elsewhere. Where nothing ever has volume, as in currencies, indices and funds,
 *   an idle bar may be real (a money fund stands at 1 for years).
 *
 * Of a run everything is invented but what may be a real trade of unknown volume: its first bar, unless it goes on
 * from the close of the bar before by the run's own step; and the last bar of an interpolation, unless the bar
 * after it goes on by that step. `known` bars lengthen runs and have volume.
 */
export function dropFillers(bars: readonly Ohlcv[], context: SeriesContext): WithoutFillers {
  const closed = closedDays(bars, context);
  const open = bars.filter((bar) => !closed.has(bar));
  const invented = inventedStamps(open, context);
  const kept: Ohlcv[] = [];
  const dropped: Filler[] = [];
  for (const bar of bars) {
    const reason = closed.get(bar) ?? (isIdle(bar) ? invented.get(bar.ts) : undefined);
    if (reason === undefined) kept.push(bar);
    else dropped.push({ bar, reason });
  }
  return { kept, dropped };
}

/** The fillers of days that the calendar knows as closed. */
function closedDays(bars: readonly Ohlcv[], context: SeriesContext): Map<Ohlcv, string> {
  const suspects = bars.filter(isOnClosedDay(context));
  if (suspects.length === 0) return new Map();
  const isFiller = hasVolume(bars, context)
    ? ({ volume }: Ohlcv): boolean => volume === 0
    : repeatsTheOneBefore(inOrder(bars, context));
  const fillers = suspects.filter(isFiller);
  return new Map(fillers.map((bar) => [bar, `filler: ${closedDayReason(bar, context)}`]));
}

/** Tells of a bar whether it has the prices of the one before it in a series, or only that one's close. */
function repeatsTheOneBefore(series: readonly Ohlcv[]): (bar: Ohlcv) => boolean {
  const before = new Map(series.map(({ ts }, i) => [ts, series[i - 1]]));
  return (bar) => {
    const last = before.get(bar.ts);
    return last !== undefined && (samePrices(bar, last) || (isFlat(bar) && bar.close === last.close));
  };
}

/** Whether anything of the series was traded in numbers that its source tells. */
function hasVolume(bars: readonly Ohlcv[], { known }: SeriesContext): boolean {
  return bars.some(({ volume }) => volume > 0) || known.some(({ volume }) => volume > 0);
}

/** The bars with the known ones, ascending and unique by `ts`. */
function inOrder(bars: readonly Ohlcv[], { known }: SeriesContext): Ohlcv[] {
  const sorted = bars.toSorted((a, b) => a.ts - b.ts);
  return mergeBars(
    known,
    sorted.filter((bar, i) => bar.ts !== sorted[i - 1]?.ts),
  );
}

function samePrices(a: Ohlcv, b: Ohlcv): boolean {
  return a.open === b.open && a.high === b.high && a.low === b.low && a.close === b.close;
}

/** Stamps of the bars of long idle runs that are invented, with the reason. */
function inventedStamps(bars: readonly Ohlcv[], context: SeriesContext): Map<number, string> {
  const invented = new Map<number, string>();
  if (!hasVolume(bars, context)) return invented;
  const series = inOrder(bars, context);
  const shortest = context.interval === '1d' ? SHORTEST_DAILY_RUN : SHORTEST_INTRADAY_RUN;
  for (let from = 0; from < series.length;) {
    const to = runEnd(series, from);
    if (to - from >= shortest) {
      const reason = `filler: one of ${to - from} bars in a row without volume ${pathOf(series, from)}`;
      for (const bar of inventedOf(series, from, to)) invented.set(bar.ts, reason);
    }
    // The last bar of one run may be the first of the next: a price that is held, then interpolated.
    from = Math.max(from + 1, to - from >= shortest ? to - 1 : from + 1);
  }
  return invented;
}

/** End (exclusive) of the run of idle bars with one step that starts at `from`; `from` itself if that bar is not idle. */
function runEnd(series: readonly Ohlcv[], from: number): number {
  let to = from;
  while (isIdleAt(series, to) && (to - from < 2 || isSameStep(series, from + 1, to))) to++;
  return to;
}

/** The bars of the run `[from, to)` that cannot be a trade, see `dropFillers`. */
function inventedOf(series: readonly Ohlcv[], from: number, to: number): Ohlcv[] {
  const first = from > 0 && isSameStep(series, from, from + 1) ? from : from + 1;
  const endsOpen = isConstant(series, from) || (to < series.length && isSameStep(series, to - 1, to));
  return series.slice(first, endsOpen ? to : to - 1);
}

function pathOf(series: readonly Ohlcv[], from: number): string {
  const price = series[from]?.close ?? 0;
  return isConstant(series, from) ? `at ${price}` : `from ${price} on by the same step`;
}

/** Whether a bar is as far from the one before it as another is from the one before that. */
function isSameStep(series: readonly Ohlcv[], at: number, other: number): boolean {
  const price = series[at]?.close ?? 0;
  return Math.abs(stepTo(series, at) - stepTo(series, other)) <= Math.abs(price) * STEP_TOLERANCE;
}

function isConstant(series: readonly Ohlcv[], from: number): boolean {
  return Math.abs(stepTo(series, from + 1)) <= Math.abs(series[from]?.close ?? 0) * STEP_TOLERANCE;
}

function stepTo(series: readonly Ohlcv[], at: number): number {
  return (series[at]?.close ?? Number.NaN) - (series[at - 1]?.close ?? Number.NaN);
}

function isIdleAt(series: readonly Ohlcv[], at: number): boolean {
  const bar = series[at];
  return bar !== undefined && isIdle(bar);
}

/** Whether a bar shows no trade: one price, no volume. */
function isIdle(bar: Ohlcv): boolean {
  return bar.volume === 0 && isFlat(bar);
}

function isFlat({ open, high, low, close }: Ohlcv): boolean {
  return open === close && high === close && low === close;
}
