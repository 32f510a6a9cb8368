import type { Oddity } from '../../core/checks/oddity.ts';
import type { Refusal } from '../run/stops.ts';
import type { Stop } from '../stop.ts';
import type { TrafficRates } from '../run/traffic-rates.ts';
import type { RequestsBy } from './requests-by.ts';
import type { TrafficCounts } from '../runner.ts';

/** What one provider of a chain was asked and what it brought. Plain JSON. */
export interface ProviderPart extends TrafficCounts, TrafficRates {
  readonly provider: string;
  /** Id of the record of its run. */
  readonly runId?: string;
  /** Requests of the tasks that were run, by plan. */
  readonly requests: number;
  /** Why more or fewer were sent than were priced. */
  readonly requestsBy: RequestsBy;
  /** Series that were asked for and of which nothing failed; with a failed task. */
  readonly fetched: number;
  readonly failed: number;
  /** Series of which it has nothing, and was not asked again perhaps. */
  readonly unavailable: number;
  /** Those of `failed` of which its source ends, and another one of the chain had the rest. Default 0. */
  readonly continued?: number;
  /** Those of `failed` that are not open to its key, and that another one of the chain had. Default 0. */
  readonly handedOn?: number;
  readonly bars: number;
  readonly inserted: number;
  readonly stopped: Stop | null;
  readonly refused: readonly Refusal[];
}

/** What another provider of a chain says of a session that is odd; it revises nothing. Plain JSON. */
export interface SecondOpinion {
  readonly ticker: string;
  readonly interval: string;
  /** Session date, `YYYY-MM-DD`. */
  readonly session: string;
  /** What is odd about it. */
  readonly kind: Oddity['kind'];
  /** Who was asked. */
  readonly provider: string;
  /**
   * `other`: other prices or volume; `refused`: its answer was, or it gives none of such a ticker; `unheard`: it did not come to
   * an answer, which is asked for again the next time that second opinions are.
   */
  readonly says: 'same' | 'other' | 'no-bar' | 'refused' | 'unheard';
  readonly note: string;
}
