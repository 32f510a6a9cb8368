import { BackfillError } from '../index.ts';
import type { HistoryRow } from './history-rows.ts';
import { secondsOf } from './intervals.ts';
import { assertPeriod, NodeCache, type Timed } from './node-cache.ts';
import { StreamInput } from './stream-input.ts';

/** What a node made, and of which instant, in seconds since the epoch. */
export interface NodeValue extends Timed {
  readonly value: unknown;
}

/** What a node sees of its inputs: what they have so far, the newest last. */
export interface NodeView {
  /** Of a stream of the pipeline. */
  bars(stream: StreamInput): readonly HistoryRow[];
  /** Of a node before it. */
  values(node: ProcessingNode): readonly NodeValue[];
}

/** What a node is made with. */
export interface NodeOptions {
  /** Whose entries it is made of: one or more streams and nodes. */
  readonly input: StreamInput | ProcessingNode | readonly (StreamInput | ProcessingNode)[];
  /** How many entries each input must have before it is computed. Default 1. */
  readonly period?: number;
  /** Its value of an instant; undefined: it has none. */
  readonly compute: (view: NodeView) => unknown;
}

/** A node downstream of streams: computed anew whenever one of its inputs has an entry. */
export class ProcessingNode {
  /** What it is made of. */
  readonly inputs: readonly (StreamInput | ProcessingNode)[];
  /** How many entries each input must have. */
  readonly period: number;
  /** What it made so far. */
  readonly cache = new NodeCache<NodeValue>();
  readonly #compute: (view: NodeView) => unknown;

  /** Computes nothing yet. Throws `usage` for no input, a period below 1, and what computes nothing. */
  constructor({ input, period = 1, compute }: NodeOptions) {
    assertPeriod(period);
    this.inputs = Array.isArray(input)
      ? (input as readonly (StreamInput | ProcessingNode)[])
      : [input as StreamInput];
    if (!this.inputs.length || !this.inputs.every(isNode))
      throw new BackfillError('usage', 'input of a ProcessingNode: must be one or more streams and nodes');
    if (typeof compute !== 'function')
      throw new BackfillError('usage', 'compute of a ProcessingNode: must be a function of its view');
    this.period = period;
    this.#compute = compute;
  }

  /** Its value by what its inputs have; undefined where that is too little. */
  compute(view: NodeView): unknown {
    const entries = this.inputs.map((input) =>
      input instanceof StreamInput ? view.bars(input) : view.values(input),
    );
    return entries.every(({ length }) => length >= this.period) ? this.#compute(view) : undefined;
  }
}

function isNode(one: unknown): boolean {
  return one instanceof StreamInput || one instanceof ProcessingNode;
}

/** A bar of a stream, and when it was known: when it closed. */
interface Known {
  readonly stream: StreamInput;
  readonly row: HistoryRow;
  readonly at: number;
}

/** Streams and the nodes downstream of them. */
export class Pipeline {
  readonly #nodes: readonly ProcessingNode[];
  readonly #streams: readonly StreamInput[];
  /** Of each stream, what was fed so far. */
  readonly #seen: ReadonlyMap<StreamInput, NodeCache<HistoryRow>>;

  /** `nodes`: each after its inputs. Throws `usage` for one that stands before them. */
  constructor(nodes: readonly (StreamInput | ProcessingNode)[]) {
    this.#streams = nodes.filter((node) => node instanceof StreamInput);
    this.#nodes = nodes.filter((node) => node instanceof ProcessingNode);
    this.#seen = new Map(this.#streams.map((stream) => [stream, new NodeCache<HistoryRow>(stream.period)]));
    for (const node of this.#nodes)
      for (const input of node.inputs)
        if (nodes.indexOf(input) < 0 || nodes.indexOf(input) > nodes.indexOf(node))
          throw new BackfillError(
            'usage',
            'a node of the pipeline stands before its input: add the input first',
          );
  }

  /** Its streams, in their order. */
  get streams(): readonly StreamInput[] {
    return this.#streams;
  }

  /** Takes in a bar that comes live, has it kept, and computes what depends on it. Throws what `StreamInput.feed` does. */
  async feed(stream: StreamInput, row: HistoryRow): Promise<void> {
    await stream.feed(row);
    this.#enter(stream, row);
  }

  /**
   * Computes what depends on the history of its streams, bar by bar in the order in which they closed; of one instant, in that of the
   * streams. A daily bar comes so after the minutes of its day.
   */
  replay(): void {
    const known = this.#streams.flatMap((stream) =>
      stream.cache.entries().map((row): Known => ({ stream, row, at: row.ts + secondsOf(stream.interval) })),
    );
    known.sort((a, b) => a.at - b.at);
    for (const { stream, row } of known) this.#enter(stream, row);
  }

  #enter(stream: StreamInput, row: HistoryRow): void {
    this.#seen.get(stream)?.append(row);
    const view: NodeView = {
      bars: (one) => this.#seen.get(one)?.entries() ?? [],
      values: (one) => one.cache.entries(),
    };
    const changed = new Set<StreamInput | ProcessingNode>([stream]);
    for (const node of this.#nodes) {
      if (node.inputs.every((input) => !changed.has(input))) continue;
      const value = node.compute(view);
      if (value === undefined) continue;
      node.cache.append({ ts: row.ts, value });
      changed.add(node);
    }
  }
}
