import type { BoundStream, NodeSeries } from './history-provider.ts';
import type { HistoryRow } from './history-rows.ts';

/** Keeps what a stream emits: any object with a `persist`. */
export interface EventRecorder {
  /** `timestamp`: seconds since the epoch, the start of the bar. Resolves once it is kept. */
  persist(of: NodeSeries, timestamp: number, payload: HistoryRow): Promise<void>;
  /** Told once of each stream that it is made for. */
  bindStream?(stream: BoundStream): void;
}

/** Hands what streams emit to a recorder. */
export class EventRecorderService {
  readonly #recorder: EventRecorder;

  /** `recorder`: who keeps it. */
  constructor(recorder: EventRecorder) {
    this.#recorder = recorder;
  }

  /** Tells the recorder. */
  bindStream(stream: BoundStream): void {
    this.#recorder.bindStream?.(stream);
  }

  /** Throws what the recorder does. */
  record(of: NodeSeries, payload: HistoryRow): Promise<void> {
    return this.#recorder.persist(of, payload.ts, payload);
  }
}
