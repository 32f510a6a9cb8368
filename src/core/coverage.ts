import type { Day, DayRange } from './day.ts';
import { contains, intersect, normalize, span, subtract, union } from './ranges.ts';

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
}

/** Why a session has no bar. */
export type AbsenceReason =
  | 'pre-listing' // before the first trade
  | 'delisted' // after the last one
  | 'unknown-ticker' // the provider knows nothing of the ticker
  | 'vendor-empty' // the provider answered, without a bar for a session that the exchange held
  | 'no-trades' // illiquid: bars on both sides, complete answer
  | 'rejected' // a row came but failed the checks; it is in quarantine
  | 'not-yet-published'
  | 'plan-limited' // the provider's plan or look-back does not reach so far
  | 'halted';

/** A run of absent sessions with its evidence. */
export interface Absence extends DayRange {
  readonly reason: AbsenceReason;
  /** Who said so. */
  readonly provider: string;
  /** When it was said last, ms since the epoch. */
  readonly checkedAt: number;
  /** How many times it was said. */
  readonly attempts: number;
  /** From when on it is worth asking again, ms since the epoch; null: settled, never asked again. */
  readonly nextRetryAt: number | null;
  /** What exactly was seen, for the reader of a report. */
  readonly note?: string;
}

export const NOTHING_KNOWN: Coverage = { present: [], provisional: [], absent: [] };

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

/** Reasons that hold for one provider only: another one may well have the bars. */
const ONE_PROVIDERS_WORD: ReadonlySet<AbsenceReason> = new Set([
  'pre-listing',
  'unknown-ticker',
  'vendor-empty',
  'rejected',
  'not-yet-published',
  'plan-limited',
]);

/** Whether a backfill from `provider` at `now` should ask for these sessions again. */
export function isDue(absence: Absence, provider: string, now: number): boolean {
  if (absence.provider !== provider && ONE_PROVIDERS_WORD.has(absence.reason)) return true;
  return absence.nextRetryAt !== null && absence.nextRetryAt <= now;
}

/** One session's state. */
export type SessionState =
  | { readonly state: 'present'; readonly provisional: boolean }
  | { readonly state: 'absent'; readonly absence: Absence }
  | { readonly state: 'missing' };

const MISSING: SessionState = { state: 'missing' };

/** The state of one session. */
export function stateOf(coverage: Coverage, session: Day): SessionState {
  if (contains(coverage.present, session)) {
    return { state: 'present', provisional: contains(coverage.provisional, session) };
  }
  const absence =
    coverage.absent.find((run) => run.from <= session && session < run.to) ?? unknownTicker(coverage);
  return absence ? { state: 'absent', absence } : MISSING;
}

/** The entry that says that the provider knows nothing of the ticker; it speaks of every session that has no state of its own. */
export function unknownTicker(coverage: Coverage): Absence | undefined {
  return coverage.absent.find(isUnknownTicker);
}

/** First and last day of which anything is known, as `[from, to)`; undefined if nothing is. */
export function knownSpan(coverage: Coverage): DayRange | undefined {
  return span(union(coverage.present, coverage.absent));
}

/**
 * What is known after an answer. `learned` wins over `before`, with one exception: a bar is never un-learned, so
 * an absence does not replace a present session. An absence seen again for the same reason by the same provider
 * counts its attempts up and waits longer. Anything learned of a ticker ends its being unknown.
 */
export function learn(known: Coverage, learned: Coverage): Coverage {
  const stillUnknown = learned.present.length === 0 && learned.absent.every(isUnknownTicker);
  const before = stillUnknown
    ? known
    : { ...known, absent: known.absent.filter((run) => !isUnknownTicker(run)) };
  const present = union(before.present, learned.present);
  const final = subtract(learned.present, learned.provisional);
  const provisional = union(subtract(before.provisional, final), learned.provisional);
  const news = learned.absent.flatMap((absence) => countedUp(before.absent, absence));
  const old = cutAbsences(before.absent, [...learned.present, ...learned.absent]);
  return { present, provisional, absent: joinAbsences(cutAbsences([...old, ...news], present)) };
}

function isUnknownTicker({ reason }: Absence): boolean {
  return reason === 'unknown-ticker';
}

/** What is known without the given days. */
export function unlearn(coverage: Coverage, days: readonly DayRange[]): Coverage {
  const cut = normalize(days);
  return {
    present: subtract(coverage.present, cut),
    provisional: subtract(coverage.provisional, cut),
    absent: cutAbsences(coverage.absent, cut),
  };
}

/** The part of what is known that lies within the given days. */
export function within(coverage: Coverage, days: readonly DayRange[]): Coverage {
  return {
    present: intersect(coverage.present, days),
    provisional: intersect(coverage.provisional, days),
    absent: coverage.absent.flatMap((absence) =>
      intersect([absence], days).map((range) => ({ ...absence, ...range })),
    ),
  };
}

/**
 * The new sighting, split where earlier ones of the same kind differ, each part with its own count of attempts. One
 * that is known already (the same answer committed twice) changes nothing.
 */
function countedUp(earlier: readonly Absence[], sighting: Absence): Absence[] {
  const repeats = earlier.filter(
    ({ reason, provider }) => reason === sighting.reason && provider === sighting.provider,
  );
  const again = repeats.flatMap((run) =>
    intersect([run], [sighting]).map((range) => {
      if (run.checkedAt >= sighting.checkedAt) return { ...run, ...range };
      const attempts = run.attempts + sighting.attempts;
      const nextRetryAt = nextRetry(sighting.reason, attempts, sighting.checkedAt);
      return { ...sighting, ...range, attempts, nextRetryAt };
    }),
  );
  return [...cutAbsences([sighting], repeats), ...again];
}

function cutAbsences(absences: readonly Absence[], days: readonly DayRange[]): Absence[] {
  const cut = normalize(days);
  return absences.flatMap((absence) => subtract([absence], cut).map((range) => ({ ...absence, ...range })));
}

/** Sorts runs and joins neighbours that touch and carry the same evidence. */
function joinAbsences(absences: readonly Absence[]): Absence[] {
  const joined: Absence[] = [];
  for (const absence of absences.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last && last.to === absence.from && sameEvidence(last, absence)) {
      joined[joined.length - 1] = { ...last, to: absence.to };
    } else joined.push(absence);
  }
  return joined;
}

function sameEvidence(a: Absence, b: Absence): boolean {
  return (
    a.reason === b.reason &&
    a.provider === b.provider &&
    a.checkedAt === b.checkedAt &&
    a.attempts === b.attempts &&
    a.nextRetryAt === b.nextRetryAt &&
    a.note === b.note
  );
}
