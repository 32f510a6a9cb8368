import { seriesKey } from '../../core/bars/bars.ts';
import { unknownTo } from '../../core/coverage/coverage.ts';
import { type AbsenceReason, nextRetry } from '../../core/coverage/evidence.ts';
import type { OutOfReach } from '../../core/plan/plan.ts';
import type { Want } from '../../core/plan/task.ts';
import { groupUnavailable, type Unavailable } from '../../core/coverage/unavailable.ts';
import type { Scan } from '../../store/scan.ts';
import type { SeriesResult } from '../runner.ts';

/** What this run found that cannot be had. */
export interface FoundUnavailable {
  /** What was not known before; it is no success. */
  readonly fresh: readonly Unavailable[];
  /** What an earlier run told already, and is so still. */
  readonly again: readonly Unavailable[];
}

interface RunFindings {
  readonly results: ReadonlyMap<Want, SeriesResult>;
  readonly outOfReach: readonly OutOfReach[];
  /** What was known before. */
  readonly scan: Pick<Scan, 'series'>;
  /** Provider id. */
  readonly provider: string;
  /** ms since the epoch. */
  readonly now: number;
}

/**
 * What cannot be had by the results of a run: tickers that the provider does not know, sessions that its plan does not
 * reach, and series of which it has no bar, or fewer than it lacks.
 */
export function newlyUnavailable({
  results,
  outOfReach,
  scan,
  provider,
  now,
}: RunFindings): FoundUnavailable {
  const fresh: { ticker: string; parts: Unavailable[] }[] = [];
  const again: { ticker: string; parts: Unavailable[] }[] = [];
  const add = (ticker: string, reason: AbsenceReason, sessions: number, attempts: number): void => {
    const nextRetryAt = nextRetry(reason, attempts, now);
    (attempts > 1 ? again : fresh).push({
      ticker,
      parts: [{ provider, reason, sessions, nextRetryAt, tickers: [] }],
    });
  };
  for (const { series, sessions } of outOfReach) add(series.ticker, 'plan-limited', sessions, 1);
  for (const [want, result] of results) {
    const { ticker } = want.series;
    const state = scan.series.get(seriesKey(want.series));
    if (isUnknown(result)) {
      const before = state === undefined ? undefined : unknownTo(provider, state.coverage);
      add(ticker, 'unknown-ticker', want.sessions, (before?.attempts ?? 0) + 1);
    } else if (result.ok && (result.report.bars > 0 || (state?.rows ?? 0) === 0)) {
      for (const { reason, sessions } of result.report.unavailable) {
        const isTold = state?.coverage.absent.some(({ by }) =>
          by.some((claim) => claim.provider === provider && claim.reason === reason),
        );
        add(ticker, reason, sessions, isTold === true ? 2 : 1);
      }
    }
  }
  return { fresh: groupUnavailable(fresh), again: groupUnavailable(again) };
}

/** Whether a want failed because the provider does not know the ticker. */
export function isUnknown(result: SeriesResult): boolean {
  return !result.ok && result.error.code === 'unknown-ticker';
}
