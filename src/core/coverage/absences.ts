import type { DayRange } from '../session/day.ts';
import { intersect, normalize, subtract } from '../session/ranges.ts';
import { type AbsenceReason, type Claim, joinClaims, sameClaims } from './evidence.ts';

/** A run of sessions without a bar, and who says why. */
export interface Absence extends DayRange {
  /** One claim a provider, the leading one first, see `joinClaims`; never empty. */
  readonly by: readonly Claim[];
}

/** What of the coverage of a series it takes to tell who else has what. */
interface Known {
  readonly present: readonly DayRange[];
  readonly absent: readonly Absence[];
  readonly hadElsewhere?: readonly Absence[];
}

/** By which a provider has no bar of a session, whoever else has one; what it does not know at all is kept apart. */
const HAS_NONE: ReadonlySet<AbsenceReason> = new Set([
  'delisted',
  'halted',
  'no-trades',
  'pre-listing',
  'vendor-empty',
  'not-yet-published',
  'doubted',
]);

/**
 * What is known after news of the sessions that one provider has no bar of and another has, see `Coverage`: what was said
 * before of those of which another's bars came now, and what is said now, by an answer without a bar, of those that had one.
 * Bars of a provider's own end what it said; `heard` are those that the news come from (default: nothing is said by it).
 */
export function hadElsewhere(
  before: Known,
  learned: Known,
  heard: readonly string[] = [],
): readonly Absence[] {
  const said =
    learned.present.length === 0
      ? part(learned.absent, before.present)
      : part(heard.length === 0 ? [] : before.absent, learned.present);
  const isOfOthers = ({ provider, reason }: Claim): boolean =>
    HAS_NONE.has(reason) && !heard.includes(provider);
  const known = before.hadElsewhere ?? [];
  const kept = [
    ...cutRuns(known, learned.present),
    ...claimedBy(part(known, learned.present), isOfOthers),
  ].toSorted((a, b) => a.from - b.from);
  return joinAbsences(overlay(overlay(kept, claimedBy(said, isOfOthers)), learned.hadElsewhere ?? []));
}

function claimedBy(runs: readonly Absence[], isMeant: (claim: Claim) => boolean): Absence[] {
  return runs.flatMap((run) => {
    const by = run.by.filter(isMeant);
    return by.length === 0 ? [] : [{ ...run, by }];
  });
}

/** Absences, each list ascending and disjoint, with the claims of both where they overlap. */
export function overlay(older: readonly Absence[], learned: readonly Absence[]): Absence[] {
  const newer = learned.toSorted((a, b) => a.from - b.from);
  const both: Absence[] = [];
  let i = 0;
  let j = 0;
  for (let x = older[i], y = newer[j]; x !== undefined && y !== undefined; x = older[i], y = newer[j]) {
    const from = Math.max(x.from, y.from);
    const to = Math.min(x.to, y.to);
    if (from < to) both.push({ from, to, by: joinClaims(x.by, y.by) });
    if (x.to < y.to) i++;
    else j++;
  }
  return [...cutRuns(older, newer), ...both, ...cutRuns(newer, older)];
}

/** The part of runs in the given days, of each with all that it says. */
export function part<R extends DayRange>(runs: readonly R[], days: readonly DayRange[]): R[] {
  return runs.flatMap((run) => intersect([run], days).map((range) => ({ ...run, ...range })));
}

/** Runs without the given days, what is left of each with all that it says. */
export function cutRuns<R extends DayRange>(runs: readonly R[], days: readonly DayRange[]): R[] {
  const cut = normalize(days);
  return runs.flatMap((run) => subtract([run], cut).map((range) => ({ ...run, ...range })));
}

/** Sorts runs and joins neighbours that touch and carry the same evidence. */
export function joinAbsences(absences: readonly Absence[]): Absence[] {
  const joined: Absence[] = [];
  for (const absence of absences.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last && last.to === absence.from && sameClaims(last.by, absence.by)) {
      joined[joined.length - 1] = { ...last, to: absence.to };
    } else joined.push(absence);
  }
  return joined;
}
