import { parseRange } from '../backfill/want/wanted.ts';
import { seriesKey } from '../core/bars/bars.ts';
import { knownSpan } from '../core/coverage/coverage.ts';
import type { Capabilities } from '../providers/provider.ts';
import { type CoverageReport, nothingStored, reportCoverage } from '../report/coverage.ts';
import type { BarStore } from '../store/store.ts';
import type { HistoryRequest } from './history.ts';

/** What `History.coverage` reports; `tickers` undefined: all in the store. */
export async function coverageOf(
  store: BarStore,
  capabilities: Capabilities,
  now: number,
  request: HistoryRequest,
  tickers: readonly string[] | undefined,
): Promise<CoverageReport> {
  const { intervals } = request;
  const scan = await store.scan({ ...(tickers && { tickers }), ...(intervals && { intervals }) });
  const series = new Map(scan.series);
  for (const ticker of tickers ?? []) {
    for (const interval of intervals ?? ['1d']) {
      const key = seriesKey({ ticker, interval });
      if (!series.has(key)) series.set(key, nothingStored({ ticker, interval }));
    }
  }
  const wanted = parseRange(request);
  return reportCoverage({ ...scan, series }, ({ series: { interval }, coverage }, calendar) => {
    const settled = calendar.lastSettled(now, capabilities.intervals[interval]?.settleDelayMs ?? 0);
    const known = knownSpan(coverage);
    // Another provider may have settled the last session sooner than this one would.
    const last = known === undefined ? settled : Math.max(settled, known.to - 1);
    return { range: wanted(calendar, last, known?.from), settled, now };
  });
}
