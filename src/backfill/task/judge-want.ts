import { countLeftOut } from '../../core/actions/action-book.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { currencyKnown } from '../../core/currency.ts';
import { BackfillError } from '../../core/errors.ts';
import type { Want } from '../../core/plan/task.ts';
import type { Gate } from '../../providers/http/gate.ts';
import type { BarAnswer, Provider } from '../../providers/provider.ts';
import type { BarStore, SeriesEdit } from '../../store/store.ts';
import {
  ANSWERS_BELIEVED,
  contradictsItself,
  isCut,
  isDoubtfullyEmpty,
  isEmptyAnswer,
  learnInDoubt,
  repeatsNothing,
  emptyNote,
} from '../judge/doubt.ts';
import { type NotedActions, noteActions } from '../judge/note-actions.ts';
import type { StoredSeries } from '../judge/received.ts';
import { type Judgement, judgeAnswer } from '../judge/judge-answer.ts';
import { type Learned, learnFrom } from '../judge/learn-from.ts';
import { lostDays } from '../judge/lost-rows.ts';

/** What is wanted of a series, and what the store has of it. */
export interface Asked {
  readonly want: Want;
  readonly calendar: Calendar;
  readonly stored: StoredSeries;
  /** The way to write on top of that. */
  readonly edit: SeriesEdit;
}

/** What was fetched and judged. */
export interface Judged {
  readonly answer: BarAnswer;
  readonly judgement: Judgement;
  readonly learned: Learned;
  readonly stored: StoredSeries;
  readonly actions: NotedActions;
  /** Whether the answer has no row at all and does not say that there is none. */
  readonly isEmpty: boolean;
}

/** What wants are asked with. */
export interface AskTools {
  readonly provider: Provider;
  /** The gate that the provider's requests pass. */
  readonly gate: Gate;
  readonly store: BarStore;
  /** Ids of the providers before it in its chain. Default: none. */
  readonly before?: readonly string[];
}

/** A provider's answer; its saying that it has nothing in the range is one too, and proves the range empty. */
export interface Answered {
  readonly answer: BarAnswer;
  readonly saysNo: boolean;
}

/** What an answer is worth, as often as it was given: `judged` of a doubtful one is what it is if nobody asks again. */
export type Opinion =
  | { readonly kind: 'sure'; readonly judged: Judged }
  | { readonly kind: 'doubtful'; readonly judged: Judged }
  | { readonly kind: 'refused'; readonly error: unknown; readonly isWorthAnother: boolean };

/** How often a want was asked for. */
interface AskedFor {
  /** Which answer this is, from 1 on. */
  readonly answers: number;
  /** So many there are at most. */
  readonly most: number;
  /** ms since the epoch. */
  readonly now: number;
  /** What the answer before was worth, where that was doubtful. */
  readonly before: Judged | undefined;
}

/**
 * Judges an answer that was given for the `answers`-th time. Of one that is refused for its basis only the splits and
 * dividends that it leaves out are counted, unless it is asked for again. Throws what the store throws.
 */
export async function judgeWant(
  { want, calendar, stored, edit }: Asked,
  { answer, saysNo }: Answered,
  { answers, most, now, before }: AskedFor,
  { provider: { capabilities }, gate, store, before: earlier = [] }: AskTools,
): Promise<Opinion> {
  const { id, metered } = capabilities;
  const settleDelayMs = capabilities.intervals[want.series.interval]?.settleDelayMs ?? 0;
  const context = { want, calendar, lastSettled: calendar.lastSettled(now, settleDelayMs) };
  const actions = await noteActions(answer, { want, calendar, now }, stored.book, capabilities, store);
  try {
    await assertEvidence(answer, gate);
    const isLast = answers === ANSWERS_BELIEVED;
    // A source that costs nothing to ask says the same again, and who wants all again wants it as it is.
    const mayCorrect = isLast || !metered || (want.again === true && answers === most);
    const judgement = judgeAnswer({
      ...{ ...context, ...actions, answer, source: id, stored, now, isLast, mayCorrect },
      ...{ inPart: before?.judgement.inPart ?? [], believedAfter: believedAfter(want, most, metered) },
    });
    const doubted = new Set(judgement.inPart.map(({ bar }) => bar.ts));
    const isDoubtful = metered && !saysNo && isDoubtfullyEmpty(answer, context);
    const note = saysNo ? undefined : emptyNote(answer, context, answers);
    const learned = learnFrom({
      ...context,
      answer: note === undefined ? answer : { note, ...answer },
      accepted: judgement.wanted,
      rejected: judgement.rejected,
      fillers: judgement.fillers,
      lostOn: lostDays(answer, judgement, { want, calendar, stored, source: id, before: earlier }),
      partial: (answer.partial ?? []).filter(({ ts }) => !doubted.has(ts)),
      known: stored.bars,
      absent: stored.coverage.absent,
      currency: currencyKnown(stored.identity.currency, answer.identity.currency),
      source: id,
      now,
    });
    const judged = { answer, judgement, learned, stored, actions, isEmpty: !saysNo && isEmptyAnswer(answer) };
    const lacksAll = metered && repeatsNothing(judgement.comparison, id);
    const contradicts = contradictsItself(answer, learned, context);
    const isInDoubt = isDoubtful || lacksAll || contradicts || isCut(learned, stored, answer, calendar);
    const isCredible = !lacksAll && !contradicts;
    if ((isLast && isCredible) || (!isInDoubt && !judgement.isDoubted && judgement.conflict === null))
      return { kind: 'sure', judged };
    const about = { provider: id, answers, now, calendar, isCredible, isYoungToo: !isCredible };
    const inDoubt = {
      learned: learnInDoubt(learned, stored.coverage, about),
      ...(isDoubtful && isCredible && doubtOf(judged, answers)),
    };
    const asItIs = isInDoubt ? { ...judged, ...inDoubt } : judged;
    return { kind: 'doubtful', judged: asItIs };
  } catch (error) {
    const isWorthAnother =
      error instanceof BackfillError && isTransient(error) && answers < most && !(await gate.isThrottling());
    const isBasis = error instanceof BackfillError && error.code === 'basis-unknown';
    if (capabilities.actions && isBasis && !isWorthAnother)
      await edit.commit({ actions: (book) => countLeftOut(book, actions.told) });
    return { kind: 'refused', error, isWorthAnother };
  }
}

/** An answer without a bar that too few said yet: what is missing is so until others do. */
function doubtOf({ answer }: Judged, answers: number): Pick<Judged, 'answer'> {
  const times = answers === 1 ? 'one answer has' : `${answers} answers have`;
  const whyUnproven = `${times} no bar of it, which is believed once ${ANSWERS_BELIEVED} say so; run again, and it is asked again`;
  return { answer: { whyUnproven, ...answer } };
}

/** How many answers have to say the same of which only a part of what is stored is left. */
function believedAfter({ again }: Want, most: number, metered: boolean): number {
  if (!metered) return 1;
  return again === true ? Math.min(most, ANSWERS_BELIEVED) : ANSWERS_BELIEVED;
}

/** A provider that mixes answers up describes the right instrument the next time. */
function isTransient({ code, retryable }: BackfillError): boolean {
  return retryable || code === 'identity-changed';
}

/** Empty answers are how some providers throttle: while they do, nothing proves nothing. Throws `provider-fault`. */
async function assertEvidence({ bars, unusable }: BarAnswer, gate: Gate): Promise<void> {
  if (bars.length > 0 || unusable.length > 0 || !(await gate.isThrottling())) return;
  const message = 'an empty answer while the provider is throttling proves nothing';
  throw new BackfillError('provider-fault', message, { retryable: true });
}
