import type { Redis } from 'ioredis';
import { BackfillError } from '../core/errors.ts';
import { isSameStore } from '../core/same-store.ts';
import { shown } from '../core/shown.ts';
import { startDiscovery } from '../queue/discovery.ts';
import { enqueueRun as handOver, isTakenOut } from '../queue/handed-over.ts';
import type { QueuePace, QueueWorker } from '../queue/options.ts';
import { type RegisteredRun, endRun, readRun } from '../queue/run.ts';
import { readRequest, takeOver } from '../queue/take-over.ts';
import { redisAddress } from '../redis/address.ts';
import { connectRedis } from '../redis/connection.ts';
import { endConnections } from '../redis/patient.ts';
import { watchRedis } from '../redis/watch.ts';
import { openStore } from '../store/open.ts';
import type { BarStore } from '../store/store.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import { checkOptions, checkRequest } from './check-request.ts';
import type { BackfillOptions, HistoryOptions } from './history.ts';
import { type KeptRequest, keptRequest, portableTickers, requestOfKept } from './kept-request.ts';
import { historyOf } from './open-history.ts';
import {
  assertArguments,
  assertAttachedOptions,
  assertHistoryOptions,
  assertPlannerOptions,
} from './option-names.ts';
import { partsOf } from './parts.ts';
import { PLANNER, assertQueue, letGo, lookAtStore } from './queue-run.ts';
import { workerName } from './worker.ts';
import type { OpenAttached, PlannerOptions, QueuedRun } from './queue-calls.ts';

/** How long the queue may take to be told that a run has ended, ms. */
const ANSWER_MS = 1500;

/** See the call of that name. */
export async function openAttached(options: OpenAttached): Promise<QueuedRun> {
  assertAttachedOptions(options);
  const { queue, run: id, store, ...own } = options;
  return withRedis(queue, async (redis) => {
    const known = await readRun(redis, id);
    const place = store ?? known?.store;
    const its = place === undefined ? undefined : openStore(place);
    const handed = await its?.handedOver.read(id);
    // Of one that ended the store keeps nothing, of which the queue knows as little after a day.
    if (handed !== undefined && (await isTakenOut(redis, id)))
      throw new BackfillError(
        'usage',
        `run ${shown(id)}: it was taken out of the queue, as queue drain does; ask again for what it was to fetch`,
      );
    if (place !== undefined && handed !== undefined && !goesOn(known))
      return opened(begunBy(handed as KeptRequest, id), handed as KeptRequest, {
        ...own,
        queue,
        store: place,
      });
    const run = attachable(id, known, its?.url);
    const kept = await readRequest<KeptRequest>(redis, id);
    if (kept === undefined)
      throw new BackfillError('usage', `run ${shown(id)}: it is not known what it was asked; ask that again`);
    await takeOver(redis, run, PLANNER);
    return opened(run, kept, { ...own, queue, store: place ?? run.store });
  });
}

/** See the call of that name. */
export async function enqueueRun(
  options: HistoryOptions & { readonly queue: string },
  request: Omit<BackfillOptions, 'plan'>,
): Promise<string> {
  assertHistoryOptions(options);
  checkOptions(options);
  assertArguments('backfill', [request]);
  checkRequest(request);
  const parts = partsOf(options);
  const history = historyOf(parts);
  try {
    const meant = await history.universe(request);
    const tickers = await portableTickers(request.tickers, () => Promise.resolve(meant));
    const kept = keptRequest(options, { ...request, ...(tickers !== undefined && { tickers }) });
    const { store } = parts;
    return await withRedis(options.queue, async (redis) => {
      const id = await store.nextRunId(parts.clock());
      // Before it is acknowledged, and before anybody can take it.
      await store.handedOver.keep(id, kept);
      try {
        await handOver(redis, { run: id, store: store.url });
      } catch (error) {
        await store.handedOver.drop(id).catch(() => undefined);
        const { shown: server } = redisAddress(options.queue);
        throw new BackfillError(
          'queue-unusable',
          `the Redis server ${server} did not take the run, which is not handed over: ${(error as Error).message}`,
          { cause: error },
        );
      }
      return id;
    });
  } finally {
    await history.close();
  }
}

/** See the call of that name. */
export async function startPlanner(options: PlannerOptions, pace: Partial<QueuePace>): Promise<QueueWorker> {
  assertPlannerOptions(options);
  const { queue, store: url, name = workerName(), onNote } = options;
  const store = openStore(url);
  assertQueue({ store: url, queue }, store);
  const address = redisAddress(queue);
  const redis = await connectRedis(address);
  await lookAtStore(store).catch(letGo(redis));
  if (onNote) watchRedis(redis, address.shown, onNote);
  const planner = await startDiscovery({
    ...{ redis, name, store: store.url, kept: store.handedOver, pace },
    ...(onNote && { onNote }),
    carryOut: (id, stop) => carriedOut(redis, id, stop, options),
  });
  const drain = async (deadlineMs?: number): Promise<void> => {
    await planner.drain(deadlineMs);
    endConnections(redis);
  };
  return { id: planner.id, drain };
}

/** Begins a run, or goes on with one that another planner left. */
async function carriedOut(
  redis: Redis,
  id: string,
  stop: AbortSignal,
  { queue, store, stateFolder, onNote, carryOut = fill }: PlannerOptions,
): Promise<'ended' | 'interrupted'> {
  const its = openStore(store);
  const kept = (await its.handedOver.read(id)) as KeptRequest | undefined;
  if (kept === undefined) {
    onNote?.(`run ${id}: its store does not keep it any more, so that nothing is to be done`);
    return 'ended';
  }
  const known = await readRun(redis, id);
  if (goesOn(known)) await takeOver(redis, attachable(id, known, its.url), PLANNER);
  const own = { queue, store, ...(stateFolder !== undefined && { stateFolder }) };
  const run = opened(goesOn(known) ? known : begunBy(kept, id), kept, own, onNote !== undefined);
  try {
    const { stopped } = await carryOut(run, stop);
    if (stopped !== null && (await isCutShort(its, id, stopped)))
      throw new BackfillError('store-unusable', stopped.message);
    return stopped?.reason === 'interrupted' ? 'interrupted' : 'ended';
  } finally {
    await run.close();
  }
}

/** Whether a run ended because its store was away: then it is not even on record there. */
async function isCutShort(
  store: BarStore,
  id: string,
  { reason }: NonNullable<RunSummary['stopped']>,
): Promise<boolean> {
  if (reason === 'store-failed') return true;
  return reason === 'failed' && (await store.readRuns(1, id)).length === 0;
}

function goesOn(run: RegisteredRun | undefined): run is RegisteredRun {
  return run !== undefined && run.state !== 'ended';
}

/** A run that nobody began. */
function begunBy({ options: { provider } }: KeptRequest, id: string): Pick<RegisteredRun, 'id' | 'provider'> {
  const [first = { id: 'yahoo' }] = [provider ?? []].flat();
  return { id, provider: first };
}

function fill({ history, request }: QueuedRun, stop: AbortSignal): Promise<RunSummary> {
  return history.backfill({ ...request, stop });
}

/** A run that goes on. Throws `usage` for one that does not, or that writes another store. */
function attachable(id: string, run: RegisteredRun | undefined, store: string | undefined): RegisteredRun {
  const refused = (why: string): BackfillError => new BackfillError('usage', `run ${shown(id)}: ${why}`);
  if (run === undefined)
    throw refused(
      `the queue knows no such run that goes on, and ${store ?? 'no store'} keeps none; ask again for what it was to fetch`,
    );
  if (run.state === 'ended') throw refused('it has ended');
  if (store === undefined || !isSameStore(run.store, store))
    throw refused(`it writes ${run.store}, not ${String(store)}`);
  return run;
}

function opened(
  { id, provider, lock }: Pick<RegisteredRun, 'id' | 'provider' | 'lock'>,
  kept: KeptRequest,
  own: HistoryOptions & { readonly queue: string },
  isWatched = false,
): QueuedRun {
  const { options, now } = kept;
  const clock = now === undefined ? {} : { clock: () => now };
  const attached = { id, provider: provider.id, isWatched, ...(lock !== undefined && { lock }) };
  const parts = partsOf({ ...options, ...clock, ...own }, attached);
  const history = historyOf(parts);
  const backfill = async (request: BackfillOptions = {}): Promise<RunSummary> => {
    const summary = await history.backfill(request);
    const { stopped } = summary;
    const isLeft = stopped?.reason === 'interrupted' && request.stop?.aborted === true;
    const isUndone = stopped !== null && (await isCutShort(parts.store, id, stopped).catch(() => true));
    // One that stays kept is done again, and finds nothing to do.
    if (!isLeft && !isUndone) await parts.store.handedOver.drop(id).catch(() => undefined);
    return summary;
  };
  const close = async (): Promise<void> => {
    await history.close();
    // Where nothing was left to do, nobody else ended it; nor does anybody where the queue is away.
    await withRedis(own.queue, (redis) => endRun(redis, id, PLANNER), ANSWER_MS).catch(() => undefined);
  };
  return { id, history: { ...history, backfill }, request: requestOfKept(kept), close };
}

/** `answerMs`: how long it may take to let in, and for each answer. Default as of `Connecting`. */
async function withRedis<T>(queue: string, use: (redis: Redis) => Promise<T>, answerMs?: number): Promise<T> {
  const redis = await connectRedis(redisAddress(queue), {
    ...(answerMs !== undefined && { answerMs, connectMs: answerMs }),
  });
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}
