import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import type { Runner, RunToStart } from '../backfill/runner.ts';
import { isUniverse } from '../backfill/want/universe.ts';
import { BackfillError } from '../core/errors.ts';
import { queueCommand } from '../core/for-shell.ts';
import { option } from '../core/option-name.ts';
import { isSameStore } from '../core/same-store.ts';
import { redisAddress } from '../redis/address.ts';
import type { BarStore } from '../store/store.ts';
import type { BackfillOptions, HistoryOptions } from './history.ts';
import { type KeptRequest, keptRequest } from './kept-request.ts';
import { programVersion } from './version.ts';

/** This process among the planners. */
export const PLANNER = `${hostname()}:${process.pid}:${randomBytes(3).toString('hex')}`;

/** A planner tells twice in that time, at least, that it is there, ms. */
const SILENT_MS = 5000;

/** Throws `usage` for a queue that is none, and for a store that machines cannot share. Touches nothing. */
export function assertQueue({ queue }: HistoryOptions, store: BarStore): void {
  if (queue === undefined) return;
  redisAddress(queue);
  if (store.isShared) return;
  const what =
    store.folder === undefined ? 'is written by one machine at a time' : 'is a folder of this machine';
  throw new BackfillError(
    'usage',
    `${option('queue')}: the store ${store.url} ${what}, and several are to write it; give a bucket (s3://BUCKET/PREFIX) or a PostgreSQL database (postgres://USER@HOST/DATABASE)`,
  );
}

/**
 * Looks whether a store can be used from here: its server answers, lets this machine in and lets it write; what a first run makes
 * may lack. Throws `store-unusable`.
 */
export async function lookAtStore(store: BarStore): Promise<void> {
  await store.whyNone();
  await store.handedOver.list();
  await store.assertMayWrite?.();
}

/** Has a failure end a connection that is of no use then. */
export function letGo(redis: Redis): (error: unknown) => never {
  return (error) => {
    redis.disconnect();
    throw error;
  };
}

/**
 * What there is to say of a store that is locked by a run whose planner died: its workers write on, and somebody can take its
 * place. The error itself where there is no such run.
 */
export async function withOrphan(thrown: unknown, queue: string, { url }: BarStore): Promise<unknown> {
  if (!(thrown instanceof BackfillError) || thrown.code !== 'store-locked') return thrown;
  const [{ connectRedis }, { readRuns }] = await Promise.all([
    import('../redis/connection.ts'),
    import('../queue/run.ts'),
  ]);
  const redis = await connectRedis(redisAddress(queue), { writes: false }).catch(() => undefined);
  // That the store is locked is what the user has to know, whatever its queue says.
  const runs = redis === undefined ? [] : await readRuns(redis).catch(() => []);
  redis?.disconnect();
  const orphan = runs.find((run) => isSameStore(run.store, url) && run.plannerSilentMs > SILENT_MS);
  if (orphan === undefined) return thrown;
  const message = `the store ${url} is being written by workers of run ${orphan.id}, whose planner is gone; go on with it: ${queueCommand(`attach ${orphan.id}`, { queue, store: url })}`;
  return new BackfillError('store-locked', message, { cause: thrown });
}

export interface QueueRunHow {
  /** Takes a line for the user. */
  readonly onNote: (line: string) => void;
  /** What it was asked, by which another planner can go on with it. Undefined: nobody can. */
  readonly request: BackfillOptions | undefined;
  /** Whether it goes on with what another planner began. */
  readonly isAttached: boolean;
  /** Whether it is told already, by whoever carries it out, where Redis is away. */
  readonly isWatched: boolean;
}

/** Hands the tasks of a run to the machines of a queue. Throws `queue-unusable` and `store-locked`. */
export async function startQueueRun(
  options: HistoryOptions & { readonly queue: string },
  { id, context }: RunToStart,
  { url: store }: BarStore,
  { onNote, request, isAttached, isWatched }: QueueRunHow,
): Promise<Runner> {
  const [{ connectRedis }, { endConnections }, { watchRedis }, { openQueueRunner }] = await Promise.all([
    import('../redis/connection.ts'),
    import('../redis/patient.ts'),
    import('../redis/watch.ts'),
    import('../queue/runner.ts'),
  ]);
  const { quotas, rateShare, world, requestedAsOf } = options;
  const { storeUrl: _url, ...common } = context;
  const address = redisAddress(options.queue);
  const redis = await connectRedis(address);
  if (!isWatched) watchRedis(redis, address.shown, onNote);
  const run = {
    ...{ id, store, ...common, version: programVersion() },
    ...(quotas && { quotas }),
    ...(rateShare !== undefined && { rateShare }),
    ...(world !== undefined && { world }),
    ...(requestedAsOf !== undefined && { requestedAsOf }),
  };
  try {
    const kept = request && { request: keptRequest(options, request) };
    const runner = await openQueueRunner({
      redis,
      run,
      server: options.queue,
      planner: PLANNER,
      onNote,
      isAttached,
      ...kept,
    });
    if (kept !== undefined)
      onNote(
        `Run ${id}: should this process die, workers go on, and so does ${queueCommand(`attach ${id}`, { queue: options.queue, store })}${withWhat(kept.request)}`,
      );
    return closedWith(runner, () => endConnections(redis));
  } catch (error) {
    endConnections(redis);
    throw error;
  }
}

/** Of a run in batches, that it is one of them. */
function withWhat({ request: { tickers } }: KeptRequest): string {
  const batch = isUniverse(tickers) ? tickers.batch : undefined;
  return batch === undefined ? '' : `, with batch ${batch.number} of ${batch.of} alone`;
}

/** The same runner, whose end ends what it needs. */
function closedWith(runner: Runner, end: () => void): Runner {
  return {
    get workers() {
      return runner.workers;
    },
    get capacity() {
      return runner.capacity;
    },
    get deaths() {
      return runner.deaths;
    },
    get drained() {
      return runner.drained;
    },
    get lost() {
      return runner.lost;
    },
    ...(runner.ahead !== undefined && { ahead: runner.ahead }),
    traffic: runner.traffic,
    run: (order) => runner.run(order),
    abandon: () => runner.abandon(),
    close: () => runner.close().finally(end),
  };
}
