import { type Series, seriesKey } from '../core/bars/bars.ts';
import type { Interval } from '../core/session/interval.ts';
import { nothingStored } from '../report/coverage.ts';
import { type Scan, type SeriesState, unreadableIn } from '../store/scan.ts';

type Stored = Pick<Scan, 'series' | 'setAside' | 'lost'>;

/** The intervals that are named and of which no series is stored, not even a damaged one. */
export function intervalsNotStored(scan: Stored, intervals: readonly Interval[] = []): readonly Interval[] {
  const stored = new Set(storedSeries(scan).map(({ interval }) => interval));
  return intervals.filter((interval) => !stored.has(interval));
}

/** The tickers of all series, damaged ones among them, each once. */
export function tickersIn(scan: Stored): readonly string[] {
  return [...new Set(storedSeries(scan).map(({ ticker }) => ticker))];
}

/**
 * By `seriesKey`, the series that are named and of which a scan has nothing; `intervals` undefined: daily ones of the tickers
 * that it has no series of at all.
 */
export function namedAndNotStored(
  scan: Stored,
  tickers: readonly string[],
  intervals?: readonly Interval[],
): Map<string, SeriesState> {
  const stored = new Set(intervals === undefined ? tickersIn(scan) : []);
  const lacking = new Map<string, SeriesState>();
  for (const ticker of tickers) {
    if (stored.has(ticker)) continue;
    for (const interval of intervals ?? (['1d'] as const)) {
      const key = seriesKey({ ticker, interval });
      if (!scan.series.has(key)) lacking.set(key, nothingStored({ ticker, interval }));
    }
  }
  return lacking;
}

/** The series of a scan, and those of which a damaged file is all there is. */
function storedSeries(scan: Stored): readonly Series[] {
  const damaged = unreadableIn(scan).flatMap(({ ticker, interval, isRevisions }) =>
    interval === null || isRevisions ? [] : [{ ticker, interval }],
  );
  return [...[...scan.series.values()].map(({ series }) => series), ...damaged];
}
