import type { Calendar } from '../../core/calendar/calendar.ts';
import { keep } from '../../core/bars/columns.ts';
import type { Comparison } from '../../core/bars/compare.ts';
import { givenBy } from '../../core/bars/vendor.ts';
import type { Absence, Coverage } from '../../core/coverage/coverage.ts';
import { type DayRange, formatDay } from '../../core/session/day.ts';
import { type AbsenceReason, firstClaim, leadingClaim } from '../../core/coverage/evidence.ts';
import type { Want } from '../../core/plan/task.ts';
import { intersect, normalize, subtract } from '../../core/session/ranges.ts';
import type { BarAnswer } from '../../providers/provider.ts';
import type { Learned } from './learn-from.ts';
import type { StoredSeries } from './received.ts';

/** So many answers that say the same are evidence of what one of them only suggests. */
export const ANSWERS_BELIEVED = 3;

/** More sessions in a row than these make one wonder whether an answer was cut short, or lost a page. */
const LONG_TAIL = 5;

/** What an answer is doubted by. */
export interface DoubtContext {
  readonly want: Want;
  readonly calendar: Calendar;
  /** Last session that is final. */
  readonly lastSettled: number;
}

/** Whether an answer has no row at all. */
export function isEmptyAnswer({ bars, unusable }: BarAnswer): boolean {
  return bars.length === 0 && unusable.length === 0;
}

/**
 * Whether an answer without a row may be a failure: the instrument should have traded in a settled session of the range. It
 * should not have before its listing or after a last trade that the provider itself tells.
 */
export function isDoubtfullyEmpty(answer: BarAnswer, { want, calendar, lastSettled }: DoubtContext): boolean {
  if (!isEmptyAnswer(answer)) return false;
  const { range } = want;
  if (calendar.sessionOnOrAfter(range.from) >= Math.min(range.to, lastSettled + 1)) return false;
  const { firstTrade } = answer.identity;
  if (firstTrade !== null && firstTrade >= range.to) return false;
  if (answer.delistedOn !== null && answer.delistedOn <= range.from) return false;
  return lastTradeBefore(answer, range) === undefined;
}

/** Whether an answer may have been cut short, or have lost a page: a long stretch is missing though nobody explains why. */
export function isCut(
  learned: Learned,
  stored: Pick<StoredSeries, 'identity' | 'coverage'>,
  answer: BarAnswer,
  calendar: Calendar,
): boolean {
  return (
    isDoubtfulTail(learned, calendar) ||
    isDoubtfulHead(learned, stored, answer, calendar) ||
    isDoubtfulHole(learned, calendar)
  );
}

/** Whether a long tail of sessions is missing from the answer though nobody explains why. */
function isDoubtfulTail(learned: Learned, calendar: Calendar): boolean {
  return learned.learned.present.length > 0 && tailOf(learned, calendar) > LONG_TAIL;
}

/**
 * Whether a long head of sessions is missing from the answer though nobody explains why: as many as the server's newest rows
 * leave out, say. Of what its provider dates, by a first trade, that is no head, nor where bars of before are stored.
 */
function isDoubtfulHead(
  { learned }: Learned,
  { identity, coverage }: Pick<StoredSeries, 'identity' | 'coverage'>,
  answer: BarAnswer,
  calendar: Calendar,
): boolean {
  const first = learned.present[0]?.from;
  if (first === undefined || (answer.identity.firstTrade ?? identity.firstTrade) !== null) return false;
  if ((coverage.present[0]?.from ?? first) < first) return false;
  const head = learned.absent.filter((run) => run.from < first && isUnexplained(run));
  return calendar.count(head) > LONG_TAIL;
}

/** Of what has more holes than these between its bars, a long one is no wonder: it is traded now and then. */
const MOST_HOLES = 2;

/**
 * Whether a long stretch of sessions is missing between the bars of an answer though nobody explains why, of what trades in
 * nearly every other session.
 */
function isDoubtfulHole({ learned: { present, absent } }: Learned, calendar: Calendar): boolean {
  const [first, last] = [present[0]?.from ?? 0, present.at(-1)?.from ?? 0];
  const unexplained = absent.filter((run) => run.from > first && run.from < last && isUnexplained(run));
  const holes = normalize(unexplained).map((run) => calendar.count([run]));
  return holes.length <= MOST_HOLES && holes.some((sessions) => sessions > LONG_TAIL);
}

/**
 * Whether a provider contradicts the tail, or the whole, of its own answer: it tells of a last trade in sessions of which it
 * has no bar. However often it says so, they are missing.
 */
export function contradictsItself(
  { lastTrade }: BarAnswer,
  learned: Learned,
  { calendar, lastSettled, want }: DoubtContext,
): boolean {
  const lastBar = learned.learned.present.at(-1)?.to ?? want.range.from;
  const hasTraded = lastTrade !== undefined && lastTrade >= lastBar;
  return hasTraded && lastTrade <= lastSettled && lastTrade < want.range.to && tailOf(learned, calendar) > 0;
}

/** So many stored sessions that an answer should repeat and has none of are no chance. */
const ENOUGH_GONE = 2;

/**
 * Whether an answer repeats none of the final bars that the same provider gave before and was asked for again: what it lacks
 * besides proves nothing.
 */
export function repeatsNothing({ compared, gone }: Comparison, provider: string): boolean {
  const own = keep(gone, givenBy(gone, provider));
  return compared.length === 0 && own.length >= ENOUGH_GONE;
}

/** Sessions at the end of an answer, after its last bar, that nobody explains. */
function tailOf({ learned }: Learned, calendar: Calendar): number {
  const lastBar = learned.present.at(-1)?.to ?? Number.NEGATIVE_INFINITY;
  let sessions = 0;
  for (const run of learned.absent.toReversed()) {
    if (run.from < lastBar || !isUnexplained(run)) break;
    sessions += calendar.count([run]);
  }
  return sessions;
}

/** Why an answer without a row is believed, in a few words; undefined where there is no more to say than that it is empty. */
export function emptyNote(answer: BarAnswer, context: DoubtContext, answers: number): string | undefined {
  if (!isEmptyAnswer(answer)) return undefined;
  const last = lastTradeBefore(answer, context.want.range);
  if (last !== undefined) return `the last trade was on ${formatDay(last)}`;
  return isDoubtfullyEmpty(answer, context) && answers > 1
    ? `no row in ${answers} answers in a row`
    : undefined;
}

/** Whether nobody but the product itself says why there is no bar. */
export function isUnexplained({ by }: Absence): boolean {
  const { reason } = leadingClaim(by);
  return reason === 'vendor-empty' || reason === 'not-yet-published';
}

/**
 * What is learned from an answer that is still doubted after so many answers of this run. Sessions that would count as
 * empty are `doubted`, which is missing, unless earlier runs were told the same often enough. Whole-number counts of the
 * result follow.
 */
export function learnInDoubt(
  { learned, absent, missing, ...counts }: Learned,
  known: Coverage,
  about: {
    readonly provider: string;
    readonly answers: number;
    readonly now: number;
    readonly calendar: Calendar;
    /** Whether it may be believed at last. */
    readonly isCredible: boolean;
    /** Whether not even a young session may be taken for one that is not out yet. */
    readonly isYoungToo: boolean;
  },
): Learned {
  const { provider, answers, now, calendar, isCredible, isYoungToo } = about;
  const isDoubted = (reason: AbsenceReason): boolean =>
    reason === 'vendor-empty' || (isYoungToo && reason === 'not-yet-published');
  const saidBefore = [...known.absent, ...(known.hadElsewhere ?? [])].filter(({ by }) =>
    by.some(
      (claim) =>
        claim.provider === provider &&
        isCredible &&
        claim.reason === 'doubted' &&
        claim.attempts + answers >= ANSWERS_BELIEVED,
    ),
  );
  const claim = { ...firstClaim('doubted', provider, now), attempts: answers };
  const left: Partial<Record<AbsenceReason, number>> = { ...absent };
  let doubted = 0;
  const runs = learned.absent.flatMap((run): Absence[] => {
    const { reason } = leadingClaim(run.by);
    if (!isDoubted(reason)) return [run];
    const saidFirst = subtract([run], saidBefore);
    const sessions = calendar.count(saidFirst);
    doubted += sessions;
    left[reason] = (left[reason] ?? 0) - sessions;
    const believed = intersect([run], saidBefore).map((days) => ({ ...run, ...days }));
    return [...believed, ...saidFirst.map((days) => ({ ...days, by: [claim] }))].toSorted(
      (a, b) => a.from - b.from,
    );
  });
  if (doubted === 0) return { learned, absent, missing, ...counts };
  return {
    ...counts,
    learned: { ...learned, absent: runs },
    absent: Object.fromEntries(Object.entries(left).filter(([, sessions]) => sessions > 0)),
    missing: missing + doubted,
  };
}

function lastTradeBefore({ lastTrade }: BarAnswer, range: DayRange): number | undefined {
  return lastTrade !== undefined && lastTrade < range.from ? lastTrade : undefined;
}
