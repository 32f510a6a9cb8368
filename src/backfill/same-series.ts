import { storedRowsOf } from '../core/bar-builder.ts';
import type { Want } from '../core/plan.ts';
import { grouped } from '../core/grouped.ts';
import type { LedgerTools } from './ledger.ts';
import type { SeriesResult } from './runner.ts';

/**
 * Finds tickers that got the very same bars in one run: a provider that mixes answers up under load, or two names of one
 * instrument. Which of them is right cannot be told, so none is kept: new rows go to quarantine, their sessions are
 * missing again, and the results become failures that name each other.
 */
export async function settleSameSeries(
  results: ReadonlyMap<Want, SeriesResult>,
  { store, provider, now }: LedgerTools,
): Promise<Map<Want, SeriesResult>> {
  const judged = new Map(results);
  for (const group of groupsOf(results)) {
    const tickers = [...new Set(group.map(({ series }) => series.ticker))].toSorted();
    for (const want of group) {
      const { ticker } = want.series;
      const message =
        `${provider} answered the very same bars for ${ticker} and ${othersOf(ticker, tickers)}: none of them is kept; ` +
        'if they are one instrument, ask for it under one name';
      await takeBack(want, results.get(want), message, { store, provider, now });
      judged.set(want, {
        ok: false,
        error: { code: 'bad-answer', message, retryable: true, ticker, provider },
      });
    }
  }
  return judged;
}

/** Other tickers that a failure names. */
const NAMED = 5;

function othersOf(ticker: string, tickers: readonly string[]): string {
  const named = tickers.slice(0, NAMED + 1).filter((other) => other !== ticker);
  const more = tickers.length - 1 - NAMED;
  return named.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Tasks of different tickers whose answers had the same bars. */
function groupsOf(results: ReadonlyMap<Want, SeriesResult>): Want[][] {
  const told = [...results].flatMap(([want, result]) =>
    result.ok && result.report.fingerprint !== null
      ? [{ want, key: `${want.series.interval} ${result.report.fingerprint}` }]
      : [],
  );
  return [...grouped(told, ({ key }) => key).values()]
    .map((group) => group.map(({ want }) => want))
    .filter((wants) => new Set(wants.map(({ series }) => series.ticker)).size > 1);
}

/** Removes what a want stored, unless it only confirmed what was there before. */
async function takeBack(
  { series, gaps }: Want,
  result: SeriesResult | undefined,
  reason: string,
  { store, provider, now }: LedgerTools,
): Promise<void> {
  if (result?.ok !== true || result.report.inserted + result.report.changed === 0) return;
  const rows = [];
  for (const gap of gaps) {
    for (const row of storedRowsOf(await store.readBars(series, gap))) rows.push({ row, reason });
  }
  await store.quarantine(series, rows, provider, now);
  for (const gap of gaps) await store.forget(series, gap);
}
