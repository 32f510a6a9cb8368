import { type Ohlcv, mergeBars } from './bars.ts';
import type { CheckedBars, RejectedBar } from './checks.ts';
import { type Day, formatDay } from './day.ts';
import { sessionDateOf } from './partition.ts';
import type { SeriesContext } from './plausibility.ts';

/** A daily bar that says to the last share what the session before it said. */
export interface CopiedBar {
  readonly bar: Ohlcv;
  readonly session: Day;
  /** The session whose bar it repeats. */
  readonly original: Day;
  /** Bars in a row that say so, the original left out. */
  readonly copies: number;
}

/** One copy is a vendor's slip, and may be warned of; a row that goes on and on is a feed that stands still. */
const STANDSTILL = 2;

/**
 * Daily bars (ascending, unique by `ts`) that repeat the session before, open to volume: no market does that by chance.
 * Flat bars and bars without volume are left out, because an illiquid share may trade the same lot at the same price.
 */
export function copiedBars(bars: readonly Ohlcv[], context: SeriesContext): CopiedBar[] {
  if (context.interval !== '1d') return [];
  const sessionOf = sessionDateOf('1d', context.calendar);
  const judged = new Set(bars);
  const series = mergeBars(context.known, bars);
  const copied: CopiedBar[] = [];
  for (let at = 1; at < series.length;) {
    const [original] = series.slice(at - 1, at);
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

/** Rejects bars that stand still: the second and further copies, and the first if more follow. */
export function rejectStandstill({ accepted, rejected }: CheckedBars, context: SeriesContext): CheckedBars {
  const copied = copiedBars(accepted, context).filter(({ copies }) => copies >= STANDSTILL);
  const still = new Map(copied.map((copy) => [copy.bar, copy]));
  if (still.size === 0) return { accepted, rejected };
  const faults = [...still.values()].map(({ bar, original, copies }): RejectedBar => {
    return {
      bar,
      reason: `one of ${copies} bars that repeat the one of ${formatDay(original)}, volume and all`,
    };
  });
  return { accepted: accepted.filter((bar) => !still.has(bar)), rejected: [...rejected, ...faults] };
}

function isCopy(bar: Ohlcv | undefined, original: Ohlcv): boolean {
  return (
    bar !== undefined &&
    bar.volume > 0 &&
    bar.high > bar.low &&
    bar.open === original.open &&
    bar.high === original.high &&
    bar.low === original.low &&
    bar.close === original.close &&
    bar.volume === original.volume
  );
}
