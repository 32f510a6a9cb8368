import type { Calendar } from '../../core/calendar/calendar.ts';
import { firstAt } from '../../core/bars/columns.ts';
import { formatDay } from '../../core/session/day.ts';
import type { Series } from '../../core/bars/bars.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import type { StoredSeries } from './received.ts';
import type { Judgement } from './judge-answer.ts';

/**
 * What a user may do where the newest rows of an answer were rejected for their unit, in case it changed for good; null
 * where they were not. Where the answer repeats stored bars as they were, its history changes unit in the middle, and only
 * what comes after them is of one unit; where it repeats none, that may be so.
 */
export function unitChangeAdvice(
  { ticker, interval }: Series,
  { rejected, wanted, comparison }: Pick<Judgement, 'rejected' | 'wanted' | 'comparison'>,
  { bars }: Pick<StoredSeries, 'bars'>,
  calendar: Calendar,
): string | null {
  const inNewUnit = rejected.filter(({ isNewUnit }) => isNewUnit === true).map(({ bar }) => bar.ts);
  const [first] = inNewUnit;
  const isLasting = first !== undefined && !wanted.ts.some((ts) => ts > first);
  if (!isLasting) return null;
  const before = bars.ts[firstAt(bars, first) - 1] ?? first;
  const since = formatDay(calendar.sessionOnOrAfter(sessionDateOf(interval, calendar)(before) + 1));
  const older = comparison.compared.length > 0 ? ', as older rows' : ' if older rows';
  const forgetting = `backfill forget ${ticker} --interval ${interval}, then run again`;
  return `if its unit changed for good, ${forgetting}, with --start ${since}${older} still come in the old one`;
}
