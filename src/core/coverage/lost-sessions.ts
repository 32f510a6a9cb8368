import type { Calendar } from '../calendar/calendar.ts';
import { contains, intersect, normalize, subtract } from '../session/ranges.ts';
import type { DayRange } from '../session/day.ts';
import type { Absence, Coverage } from './coverage.ts';
import { type AbsenceReason, type Claim, leadingClaim } from './evidence.ts';

/** Sessions of which rows came that could not be stored. */
export interface LostSessions extends DayRange {
  /** What they are recorded as: `rejected`, or `vendor-empty` where all that came was invented by the vendor. */
  readonly reason: AbsenceReason;
}

/**
 * The sessions, absent or lacking some bars, of which rows came; `invented` are the days, ascending and disjoint, of which some
 * were a vendor's fillers. Where nobody trades such rows are no loss: those sessions are `no-trades`.
 */
export function lostIn(absent: readonly Absence[], invented: readonly DayRange[]): LostSessions[] {
  return absent.flatMap(({ by, from, to }): LostSessions[] => {
    const { reason } = leadingClaim(by);
    if (reason === 'rejected') return [{ from, to, reason }];
    if (reason !== 'vendor-empty') return [];
    return intersect([{ from, to }], invented).map((days) => ({ ...days, reason }));
  });
}

/**
 * Those of some lost sessions of which it is not known yet that a provider has no bar of them for that very reason, nor that
 * rows of others, `before` it, were rejected, as its own are. Fillers
 * that go on from one session to the next are no news either: those of a share that stands still come every day.
 */
export function newlyLostDays(
  lost: readonly LostSessions[],
  { absent, lacking = [] }: Pick<Coverage, 'absent' | 'lacking'>,
  provider: string,
  calendar: Pick<Calendar, 'previousSession'>,
  before: readonly string[] = [],
): DayRange[] {
  const isWhose = (claim: Claim, reason: AbsenceReason): boolean =>
    claim.provider === provider || (reason === 'rejected' && before.includes(claim.provider));
  return lost.flatMap(({ reason, ...days }) => {
    const known = normalize(
      [...absent, ...lacking].filter(({ by }) =>
        by.some((claim) => claim.reason === reason && isWhose(claim, reason)),
      ),
    );
    const isNews = ({ from }: DayRange): boolean =>
      reason === 'rejected' || !contains(known, calendar.previousSession(from));
    return subtract([days], known).filter(isNews);
  });
}
