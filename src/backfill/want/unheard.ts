import { seriesKey } from '../../core/bars/bars.ts';
import { type Coverage, learn, NOTHING_KNOWN, unlearn } from '../../core/coverage/coverage.ts';
import { firstClaim } from '../../core/coverage/evidence.ts';
import type { DayRange } from '../../core/session/day.ts';
import { intersect, normalize } from '../../core/session/ranges.ts';
import type { Scan } from '../../store/scan.ts';
import type { RecordedRun } from '../run/run-record.ts';
import { askedOrDue, isUnheard, leftSeries } from './left-series.ts';

/**
 * What is known of series at `now` (ms since the epoch), but that a session which counts as absent by the word of some of a
 * chain is missing where another one of it was asked for it in vain, by the runs on record, and has not been heard since.
 */
export function withoutUnheard(
  runs: readonly RecordedRun[],
  { series: known }: Pick<Scan, 'series'>,
  now: number,
): Scan['series'] {
  const ofChains = runs.filter(({ chain }) => chain !== undefined);
  const series = new Map(known);
  for (const provider of askedOrDue(ofChains))
    for (const left of leftSeries(ofChains, provider, { series: known }, now)) {
      const key = seriesKey(left);
      const state = series.get(key);
      if (state === undefined) continue;
      const unheard = state.coverage.absent.filter(({ by }) => isUnheard(by, { provider, now }));
      const days = intersect(normalize(unheard), left.days);
      series.set(key, { ...state, coverage: doubted(state.coverage, days, provider) });
    }
  return series;
}

/** Of those days somebody was asked, as of those that are missing without a word. */
function doubted(coverage: Coverage, days: readonly DayRange[], provider: string): Coverage {
  if (days.length === 0) return coverage;
  const by = [firstClaim('doubted', provider, 0)];
  const absent = days.map((range) => ({ ...range, by }));
  return learn(unlearn(coverage, days), { ...NOTHING_KNOWN, absent });
}
