import type { Day } from '../session/day.ts';

/** Bars that open or close outside their range, counted. Plain JSON. */
export interface OutsideRange {
  readonly bars: number;
  /** The farthest one, as a part of its close. */
  readonly farthest: number;
  /** Stamp of the first one, ms since the epoch; null for none. */
  readonly firstTs: number | null;
}

/** Bars that their source changed by one ratio. Plain JSON. */
export interface RestatedBars {
  readonly bars: number;
  /** Of the new prices to the old ones. */
  readonly ratio: number;
  /** Stamp of the last one, ms since the epoch. */
  readonly lastTs: number;
}

/** Something about sound, stored bars that a person should look at. At most one a session. */
export interface Oddity {
  /**
   * - `jump`: the session starts or closes beyond 1.5 times, or below 1/1.5 of, the close before, without an action that
   *   explains it; or an intraday bar opens and closes as far off the one before it in its session
   * - `basis-flip`: such a jump by a common split ratio, or a split that does not show in the prices
   * - `spike`: one session beyond 1.2 times, or below 1/1.2 of, both neighbours, which agree; or so do
   *   intraday bars inside a session, or the high or low of one
   * - `repeat`: a daily bar that is the session's before it, open to volume; or two and more intraday bars in a row that
   *   so repeat the one before them in their session; or a daily series that stands at one price, at its first bar
   * - `idle`: flat intraday bars without volume, in a series that trades in nearly every bar
   * - `closed-day`: bars on a day after the calendar's facts that it expects to be closed
   * - `identity`: the provider describes the instrument otherwise than before, though its prices are the same
   * - `line`: closes that go on by one exact step, where so much of the series does that it is left as it is
   * - `sources-differ`: bars that stay have other prices at another source
   * - `correction`: an answer changes a final price by more than vendors correct
   * - `restated`: the source changed the series, or the older part of it, by a ratio that no split explains, once a series
   * - `thin`: an intraday session with less than half of the usual bars, or nine tenths where the others have nearly all
   * - `outside-range`: bars that open or close outside their high and low, once a series, at the first of them
   * - `side-value`: bars with a vwap or a number of trades that cannot be, which is unknown then, once an answer
   * - `end-stamps`: intraday rows of a file that look stamped with the end of their bars, once a reading
   * - `bad-action`: a split or dividend that cannot be: it is in quarantine
   * - `action-changed`: a split or dividend that its source moved, changed or leaves out
   * - `stale`: derived bars that the bars which they were made of no longer give
   * - `dividend-currency`: a dividend in another currency than the price
   * - `dividend-size`: a dividend that the prices of its ex-date, or those beside it, contradict
   */
  readonly kind:
    | 'jump'
    | 'spike'
    | 'basis-flip'
    | 'repeat'
    | 'idle'
    | 'closed-day'
    | 'identity'
    | 'thin'
    | 'line'
    | 'sources-differ'
    | 'correction'
    | 'restated'
    | 'outside-range'
    | 'side-value'
    | 'end-stamps'
    | 'bad-action'
    | 'action-changed'
    | 'stale'
    | 'dividend-currency'
    | 'dividend-size';
  readonly session: Day;
  /** Stamp of the bar that shows it, or of the session's first one, ms since the epoch. */
  readonly ts: number;
  /** One line for the user, without the ticker and the date. */
  readonly note: string;
  /** Of `outside-range`: what was counted, which that of another piece of the series may be added to. */
  readonly outside?: OutsideRange;
  /** Of `restated`: the same. */
  readonly restated?: RestatedBars;
}
