import { storedRowsOf } from '../../core/bars/bar-builder.ts';
import type { RecordTools } from '../run/ledger.ts';
import type { RunResults } from '../run/run-results.ts';
import type { SeriesResult } from '../runner.ts';
import type { ToldBars } from '../run/same-bars.ts';

/**
 * Finds tickers that got the very same bars in one run: a provider that mixes answers up under load, or two names of one
 * instrument. Which of them is right cannot be told, so none is kept: new rows go to quarantine, their sessions are
 * missing again, and the results become failures that name each other.
 */
export async function settleSameSeries(
  results: RunResults,
  { store, provider, now }: RecordTools,
): Promise<void> {
  const judged: [ToldBars, SeriesResult][] = [];
  for (const group of results.sameBars()) {
    const tickers = [...new Set(group.map(({ want }) => want.series.ticker))].toSorted();
    for (const told of group) {
      const { ticker } = told.want.series;
      const message =
        `${provider} answered the very same bars for ${ticker} and ${othersOf(ticker, tickers)}: none of them is kept; ` +
        'if they are one instrument, ask for it under one name';
      await takeBack(told, message, { store, provider, now });
      const error = { code: 'bad-answer' as const, message, retryable: true, ticker, provider };
      judged.push([told, { ok: false, error }]);
    }
  }
  for (const [told, result] of judged) results.judge(told, result);
}

/** Other tickers that a failure names. */
const NAMED = 5;

function othersOf(ticker: string, tickers: readonly string[]): string {
  const named = tickers.slice(0, NAMED + 1).filter((other) => other !== ticker);
  const more = tickers.length - 1 - NAMED;
  return named.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Removes what a want stored, unless it only confirmed what was there before. */
async function takeBack(
  { want: { series, gaps }, counts }: ToldBars,
  reason: string,
  { store, provider, now }: RecordTools,
): Promise<void> {
  if (counts.inserted + counts.changed === 0) return;
  const rows = [];
  for (const gap of gaps) {
    for (const row of storedRowsOf(await store.readBars(series, gap))) rows.push({ row, reason });
  }
  await store.quarantine(series, rows, provider, now);
  for (const gap of gaps) await store.forget(series, gap);
}
