import type { Random } from '../../market/random.ts';
import type { Delivery } from '../deliver.ts';
import type { Distortions } from '../distortion.ts';
import type { WireResponse } from '../wire.ts';

/** The request that a fault hits. */
export interface Hit {
  /** What the wire answers. */
  readonly answer: WireResponse;
  /** The simulator's clock, ms since the epoch. */
  readonly now: number;
  /** The request's own. */
  readonly random: Random;
  /** The wire's answer distorted in its content; null where it has nothing to distort. */
  readonly distorted: (how: keyof Distortions) => WireResponse | null;
}

/** What goes over the connection in place of the answer. Null: the fault has nothing to act on, the answer stays. */
export type Fault = (hit: Hit) => Delivery | null;
