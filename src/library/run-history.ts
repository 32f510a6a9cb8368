import { type RecordedRun, recordedRuns, spoiltRuns } from '../backfill/run/run-record.ts';
import { spoiltText } from '../report/left-text.ts';
import { NOTHING_BEYOND, NO_TRAFFIC } from '../backfill/runner.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import { BackfillError } from '../core/errors.ts';
import { shown } from '../core/shown.ts';
import type { RunOnRecord, RunsOnRecord } from '../report/runs-text.ts';
import type { BarStore } from '../store/store.ts';

/** What stands for the run that was begun last. */
const LAST_RUN = 'last';

/** How many `History.runs` gives where nobody says. */
const USUAL = 20;

/** What `History.runs` tells. */
export async function runsOnRecord(
  store: Pick<BarStore, 'readRuns'>,
  { last = USUAL }: { readonly last?: number },
): Promise<RunsOnRecord> {
  if (!Number.isInteger(last) || last < 1)
    throw new BackfillError('usage', `last ${shown(last)}: must be a whole number above 0`);
  return { runs: (await recordedRuns(store, last)).map(onRecord), spoilt: await spoiltRuns(store, last) };
}

/** What `History.run` tells. Throws `usage` for an id that none on record has, and for a beginning that several have. */
export async function runOnRecord(
  store: Pick<BarStore, 'readRuns' | 'handedOver'>,
  id: string,
): Promise<RunOnRecord> {
  const beginning = id === LAST_RUN ? '' : id;
  const [first, second] = await recordedRuns(store, id === LAST_RUN ? 1 : 2, beginning);
  if (first !== undefined && (second === undefined || first.id === id)) return onRecord(first);
  const spoilt = (await store.readRuns(1, beginning)).find(({ record }) => record === null);
  if (first === undefined && spoilt !== undefined)
    throw new BackfillError('store-corrupt', spoiltText([spoilt.id]));
  if (second === undefined && (await store.handedOver.list()).includes(id))
    throw new BackfillError(
      'usage',
      `run ${shown(id)}: it was handed over, and has not ended; backfill queue status shows who is there to carry it out`,
    );
  throw new BackfillError(
    'usage',
    second === undefined
      ? `run ${shown(id)}: no such run is on record, as none is that goes on or was killed; backfill runs lists the last ones`
      : `run ${shown(id)}: several on record begin so, ${second.id} and ${first?.id} among them; give the whole id`,
  );
}

const NO_HOLES = { holes: 0, holesAround: 0, holesRejected: 0 };

/** A run that did nothing. */
const NOTHING: RunSummary = {
  ...{ startedAt: 0, endedAt: 0, series: 0, complete: 0, withHoles: 0, waiting: 0, unavailable: 0 },
  ...{ fetched: 0, fetchedTickers: 0, failed: 0, notRun: 0, stopped: null, ...NO_HOLES },
  ...{ cannotBeHad: [], newlyUnavailable: false, newlyLost: { sessions: 0, tickers: [] }, refused: [] },
  ...{ restDays: null, opens: null, requests: 0, ...NO_TRAFFIC },
  requestsBy: { ...NOTHING_BEYOND, priced: 0, added: 0, notSent: 0 },
  ...{ successRate: null, throttleRate: null, bars: 0, inserted: 0, changed: 0, revised: 0, stayed: 0 },
  ...{ provisional: 0, rejected: 0, dropped: 0, unfinished: 0, fillers: 0, warnings: [], notRead: [] },
  ...{ drift: {}, absent: {}, failures: [], left: [], setAside: [] },
};

/** A record of this or of an earlier version as the summary that it was of: what it does not say, nothing came of. */
function onRecord(run: RecordedRun): RunOnRecord {
  const said = Object.entries(run).filter(([name, value]) => isAlike(name, value));
  const known: RunSummary = { ...NOTHING, ...Object.fromEntries(said), runId: run.id };
  // What the first versions priced, they recorded as the requests of the tasks that were run.
  const isPriced = said.some(([name]) => name === 'requestsBy');
  const summary = isPriced
    ? known
    : { ...known, requestsBy: { ...known.requestsBy, priced: known.requests } };
  const { id, provider, intervals = [], batch, chain, opinions } = run;
  return {
    ...{ id, provider, intervals, summary },
    ...(batch && { batch }),
    ...(chain && { chain }),
    ...(opinions && { opinions: opinions.length }),
  };
}

/** Whether a field of a record is of the kind that a summary has; others it may have or not. */
function isAlike(name: string, value: unknown): boolean {
  const usual: unknown = NOTHING[name as keyof RunSummary];
  if (usual === undefined || usual === null) return true;
  return typeof value === typeof usual && value !== null && Array.isArray(value) === Array.isArray(usual);
}
