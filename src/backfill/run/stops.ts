import { type ErrorCode, type ErrorData, errorData, scopeOf } from '../../core/errors.ts';
import type { Interval } from '../../core/session/interval.ts';
import { type Task, type Want, intervalOf } from '../../core/plan/task.ts';
import type { Stop, StopReason } from '../stop.ts';

export type { Stop, StopReason } from '../stop.ts';

/** An interval that the provider does not open to this key: after the first task nothing more of it was asked. */
export interface Refusal {
  readonly interval: Interval;
  readonly code: ErrorCode;
  /** What the provider said. */
  readonly message: string;
  /** Tickers left because of it: not asked for, or under way when the first was refused. */
  readonly tickers: readonly string[];
}

/** Errors that speak of the whole run. */
const REASONS: Readonly<Partial<Record<ErrorCode, StopReason>>> = {
  cancelled: 'interrupted',
  'quota-exhausted': 'quota-exhausted',
  'provider-down': 'provider-down',
  unauthorized: 'refused',
  'store-unusable': 'store-failed',
};

/** Why a run ends that met this error; undefined where the error is not the whole run's. */
export function stopOf(error: ErrorData): Stop | undefined {
  if (scopeOf(error) !== 'run') return undefined;
  const { code, message } = error;
  return { reason: REASONS[code] ?? 'failed', message, ...(code === 'not-entitled' && { isClosed: true }) };
}

/** What the errors of a run put an end to. */
export interface Stops {
  /** Why the run ends; null while it goes on. */
  readonly stopped: Stop | null;
  /**
   * Whether nothing more is asked of a task's endpoint: its interval, or the market of it; or of all that wait for it. What is
   * collected is distributed all the same.
   */
  isClosed(task: Task): boolean;
  /** What closed the market of an interval; undefined where it is open. */
  marketClosedBy(interval: Interval): ErrorData | undefined;
  /** Whether what was collected may still be stored though the run has ended: it was not the store that ended it, nor a bug. */
  readonly mayStillWrite: boolean;
  /** Takes note of a want's error. Says whether it failed; if not, it counts as not run. */
  note(want: Want, error: ErrorData): 'failed' | 'not-run';
  /** The same of a request for a market. */
  noteMarket(interval: Interval, error: ErrorData): 'failed' | 'not-run';
  /** The same of one for splits and dividends: whether their endpoint is closed, those say that wait for it. */
  noteTold(error: ErrorData): 'failed' | 'not-run';
  /** Ends the run, unless something did before. */
  stop(why: Stop): void;
  /** The endpoints that were closed, with the wants that were left because of it. */
  refusals(left: readonly Want[]): Refusal[];
}

/** The breaker only says that it tripped; what it tripped over says more, and whether that was the provider at all. */
function trippedOver(failure: ErrorData | undefined, tripped: Stop): Stop {
  if (failure === undefined) return tripped;
  const { code, message } = failure;
  return { reason: code === 'unreachable' ? 'unreachable' : tripped.reason, message };
}

/** What is stopped, and may be so from outside: see `Runner`. */
interface Stopped {
  readonly traffic: { readonly cancel: () => void };
  readonly drained?: Stop | undefined;
}

/** Nothing has ended yet. Once the run is to end, its runner lets no further request through. */
export function watchStops(runner: Stopped): Stops {
  let stopped: Stop | null = null;
  let lastFailure: ErrorData | undefined;
  const closed = { series: new Map<Interval, ErrorData>(), market: new Map<Interval, ErrorData>() };
  const stop = (why: Stop): void => {
    if (stopped !== null) return;
    stopped = why;
    runner.traffic.cancel();
  };
  const noteTold = (error: ErrorData): 'failed' | 'not-run' => {
    const why = stopOf(error);
    if (why === undefined) {
      lastFailure = error;
      return 'failed';
    }
    stop(why.reason === 'provider-down' ? trippedOver(lastFailure, why) : why);
    return 'not-run';
  };
  const noteOf = (endpoint: Map<Interval, ErrorData>, interval: Interval, error: ErrorData) => {
    // Requests for a market that were under way when the first was refused say nothing new.
    if (scopeOf(error) === 'endpoint' && endpoint.has(interval)) return 'not-run';
    if (scopeOf(error) === 'endpoint') endpoint.set(interval, error);
    return noteTold(error);
  };
  return {
    get stopped() {
      return runner.drained ?? stopped;
    },
    get mayStillWrite() {
      return stopped?.reason !== 'store-failed' && stopped?.reason !== 'failed';
    },
    isClosed: (task) => {
      if ('bucket' in task) return false;
      if ('tickers' in task) return task.intervals.every((interval) => closed.series.has(interval));
      return closed['slice' in task ? 'market' : 'series'].has(intervalOf(task));
    },
    marketClosedBy: (interval) => closed.market.get(interval),
    stop,
    note: ({ series: { interval } }, error) => noteOf(closed.series, interval, error),
    noteMarket: (interval, error) => noteOf(closed.market, interval, error),
    noteTold,
    refusals: (left) =>
      [...closed.series].map(([interval, { code, message }]) => {
        const wants = left.filter(({ series }) => series.interval === interval);
        return {
          interval,
          code,
          message,
          tickers: [...new Set(wants.map(({ series }) => series.ticker))].toSorted(),
        };
      }),
  };
}

/** Why a run ends that met this error, which is thrown on where it is none of the whole run's: a bug. */
export function stopOrThrow(error: unknown): Stop {
  const stop = stopOf(errorData(error));
  if (stop === undefined) throw error;
  return stop;
}
