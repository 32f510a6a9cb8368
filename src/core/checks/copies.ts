import { type CheckedBars, withRejected } from './checks.ts';
import type { Bars } from '../bars/columns.ts';
import { type Day, formatDay } from '../session/day.ts';
import { type JoinedBars, joinBars } from '../bars/merge-bars.ts';
import { sessionDateOf } from '../bars/partition.ts';
import type { SeriesContext } from './plausibility.ts';

/** A bar that says to the last share what the one before it said. */
export interface CopiedBar {
  /** Its place among the judged bars. */
  readonly at: number;
  readonly session: Day;
  /** The session whose bar it repeats. */
  readonly original: Day;
  /** Bars in a row that say so, the original left out. */
  readonly copies: number;
  /** Whether its high is its low. */
  readonly isFlat: boolean;
}

/** One copy is a vendor's slip, and may be warned of; a row that goes on and on is a feed that stands still. */
const DAILY_STANDSTILL = 2;

/** One intraday copy may be chance. */
const STILL = 2;

/** Of the minutes of IBM (QuantConnect/Lean) 4 in 1,000 are flat, of those of SPY none. */
const RARELY_FLAT = 0.05;

/** Minutes of one lot at two prices come in twos and threes. */
const INTRADAY_STANDSTILL = 4;

/**
 * Nor does one lot at one price come in more minutes in a row. By the day it does, as vendors carry rows of thin shares on, but
 * not where a series has nothing else.
 */
export const FLAT_STANDSTILL = 10;

/**
 * Daily bars that repeat the session before, open to volume: no market does that by chance. Flat bars and bars without
 * volume are left out, because an illiquid share may trade the same lot at the same price.
 */
export function copiedBars(joined: JoinedBars, context: SeriesContext): CopiedBar[] {
  return context.interval === '1d' ? copies(joined, context).filter(({ isFlat }) => !isFlat) : [];
}

/** Rejects bars that stand still, with volume: the second and further copies, and the first if enough follow. */
export function rejectStandstill(checked: CheckedBars, context: SeriesContext): CheckedBars {
  const { accepted } = checked;
  const still = new Map<number, string>();
  const joined = joinBars(context.known, accepted);
  for (const { at, original, copies: count, isFlat } of copies(joined, context)) {
    const isAll = count === joined.bars.length - 1;
    if (count < standstill({ isFlat, isAll }, context)) continue;
    still.set(at, `one of ${count} bars that repeat the one of ${formatDay(original)}, volume and all`);
  }
  return still.size === 0 ? checked : withRejected(checked, (i) => still.get(i));
}

/**
 * Intraday bars with volume of which two or more in a row repeat the one before them in their session, open to volume; of
 * 48,880 real ones (QuantConnect/Lean, Binance) none does. Flat ones only in a series where they are rare: a thin share may
 * trade the same lot at the same price. Nothing of daily bars.
 */
export function stillBars(joined: JoinedBars, context: SeriesContext): CopiedBar[] {
  if (context.interval === '1d') return [];
  const still = copies(joined, context).filter(
    ({ copies: count, session, original }) => count >= STILL && session === original,
  );
  const isFlatOdd = still.some(({ isFlat }) => isFlat) && isSeldomFlat(joined.bars);
  return still.filter(({ isFlat }) => !isFlat || isFlatOdd);
}

function isSeldomFlat({ length, high, low }: Bars): boolean {
  let flat = 0;
  for (let i = 0; i < length; i++) if (high[i] === low[i]) flat++;
  return flat <= length * RARELY_FLAT;
}

/** Sessions of judged bars that end with such bars: the rest of them may be on its way. */
export function staleTails(joined: JoinedBars, context: SeriesContext): Day[] {
  const { bars: series, places } = joined;
  const sessionOf = sessionDateOf(context.interval, context.calendar);
  const isLast = new Set<number>();
  for (let i = 0; i < series.length; i++) {
    const next = series.ts[i + 1];
    if (next === undefined || sessionOf(next) !== sessionOf(series.ts[i] as number))
      isLast.add(places[i] as number);
  }
  return stillBars(joined, context)
    .filter(({ at }) => isLast.has(at))
    .map(({ session }) => session);
}

/** Copies in a row, without the original, that are too many; `isAll`: with that, they are the series. */
function standstill(
  { isFlat, isAll }: { readonly isFlat: boolean; readonly isAll: boolean },
  { interval }: SeriesContext,
): number {
  if (interval === '1d' && !isFlat) return DAILY_STANDSTILL;
  if (interval === '1d' && !isAll) return Number.POSITIVE_INFINITY;
  return isFlat ? FLAT_STANDSTILL : INTRADAY_STANDSTILL;
}

/** All judged bars with volume that repeat the one before. */
function copies({ bars: series, places }: JoinedBars, { interval, calendar }: SeriesContext): CopiedBar[] {
  const sessionOf = sessionDateOf(interval, calendar);
  const { ts, high, low } = series;
  const copied: CopiedBar[] = [];
  for (let first = 1; first < series.length;) {
    const original = first - 1;
    let to = first;
    while (to < series.length && isCopy(series, to, original)) to++;
    for (let n = first; n < to; n++) {
      const at = places[n] as number;
      if (at < 0) continue;
      const [session, day] = [sessionOf(ts[n] as number), sessionOf(ts[original] as number)];
      const isFlat = !((high[n] as number) > (low[n] as number));
      copied.push({ at, session, original: day, copies: to - first, isFlat });
    }
    first = Math.max(to, first + 1);
  }
  return copied;
}

function isCopy({ open, high, low, close, volume }: Bars, at: number, original: number): boolean {
  return (
    (volume[at] as number) > 0 &&
    close[at] === close[original] &&
    open[at] === open[original] &&
    high[at] === high[original] &&
    low[at] === low[original] &&
    volume[at] === volume[original]
  );
}
