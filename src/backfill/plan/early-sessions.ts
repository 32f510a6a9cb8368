import type { Calendar } from '../../core/calendar/calendar.ts';
import { type Series, seriesKey } from '../../core/bars/bars.ts';
import type { Coverage } from '../../core/coverage/coverage.ts';
import type { Day, DayRange } from '../../core/session/day.ts';
import { TOP_UPS_A_CHECK } from '../../core/plan/early-check.ts';
import type { SeriesGaps } from '../../core/plan/gaps.ts';
import type { Oddity } from '../../core/checks/oddity.ts';
import { subtract } from '../../core/session/ranges.ts';
import { randomFor } from '../../market/random.ts';
import type { SeriesState } from '../../store/scan.ts';

/** Enough to tell a ratio where one of them was corrected besides. */
const EARLY_SESSIONS = 4;

/** Further apart than this many days they would make a long request. */
const WIDEST_DAYS = 30;

/**
 * The gaps of a series with its oldest sessions, which a top-up has to compare now and then: whatever a provider restates
 * (a late split, a spin-off) changes all that is older, and what lies just before a gap may be newer.
 */
export function withEarlySessions(gaps: SeriesGaps, state: SeriesState | undefined): SeriesGaps {
  if ((gaps.gaps.length === 0 && !gaps.isRelisted) || state === undefined) return gaps;
  const days = oldestSessions(state.coverage, gaps.calendar);
  const topUps = state.topUps?.count ?? firstCount(gaps.series);
  return days === undefined ? gaps : { ...gaps, early: { days, topUps } };
}

/** The series start at different counts, so that their checks do not all fall on one day. */
function firstCount(series: Series): number {
  return Math.floor(randomFor(`${seriesKey(series)} early`)() * TOP_UPS_A_CHECK);
}

/** The first final sessions as one range; what else lies between them is not compared. */
function oldestSessions({ present, provisional }: Coverage, calendar: Calendar): DayRange | undefined {
  const days: Day[] = [];
  for (const run of subtract(present, provisional)) {
    for (
      let day = calendar.sessionOnOrAfter(run.from);
      day < run.to && days.length < EARLY_SESSIONS;
      day = calendar.nextSession(day)
    )
      days.push(day);
    if (days.length === EARLY_SESSIONS) break;
  }
  const [first] = days;
  if (first === undefined) return undefined;
  const last = days.findLast((day) => day - first < WIDEST_DAYS) ?? first;
  return { from: first, to: last + 1 };
}

/**
 * The count to note of a series in which a break was found that nobody explains: a provider that explains it later
 * changes all that is older, so the next top-up looks. Undefined where there is none.
 */
export function countAfterBreak(oddities: readonly Oddity[]): number | undefined {
  const isBroken = oddities.some(({ kind }) => kind === 'jump' || kind === 'basis-flip');
  return isBroken ? TOP_UPS_A_CHECK - 1 : undefined;
}
