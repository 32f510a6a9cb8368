import { NOTHING_KNOWN, provisionalAt } from '../core/coverage/coverage.ts';
import type { DayRange } from '../core/session/day.ts';
import { subtract } from '../core/session/ranges.ts';
import type { SeriesState } from '../store/scan.ts';

/** Sessions of which the store has a bar that nobody will fetch again. */
export function finalDays(state: SeriesState | undefined, now: number): readonly DayRange[] {
  const { coverage = NOTHING_KNOWN } = state ?? {};
  return subtract(coverage.present, provisionalAt(coverage, now));
}
