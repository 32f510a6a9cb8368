import type { Want } from '../../core/plan/task.ts';
import { type LedgerTools, isStorm, recordLearned } from '../run/ledger.ts';
import type { RunResults } from '../run/run-results.ts';
import type { SeriesResult } from '../runner.ts';

/**
 * Judges the answers of a run that had not a single row, which no task can judge alone: a storm of them is the
 * provider's fault and proves nothing; what any other says is recorded.
 */
export async function settleEmptyAnswers(
  { kept, tickers: asked }: RunResults,
  tools: LedgerTools,
): Promise<void> {
  const { provider } = tools;
  const empty = [...kept].filter(([, result]) => result.ok && result.report.unconfirmed !== null);
  const tickers = new Set(empty.map(([want]) => want.series.ticker));
  const storm = isStorm(tickers.size, asked);
  const faults = new Map<Want, SeriesResult>();
  for (const [want, result] of empty) {
    if (!result.ok || result.report.unconfirmed === null) continue;
    const { series, calendar } = want;
    if (storm) {
      const message = `${provider} answered ${tickers.size} of ${asked} tickers without a row: taken for its own fault`;
      const { ticker } = series;
      faults.set(want, {
        ok: false,
        error: { code: 'provider-fault', message, retryable: true, ticker, provider },
      });
    } else {
      await recordLearned(series, calendar, result.report.unconfirmed, tools);
    }
  }
  for (const [want, fault] of faults) kept.set(want, fault);
}
