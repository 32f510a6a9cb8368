import type { BackfillOptions } from '../index.ts';

/** Of the runs of a command, what those who watch them need to know. */
export interface ObservedRun {
  readonly store: string;
  readonly tickers: BackfillOptions['tickers'];
  readonly interval: BackfillOptions['intervals'];
  /** The clock, if it is not the wall's. */
  readonly now: (() => number) | undefined;
  readonly quiet: boolean;
  readonly strict: boolean;
}
