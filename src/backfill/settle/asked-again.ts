import { seriesKey } from '../../core/bars/bars.ts';
import type { Interval } from '../../core/session/interval.ts';
import { isUnavailability } from '../failure.ts';
import type { ChainRun } from './chain-summary.ts';
import { joinRuns } from './joined-runs.ts';

/** A run and the one after it that asked the same provider again for some of its series, as one: of these the latter counts. */
export function askedAgain({ provider, summary, asked, empty }: ChainRun, again: ChainRun): ChainRun {
  const isAgain = (ticker: string, interval: string): boolean =>
    again.asked.has(seriesKey({ ticker, interval: interval as Interval }));
  const failures = summary.failures.filter(({ ticker, interval }) => !isAgain(ticker, interval));
  const left = summary.left
    .map((one) => ({ ...one, tickers: one.tickers.filter((ticker) => !isAgain(ticker, one.interval)) }))
    .filter(({ tickers }) => tickers.length > 0);
  const gone = new Set(
    summary.failures
      .filter((one) => isAgain(one.ticker, one.interval) && !isUnavailability(one))
      .map(({ ticker, interval }) => `${ticker} ${interval}`),
  );
  const before = { ...summary, failures, left, failed: summary.failed - gone.size };
  return {
    provider,
    summary: joinRuns([before, again.summary]),
    asked: new Map([...asked, ...again.asked]),
    empty: new Set([...[...empty].filter((key) => !again.asked.has(key)), ...again.empty]),
  };
}
