import { UNKNOWN_IDENTITY, isSplit, withSource } from '../core/bars.ts';
import type { Calendar } from '../core/calendar/calendar.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { volumeSteps } from '../core/compare.ts';
import { NOTHING_KNOWN } from '../core/coverage.ts';
import type { DayRange } from '../core/day.ts';
import { BackfillError, errorData } from '../core/errors.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import type { Task } from '../core/plan.ts';
import { namedSince } from '../core/rename.ts';
import { closedDays } from '../providers/closed-days.ts';
import type { Gate } from '../providers/http/gate.ts';
import type { BarAnswer, Provider } from '../providers/provider.ts';
import type { BarStore, RejectedRow } from '../store/store.ts';
import { badActionOddities, keepBadActions, withSoundActions } from './bad-actions.ts';
import { driftOf } from './drift.ts';
import type { StoredSeries } from './hearing.ts';
import { type Verdict, judgeAnswer } from './judge-answer.ts';
import { type Learned, learnFrom } from './learn-from.ts';
import type { TaskReport, TaskResult } from './runner.ts';

/** What a task works with; a worker keeps them open between tasks. */
export interface TaskTools {
  readonly provider: Provider;
  readonly store: BarStore;
  /** The gate that the provider's requests pass. */
  readonly gate: Gate;
  /** Monotonic ms, for the durations in the report. */
  readonly elapsed: () => number;
}

/** Times that a task asks for its bars while the answers are doubtful. */
const HEARINGS = 3;

/** Days of stored bars on either side of a task that its answer is seen in the light of. */
const CONTEXT_DAYS = 30;

/** What was fetched and judged. */
interface Heard {
  readonly answer: BarAnswer;
  readonly verdict: Verdict;
  readonly learned: Learned;
  readonly stored: StoredSeries;
  /** Whether the answer has no row at all and does not say that there is none. */
  readonly isSilent: boolean;
}

/**
 * One task: fetch → check → upsert. Corporate actions are committed before the bars, so that no session counts as
 * present while a split of its answer is unknown to the store. Never rejects.
 */
export async function runTask(task: Task, now: number, tools: TaskTools): Promise<TaskResult> {
  const { provider, store, elapsed } = tools;
  const source = provider.capabilities.id;
  try {
    const calendar = calendarById(task.calendar);
    const started = elapsed();
    const stored = await readAround(task, store);
    const heard = await hear(task, calendar, stored, now, tools);
    const fetched = elapsed();
    const report = await commit(task, heard, now, tools);
    return { ok: true, report: { ...report, fetchMs: fetched - started, storeMs: elapsed() - fetched } };
  } catch (error) {
    return { ok: false, error: errorData(error, { ticker: task.series.ticker, provider: source }) };
  }
}

/**
 * The stored bars and knowledge that an answer is judged by. A damaged file is as good as none here: the upsert meets it
 * too, sets it aside and fails.
 */
async function readAround({ series, range }: Task, store: BarStore): Promise<StoredSeries> {
  const around = { from: range.from - CONTEXT_DAYS, to: range.to + CONTEXT_DAYS };
  const known = await unlessDamaged(store.readSeries(series, around));
  const actions = (await unlessDamaged(store.readActions(series.ticker))) ?? [];
  const renames = (await unlessDamaged(store.readRenames())) ?? [];
  const since = namedSince(series.ticker, renames);
  const { bars = [], coverage = NOTHING_KNOWN, identity = UNKNOWN_IDENTITY } = known ?? {};
  const covered = await unlessDamaged(store.readActionsCovered(series.ticker));
  return { bars, coverage, identity, actions, actionsCovered: covered ?? [], namedSince: since };
}

async function unlessDamaged<T>(content: Promise<T>): Promise<T | undefined> {
  try {
    return await content;
  } catch (error) {
    if (error instanceof BackfillError && error.code === 'store-corrupt') return undefined;
    throw error;
  }
}

/** Asks until an answer leaves no doubt, or until the same doubt was answered often enough to be believed. */
async function hear(
  task: Task,
  calendar: Calendar,
  stored: StoredSeries,
  now: number,
  { provider, gate }: TaskTools,
): Promise<Heard> {
  const { capabilities } = provider;
  const settleDelayMs = capabilities.intervals[task.series.interval]?.settleDelayMs ?? 0;
  const lastSettled = calendar.lastSettled(now, settleDelayMs);
  for (let hearing = 1; ; hearing++) {
    const isLast = hearing === HEARINGS;
    const { answer, saysNo } = await fetchAnswer(task, now, provider);
    const isSilent = !saysNo && answer.bars.length === 0 && answer.unusable.length === 0;
    try {
      assertEvidence(answer, gate);
      const verdict = judgeAnswer({ task, calendar, answer, stored, lastSettled, now, isLast });
      const learned = learnFrom({
        task,
        calendar,
        answer,
        accepted: verdict.wanted,
        rejected: verdict.rejected,
        fillers: verdict.fillers,
        known: stored.bars,
        lastSettled,
        source: capabilities.id,
        now,
      });
      if (isLast || (verdict.conflict === null && !isDoubtful(learned, calendar)))
        return { answer, verdict, learned, stored, isSilent };
    } catch (error) {
      const isWorthAnother = error instanceof BackfillError && isTransient(error) && !gate.isThrottling;
      if (isLast || !isWorthAnother) throw error;
    }
  }
}

/** A provider that mixes answers up describes the right instrument the next time. */
function isTransient({ code, retryable }: BackfillError): boolean {
  return retryable || code === 'identity-changed';
}

/** Sessions in a row at an answer's end that make one wonder whether it was cut short. */
const LONG_TAIL = 5;

/** Whether a long tail of sessions is missing from the answer though nobody explains why. */
function isDoubtful({ learned }: Learned, calendar: Calendar): boolean {
  const last = learned.absent.at(-1);
  const isTail = last !== undefined && last.from >= (learned.present.at(-1)?.to ?? Number.POSITIVE_INFINITY);
  return (
    isTail &&
    (last.reason === 'vendor-empty' || last.reason === 'not-yet-published') &&
    calendar.sessions(last).length > LONG_TAIL
  );
}

/** Stores what was learned. An answer without a row is left to the end of the run, which sees all of them. */
async function commit(
  task: Task,
  { answer, verdict, learned: { learned, ...sessions }, stored, isSilent }: Heard,
  now: number,
  { provider, store }: TaskTools,
): Promise<Omit<TaskReport, 'fetchMs' | 'storeMs'>> {
  const { series, calendar } = task;
  const { capabilities } = provider;
  const { rejected } = verdict;
  const source = capabilities.id;
  const bars = [...verdict.wanted, ...verdict.corrections]
    .toSorted((a, b) => a.ts - b.ts)
    .map((bar) => withSource(bar, source, now));
  const actions = [...stored.actions, ...answer.actions];
  if (capabilities.actions)
    await store.upsertActions(series.ticker, answer.actions, exDatesOf(answer), source, now);
  if (rejected.length > 0) await store.quarantine(series, rejected.map(rejectedRow), source, now);
  await keepBadActions(store, series, answer, source, now);
  const isLeft =
    isSilent &&
    learned.absent.some(({ reason }) => reason === 'vendor-empty' || reason === 'not-yet-published');
  const { inserted, changed, revised } = isLeft
    ? { inserted: 0, changed: 0, revised: 0 }
    : await store.upsert({
        series,
        calendar,
        bars,
        learned,
        identity: answer.identity,
        fetchedAt: now,
        volumeSteps: volumeSteps(actions.filter(isSplit)),
      });
  return {
    ...sessions,
    bars: bars.length,
    inserted,
    changed,
    revised,
    rejected: rejected.length,
    dropped: answer.dropped,
    fillers: verdict.fillers.length,
    oddities: [...badActionOddities(answer, task), ...verdict.oddities],
    drift: driftOf(verdict.comparison),
    fingerprint: fingerprintOf(verdict.wanted),
    unconfirmed: isLeft ? learned : null,
  };
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
    const nothing = { bars: [], unusable: [], actions: [], explained: [], delistedOn: null, dropped: 0 };
    const proven = closedDays(range, calendarById(id), now);
    const answer = { ...nothing, proven, wireBasis: 'raw' as const, identity: UNKNOWN_IDENTITY };
    return { answer, saysNo: true };
  }
}

/**
 * The ex-dates that an answer speaks of: those of the sessions that it proves. None for an answer without a bar, which
 * cannot say either whether a session that the store has was one after a split.
 */
function exDatesOf({ bars, proven }: BarAnswer): DayRange {
  return bars.length > 0 ? proven : { from: proven.from, to: proven.from };
}

function rejectedRow({ bar, reason }: { bar: unknown; reason: string }): RejectedRow {
  return { row: bar, reason };
}
