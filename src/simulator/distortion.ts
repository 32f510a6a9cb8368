// What can be wrong in the content of an answer that comes whole, in time and in good form.

import type { Market } from '../market/market.ts';
import type { Random } from '../market/random.ts';
import type { AskedSeries, Wire, WireRequest, WireResponse } from './wire.ts';

/** One request as a distortion sees it. */
export interface Asked {
  readonly request: WireRequest;
  readonly market: Market;
  /** ms since the epoch. */
  readonly now: number;
  readonly random: Random;
}

/** Makes a good answer wrong in its content. Null where it has nothing to make wrong: an error, too few rows. */
export type Distortion = (answer: WireResponse, asked: Asked) => WireResponse | null;

/** All that the simulator knows of a provider's server. */
export interface SimulatedServer {
  readonly answer: Wire;
  /** All that an answer depends on besides the market and the clock, as a text. */
  readonly answerKey: (request: WireRequest) => string;
  readonly askedSeries: (request: WireRequest) => AskedSeries;
  readonly distortions: Distortions;
  /** See `OwnWire`, as the next. */
  readonly keyParameters?: readonly string[];
  readonly tooFast?: (waitMs: number, request: WireRequest) => WireResponse;
}

/** Distortions that every wire has, by the name of their fault. */
export interface Distortions extends Disorder, Garbage {}

/** Sound rows, badly arranged. */
export interface Disorder {
  /** A good answer for another ticker of the market. */
  readonly 'wrong-ticker': Distortion;
  /** Some rows stand twice, one after the other. */
  readonly duplicated: Distortion;
  /** The rows are shuffled. */
  readonly unordered: Distortion;
  /** Stamps are in ms though the wire's unit is another. */
  readonly milliseconds: Distortion;
}

/**
 * Wrong data under the right ticker, with a sound head and sound events unless these are the point. Most rows of a
 * longer answer stay sound. "Some rows" are about 2 % of them, at least one.
 */
export interface Garbage {
  /** In some rows high and low have changed places. */
  readonly crossed: Distortion;
  /** In some rows the low is negated. */
  readonly 'negative-price': Distortion;
  /** In some rows open and low are 0. */
  readonly 'zero-price': Distortion;
  /** In some rows every price is a number that stands for none: infinity, the largest float, 1e30. */
  readonly 'not-a-number': Distortion;
  /** In some rows the volume is negated. */
  readonly 'negative-volume': Distortion;
  /** Some rows stand twice, before or after their true self, with other values. */
  readonly contradicting: Distortion;
  /** Stamps are in microseconds. */
  readonly microseconds: Distortion;
  /** Stamps are in nanoseconds. */
  readonly nanoseconds: Distortion;
  /** The prices are said to be in another currency. */
  readonly 'wrong-currency': Distortion;
  /** The instrument is said to be of another type. */
  readonly 'wrong-type': Distortion;
  /** The instrument is said to be of another type and to trade only since the session of the middle row. */
  readonly recycled: Distortion;
  /** The rows are those of another ticker of the market, of the same exchange where there is one. */
  readonly 'other-series': Distortion;
  /** From a row of the second half on all prices are x0.6. */
  readonly jump: Distortion;
  /** The prices of one row are x1.35. */
  readonly spike: Distortion;
  /** The prices of one row are x8. */
  readonly 'gross-spike': Distortion;
  /** The rows before the middle are adjusted by a split of 4:1 that is in no event. */
  readonly 'basis-flip': Distortion;
  /** A run of 8 rows is flat at the close before it, without volume. */
  readonly constant: Distortion;
  /** A run of 8 rows is flat on a straight line from the close before to the close after it, without volume. */
  readonly interpolated: Distortion;
  /** A flat row without volume on every closed day of the answer's range but Sundays, where that day's open would be. */
  readonly filler: Distortion;
  /** The prices of some rows, or of a run of 8, are x100. */
  readonly 'unit-flip': Distortion;
  /** The splits are left out of the events; prices stay adjusted for them. */
  readonly 'no-splits': Distortion;
  /** No rows. */
  readonly empty: Distortion;
  /** Of some sessions, about a quarter, only every fourth row: nothing to do where a session has one row. */
  readonly thin: Distortion;
  /** The last three rows repeat the values of the fourth last. */
  readonly 'stale-tail': Distortion;
  /** Only the first half of the rows. */
  readonly half: Distortion;
  /** A third of the rows of one session, in a row, is x10: nothing to do where no session has three rows. */
  readonly stretch: Distortion;
}
