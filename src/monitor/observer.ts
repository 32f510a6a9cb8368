import type { BackfillEvent } from '../backfill/run/events.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';

/** Who watches runs beside whoever started them: a log, metrics, a page. No method throws, nor takes long. */
export interface RunObserver {
  /** Told of every event of a run, as it comes. */
  note(event: BackfillEvent): void;
  /** The run ended by itself, or was stopped; its summary tells which. */
  ended(summary: RunSummary): void;
  /** It ended by an error instead of a summary. */
  failed(error: unknown): void;
}

/** One that holds something, such as a file, until it is closed: once, after the last run. */
export interface OpenObserver {
  /** Who is told of runs that belong together, such as the batches of a list; of other ones after them, another call. */
  watch(): RunObserver;
  /** Lets go of what it holds. */
  close(): Promise<void>;
}

/** Tells several observers as if they were one. */
export function observedBy(observers: readonly RunObserver[]): RunObserver {
  return {
    note: (event) => observers.forEach((one) => one.note(event)),
    ended: (summary) => observers.forEach((one) => one.ended(summary)),
    failed: (error) => observers.forEach((one) => one.failed(error)),
  };
}
