/** Why a session has no bar, the word that says most first: of several claims it is the one that is shown. */
export const ABSENCE_REASONS = [
  'delisted', // after the last trade
  'halted',
  'no-trades', // illiquid: bars on both sides, complete answer
  'pre-listing', // before the first trade
  'rejected', // a row came but failed the checks; it is in quarantine
  'vendor-empty', // the provider answered, without a bar for a session that the exchange held
  'not-yet-published',
  'unknown-ticker', // the provider knows nothing of the ticker
  'plan-limited', // the provider's plan or look-back does not reach so far
  'doubted', // an answer without a bar that did not come often enough to be believed: the session counts as missing
] as const;

export type AbsenceReason = (typeof ABSENCE_REASONS)[number];

/** What one provider says of sessions without a bar. */
export interface Claim {
  readonly provider: string;
  readonly reason: AbsenceReason;
  /** When it was said last, ms since the epoch. */
  readonly checkedAt: number;
  /** When it was said first, ms since the epoch, whatever the edition. Default: then. */
  readonly since?: number;
  /** How many times it was said. */
  readonly attempts: number;
  /** From when on it is worth asking again, ms since the epoch; null: settled, never asked again. */
  readonly nextRetryAt: number | null;
  /** Of `plan-limited`: how many days back the provider reached when it was judged. */
  readonly reachDays?: number;
  /** What exactly was seen, for the reader of a report. */
  readonly note?: string;
  /** Of a provider whose content has editions (`Asking.edition`): the one that was read. */
  readonly edition?: string;
}

/** Who is about to be asked. */
export interface Asking {
  /** Provider id. */
  readonly provider: string;
  /** ms since the epoch. */
  readonly now: number;
  /** Whether its plan and look-back of today reach any of the sessions. */
  readonly isReached: boolean;
  /**
   * The edition of what it would read of the ticker now; null: there is nothing. Default: it has no editions. They are
   * compared with each other only, never with a clock, so that any `now` will do.
   */
  readonly edition?: string | null;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** First wait before an absence is asked again, and the number of attempts that settle it. `null`: settled at once. */
const RETRY: Readonly<Record<AbsenceReason, { firstMs: number; attempts: number } | null>> = {
  delisted: null,
  'no-trades': null,
  halted: null,
  'plan-limited': null,
  'pre-listing': { firstMs: 30 * DAY, attempts: 3 },
  'vendor-empty': { firstMs: DAY, attempts: 5 },
  rejected: { firstMs: DAY, attempts: 5 },
  'unknown-ticker': { firstMs: DAY, attempts: Number.POSITIVE_INFINITY },
  'not-yet-published': { firstMs: HOUR, attempts: Number.POSITIVE_INFINITY },
  doubted: { firstMs: 0, attempts: Number.POSITIVE_INFINITY },
};

/** The longest wait between two attempts: 30 days. */
const LONGEST_WAIT_MS = 30 * DAY;

/**
 * When an absence seen for the `attempts`-th time at `checkedAt` is worth asking again (ms since the epoch):
 * the first wait doubles with every attempt, 30 days at most. Null once it counts as confirmed.
 */
export function nextRetry(reason: AbsenceReason, attempts: number, checkedAt: number): number | null {
  const rule = RETRY[reason];
  if (rule === null || attempts >= rule.attempts) return null;
  return checkedAt + Math.min(rule.firstMs * 2 ** (attempts - 1), LONGEST_WAIT_MS);
}

/** A claim made for the first time. */
export function firstClaim(
  reason: AbsenceReason,
  provider: string,
  checkedAt: number,
  more: Pick<Claim, 'note' | 'reachDays' | 'edition'> = {},
): Claim {
  return {
    provider,
    reason,
    checkedAt,
    attempts: 1,
    nextRetryAt: nextRetry(reason, 1, checkedAt),
    ...more,
  };
}

/** Reasons that are facts of the instrument, whoever states them; all others hold for one provider only. */
const FACTS: ReadonlySet<AbsenceReason> = new Set(['delisted', 'no-trades', 'halted']);

/** Whether anybody states a fact of the instrument. */
export function isFact(by: readonly Claim[]): boolean {
  return by.some(({ reason }) => FACTS.has(reason));
}

/**
 * Whether sessions of which this is claimed are worth asking a provider for: its own claim has a retry that is due, is that
 * its plan does not reach them, which it does today, or was judged by another edition of its content, whatever it claims; or
 * it made none, and nobody states a fact.
 */
export function isDue(by: readonly Claim[], { provider, now, isReached, edition = null }: Asking): boolean {
  const own = by.find((claim) => claim.provider === provider);
  if (own === undefined) return !isFact(by);
  if (edition !== null && edition !== own.edition) return true;
  if (own.reason === 'plan-limited') return isReached;
  // It is missing, also to a clock that was put back since.
  if (own.reason === 'doubted') return true;
  return own.nextRetryAt !== null && own.nextRetryAt <= now;
}

/** The claim that tells most, the newest of two of one reason. Throws for none, which is a bug. */
export function leadingClaim(by: readonly Claim[]): Claim {
  const [first] = by;
  if (first === undefined) throw new RangeError('an absence that nobody claims');
  return first;
}

/**
 * All claims of some sessions after news, one a provider, the leading one first. The same reason from the same provider
 * counts its attempts up and waits longer; one that is known already (the same answer committed twice) changes nothing,
 * and one that was read in another edition counts anew.
 */
export function joinClaims(known: readonly Claim[], news: readonly Claim[]): Claim[] {
  const byProvider = new Map(known.map((claim) => [claim.provider, claim]));
  for (const claim of news) byProvider.set(claim.provider, countedUp(byProvider.get(claim.provider), claim));
  return [...byProvider.values()].toSorted(
    (a, b) => rank(a) - rank(b) || b.checkedAt - a.checkedAt || (a.provider < b.provider ? -1 : 1),
  );
}

function countedUp(before: Claim | undefined, claim: Claim): Claim {
  if (before === undefined || before.reason !== claim.reason) return claim;
  if (before.edition !== claim.edition) return saidBefore(claim, before);
  if (before.checkedAt >= claim.checkedAt) return before;
  const attempts = before.attempts + claim.attempts;
  const nextRetryAt = nextRetry(claim.reason, attempts, claim.checkedAt);
  return saidBefore({ ...claim, attempts, nextRetryAt }, before);
}

function saidBefore(claim: Claim, before: Claim): Claim {
  const since = saidSince(before);
  return since < saidSince(claim) ? { ...claim, since } : claim;
}

/** When a claim was made first, ms since the epoch. */
export function saidSince({ since, checkedAt }: Claim): number {
  return since ?? checkedAt;
}

function rank({ reason }: Claim): number {
  return ABSENCE_REASONS.indexOf(reason);
}

/** Whether two lists of claims say the same. */
export function sameClaims(a: readonly Claim[], b: readonly Claim[]): boolean {
  return a.length === b.length && a.every((claim, i) => sameClaim(claim, b[i]));
}

function sameClaim(a: Claim, b: Claim | undefined): boolean {
  return (
    b !== undefined &&
    a.reason === b.reason &&
    a.provider === b.provider &&
    a.checkedAt === b.checkedAt &&
    a.since === b.since &&
    a.attempts === b.attempts &&
    a.nextRetryAt === b.nextRetryAt &&
    a.reachDays === b.reachDays &&
    a.note === b.note &&
    a.edition === b.edition
  );
}
