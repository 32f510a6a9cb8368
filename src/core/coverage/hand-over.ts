import { type Absence, type Coverage, unlearn, within } from './coverage.ts';
import type { Day, DayRange } from '../session/day.ts';
import { leadingClaim } from './evidence.ts';
import { intersect, subtract } from '../session/ranges.ts';

/** What becomes of the knowledge of two series where one turns out to be the other's earlier part. */
export interface HandOver {
  /** What the heir learns: the old series' sessions that the heir lacks. */
  readonly learned: Coverage;
  /** Sessions of which the heir keeps its own bars. */
  readonly kept: readonly DayRange[];
  /** Absences of the heir that the old bars refute: it was listed by then. To be forgotten. */
  readonly refuted: readonly DayRange[];
  /** What the old series forgets: the days handed over, or everything if no bar is left besides. */
  readonly vacated: DayRange;
}

const EVERYTHING: DayRange = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/**
 * Plans how the sessions of `old` in a range of days become the heir's. A final bar of the heir's stays, a provisional one
 * gives way to a final one, and what the heir knows of a session without a bar stays unless there is a bar now.
 *
 * Three kinds of absence end with the name, or sessions would wrongly pass for explained: that the old ticker is unknown
 * or delisted is not handed over, and nothing is "before the listing" after the first bar of either.
 */
export function handOver(old: Coverage, heir: Coverage, days: DayRange): HandOver {
  const { unknown: _unknown, ...given } = within(old, [days]);
  const replaced = intersect(heir.provisional, subtract(given.present, given.provisional));
  const kept = subtract(heir.present, replaced);
  const first = Math.min(firstPresent(given), firstPresent(heir));
  const refuted = ranges(heir.absent.filter(isPreListing)).flatMap((run) =>
    intersect([run], [{ from: first, to: EVERYTHING.to }]),
  );
  const explained = subtract(ranges(heir.absent), refuted);
  const taken = unlearn(given, kept);
  const { absent } = unlearn({ ...taken, absent: lasting(taken.absent, first) }, explained);
  const isLeft = subtract(old.present, [days]).length > 0;
  return { learned: { ...taken, absent }, kept, refuted, vacated: isLeft ? days : EVERYTHING };
}

/** The absences that hold for the instrument, whatever its name; `first` is the first session with a bar. */
function lasting(absences: readonly Absence[], first: Day): Absence[] {
  return absences.flatMap(({ by: claims, ...days }) => {
    const by = claims.filter(({ reason }) => reason !== 'delisted' && reason !== 'unknown-ticker');
    if (by.length === 0) return [];
    const absence = { ...days, by };
    if (!isPreListing(absence)) return [absence];
    return absence.from < first ? [{ ...absence, to: Math.min(absence.to, first) }] : [];
  });
}

function isPreListing({ by }: Absence): boolean {
  return leadingClaim(by).reason === 'pre-listing';
}

function firstPresent({ present }: Coverage): Day {
  return present[0]?.from ?? EVERYTHING.to;
}

function ranges(absences: readonly Absence[]): DayRange[] {
  return absences.map(({ from, to }) => ({ from, to }));
}
