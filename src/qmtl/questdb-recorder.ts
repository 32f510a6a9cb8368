import type { EventRecorder } from './event-recorder.ts';
import type { BoundStream, GivenSeries } from './history-provider.ts';
import type { HistoryRow } from './history-rows.ts';
import { type BackendOptions, QuestDBBackend } from './questdb-backend.ts';

/**
 * Keeps what streams emit in a QuestDB, or in any other store. It is there for readers at once, provisional, until final bars
 * replace it.
 *
 * @example
 * const recorder = new QuestDBRecorder({ dsn: 'postgresql://user:pass@localhost:8812/qdb' });
 * await recorder.persist({ nodeId: 'BTC-USD', interval: 60 }, 1700000040, { ts: 1700000040, ...prices });
 */
export class QuestDBRecorder implements EventRecorder {
  readonly #backend: QuestDBBackend;

  /** Opens nothing yet. Throws `usage`. */
  constructor(options: BackendOptions) {
    this.#backend = new QuestDBBackend(options);
  }

  /** Has the stream's node be the one that `table` is of. Throws `usage` where that is of another one. */
  bindStream(stream: BoundStream): void {
    this.#backend.bindStream(stream);
  }

  /**
   * Resolves once the bar is durable. `timestamp`: seconds since the epoch, the start of the bar. Throws `usage` for a bar that cannot
   * be one of the node, and `bad-answer` for what is no bar.
   */
  persist(of: GivenSeries, timestamp: number, payload: Omit<HistoryRow, 'ts'>): Promise<void> {
    return this.#backend.record(of, [{ ...payload, ts: timestamp }]);
  }

  /** Waits for what goes on. */
  close(): Promise<void> {
    return this.#backend.close();
  }
}
