import { BackfillError } from '../index.ts';
import {
  assertSource,
  type AutoBackfillStrategy,
  type BoundStream,
  type FetchSource,
  type GivenSeries,
  type HistoryBackend,
  type HistoryProvider,
  type NodeSeries,
} from './history-provider.ts';
import type { HistoryRow } from './history-rows.ts';
import { intervalOf } from './intervals.ts';
import { type BackendOptions, QuestDBBackend } from './questdb-backend.ts';
import type { TimeRange } from './time-ranges.ts';

/** Has a range complete by asking a fetcher for what the backend lacks. */
export class FetcherBackfillStrategy implements AutoBackfillStrategy {
  readonly #source: FetchSource;

  /** `source`: whom it asks. Throws `usage` for nobody. */
  constructor(source: FetchSource) {
    assertSource(source);
    this.#source = source;
  }

  /** Throws what the fetcher failed with. */
  ensureRange(backend: HistoryBackend, start: number, end: number, of: NodeSeries): Promise<void> {
    return backend.fill(start, end, of, this.#source);
  }
}

/** Has a range complete by what was recorded live, see `QuestDBRecorder`, and asks a fetcher for the rest only. */
export class LiveReplayBackfillStrategy implements AutoBackfillStrategy {
  readonly #source: FetchSource | undefined;

  /** `source`: whom it asks for sessions of which not every bar is recorded. Default: nobody. */
  constructor(source?: FetchSource) {
    if (source !== undefined) assertSource(source);
    this.#source = source;
  }

  /** Throws what the fetcher failed with; without one `usage`, where a session is neither stored nor recorded. */
  ensureRange(backend: HistoryBackend, start: number, end: number, of: NodeSeries): Promise<void> {
    if (this.#source === undefined) return backend.assertComplete(start, end, of, 'live-replay');
    return backend.fill(start, end, of, this.#source, 'live-replay');
  }
}

/** How a provider has missing rows added. */
export interface AugmentedOptions {
  /** Whom `fillMissing` asks. Default: nobody, and `fillMissing` throws. */
  readonly fetcher?: FetchSource;
  /** What `ensureRange` does. Default: what `fillMissing` does. */
  readonly autoBackfill?: AutoBackfillStrategy;
}

/**
 * The history of nodes from a backend, completed by a strategy or a fetcher. Times are seconds since the epoch, ranges have both
 * ends in; whole sessions are filled. One may serve any number of streams, which then share its threads.
 *
 * @example
 * const provider = new AugmentedHistoryProvider(new QuestDBBackend({ dsn: './data' }), { fetcher });
 * await provider.ensureRange(1700000000, 1700001800, { nodeId: 'BTC-USD', interval: 60 });
 * const rows = await provider.fetch(1700000000, 1700001800, { nodeId: 'BTC-USD', interval: 60 });
 * await provider.close();
 */
export class AugmentedHistoryProvider implements HistoryProvider {
  readonly #backend: HistoryBackend;
  readonly #options: AugmentedOptions;

  /** `backend`: where rows are kept. Throws `usage` for a fetcher that cannot be asked. */
  constructor(backend: HistoryBackend, options: AugmentedOptions = {}) {
    if (options.fetcher !== undefined) assertSource(options.fetcher);
    this.#backend = backend;
    this.#options = options;
  }

  /** Tells the backend, which may then know what the node's rows are kept under. Throws `usage`. */
  bindStream(stream: BoundStream): void {
    this.#backend.bindStream(stream);
  }

  /** Rows that begin within `[start, end]` and are stored, ascending; nobody is asked. Throws `unsupported-interval` and `usage`. */
  async fetch(start: number, end: number, of: GivenSeries): Promise<readonly HistoryRow[]> {
    return this.#backend.fetch(start, end, named(of));
  }

  /** What is stored and final, as ranges from their first row to their last one, ascending. Throws `unsupported-interval`. */
  async coverage(of: GivenSeries): Promise<readonly TimeRange[]> {
    return this.#backend.coverage(named(of));
  }

  /** Asks the fetcher for what a range lacks. Throws `usage` without one, and what it failed with. */
  async fillMissing(start: number, end: number, of: GivenSeries): Promise<void> {
    const { fetcher } = this.#options;
    if (fetcher === undefined)
      throw new BackfillError('usage', 'fillMissing: this provider has no fetcher to ask; give it one');
    return this.#backend.fill(start, end, named(of), fetcher);
  }

  /** Has a range complete by the strategy or the fetcher. With neither it throws `usage` where something is missing. */
  async ensureRange(start: number, end: number, of: GivenSeries): Promise<void> {
    const { autoBackfill, fetcher } = this.#options;
    if (autoBackfill !== undefined) return autoBackfill.ensureRange(this.#backend, start, end, named(of));
    if (fetcher === undefined) return this.#backend.assertComplete(start, end, named(of));
    return this.fillMissing(start, end, of);
  }

  /** The range of the last `period` rows that were closed by an instant, as the backend has it. */
  warmupRange(period: number, end: number, of: GivenSeries): TimeRange {
    return this.#backend.warmupRange(period, end, named(of));
  }

  /** Waits for what goes on, and lets go of threads. */
  close(): Promise<void> {
    return this.#backend.close();
  }
}

/** A provider and its backend in one. */
export interface QuestDBProviderOptions extends BackendOptions, AugmentedOptions {}

/**
 * The history of nodes in a QuestDB, or in any other store.
 *
 * @example
 * const source = new QuestDBHistoryProvider({ dsn: 'postgresql://user:pass@localhost:8812/qdb', fetcher });
 */
export class QuestDBHistoryProvider extends AugmentedHistoryProvider {
  /** Opens nothing yet. Throws `usage`. */
  constructor({ fetcher, autoBackfill, ...backend }: QuestDBProviderOptions) {
    const options = { ...(fetcher !== undefined && { fetcher }), ...(autoBackfill && { autoBackfill }) };
    super(new QuestDBBackend(backend), options);
  }
}

function named({ nodeId, interval }: Partial<GivenSeries> = {}): NodeSeries {
  if (typeof nodeId !== 'string' || interval === undefined)
    throw new BackfillError(
      'usage',
      "the node is missing, or has no nodeId and interval; write { nodeId: 'BTC-USD', interval: 60 }",
    );
  return { nodeId, interval: intervalOf(interval) };
}
