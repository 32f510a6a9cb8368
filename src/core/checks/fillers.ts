import type { Ohlcv } from '../bars/bars.ts';
import { closedDayOf, closedDayReason } from './closed-days.ts';
import { type Bars, barAt, keep, placeOf } from '../bars/columns.ts';
import { mergeBars } from '../bars/merge-bars.ts';
import type { SeriesContext } from './plausibility.ts';
import { STEP_TOLERANCE } from './straight-lines.ts';

/** A row that a vendor invented because nobody traded, and how that shows. */
export interface Filler {
  readonly bar: Ohlcv;
  readonly reason: string;
}

export interface WithoutFillers {
  /** Bars that may be true. */
  readonly kept: Bars;
  readonly dropped: readonly Filler[];
}

/**
 * Idle bars in a row from which on they are invented. A week of sessions at one price to the last digit does not
 * happen to what trades at all; half an hour of minutes does, and is then no bar either.
 */
const SHORTEST_DAILY_RUN = 5;
const SHORTEST_INTRADAY_RUN = 30;

/**
 * Drops the rows of an answer that stand for no trade:
 *
 * - on days that the calendar has as closed, also after its facts: rows without volume, and those that repeat the prices, or the
 *   close, of the row before them and tell no volume, in a series that never has any too, or that row's, as a sheet is filled down;
 * - in long runs of idle bars (open = high = low = close, no volume) at a constant price or, interpolated, by a constant
 *   step, in a series that has volume elsewhere. Where nothing ever has volume, as in currencies, indices and funds,
 *   an idle bar may be real (a money fund stands at 1 for years).
 *
 * Of a run everything is invented but what may be a real trade of unknown volume: its first bar, unless it goes on
 * from the close of the bar before by the run's own step; and the last bar of an interpolation, unless the bar
 * after it goes on by that step. `known` bars lengthen runs and have volume.
 */
export function dropFillers(bars: Bars, context: SeriesContext): WithoutFillers {
  const closed = fillersOnClosedDays(bars, context);
  const open = closed.size === 0 ? bars : keep(bars, (i) => !closed.has(bars.ts[i] as number));
  const invented = inventedStamps(open, context);
  if (closed.size + invented.size === 0) return { kept: bars, dropped: [] };
  const dropped: Filler[] = [];
  const kept = keep(bars, (i) => {
    const ts = bars.ts[i] as number;
    const reason = closed.get(ts) ?? (isIdleAt(bars, i) ? invented.get(ts) : undefined);
    if (reason !== undefined) dropped.push({ bar: barAt(bars, i), reason });
    return reason === undefined;
  });
  return { kept, dropped };
}

/** Stamps of the fillers of days that the calendar has as closed, with the reason. */
export function fillersOnClosedDays(
  bars: Bars,
  context: Pick<SeriesContext, 'interval' | 'calendar' | 'known'>,
): Map<number, string> {
  const closedOn = closedDayOf(context);
  const found = new Map<number, string>();
  let series: Bars | undefined;
  for (let i = 0; i < bars.length; i++) {
    const ts = bars.ts[i] as number;
    if (closedOn(ts) === null) continue;
    const isFiller = hasVolume(bars, context)
      ? bars.volume[i] === 0 || repeatsAll((series ??= mergeBars(context.known, bars)), ts)
      : repeatsTheOneBefore((series ??= mergeBars(context.known, bars)), ts);
    if (isFiller) found.set(ts, `filler: ${closedDayReason(ts, context)}`);
  }
  return found;
}

/** The same, and the volume of the one before, or none that is told. */
function repeatsAll(series: Bars, ts: number): boolean {
  const at = placeOf(series, ts);
  const traded = series.volume[at] ?? Number.NaN;
  return (Number.isNaN(traded) || traded === series.volume[at - 1]) && repeatsTheOneBefore(series, ts);
}

/** Whether the bar at a stamp has the prices of the one before it in a series, or only that one's close. */
function repeatsTheOneBefore(series: Bars, ts: number): boolean {
  const at = placeOf(series, ts);
  if (at < 1) return false;
  const isSame = (column: Float64Array): boolean => column[at] === column[at - 1];
  const { open, high, low, close } = series;
  return isSame(close) && (isFlatAt(series, at) || (isSame(open) && isSame(high) && isSame(low)));
}

/** Whether anything of the series was traded in numbers that its source tells. */
function hasVolume({ volume }: Bars, { known }: Pick<SeriesContext, 'known'>): boolean {
  return volume.some((traded) => traded > 0) || known.volume.some((traded) => traded > 0);
}

/** Stamps of the bars of long idle runs that are invented, with the reason. */
function inventedStamps(bars: Bars, context: SeriesContext): Map<number, string> {
  const invented = new Map<number, string>();
  // Nearly every answer is done with here: none but an idle bar is dropped.
  if (!hasIdle(bars) || !hasVolume(bars, context)) return invented;
  const series = mergeBars(context.known, bars);
  const shortest = context.interval === '1d' ? SHORTEST_DAILY_RUN : SHORTEST_INTRADAY_RUN;
  for (let from = 0; from < series.length;) {
    const to = runEnd(series, from);
    if (to - from >= shortest) {
      const reason = `filler: one of ${to - from} bars in a row without volume ${pathOf(series, from)}`;
      for (const ts of inventedOf(series, from, to)) invented.set(ts, reason);
    }
    // The last bar of one run may be the first of the next: a price that is held, then interpolated.
    from = Math.max(from + 1, to - from >= shortest ? to - 1 : from + 1);
  }
  return invented;
}

/** End (exclusive) of the run of idle bars with one step that starts at `from`; `from` itself if that bar is not idle. */
function runEnd(series: Bars, from: number): number {
  let to = from;
  while (isIdleAt(series, to) && (to - from < 2 || isSameStep(series, from + 1, to))) to++;
  return to;
}

/** Stamps of the bars of the run `[from, to)` that cannot be a trade, see `dropFillers`. */
function inventedOf(series: Bars, from: number, to: number): Float64Array {
  const first = from > 0 && isSameStep(series, from, from + 1) ? from : from + 1;
  const endsOpen = isConstant(series, from) || (to < series.length && isSameStep(series, to - 1, to));
  return series.ts.subarray(first, endsOpen ? to : to - 1);
}

function pathOf(series: Bars, from: number): string {
  const price = series.close[from];
  return isConstant(series, from) ? `at ${price}` : `from ${price} on by the same step`;
}

/** Whether a bar is as far from the one before it as another is from the one before that. */
function isSameStep(series: Bars, at: number, other: number): boolean {
  const price = series.close[at] ?? 0;
  return Math.abs(stepTo(series, at) - stepTo(series, other)) <= Math.abs(price) * STEP_TOLERANCE;
}

function isConstant(series: Bars, from: number): boolean {
  return Math.abs(stepTo(series, from + 1)) <= Math.abs(series.close[from] ?? 0) * STEP_TOLERANCE;
}

function stepTo({ close }: Bars, at: number): number {
  return (close[at] ?? Number.NaN) - (close[at - 1] ?? Number.NaN);
}

export function hasIdle(bars: Bars): boolean {
  for (let i = 0; i < bars.length; i++) if (isIdleAt(bars, i)) return true;
  return false;
}

/** Whether bar i, if there is one, shows no trade: one price, no volume. */
export function isIdleAt(bars: Bars, i: number): boolean {
  return bars.volume[i] === 0 && isFlatAt(bars, i);
}

function isFlatAt({ open, high, low, close }: Bars, i: number): boolean {
  const price = close[i];
  return open[i] === price && high[i] === price && low[i] === price;
}
