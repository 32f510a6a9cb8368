import { type Ohlcv, mergeBars } from './bars.ts';
import type { CheckedBars, RejectedBar } from './checks.ts';
import { type Day, formatDay } from './day.ts';
import { sessionDateOf } from './partition.ts';
import type { SeriesContext } from './plausibility.ts';

/** A bar that says to the last share what the one before it said. */
export interface CopiedBar {
  readonly bar: Ohlcv;
  readonly session: Day;
  /** The session whose bar it repeats. */
  readonly original: Day;
  /** Bars in a row that say so, the original left out. */
  readonly copies: number;
}

/** One copy is a vendor's slip, and may be warned of; a row that goes on and on is a feed that stands still. */
const DAILY_STANDSTILL = 2;

/** Minutes of one lot at two prices come in twos and threes. */
const INTRADAY_STANDSTILL = 4;

/** Nor does one lot at one price come in more minutes in a row. By the day it does: vendors carry rows of thin shares on. */
const FLAT_STANDSTILL = 10;

/**
 * Daily bars (ascending, unique by `ts`) that repeat the session before, open to volume: no market does that by chance.
 * Flat bars and bars without volume are left out, because an illiquid share may trade the same lot at the same price.
 */
export function copiedBars(bars: readonly Ohlcv[], context: SeriesContext): CopiedBar[] {
  return context.interval === '1d' ? copies(bars, context).filter(({ bar }) => !isFlat(bar)) : [];
}

/** Rejects bars that stand still, with volume: the second and further copies, and the first if enough follow. */
export function rejectStandstill({ accepted, rejected }: CheckedBars, context: SeriesContext): CheckedBars {
  const copied = copies(accepted, context).filter((copy) => copy.copies >= standstill(copy, context));
  const still = new Map(copied.map((copy) => [copy.bar, copy]));
  if (still.size === 0) return { accepted, rejected };
  const faults = [...still.values()].map(({ bar, original, copies: count }): RejectedBar => {
    return {
      bar,
      reason: `one of ${count} bars that repeat the one of ${formatDay(original)}, volume and all`,
    };
  });
  return { accepted: accepted.filter((bar) => !still.has(bar)), rejected: [...rejected, ...faults] };
}

/** Copies in a row, without the original, that are too many. */
function standstill({ bar }: CopiedBar, { interval }: SeriesContext): number {
  if (interval === '1d') return isFlat(bar) ? Number.POSITIVE_INFINITY : DAILY_STANDSTILL;
  return isFlat(bar) ? FLAT_STANDSTILL : INTRADAY_STANDSTILL;
}

/** All bars with volume that repeat the one before. */
function copies(bars: readonly Ohlcv[], context: SeriesContext): CopiedBar[] {
  const sessionOf = sessionDateOf(context.interval, context.calendar);
  const judged = new Set(bars);
  const series = mergeBars(context.known, bars);
  const copied: CopiedBar[] = [];
  for (let at = 1; at < series.length;) {
    const original = series[at - 1];
    if (original === undefined) break;
    let to = at;
    while (isCopy(series[to], original)) to++;
    for (const bar of series.slice(at, to)) {
      if (judged.has(bar))
        copied.push({ bar, session: sessionOf(bar.ts), original: sessionOf(original.ts), copies: to - at });
    }
    at = Math.max(to, at + 1);
  }
  return copied;
}

function isCopy(bar: Ohlcv | undefined, original: Ohlcv): boolean {
  return (
    bar !== undefined &&
    bar.volume > 0 &&
    bar.open === original.open &&
    bar.high === original.high &&
    bar.low === original.low &&
    bar.close === original.close &&
    bar.volume === original.volume
  );
}

function isFlat({ high, low }: Ohlcv): boolean {
  return !(high > low);
}
