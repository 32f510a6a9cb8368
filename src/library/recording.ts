import type { Series } from '../core/bars/bars.ts';
import type { LiveBar } from './live-bar.ts';

/** The method of a history that keeps live bars. */
export interface Recording {
  /**
   * Keeps live bars of a series exactly as a feed emitted them, every value bit for bit; when it resolves they are durable. Calls
   * of one turn of the event loop are one commit, and one of no bar keeps nothing. Nobody is asked, and no lock is needed: it
   * goes on while a run, of whatever process, writes the store. Of bars with one `ts` the last one counts.
   *
   * They are provisional. `read`, `batches`, `replay`, `export`, `plot`, `coverage` and verdicts have them at once, with the
   * `source` `recorded` and when they were emitted as `fetchedAt`, in sessions that have no final bar; SQL and files that other
   * programs read do not. Adjusted prices are given of those sessions only whose splits and dividends somebody has answered for.
   * A session is final once a provider's bars of it are stored: these replace the recorded ones, and `revisions` tells where they
   * differed, with the recorded values as `before`, also where only the recorded bar knows a `vwap` or `trades`. A recorded bar
   * never touches a final one; where it comes later and differs it is a revision that stayed, of prices and volume, from the next
   * run on. One with a `vwap` or `trades` that the final bar does not have goes to `quarantine/` as a rejected row, and so does
   * one of which the final session has no bar.
   * `forget` and `rename` leave what is recorded as it is, and a copy of the store is without it.
   *
   * Throws `usage` for what is no bar, starts off the grid of the series, or is of no session, and keeps nothing of the call
   * then; `invalid-ticker`, `unsupported-interval` and `store-unusable`.
   *
   * @example
   * feed.on('bar', (bar) => history.record({ ticker: 'AAPL', interval: '1m' }, bar));
   */
  record(series: Series, bars: LiveBar | readonly LiveBar[]): Promise<void>;
}
