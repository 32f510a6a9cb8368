import { UNKNOWN_IDENTITY } from '../core/bars.ts';
import type { Calendar } from '../core/calendar/calendar.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { NO_BARS } from '../core/columns.ts';
import { BackfillError } from '../core/errors.ts';
import type { Task } from '../core/plan.ts';
import { randomFor } from '../market/random.ts';
import { closedDays } from '../providers/closed-days.ts';
import type { Gate } from '../providers/http/gate.ts';
import type { BarAnswer, Provider } from '../providers/provider.ts';
import { countSilence } from '../core/action-book.ts';
import type { BarStore } from '../store/store.ts';
import { type ActionsHeard, hearAnswer } from './hear-actions.ts';
import { withSoundActions } from './bad-actions.ts';
import {
  ANSWERS_BELIEVED,
  contradictsItself,
  isDoubtfulSilence,
  isDoubtfulTail,
  isSilent,
  learnInDoubt,
  repeatsNothing,
  silenceNote,
} from './doubt.ts';
import type { StoredSeries } from './hearing.ts';
import { type Verdict, judgeAnswer } from './judge-answer.ts';
import { type Learned, learnFrom } from './learn-from.ts';

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

/** What a task asks with. */
export interface AskTools {
  readonly provider: Provider;
  /** The gate that the provider's requests pass. */
  readonly gate: Gate;
  readonly store: BarStore;
}

/** Longest wait before a doubtful answer is asked for again the first time, ms; doubles. */
const FIRST_WAIT_MS = 500;

/**
 * Asks until an answer leaves no doubt, until the same doubt was answered often enough to be believed, or until no more
 * questions are allowed: then what is in doubt is learned as such. Of an answer that is refused for its basis only the
 * splits and dividends that it leaves out are counted. Throws what the provider throws, and what
 * `judgeAnswer` does.
 */
export async function askUntilSure(
  task: Task,
  calendar: Calendar,
  stored: StoredSeries,
  now: number,
  { provider, gate, store }: AskTools,
): Promise<Heard> {
  const { capabilities } = provider;
  const { id, metered } = capabilities;
  const settleDelayMs = capabilities.intervals[task.series.interval]?.settleDelayMs ?? 0;
  const lastSettled = calendar.lastSettled(now, settleDelayMs);
  const context = { task, calendar, lastSettled };
  const most = task.questions ?? ANSWERS_BELIEVED;
  const random = randomFor(task.id);
  for (let answers = 1; ; answers++) {
    const { answer, saysNo } = await fetchAnswer(task, now, provider);
    const actions = await hearAnswer(answer, { task, calendar, now }, stored.book, capabilities, store);
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
      if ((isLast && isCredible) || (!isInDoubt && verdict.conflict === null)) return heard;
      if (isLast || answers === most || (metered && !gate.failed(doubt(task, id)))) {
        const about = { provider: id, answers, now, calendar, isCredible, lacksAll };
        return isInDoubt ? { ...heard, learned: learnInDoubt(learned, stored.coverage, about) } : heard;
      }
      if (metered) await gate.pause(random() * FIRST_WAIT_MS * 2 ** (answers - 1));
    } catch (error) {
      const isWorthAnother = error instanceof BackfillError && isTransient(error) && !gate.isThrottling;
      if (answers < most && isWorthAnother) continue;
      if (capabilities.actions && error instanceof BackfillError && error.code === 'basis-unknown')
        await store.updateActions(task.series.ticker, (book) => countSilence(book, actions.told));
      throw error;
    }
  }
}

function doubt({ series: { ticker } }: Task, provider: string): BackfillError {
  const message = `${provider} has no row for sessions in which ${ticker} should have traded`;
  return new BackfillError('bad-answer', message, { retryable: true, ticker });
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

/** The provider's answer; its saying that it has nothing in this range is one too, and proves the range empty. */
async function fetchAnswer(
  { series, range, calendar: id }: Task,
  now: number,
  provider: Provider,
): Promise<{ answer: BarAnswer; saysNo: boolean }> {
  try {
    const answer = await provider.fetchBars({ series, range, now });
    return { answer: withSoundActions(answer), saysNo: false };
  } catch (error) {
    if (!(error instanceof BackfillError && error.code === 'no-data')) throw error;
    const nothing = { bars: NO_BARS, unusable: [], actions: [], explained: [], delistedOn: null, dropped: 0 };
    const proven = closedDays(range, calendarById(id), now);
    const answer = { ...nothing, proven, wireBasis: 'raw' as const, identity: UNKNOWN_IDENTITY };
    return { answer, saysNo: true };
  }
}
