import { BackfillError } from '../index.ts';
import { BackfillEngine, type LoadOptions } from './backfill-engine.ts';
import type { HistoryProvider } from './history-provider.ts';
import { secondsOf } from './intervals.ts';
import { Pipeline, type ProcessingNode } from './pipeline.ts';
import type { StreamInput } from './stream-input.ts';
import { assertSeconds, type TimeRange } from './time-ranges.ts';

/** What a strategy is told when it is set up. */
export interface StrategySetup {
  /** As given to `Runner.run`: of use as `world` of a provider that works through a queue, whose logs then say it. */
  readonly worldId?: string;
}

/** Streams, and nodes that are computed of them. */
export abstract class Strategy {
  readonly #nodes: (StreamInput | ProcessingNode)[] = [];

  /** Makes the nodes and adds them. */
  abstract setup(told: StrategySetup): void | Promise<void>;

  /** Adds nodes, each after its inputs. */
  addNodes(nodes: readonly (StreamInput | ProcessingNode)[]): void {
    for (const node of nodes) this.#nodes.push(node);
  }

  /** Those that were added, in their order. */
  get nodes(): readonly (StreamInput | ProcessingNode)[] {
    return this.#nodes;
  }
}

/** How a strategy is warmed up. */
export interface WarmupOptions extends LoadOptions {
  /** The instant before which its history lies, in seconds since the epoch: bars that had closed by then. Default: now. */
  readonly end?: number;
}

/** How a strategy is run for a world. */
export interface RunOptions extends WarmupOptions {
  readonly worldId: string;
}

/** A strategy that is warm: its pipeline takes what comes live. */
export interface WarmStrategy<S extends Strategy> {
  readonly strategy: S;
  readonly pipeline: Pipeline;
}

/** A class of strategies. */
export type StrategyClass<S extends Strategy> = new () => S;

/** Warms strategies up. */
export const Runner = {
  /**
   * Sets a strategy up for a world and warms it up as `offline` does. There is no gateway: `gatewayUrl` is refused, as what comes live
   * is fed by whoever has it. Throws `usage`, and what the history of a stream failed with.
   */
  run: async <S extends Strategy>(
    Class: StrategyClass<S>,
    { worldId, ...options }: RunOptions,
  ): Promise<WarmStrategy<S>> => {
    if ('gatewayUrl' in options)
      throw new BackfillError(
        'usage',
        'Runner.run: there is no gateway here; leave gatewayUrl out and feed bars to the pipeline',
      );
    return warmed(Class, { worldId }, options);
  },
  /**
   * Sets a strategy up and warms it up: the last `period` bars of each stream that has one and a provider are made complete, loaded
   * and replayed through its nodes. Throws what the history of a stream failed with, once those of all are over.
   */
  offline: <S extends Strategy>(
    Class: StrategyClass<S>,
    options: WarmupOptions = {},
  ): Promise<WarmStrategy<S>> => warmed(Class, {}, options),
};

async function warmed<S extends Strategy>(
  Class: StrategyClass<S>,
  setup: StrategySetup,
  { end = Date.now() / 1000, ...load }: WarmupOptions,
): Promise<WarmStrategy<S>> {
  assertSeconds('end', end);
  const strategy = new Class();
  await strategy.setup(setup);
  const pipeline = new Pipeline(strategy.nodes);
  const engines = new Map<HistoryProvider, BackfillEngine>();
  for (const stream of pipeline.streams) {
    const { historyProvider, period } = stream;
    if (historyProvider === undefined || period === undefined) continue;
    const engine = engines.get(historyProvider) ?? new BackfillEngine(historyProvider, load);
    engines.set(historyProvider, engine);
    const range = warmupOf(historyProvider, stream, period, end);
    engine.submit(stream, range.start, range.end);
  }
  const results = await Promise.allSettled([...engines.values()].map((engine) => engine.wait()));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  pipeline.replay();
  return { strategy, pipeline };
}

/** As the provider has it by its calendar, or period × interval. */
function warmupOf(provider: HistoryProvider, stream: StreamInput, period: number, end: number): TimeRange {
  const { nodeId, interval } = stream;
  const length = secondsOf(interval);
  return (
    provider.warmupRange?.(period, end, { nodeId, interval }) ?? {
      start: end - period * length,
      end: end - length,
    }
  );
}
