import type { Want } from '../../core/plan/task.ts';
import {
  type LedgerTools,
  type StormMeasure,
  disbelieved,
  emptyIn,
  recordLearned,
  stormAdvice,
  tickersOf,
} from '../run/ledger.ts';
import type { RunResults } from '../run/run-results.ts';
import type { SeriesResult } from '../runner.ts';

/**
 * Judges the answers of a run that had not a single row, which no task can judge alone: a storm of them is the
 * provider's fault and proves nothing, but of a source on this machine; what any other says is recorded.
 */
export async function settleEmptyAnswers(
  results: RunResults,
  tools: LedgerTools,
  measure: StormMeasure = { asked: results.tickers },
): Promise<void> {
  const { provider } = tools;
  const { kept } = results;
  const empty = emptyIn(results);
  const tickers = tickersOf(empty);
  const storm = disbelieved(empty, measure.asked, tools);
  const faults = new Map<Want, SeriesResult>();
  for (const want of empty) {
    const result = kept.get(want);
    if (result?.ok !== true || result.report.unconfirmed === null) continue;
    const { series, calendar } = want;
    if (storm.has(want)) {
      const message =
        `${provider} answered ${tickers.size} of ${measure.asked} tickers without a row: ` +
        `taken for its own fault; ${stormAdvice(measure)}`;
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
