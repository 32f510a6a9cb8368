import { setTimeout as sleep } from 'node:timers/promises';
import {
  BackfillError,
  type BackfillEvent,
  type Batch,
  type BatchOptions,
  type Plan,
  type RunSummary,
  batchesOf,
  joinRuns,
} from '../index.ts';
import {
  batchEndLines,
  batchLine,
  batchesName,
  batchesPlanLine,
  nextBatchLine,
  pauseLine,
} from '../terminal.ts';
import { type Filling, openingTold, planOf, report, runOf, tellTotal } from './fill-one.ts';
import { print, tell } from './output.ts';
import { messageInFlags } from './in-flags.ts';

/** How a run is cut into batches. */
export interface Cut extends BatchOptions {
  /** Between a batch that asked for something and the next one. */
  readonly pauseMs: number;
}

/** What the batches of a run did together. */
interface BatchesSummary extends RunSummary {
  /** Those that were begun, each a run on record. */
  readonly batches: readonly Place[];
  /** What `--start-batch` goes on with; null where all is done. */
  readonly nextStartBatch: number | null;
}

type Place = Omit<Batch, 'universe' | 'asked' | 'list'>;

function placeOf({ universe: _universe, asked: _asked, list: _list, ...place }: Batch): Place {
  return place;
}

/** The plan of a request for a batch. */
interface BatchPlan {
  readonly batch: Place;
  readonly plan: Plan;
}

/** The plans of each batch, printed unless they are wanted as JSON. */
export async function planInBatches(filling: Filling, cut: Cut): Promise<readonly BatchPlan[]> {
  const { requests, telling } = filling;
  const batches = await batchesFor(filling, cut);
  const all: BatchPlan[] = [];
  const say = async (line: string): Promise<void> => (telling.json ? undefined : print([line]));
  for (const batch of batches) {
    await say(batchLine(batch));
    for (const request of requests) {
      const plan = await planOf({ ...request, tickers: batch.universe }, filling);
      all.push({ batch: placeOf(batch), plan });
    }
    await say('');
  }
  const plans = all.map(({ plan }) => plan);
  await say(batchesPlanLine(batches, plans));
  return all;
}

/** What was done of a batch: a summary for each request that was begun. */
interface Begun {
  readonly batch: Batch;
  readonly summaries: RunSummary[];
}

type Stop = RunSummary['stopped'];

/**
 * Fills batch by batch, until one is stopped: what comes after it is left to another run. Gives a summary a request, of all
 * batches that were begun. Throws what keeps the first one from beginning.
 */
export async function runInBatches(
  filling: Filling,
  cut: Cut,
  stop: AbortSignal,
): Promise<readonly BatchesSummary[]> {
  const { telling } = filling;
  const batches = await batchesFor(filling, cut, stop);
  // Of one alone the summary says all.
  const tellsEnds = batches.length > 1 && !telling.json;
  const begun: Begun[] = [];
  let stopped: Stop = null;
  let undone: Batch | undefined;
  for (const batch of batches) {
    const before = begun.at(-1);
    if (before !== undefined) await pauseBetween(before, batch, filling, cut, stop);
    if (before !== undefined && stop.aborted)
      stopped = { reason: 'interrupted', message: 'the run was stopped between two batches' };
    else {
      tellTotal(batchLine(batch), telling);
      const its: Begun = { batch, summaries: [] };
      begun.push(its);
      stopped = await stopOf(() => runBatch(its, filling, { stop, tellsEnds }), begun);
    }
    if (stopped === null) continue;
    undone = batch;
    break;
  }
  const last = begun.at(-1)?.batch;
  const next = undone ?? (last !== undefined && last.number < last.of ? after(last) : null);
  const isRestKnown = undone === undefined || undone === batches.at(-1);
  const summaries = joined(begun, stopped).map((summary) => ({
    ...summary,
    ...(!isRestKnown && { restDays: null }),
    batches: begun.map(({ batch }) => placeOf(batch)),
    nextStartBatch: next === null ? null : next.number - 1,
  }));
  const name = batchesName(begun.map(({ batch }) => batch));
  if (begun.length > 1 && !telling.json) tellTotal('', telling);
  for (const summary of summaries) report(summary, telling, name);
  if (next !== null && !telling.json && (stopped !== null || !telling.quiet)) tell(nextBatchLine(next));
  return summaries;
}

function after({ number, of }: Place): Pick<Place, 'number' | 'of'> {
  return { number: number + 1, of };
}

/** The batches, of a universe that is found once: a list that comes through a pipe, or costs a request, comes once. */
async function batchesFor(
  { history, requests, telling }: Filling,
  { size, start, most }: BatchOptions,
  stop?: AbortSignal,
): Promise<readonly Batch[]> {
  const [request = {}] = requests;
  const tellOpening = openingTold(request, { history, telling });
  let meant: BackfillEvent | undefined;
  const universe = await history.universe({
    ...request,
    keeps: !telling.dryRun,
    onEvent: (event) => (event.type === 'meant' ? (meant = event) : tellOpening(event)),
    ...(stop && { stop }),
  });
  const batches = batchesOf(universe, {
    size,
    ...(start !== undefined && { start }),
    ...(most !== undefined && { most }),
  });
  // What is refused is one line.
  if (meant !== undefined) tellOpening(meant);
  return batches;
}

/** Waits, unless the batch before had nothing to ask for; ends at once where `stop` is aborted. */
async function pauseBetween(
  { summaries }: Begun,
  next: Batch,
  { telling }: Filling,
  { pauseMs }: Cut,
  stop: AbortSignal,
): Promise<void> {
  if (pauseMs === 0 || stop.aborted || summaries.every(({ requests }) => requests === 0)) return;
  tellTotal(pauseLine(next, pauseMs), telling);
  await sleep(pauseMs, undefined, { signal: stop }).catch(() => undefined);
}

/** Carries out what is asked for of a batch. Gives why no other is to follow. */
async function runBatch(
  its: Begun,
  filling: Filling,
  { stop, tellsEnds }: { readonly stop: AbortSignal; readonly tellsEnds: boolean },
): Promise<Stop> {
  const { batch, summaries } = its;
  for (const request of filling.requests) {
    const summary = await runOf({ ...request, tickers: batch.universe }, filling, stop);
    summaries.push(summary);
    if (summary.stopped !== null) return summary.stopped;
    if (tellsEnds) for (const line of batchEndLines(summary, batch)) tellTotal(line, filling.telling);
    const { intervals = ['1d'] } = request;
    if (summary.refused.length === new Set(intervals).size)
      return { reason: 'failed', message: 'nothing that is asked for is open to this key' };
  }
  return null;
}

/** Why no batch follows. An error after something was done ends the run as it would end one that had begun. */
async function stopOf(run: () => Promise<Stop>, begun: readonly Begun[]): Promise<Stop> {
  try {
    return await run();
  } catch (error) {
    const isFirst = begun.every(({ summaries }) => summaries.length === 0);
    if (isFirst || !(error instanceof BackfillError)) throw error;
    return { reason: error.code === 'cancelled' ? 'interrupted' : 'failed', message: messageInFlags(error) };
  }
}

/** A summary for each request of which a run was made. */
function joined(begun: readonly Begun[], stopped: Stop): RunSummary[] {
  const most = begun[0]?.summaries.length ?? 0;
  const all = Array.from({ length: most }, (_, i) => {
    const runs = begun.flatMap(({ summaries }) => summaries.slice(i, i + 1));
    return joinRuns(runs as [RunSummary, ...RunSummary[]]);
  });
  const isTold = all.some((summary) => summary.stopped !== null);
  return all.map((summary, i) => (isTold || i < most - 1 ? summary : { ...summary, stopped }));
}
