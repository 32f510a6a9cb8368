import { type Coverage, unlearn } from '../../core/coverage/coverage.ts';
import { isFact } from '../../core/coverage/evidence.ts';
import type { WantedSeries } from '../../core/plan/gaps.ts';
import type { DayRange } from '../../core/session/day.ts';
import { intersect, normalize, subtract, union } from '../../core/session/ranges.ts';
import type { Capabilities } from '../../providers/provider.ts';
import { ALL_DAYS, cannotGive, NOTHING_CLOSED } from '../plan/cannot-give.ts';

/**
 * What is known of a series where several providers are asked at `now` (ms since the epoch): a session of which one of them
 * could still be asked is not absent, it is missing. A fact of the instrument is one, whoever states it.
 */
export function saidByAll(
  coverage: Coverage,
  wanted: WantedSeries,
  providers: readonly Capabilities[],
  now: number,
): Coverage {
  if (coverage.absent.length === 0 || providers.length < 2) return coverage;
  const by = providers.map((capabilities) => {
    const given = cannotGive({ capabilities, closed: NOTHING_CLOSED }, wanted, coverage, now);
    return union(given, notYetHad(capabilities, wanted, now));
  });
  const said = by.reduce(intersect, [ALL_DAYS]);
  const facts = normalize(coverage.absent.filter((absence) => isFact(absence.by)));
  const open = subtract(normalize(coverage.absent), union(said, facts));
  return open.length === 0 ? coverage : unlearn(coverage, open);
}

/** The days that are not final yet at a provider. */
function notYetHad(
  { intervals }: Capabilities,
  { series, calendar }: WantedSeries,
  now: number,
): readonly DayRange[] {
  const limits = intervals[series.interval];
  if (limits === undefined) return [];
  return [{ from: calendar.lastSettled(now, limits.settleDelayMs) + 1, to: Number.POSITIVE_INFINITY }];
}
