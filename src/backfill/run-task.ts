import { type Bar, type Ohlcv, UNKNOWN_IDENTITY } from '../core/bars.ts';
import type { Calendar } from '../core/calendar/calendar.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { type RejectedBar, checkBars, rejectSpoiltSessions } from '../core/checks.ts';
import type { DayRange } from '../core/day.ts';
import { BackfillError, errorData } from '../core/errors.ts';
import { sessionDateOf } from '../core/partition.ts';
import type { Task } from '../core/plan.ts';
import { contains } from '../core/ranges.ts';
import type { Gate } from '../providers/http/gate.ts';
import type { BarAnswer, Provider } from '../providers/provider.ts';
import type { BarStore } from '../store/store.ts';
import { learnFrom } from './learn-from.ts';
import type { TaskResult } from './runner.ts';

/** What a task works with; a worker keeps them open between tasks. */
export interface TaskTools {
  readonly provider: Provider;
  readonly store: BarStore;
  /** The gate that the provider's requests pass. */
  readonly gate: Gate;
  /** Monotonic ms, for the durations in the report. */
  readonly elapsed: () => number;
}

/**
 * One task: fetch → check → upsert. Corporate actions are committed before the bars, so that no session counts as
 * present while a split of its answer is unknown to the store. Never rejects.
 */
export async function runTask(task: Task, now: number, tools: TaskTools): Promise<TaskResult> {
  const { provider, store, elapsed } = tools;
  const source = provider.capabilities.id;
  try {
    const started = elapsed();
    const answer = await fetchAnswer(task, now, provider);
    const fetched = elapsed();
    assertEvidence(answer, tools.gate);

    const calendar = calendarById(task.calendar);
    const wanted = wantedBars(answer.bars, task, calendar);
    const sessionOf = sessionDateOf(task.series.interval, calendar);
    const { accepted, rejected } = rejectSpoiltSessions(checkBars(wanted.bars), sessionOf);
    const bars = accepted.map((bar): Bar => ({ ...bar, source, fetchedAt: now }));
    const { learned, present, absent, missing } = learnFrom({
      task,
      calendar,
      answer,
      accepted,
      rejected,
      source,
      now,
    });

    if (provider.capabilities.actions) {
      const { ticker } = task.series;
      await store.upsertActions(ticker, answer.actions, exDatesOf(answer), source, now);
    }
    if (rejected.length > 0) await store.quarantine(task.series, quarantined(rejected), source, now);
    const { series } = task;
    const update = {
      series,
      calendar: calendar.id,
      bars,
      learned,
      identity: answer.identity,
      fetchedAt: now,
    };
    const { inserted, changed } = await store.upsert(update);
    const report = {
      bars: bars.length,
      inserted,
      changed,
      present,
      absent,
      missing,
      rejected: rejected.length,
      dropped: answer.dropped + wanted.offCalendar,
      fetchMs: fetched - started,
      storeMs: elapsed() - fetched,
    };
    return { ok: true, report };
  } catch (error) {
    return { ok: false, error: errorData(error, { ticker: task.series.ticker, provider: source }) };
  }
}

/** Empty answers are how some providers throttle: while they do, nothing proves nothing. Throws `provider-fault`. */
function assertEvidence({ bars, unusable }: BarAnswer, gate: Gate): void {
  if (bars.length > 0 || unusable.length > 0 || !gate.isThrottling) return;
  throw new BackfillError(
    'provider-fault',
    'an empty answer while the provider is throttling proves nothing',
    {
      retryable: true,
    },
  );
}

/** The provider's answer; "nothing in this range" is one too, and proves the range empty. */
async function fetchAnswer(task: Task, now: number, provider: Provider): Promise<BarAnswer> {
  try {
    return await provider.fetchBars({ series: task.series, range: task.range, now });
  } catch (error) {
    if (!(error instanceof BackfillError && error.code === 'no-data')) throw error;
    const nothing = { bars: [], unusable: [], actions: [], delistedOn: null, dropped: 0 };
    return { ...nothing, proven: task.range, identity: UNKNOWN_IDENTITY };
  }
}

/**
 * The ex-dates that an answer speaks of: those of the sessions that it proves. None for an answer without a bar, which
 * cannot say either whether a session that the store has was one after a split.
 */
function exDatesOf({ bars, proven }: BarAnswer): DayRange {
  return bars.length > 0 ? proven : { from: proven.from, to: proven.from };
}

/**
 * The bars of the sessions that the task wants. A bar on a day that a reliable calendar knows as closed is a
 * vendor's filler, not data.
 */
function wantedBars(
  bars: readonly Ohlcv[],
  task: Task,
  calendar: Calendar,
): { bars: Ohlcv[]; offCalendar: number } {
  const sessionOf = sessionDateOf(task.series.interval, calendar);
  const wanted = bars.filter((bar) => contains(task.gaps, sessionOf(bar.ts)));
  const onCalendar = wanted.filter((bar) => {
    const day = sessionOf(bar.ts);
    return calendar.isSession(day) || calendar.advisory || !contains([calendar.reliable], day);
  });
  return { bars: onCalendar, offCalendar: wanted.length - onCalendar.length };
}

function quarantined(rejected: readonly RejectedBar[]): { row: unknown; reason: string }[] {
  return rejected.map(({ bar, reason }) => ({ row: bar, reason }));
}
