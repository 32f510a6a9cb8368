import { isBarred, toldFirst } from '../../core/actions/action-book.ts';
import { isOf } from '../../core/actions/alike.ts';
import { type CorporateAction, type Revision, isSplit } from '../../core/bars/bars.ts';
import type { RejectedBar } from '../../core/checks/checks.ts';
import { type Bars, NO_BARS, type StoredBars, keep, placeOf } from '../../core/bars/columns.ts';
import {
  type Comparison,
  type Pairs,
  compareBars,
  pairsWhere,
  volumeStepOf,
  volumeSteps,
} from '../../core/bars/compare.ts';
import { type Day, type DayRange, startOfDay } from '../../core/session/day.ts';
import type { Filler } from '../../core/checks/fillers.ts';
import { currencyChange, identityConflict, identityError } from '../../core/instrument/identity.ts';
import { typeOf } from '../../core/instrument/instrument-type.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import { findOddities } from '../../core/checks/oddities.ts';
import type { Oddity } from '../../core/checks/oddity.ts';
import { countOutsideRange, outsideRangeOddities } from '../../core/checks/outside-range.ts';
import type { SeriesContext } from '../../core/checks/plausibility.ts';
import { ratioText } from '../../core/actions/ratio.ts';
import { contains, intersect, subtract } from '../../core/session/ranges.ts';
import { mergeBars } from '../../core/bars/merge-bars.ts';
import { sideOddities } from '../../core/checks/side-values.ts';
import { soundBars } from '../../core/checks/sound-bars.ts';
import type { BarAnswer } from '../../providers/provider.ts';
import { provenDays } from '../../providers/proven-days.ts';
import { assertAgreement, assertRestates } from './agreement.ts';
import { assertKnownBasis } from './split-basis.ts';
import { weighCorrections } from './corrections.ts';
import { assertContinues } from './continuity.ts';
import { weighParts } from './held-in-part.ts';
import { assertCurrency } from './own-currency.ts';
import { assertOwnDays } from './own-days.ts';
import { assertSpacing } from './row-spacing.ts';
import { assertSharedStamps } from './shared-stamps.ts';
import type { InPart, Received, StoredSeries } from './received.ts';
import { sessionsOfOthers } from './one-source.ts';
import { assertSameClock } from './same-clock.ts';
import { assertSameGrid } from './same-grid.ts';
import { assertSameLevel, bySource, sourcesDiffer } from './other-sources.ts';
import { stayedBars } from './stayed-bars.ts';

/** What an answer is worth. */
export interface Judgement {
  /** Sound bars of the wanted sessions. */
  readonly wanted: Bars;
  /** Stamps of bars that the store has otherwise from another source, or that are doubted: those stay. */
  readonly stay: ReadonlySet<number>;
  /** Those of them that are final, and others that the answer has rejected rows of, with what it has instead. */
  readonly stayed: readonly Revision[];
  /** Whether final prices would change by so much that more than one answer has to say so. */
  readonly isDoubted: boolean;
  /** Bars of which the answer has only a part of what is stored as final, and that stays. */
  readonly inPart: readonly InPart[];
  /** Bars of sessions that were not wanted and that correct what is stored. */
  readonly corrections: Bars;
  /** Intraday bars of stored sessions that were not wanted, which the store lacks. */
  readonly additions: Bars;
  readonly rejected: readonly RejectedBar[];
  /** Rows that nobody traded. */
  readonly fillers: readonly Filler[];
  readonly oddities: readonly Oddity[];
  /** Final bars of the store against the answer's. */
  readonly comparison: Comparison;
  /** What the answer says otherwise of the instrument, with the same prices; null where nothing. */
  readonly conflict: string | null;
}

/**
 * Tells what of an answer may be stored. Throws where none of it may: `identity-changed`, `basis-unknown`, `restated`
 * (the whole series has to be fetched again) and `bad-answer`.
 */
export function judgeAnswer(received: Received): Judgement {
  const { want, calendar, answer, stored } = received;
  const sessionOf = sessionDateOf(want.series.interval, calendar);
  const known = finalBars(stored, sessionOf);
  const actions = joinActions(received);
  const type = typeOf(want.series.ticker, answer.identity.type ?? stored.identity.type);
  const context: SeriesContext = { interval: want.series.interval, calendar, actions, known, type };
  assertOwn(received);
  const { accepted, rejected, fillers } = soundBars(answer.bars, context);
  assertSpacing(received, accepted);
  const isAsked = askedDays(received);
  const foreign = sessionsOfOthers(received, accepted, isAsked);
  const isWanted = (ts: number): boolean => isAsked(sessionOf(ts));
  const wantedOf = (bars: Bars, are = true): Bars =>
    keep(bars, (i) => isWanted(bars.ts[i] as number) === are);

  const asked = intersect(provenDays(answer), [want.range]);
  const repeated = keep(known, (i) => contains(asked, sessionOf(known.ts[i] as number)));
  const comparison = comparedWith(repeated, accepted, actions, sessionOf);
  const conflict = assertSameInstrument(received, comparison);
  const { own, others } = bySource(comparison, received.source);
  assertSameClock(received, own, { known, accepted, asked });
  assertKnownBasis(received, comparison, sessionOf);
  assertSharedStamps(received, own, accepted);
  assertSameGrid(received, others, accepted);
  assertAgreement(received, want.replaces === true ? comparison : own, isWanted);
  assertRestates(received, own.compared);
  if (want.replaces !== true && want.opinionOf === undefined) assertSameLevel(received, others);
  const stays = (ts: number): boolean => !((want.replaces === true || want.again === true) && isWanted(ts));

  const wanted = foreign.without(wantedOf(accepted));
  assertContinues(received, own, wanted, actions);
  const parts = weighParts(received, own, accepted);
  const isWeighed = ({ stored: { ts } }: Pairs, i: number): boolean => parts.weighed.has(ts[i] as number);
  const whole = pairsWhere(own.compared, (i) => !isWeighed(own.compared, i));
  const { doubted, oddities: changes } = weighCorrections(received, { ...own, compared: whole });
  const stay = new Set([...others.differing.stored.ts.filter(stays), ...doubted, ...parts.stay]);
  const isCertain = (i: number): boolean => !stay.has(own.differing.answered.ts[i] as number);
  const corrections = wantedOf(keep(own.differing.answered, isCertain), false);
  return {
    wanted,
    stay,
    stayed: stayedBars(received, known, comparison, { stay, rejected, isWanted }),
    isDoubted: doubted.size + parts.doubted.length > 0,
    inPart: parts.doubted,
    corrections,
    additions: wantedOf(foreign.without(additions(accepted, received, asked)), false),
    rejected: rejected.filter(({ bar }) => isWanted(bar.ts)),
    fillers: fillers.filter(({ bar }) => isWanted(bar.ts)),
    oddities: [
      ...oddBars(mergeBars(wanted, corrections), context, received),
      ...changes,
      ...parts.oddities,
      ...unappliedOddities(answer, wanted, sessionOf),
      ...reclassified(conflict, wanted, sessionOf),
      ...sourcesDiffer(received, others, stays),
      ...foreign.oddities,
    ],
    comparison,
    conflict,
  };
}

/** Throws `bad-answer` where none of an answer is to be looked at: what its prices are in, or its days, are none of the series. */
function assertOwn(received: Received): void {
  assertCurrency(received.answer, received.want.series.ticker);
  assertOwnDays(received);
}

/** What is odd about bars that are taken, ascending: what still trades has few of them as yet. */
function oddBars(taken: Bars, context: SeriesContext, received: Received): Oddity[] {
  const { lastSettled, answer } = received;
  const sessionOf = sessionDateOf(context.interval, context.calendar);
  const isAsked = askedDays(received);
  const came = keep(answer.bars, (i) => isAsked(sessionOf(answer.bars.ts[i] as number)));
  const odd = findOddities(taken, context);
  return [
    ...odd.filter(({ kind, session }) => kind !== 'thin' || session <= lastSettled),
    ...outsideRangeOddities(countOutsideRange(taken), sessionOf),
    ...sideOddities(came, sessionOf),
  ];
}

/** Final bars against those of an answer, whose volumes splits in between explain. */
function comparedWith(
  known: StoredBars,
  accepted: Bars,
  actions: readonly CorporateAction[],
  sessionOf: (ts: number) => Day,
): Comparison {
  const steps = volumeSteps(actions.filter(isSplit));
  return compareBars(known, accepted, (ts) => volumeStepOf(steps, sessionOf(ts)));
}

/** Repeated bars that show, if all of them agree, that an instrument is the same, whatever it is called. */
const ENOUGH_TO_KNOW = 2;

/**
 * What the provider says otherwise of the instrument than before; null where nothing. Throws `identity-changed` unless
 * its prices show that it is the same one, only described anew. A user's file whose rows say it is not believed to do that:
 * the same numbers in other money are other prices.
 */
function assertSameInstrument(
  { want, answer, stored }: Received,
  { compared, differing }: Comparison,
): string | null {
  const firstBar = stored.coverage.present[0]?.from ?? null;
  const conflict = identityConflict(stored.identity, answer.identity, firstBar, stored.namedSince);
  if (conflict === null) return null;
  const isOtherMoney = currencyChange(stored.identity.currency, answer.identity.currency) !== null;
  const isSaidByRows = answer.identitySaidIn !== undefined && isOtherMoney;
  if (!isSaidByRows && compared.length >= ENOUGH_TO_KNOW && differing.length === 0) return conflict;
  throw identityError(want.series.ticker, conflict, answer.identitySaidIn);
}

/** Splits that the wire lists and was not adjusted for, where bars that they would have changed are stored now. */
function unappliedOddities(
  { unapplied = [] }: BarAnswer,
  wanted: Bars,
  sessionOf: (ts: number) => Day,
): Oddity[] {
  return unapplied.flatMap(({ exDay, ratio }): Oddity[] => {
    if (!wanted.ts.some((ts) => sessionOf(ts) < exDay)) return [];
    const note = `the provider lists the split ${ratioText(ratio)}, and its earlier prices are not adjusted for it: stored as they came`;
    return [{ kind: 'basis-flip', session: exDay, ts: startOfDay(exDay), note }];
  });
}

function reclassified(conflict: string | null, wanted: Bars, sessionOf: (ts: number) => Day): Oddity[] {
  const last = wanted.ts.at(-1);
  if (conflict === null || last === undefined) return [];
  const note = `the provider describes another instrument (${conflict}), with the same prices`;
  return [{ kind: 'identity', session: sessionOf(last), ts: last, note }];
}

/**
 * Whether a day was asked for; one that the calendar does not know as a session is with the next one, and what is no day
 * with any: it is in nobody else's answer.
 */
export function askedDays({
  want: { gaps },
  calendar,
}: Pick<Received, 'want' | 'calendar'>): (day: Day) => boolean {
  return (day) => Number.isNaN(day) || contains(gaps, day) || contains(gaps, calendar.sessionOnOrAfter(day));
}

/** Stored bars that a later answer should repeat. */
function finalBars({ bars, coverage }: StoredSeries, sessionOf: (ts: number) => Day): StoredBars {
  const final = subtract(coverage.present, coverage.provisional);
  return keep(bars, (i) => contains(final, sessionOf(bars.ts[i] as number)));
}

/** Bars that a stored session was answered without at first; of what is final none that came in part. */
function additions(
  accepted: Bars,
  { want, calendar, answer: { partial = [] }, stored }: Received,
  asked: readonly DayRange[],
): Bars {
  if (want.series.interval === '1d') return NO_BARS;
  const inPart = new Set(partial.map(({ ts }) => ts));
  const sessionOf = sessionDateOf(want.series.interval, calendar);
  const repeated = intersect(stored.coverage.present, asked);
  return keep(accepted, (i) => {
    const ts = accepted.ts[i] as number;
    const isLacking = placeOf(stored.bars, ts) === -1 && !inPart.has(ts);
    return isLacking && contains(repeated, sessionOf(ts));
  });
}

/** What is in force with what an answer says of a kind and ex-date that nobody withdrew, or told first with another. */
function joinActions({ book, answer, told }: Received): CorporateAction[] {
  const entries = book.entries.map(({ action }) => action);
  const isKnown = (said: CorporateAction): boolean =>
    entries.some((action) => isOf(said, action)) || toldFirst(book, told, said) !== undefined;
  const said = answer.actions.filter((action) => !isKnown(action) && !isBarred(book, action));
  return [...entries, ...said].toSorted((a, b) => a.exDay - b.exDay);
}
