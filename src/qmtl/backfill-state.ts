import { BackfillError } from '../index.ts';
import type { GivenSeries } from './history-provider.ts';
import { intervalOf } from './intervals.ts';
import { type TimeRange, gapsIn, joined } from './time-ranges.ts';

/** Which ranges of which nodes are loaded. Seconds since the epoch, both ends inclusive. */
export class BackfillState {
  readonly #ranges = new Map<string, readonly TimeRange[]>();

  /**
   * What is loaded of a node, ascending, without what overlaps or continues. Throws `unsupported-interval`, and `usage` for what
   * is no node.
   */
  ranges(of: GivenSeries): readonly TimeRange[] {
    const { nodeId, interval } = assertNode(of);
    return this.#ranges.get(`${nodeId} ${intervalOf(interval)}`) ?? [];
  }

  /** Notes that a range is loaded. */
  markComplete(start: number, end: number, of: GivenSeries): void {
    const all = [...this.ranges(of), { start, end }];
    this.#ranges.set(`${of.nodeId} ${intervalOf(of.interval)}`, joined(all));
  }

  /** What of a range is not loaded yet. */
  missing(start: number, end: number, of: GivenSeries): readonly TimeRange[] {
    return gapsIn({ start, end }, this.ranges(of));
  }

  /** Whether all of a range is loaded. */
  isComplete(start: number, end: number, of: GivenSeries): boolean {
    return this.missing(start, end, of).length === 0;
  }
}

/** JavaScript may leave it out. */
function assertNode(of: GivenSeries | undefined): GivenSeries {
  if (typeof of?.nodeId === 'string') return of;
  throw new BackfillError('usage', `the node ${JSON.stringify(of)}: must be { nodeId, interval }`);
}
