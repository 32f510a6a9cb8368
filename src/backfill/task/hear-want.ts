import { countSilence } from '../../core/actions/action-book.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { BackfillError } from '../../core/errors.ts';
import type { Want } from '../../core/plan/plan.ts';
import type { Gate } from '../../providers/http/gate.ts';
import type { BarAnswer, Provider } from '../../providers/provider.ts';
import type { BarStore, SeriesEdit } from '../../store/store.ts';
import {
  ANSWERS_BELIEVED,
  contradictsItself,
  isDoubtfulSilence,
  isDoubtfulTail,
  isSilent,
  learnInDoubt,
  repeatsNothing,
  silenceNote,
} from '../judge/doubt.ts';
import { type ActionsHeard, hearAnswer } from '../judge/hear-actions.ts';
import type { StoredSeries } from '../judge/hearing.ts';
import { type Verdict, judgeAnswer } from '../judge/judge-answer.ts';
import { type Learned, learnFrom } from '../judge/learn-from.ts';

/** What is wanted of a series, and what the store has of it. */
export interface Asked {
  readonly want: Want;
  readonly calendar: Calendar;
  readonly stored: StoredSeries;
  /** The way to write on top of that. */
  readonly edit: SeriesEdit;
}

/** What was fetched and judged. */
export interface Heard {
  readonly answer: BarAnswer;
  readonly verdict: Verdict;
  readonly learned: Learned;
  readonly stored: StoredSeries;
  readonly actions: ActionsHeard;
  /** Whether the answer has no row at all and does not say that there is none. */
  readonly isSilent: boolean;
}

/** What wants are asked with. */
export interface AskTools {
  readonly provider: Provider;
  /** The gate that the provider's requests pass. */
  readonly gate: Gate;
  readonly store: BarStore;
}

/** A provider's answer; its saying that it has nothing in the range is one too, and proves the range empty. */
export interface Answered {
  readonly answer: BarAnswer;
  readonly saysNo: boolean;
}

/** What an answer is worth, as often as it was given: `heard` of a doubtful one is what it is if nobody asks again. */
export type Opinion =
  | { readonly kind: 'sure'; readonly heard: Heard }
  | { readonly kind: 'doubtful'; readonly heard: Heard }
  | { readonly kind: 'refused'; readonly error: unknown; readonly isWorthAnother: boolean };

/**
 * Judges an answer that was given for the `answers`-th time. Of one that is refused for its basis only the splits and
 * dividends that it leaves out are counted, unless it is asked for again. Throws what the store throws.
 */
export async function hearWant(
  { want, calendar, stored, edit }: Asked,
  { answer, saysNo }: Answered,
  { answers, most, now }: { readonly answers: number; readonly most: number; readonly now: number },
  { provider: { capabilities }, gate, store }: AskTools,
): Promise<Opinion> {
  const { id, metered } = capabilities;
  const settleDelayMs = capabilities.intervals[want.series.interval]?.settleDelayMs ?? 0;
  const context = { want, calendar, lastSettled: calendar.lastSettled(now, settleDelayMs) };
  const actions = await hearAnswer(answer, { want, calendar, now }, stored.book, capabilities, store);
  try {
    assertEvidence(answer, gate);
    const isLast = answers === ANSWERS_BELIEVED;
    const verdict = judgeAnswer({ ...context, ...actions, answer, source: id, stored, now, isLast });
    // A source that costs nothing to ask says the same again.
    const isDoubtful = metered && !saysNo && isDoubtfulSilence(answer, context);
    const note = saysNo ? undefined : silenceNote(answer, context, answers);
    const learned = learnFrom({
      ...context,
      answer: note === undefined ? answer : { note, ...answer },
      accepted: verdict.wanted,
      rejected: verdict.rejected,
      fillers: verdict.fillers,
      known: stored.bars,
      absent: stored.coverage.absent,
      currency: answer.identity.currency ?? stored.identity.currency,
      source: id,
      now,
    });
    const heard = { answer, verdict, learned, stored, actions, isSilent: !saysNo && isSilent(answer) };
    const lacksAll = metered && repeatsNothing(verdict.comparison, id);
    const isInDoubt = isDoubtful || lacksAll || isDoubtfulTail(learned, calendar);
    const isCredible = !lacksAll && !contradictsItself(answer, learned, context);
    if ((isLast && isCredible) || (!isInDoubt && verdict.conflict === null)) return { kind: 'sure', heard };
    const about = { provider: id, answers, now, calendar, isCredible, lacksAll };
    const asItIs = isInDoubt ? { ...heard, learned: learnInDoubt(learned, stored.coverage, about) } : heard;
    return { kind: 'doubtful', heard: asItIs };
  } catch (error) {
    const isWorthAnother =
      error instanceof BackfillError && isTransient(error) && !gate.isThrottling && answers < most;
    const isBasis = error instanceof BackfillError && error.code === 'basis-unknown';
    if (capabilities.actions && isBasis && !isWorthAnother)
      await edit.commit({ actions: (book) => countSilence(book, actions.told) });
    return { kind: 'refused', error, isWorthAnother };
  }
}

/** A provider that mixes answers up describes the right instrument the next time. */
function isTransient({ code, retryable }: BackfillError): boolean {
  return retryable || code === 'identity-changed';
}

/** Empty answers are how some providers throttle: while they do, nothing proves nothing. Throws `provider-fault`. */
function assertEvidence({ bars, unusable }: BarAnswer, gate: Gate): void {
  if (bars.length > 0 || unusable.length > 0 || !gate.isThrottling) return;
  const message = 'an empty answer while the provider is throttling proves nothing';
  throw new BackfillError('provider-fault', message, { retryable: true });
}
