import type { RequestsBy } from '../../src/backfill/settle/requests-by.ts';
import { NOTHING_BEYOND, NO_TRAFFIC } from '../../src/backfill/runner.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';

/** So many requests that were sent as they were priced. */
export function asPriced(priced: number): RequestsBy {
  return { ...NOTHING_BEYOND, priced, added: 0, notSent: 0 };
}

/** The summary of a run in which nothing was in the way. */
export const CALM: RunSummary = {
  ...{
    startedAt: 0,
    endedAt: 61_400,
    series: 3,
    complete: 1,
    fetched: 2,
    fetchedTickers: 2,
    failed: 0,
    notRun: 0,
  },
  ...{ stopped: null, restDays: null, opens: null, requests: 2, ...NO_TRAFFIC },
  requestsBy: asPriced(2),
  ...{ successRate: null, throttleRate: null },
  ...{ bars: 12_345, inserted: 12_000, changed: 3, revised: 0, stayed: 0, provisional: 0 },
  ...{
    rejected: 0,
    dropped: 0,
    unfinished: 0,
    fillers: 0,
    warnings: [],
    notRead: [],
    drift: {},
    absent: {},
    failures: [],
    left: [],
    setAside: [],
    refused: [],
    waiting: 0,
    withHoles: 0,
    holes: 0,
    holesAround: 0,
    holesRejected: 0,
    unavailable: 0,
    cannotBeHad: [],
    newlyUnavailable: false,
    newlyLost: { sessions: 0, tickers: [] },
  },
};
