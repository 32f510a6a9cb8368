import { seriesKey } from '../../core/bars/bars.ts';
import { type Coverage, NOTHING_KNOWN, unknownTo, within } from '../../core/coverage/coverage.ts';
import { type AbsenceReason, nextRetry, saidSince } from '../../core/coverage/evidence.ts';
import type { WantedSeries } from '../../core/plan/gaps.ts';
import type { OutOfReach } from '../../core/plan/plan.ts';
import type { Want } from '../../core/plan/task.ts';
import { groupUnavailable, type Unavailable, unavailableIn } from '../../core/coverage/unavailable.ts';
import type { Scan } from '../../store/scan.ts';
import type { SeriesResult } from '../runner.ts';
import type { KnownBefore } from './newly-lost.ts';

/** What this run found that cannot be had. */
export interface FoundUnavailable {
  /** What was not known before; it is no success. */
  readonly fresh: readonly Unavailable[];
  /** What an earlier run told already, and is so still. */
  readonly again: readonly Unavailable[];
}

interface RunFindings {
  readonly results: ReadonlyMap<Want, SeriesResult>;
  /** Keys of the series that got a bar. */
  readonly filled: ReadonlySet<string>;
  readonly outOfReach: readonly OutOfReach[];
  /** What was known before. */
  readonly scan: Pick<Scan, 'series'>;
  /** All that is wanted. Default: nothing but what was asked. */
  readonly wanted?: readonly WantedSeries[] | undefined;
  /** Provider id. */
  readonly provider: string;
  /** ms since the epoch. */
  readonly now: number;
}

/**
 * What cannot be had by the results of a run: tickers that the provider does not know, sessions that its plan does not
 * reach, and series of which it has no bar, none in the range that is wanted, or fewer than it lacks.
 */
export function newlyUnavailable(findings: RunFindings): FoundUnavailable {
  const { results, outOfReach, scan, provider, now } = findings;
  const knownInRange = knowledgeInRange(findings);
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
    } else if (result.ok) {
      const isOfSeries = result.report.bars > 0 || (state?.rows ?? 0) === 0;
      const known = isOfSeries ? (state?.coverage ?? NOTHING_KNOWN) : knownInRange(want);
      for (const { reason, sessions } of known === undefined ? [] : result.report.unavailable) {
        const isTold = known?.absent.some(({ by }) =>
          by.some((claim) => claim.provider === provider && claim.reason === reason),
        );
        add(ticker, reason, sessions, isTold === true ? 2 : 1);
      }
    }
  }
  return { fresh: groupUnavailable(fresh), again: groupUnavailable(again) };
}

/**
 * What was known of the sessions that are wanted of a series, where it has older or newer bars and none of them; of one that
 * got bars in this run nothing: what lies at the ends of these is a hole.
 */
function knowledgeInRange({ filled, scan, wanted = [] }: RunFindings): (want: Want) => Coverage | undefined {
  const ranges = new Map(wanted.map(({ series, range }) => [seriesKey(series), range]));
  return ({ series, range }) => {
    const key = seriesKey(series);
    const state = scan.series.get(key);
    if (state === undefined || filled.has(key)) return undefined;
    const known = within(state.coverage, [ranges.get(key) ?? range]);
    return known.present.length === 0 ? known : undefined;
  };
}

/**
 * Whether something of the series that are wanted, and not asked for now, cannot be had as the provider said since the last run
 * that told what it found: one that was killed.
 */
export function isUntoldUnavailable({ scan, provider, tasks, wanted = [], toldUntil }: KnownBefore): boolean {
  if (toldUntil === undefined) return false;
  const asked = new Set(tasks.flatMap(({ wants }) => wants.map(({ series }) => seriesKey(series))));
  return wanted.some(({ series, calendar, range }) => {
    const key = seriesKey(series);
    const coverage = scan.series.get(key)?.coverage;
    if (coverage === undefined || asked.has(key)) return false;
    return unavailableIn(coverage, range, calendar).some((part) => {
      const claims = coverage.absent.flatMap(({ by }) =>
        by.filter((claim) => claim.provider === provider && claim.reason === part.reason),
      );
      return part.provider === provider && claims.every((claim) => saidSince(claim) > toldUntil);
    });
  });
}

/** Whether a want failed because the provider does not know the ticker. */
export function isUnknown(result: SeriesResult): boolean {
  return !result.ok && result.error.code === 'unknown-ticker';
}
