import { BackfillError, type Interval } from '../index.ts';
import { BackfillEngine, type LoadOptions, type LoadedNode } from './backfill-engine.ts';
import type { EventRecorderService } from './event-recorder.ts';
import type { HistoryProvider } from './history-provider.ts';
import { type HistoryRow, checkedRows } from './history-rows.ts';
import { type GivenInterval, intervalOf } from './intervals.ts';
import { NodeCache } from './node-cache.ts';

/** What a stream is made with. */
export interface StreamOptions {
  /** What it is called: the ticker of its bars, such as `BTC-USD`, unless the provider has a `table` for it. */
  readonly nodeId: string;
  /** `60s`, 60 or `1m`. */
  readonly interval: GivenInterval;
  /** How many of its last bars a strategy needs, and the cache keeps. Default: it is not warmed up, and keeps all. */
  readonly period?: number;
  /** Where its history comes from. Default: it has none. */
  readonly historyProvider?: HistoryProvider;
  /** Who keeps what it emits. Default: nobody. */
  readonly eventService?: EventRecorderService;
}

/**
 * Bars of one node as they come, with the history before them. What it is made with stays so: to assign to it throws a
 * `TypeError`.
 *
 * @example
 * const stream = new StreamInput({ nodeId: 'BTC-USD', interval: '60s', period: 30, historyProvider });
 * await stream.loadHistory(1700000000, 1700001800);
 * const rows = stream.cache.entries();
 */
export class StreamInput implements LoadedNode {
  declare readonly nodeId: string;
  declare readonly interval: Interval;
  declare readonly period: number | undefined;
  declare readonly historyProvider: HistoryProvider | undefined;
  declare readonly eventService: EventRecorderService | undefined;
  /** Its bars, history and what came live. */
  declare readonly cache: NodeCache<HistoryRow>;
  /** Once what was fed so far is kept, or is not. */
  #fed: Promise<unknown> = Promise.resolve();

  /** Binds the provider and the service to it. Throws `unsupported-interval` and `usage`. */
  constructor({ nodeId, interval, period, historyProvider, eventService }: StreamOptions) {
    const cache = new NodeCache<HistoryRow>(period);
    const given = { nodeId, interval: intervalOf(interval), period, historyProvider, eventService, cache };
    for (const [name, value] of Object.entries(given)) fix(this, name, value);
    Object.freeze(this);
    historyProvider?.bindStream?.(this);
    eventService?.bindStream(this);
  }

  /**
   * Loads a range of its history that is not loaded yet, complete as far as the provider can have it. Seconds since the epoch, both
   * ends inclusive. Throws `usage` where it has no provider, and what the last try failed with.
   */
  async loadHistory(start: number, end: number, options: LoadOptions = {}): Promise<void> {
    const { historyProvider } = this;
    if (historyProvider === undefined)
      throw new BackfillError('usage', `stream ${this.nodeId} has no historyProvider`);
    const engine = new BackfillEngine(historyProvider, options);
    engine.submit(this, start, end);
    await engine.wait();
  }

  /**
   * Has a bar kept as it comes, and then takes it in, in the order of the calls. Throws `bad-answer` for what is no bar, and what the
   * recorder does: neither is taken in.
   */
  async feed(row: HistoryRow): Promise<void> {
    checkedRows([row], this.nodeId);
    if (this.eventService !== undefined) {
      const kept = this.eventService.record({ nodeId: this.nodeId, interval: this.interval }, row);
      const before = this.#fed;
      this.#fed = Promise.allSettled([before, kept]);
      await kept;
      await before;
    }
    this.cache.append(row);
  }
}

/** Gives an object a property whose assignment says what to do instead. */
function fix(stream: object, name: string, value: unknown): void {
  const set = (): never => {
    throw new TypeError(
      `${name} of a StreamInput is set when it is made: make another one with that ${name}`,
    );
  };
  Object.defineProperty(stream, name, { enumerable: true, get: () => value, set });
}
