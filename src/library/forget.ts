import { type DayRange, parseDay } from '../core/day.ts';
import type { Interval } from '../core/interval.ts';
import type { BarStore } from '../store/store.ts';
import type { DateRange, Forgotten } from './history.ts';

/** What `History.forget` does. */
export async function forget(
  store: BarStore,
  tickers: readonly string[],
  range: DateRange & { intervals?: readonly Interval[] },
): Promise<Forgotten> {
  const days = dayRange(range);
  const writer = await store.acquire();
  try {
    const { intervals } = range;
    const scan = await store.scan({ tickers, ...(intervals && { intervals }) });
    let rows = 0;
    for (const { series } of scan.series.values()) rows += await store.forget(series, days);
    // Splits and dividends belong to no interval: they go with the whole ticker's.
    if (intervals === undefined) for (const ticker of tickers) await store.forgetActions(ticker, days);
    const stored = new Set([...scan.series.values()].map(({ series }) => series.ticker));
    const unknown = tickers.filter((ticker) => !stored.has(ticker));
    return { rows, unknown, setAside: scan.setAside };
  } finally {
    await writer.release();
  }
}

/** User dates, both inclusive, as a range of days; undefined for no bounds. */
export function dayRange({ start, end }: DateRange): DayRange | undefined {
  if (start === undefined && end === undefined) return undefined;
  return {
    from: start === undefined ? Number.NEGATIVE_INFINITY : parseDay(start),
    to: end === undefined ? Number.POSITIVE_INFINITY : parseDay(end) + 1,
  };
}
