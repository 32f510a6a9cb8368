import { type Day, type DayRange, MS_PER_DAY } from '../session/day.ts';
import { type Absence, cutRuns, hadElsewhere, joinAbsences, overlay, part } from './absences.ts';
import { type Claim, joinClaims, leadingClaim, nextRetry } from './evidence.ts';
import { contains, intersect, normalize, span, subtract, union } from '../session/ranges.ts';

export type { Absence } from './absences.ts';

/**
 * What is known of a series, per session: present (possibly provisional) or absent with evidence. Whatever is
 * neither is missing: only an answer that proves something moves a session out of `missing`.
 */
export interface Coverage {
  /** Sessions that have a bar. */
  readonly present: readonly DayRange[];
  /** The part of `present` that was stored before it was final and will be fetched again. */
  readonly provisional: readonly DayRange[];
  /** Sessions known to have no bar; ascending, disjoint, none of them present. */
  readonly absent: readonly Absence[];
  /** The part of `provisional` that had too few bars; ascending, disjoint. Default none. */
  readonly unconfirmed?: readonly Unconfirmed[];
  /**
   * The part of `present` that lacks bars of which rows came and were rejected: claims as of a session without a bar.
   * Ascending, disjoint. Default none.
   */
  readonly lacking?: readonly Absence[];
  /**
   * Claims that a provider does not know the ticker, one a provider, that no absence has any more: another one has bars of the
   * sessions that it was asked for. They speak of all that it could be asked for, until it tells anything. Default none.
   */
  readonly unknown?: readonly Claim[];
  /**
   * What providers that have no bar of sessions of `present` said of these: the bars there are another one's. Kept of days
   * only, whose splits and dividends one might be asked for besides. Ascending, disjoint. Default none.
   */
  readonly hadElsewhere?: readonly Absence[];
}

/**
 * Sessions with fewer bars than is usual, provisional until a later answer has no more, or for 30 days; or sessions in which
 * the provider's file may have been cut, provisional until it is another one.
 */
export interface Unconfirmed extends DayRange {
  /** When they were answered, ms since the epoch. */
  readonly since: number;
  /** The edition that may have been cut in them. Default: none was. */
  readonly edition?: string;
  /** The edition of a file that ended in them: another one is asked for at once, the same a day later. Default: none did. */
  readonly endOf?: string;
}

export const NOTHING_KNOWN: Coverage = { present: [], provisional: [], absent: [] };

/** After so long nobody expects the rest of a session any more: 30 days. */
const CONFIRMED_BY_TIME_MS = 30 * MS_PER_DAY;

/** The sessions that wait for an answer to confirm them at `now` (ms since the epoch), for less than `lessThanMs`. */
export function unconfirmedAt(
  { unconfirmed = [] }: Coverage,
  now: number,
  lessThanMs = CONFIRMED_BY_TIME_MS,
): DayRange[] {
  const most = Math.min(lessThanMs, CONFIRMED_BY_TIME_MS);
  return normalize(unconfirmed.filter(({ since, edition }) => edition === undefined && now - since < most));
}

/** The provisional sessions at `now`: those that time has confirmed are final. */
export function provisionalAt(coverage: Coverage, now: number): DayRange[] {
  const { provisional, unconfirmed = [] } = coverage;
  const shortOnes = normalize(unconfirmed.filter(({ edition }) => edition === undefined));
  if (shortOnes.length === 0) return [...provisional];
  return subtract(provisional, subtract(shortOnes, unconfirmedAt(coverage, now)));
}

/** The sessions in which an edition may have been cut: whoever would read the same again learns nothing. */
export function cutIn({ unconfirmed = [] }: Coverage, edition: string | null): DayRange[] {
  return normalize(unconfirmed.filter((run) => run.edition !== undefined && run.edition === edition));
}

/** The sessions in which an edition ended less than a day ago: the same once more is no second answer yet. */
export function endedIn({ unconfirmed = [] }: Coverage, edition: string | null, now: number): DayRange[] {
  const isSame = (endOf: string | undefined): boolean => endOf !== undefined && endOf === edition;
  return normalize(unconfirmed.filter(({ endOf, since }) => isSame(endOf) && now - since < MS_PER_DAY));
}

/** One session's state. */
export type SessionState =
  | { readonly state: 'present'; readonly provisional: boolean }
  | { readonly state: 'absent'; readonly absence: Absence; readonly claim: Claim }
  | { readonly state: 'missing' };

const MISSING: SessionState = { state: 'missing' };

/** The state of one session. One that was only answered in doubt is missing. */
export function stateOf(coverage: Coverage, session: Day): SessionState {
  if (contains(coverage.present, session)) {
    return { state: 'present', provisional: contains(coverage.provisional, session) };
  }
  const absence =
    coverage.absent.find((run) => run.from <= session && session < run.to) ?? unknownTicker(coverage);
  if (absence === undefined) return MISSING;
  const claim = leadingClaim(absence.by);
  return claim.reason === 'doubted' ? MISSING : { state: 'absent', absence, claim };
}

/**
 * The entry that says that nobody knows the ticker; it speaks of every session that has no state of its own. None for a
 * series that has a bar of any provider's.
 */
export function unknownTicker({ present, absent }: Coverage): Absence | undefined {
  return present.length > 0
    ? undefined
    : absent.find(({ by }) => leadingClaim(by).reason === 'unknown-ticker');
}

/** A provider's claim that it knows nothing of the ticker: it speaks of all that the provider could be asked for. */
export function unknownTo(provider: string, { absent, unknown = [] }: Coverage): Claim | undefined {
  const kept = unknown.find((claim) => claim.provider === provider);
  if (kept !== undefined) return kept;
  for (const { by } of absent) {
    const claim = by.find((one) => one.provider === provider);
    if (claim?.reason === 'unknown-ticker') return claim;
  }
  return undefined;
}

/** First and last day of which anything is known, as `[from, to)`; undefined if nothing is. */
export function knownSpan(coverage: Coverage): DayRange | undefined {
  return span(union(coverage.present, coverage.absent));
}

/**
 * What is known after an answer. `learned` wins over `before`, with two exceptions: a bar is never un-learned, so an
 * absence does not replace a present session; and claims of several providers stand side by side, see `joinClaims`.
 * Anything that a provider tells of a ticker ends its being unknown to it; `heard` are the providers that the learned
 * bars come from (default: any).
 */
export function learn(known: Coverage, learned: Coverage, heard?: readonly string[]): Coverage {
  const before = withoutEndedUnknown(known, learned, heard);
  const present = union(before.present, learned.present);
  const final = subtract(learned.present, learned.provisional);
  const provisional = union(subtract(before.provisional, final), learned.provisional);
  const said = overlay(before.absent, learned.absent);
  const absent = joinAbsences(cutRuns(said, present));
  const unconfirmed = [...cutRuns(before.unconfirmed ?? [], learned.present), ...(learned.unconfirmed ?? [])];
  const { lacking = [] } = learned;
  const whole = subtract(learned.present, lacking);
  const kept = joinClaims(before.unknown ?? [], [...(learned.unknown ?? []), ...unknownIn(learned.absent)]);
  return {
    ...{ present, provisional, absent },
    ...asUnconfirmed(unconfirmed),
    ...asLacking(joinAbsences(overlay(cutRuns(before.lacking ?? [], whole), lacking))),
    ...asUnknown(onlyKept(kept, before, learned, { said, absent })),
    ...asHadElsewhere(hadElsewhere(before, learned, heard)),
  };
}

/**
 * Of claims that a ticker is not known those that were kept apart before, and those that no absence has any more as there are
 * bars now.
 */
function onlyKept(
  claims: readonly Claim[],
  before: Coverage,
  learned: Coverage,
  { said, absent }: { readonly said: readonly Absence[]; readonly absent: readonly Absence[] },
): readonly Claim[] {
  const lost = joinClaims([], unknownIn(said));
  if (claims.length + lost.length === 0) return [];
  const apart = new Set([...(before.unknown ?? []), ...(learned.unknown ?? [])].map(providerOf));
  const left = new Set(unknownIn(absent).map(providerOf));
  return [
    ...claims.filter(({ provider }) => apart.has(provider)),
    ...lost.filter(({ provider }) => !apart.has(provider) && !left.has(provider)),
  ];
}

function providerOf({ provider }: Claim): string {
  return provider;
}

/** The claims of absences that a provider does not know the ticker. */
function unknownIn(absent: readonly Absence[]): Claim[] {
  return absent.flatMap(({ by }) => by.filter(({ reason }) => reason === 'unknown-ticker'));
}

/** What is known without the claims that a provider knows nothing of the ticker, of the providers that now told something of it. */
function withoutEndedUnknown(
  known: Coverage,
  learned: Coverage,
  heard: readonly string[] | undefined,
): Coverage {
  const { absent, unknown = [] } = known;
  const telling = new Set(
    learned.absent.flatMap(({ by }) =>
      by.filter(({ reason }) => reason !== 'unknown-ticker').map(({ provider }) => provider),
    ),
  );
  const hasBars = learned.present.length > 0;
  const isEnded = ({ reason, provider }: Claim): boolean =>
    reason === 'unknown-ticker' &&
    (telling.has(provider) || (hasBars && (heard === undefined || heard.includes(provider))));
  if (![...unknown, ...unknownIn(absent)].some(isEnded)) return known;
  const left = absent.flatMap((absence) => {
    const by = absence.by.filter((claim) => !isEnded(claim));
    return by.length === 0 ? [] : [{ ...absence, by }];
  });
  return { ...known, absent: left, unknown: unknown.filter((claim) => !isEnded(claim)) };
}

/**
 * What is known of a whole series: a session after its first bar cannot lie before its listing, so that whoever claims so
 * merely has no bar of it. Such a claim is a vendor's hole, asked for again like one.
 */
export function withoutRefuted(coverage: Coverage): Coverage {
  const { present, absent } = coverage;
  const first = present[0]?.from ?? Number.POSITIVE_INFINITY;
  const isRefuted = ({ from, by }: Absence): boolean =>
    from > first && by.some(({ reason }) => reason === 'pre-listing');
  if (!absent.some(isRefuted)) return coverage;
  const runs = absent.map((run) =>
    isRefuted(run) ? { ...run, by: joinClaims([], run.by.map(asHole)) } : run,
  );
  return { ...coverage, absent: joinAbsences(runs) };
}

function asHole(claim: Claim): Claim {
  if (claim.reason !== 'pre-listing') return claim;
  const nextRetryAt = nextRetry('vendor-empty', claim.attempts, claim.checkedAt);
  return { ...claim, reason: 'vendor-empty', nextRetryAt };
}

/** What is known without the given days. */
export function unlearn(coverage: Coverage, days: readonly DayRange[]): Coverage {
  const cut = normalize(days);
  const present = subtract(coverage.present, cut);
  return {
    present,
    provisional: subtract(coverage.provisional, cut),
    absent: cutRuns(coverage.absent, cut),
    ...asUnconfirmed(cutRuns(coverage.unconfirmed ?? [], cut)),
    ...asLacking(cutRuns(coverage.lacking ?? [], cut)),
    ...asUnknown(present.length > 0 ? coverage.unknown : []),
    ...asHadElsewhere(cutRuns(coverage.hadElsewhere ?? [], cut)),
  };
}

/** The part of what is known that lies within the given days. */
export function within(coverage: Coverage, days: readonly DayRange[]): Coverage {
  const inside = <R extends DayRange>(runs: readonly R[]): R[] => part(runs, days);
  const present = intersect(coverage.present, days);
  return {
    present,
    provisional: intersect(coverage.provisional, days),
    absent: inside(coverage.absent),
    ...asUnconfirmed(inside(coverage.unconfirmed ?? [])),
    ...asLacking(inside(coverage.lacking ?? [])),
    ...asUnknown(present.length > 0 ? coverage.unknown : []),
    ...asHadElsewhere(inside(coverage.hadElsewhere ?? [])),
  };
}

function asUnconfirmed(runs: readonly Unconfirmed[]): Pick<Coverage, 'unconfirmed'> {
  return runs.length === 0 ? {} : { unconfirmed: runs.toSorted((a, b) => a.from - b.from) };
}

function asLacking(lacking: readonly Absence[]): Pick<Coverage, 'lacking'> {
  return lacking.length === 0 ? {} : { lacking };
}

function asUnknown(unknown: readonly Claim[] = []): Pick<Coverage, 'unknown'> {
  return unknown.length === 0 ? {} : { unknown };
}

function asHadElsewhere(runs: readonly Absence[]): Pick<Coverage, 'hadElsewhere'> {
  return runs.length === 0 ? {} : { hadElsewhere: runs };
}
