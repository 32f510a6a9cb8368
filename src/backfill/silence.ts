import type { Want } from '../core/plan.ts';
import { type LedgerTools, isStorm, recordLearned } from './ledger.ts';
import type { SeriesResult } from './runner.ts';

/**
 * Judges the answers of a run that had not a single row, which no task can judge alone: a storm of them is the
 * provider's fault and proves nothing; what any other says is recorded. Gives the results with the faults renamed.
 */
export async function settleSilence(
  results: ReadonlyMap<Want, SeriesResult>,
  tools: LedgerTools,
): Promise<Map<Want, SeriesResult>> {
  const { provider } = tools;
  const silent = [...results].filter(([, result]) => result.ok && result.report.unconfirmed !== null);
  const tickers = new Set(silent.map(([want]) => want.series.ticker));
  const asked = new Set([...results.keys()].map((want) => want.series.ticker));
  const judged = new Map(results);
  for (const [want, result] of silent) {
    if (!result.ok || result.report.unconfirmed === null) continue;
    const { series, calendar } = want;
    if (isStorm(tickers.size, asked.size)) {
      const message = `${provider} answered ${tickers.size} of ${asked.size} tickers without a row: taken for its own fault`;
      const { ticker } = series;
      judged.set(want, {
        ok: false,
        error: { code: 'provider-fault', message, retryable: true, ticker, provider },
      });
    } else {
      await recordLearned(series, calendar, result.report.unconfirmed, tools);
    }
  }
  return judged;
}
