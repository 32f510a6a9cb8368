import { availableParallelism, hostname } from 'node:os';
import { env } from 'node:process';
import { BackfillError } from '../core/errors.ts';
import { capabilitiesOf } from '../providers/registry.ts';
import type { OpenRunner, QueuePace, QueueWorker } from '../queue/options.ts';
import type { QueueRun } from '../queue/run.ts';
import { redisAddress } from '../redis/address.ts';
import { openStore } from '../store/open.ts';
import type { HistoryOptions } from './history.ts';
import { assertWorkerOptions } from './option-names.ts';
import { type Parts, partsOf } from './parts.ts';
import { assertQueue, letGo, lookAtStore } from './queue-run.ts';
import { poolSize, SPARE_TASKS } from './run-tools.ts';
import { givenSecrets, secretsOf } from './secrets.ts';
import { programVersion, UNKNOWN_VERSION } from './version.ts';
import type { WorkerOptions } from './worker-options.ts';

/** How a worker is called that nobody named: as `BACKFILL_WORKER_ID` says, or another program's variable of that, or the host. */
export function workerName(): string {
  const named = ['BACKFILL_WORKER_ID', 'QMTL_SEAMLESS_WORKER', 'QMTL_WORKER_ID'].map((name) => env[name]);
  return named.find((name) => name) ?? hostname();
}

/**
 * Takes tasks of runs from a queue and executes them in threads of this process, until it is drained. Throws `usage` for what
 * it cannot be, and `queue-unusable` where the queue's server cannot be used. `pace`: default that of production.
 */
export async function startWorker(
  options: WorkerOptions,
  pace: Partial<QueuePace> = {},
): Promise<QueueWorker> {
  assertWorkerOptions(options);
  const { queue, name = workerName(), onLease, onNote, ...own } = options;
  const store = openStore(own.store);
  assertQueue({ store: own.store, queue }, store);
  const [{ connectRedis }, { endConnections }, { watchRedis }, { startQueueWorker }] = await Promise.all([
    import('../redis/connection.ts'),
    import('../redis/patient.ts'),
    import('../redis/watch.ts'),
    import('../queue/worker.ts'),
  ]);
  const engines = new LocalEngines({ ...own, queue });
  const address = redisAddress(queue);
  const redis = await connectRedis(address);
  await lookAtStore(store).catch(letGo(redis));
  if (onNote) watchRedis(redis, address.shown, onNote);
  const worker = await startQueueWorker({
    ...{ redis, name, store: store.url, storeUrl: own.store, pace },
    threads: own.workers === 'auto' || own.workers === undefined ? availableParallelism() : own.workers,
    serves: hasKeys,
    capacityOf: (provider) => capacityOf(own, provider),
    lookAtStore: () => lookAtStore(store),
    join: async (lock) => {
      // Before anything is asked of a provider: a store may have been made since, or its rights taken away.
      await store.assertMayWrite?.();
      return store.join(lock);
    },
    openRunner: (run) => engines.open(run),
    ...(onLease && { onLease }),
    ...(onNote && { onNote }),
  });
  const drain = async (deadlineMs?: number): Promise<void> => {
    await worker.drain(deadlineMs);
    await engines.close();
    endConnections(redis);
  };
  return { id: worker.id, drain };
}

/** Whether this machine has the keys that a provider asks for; of one of a user's own, whether it has them is seen later. */
function hasKeys(id: string): boolean {
  try {
    const capabilities = capabilitiesOf({ id });
    const given = givenSecrets({ store: '' }, capabilities);
    return Object.keys(capabilities.credentials ?? {}).every((name) => given[name] !== undefined);
  } catch (error) {
    if (error instanceof BackfillError && error.code === 'unknown-provider') return true;
    throw error;
  }
}

function capacityOf(options: Omit<WorkerOptions, 'queue'>, id: string): number {
  try {
    const { workers, inFlight } = poolSize(options, capabilitiesOf({ id }));
    return workers * (inFlight + SPARE_TASKS);
  } catch (error) {
    if (error instanceof BackfillError && error.code === 'unknown-provider') return availableParallelism();
    throw error;
  }
}

/** Tasks of a run of which nobody knows how many there are: as many threads as there may be. */
const MANY = Number.MAX_SAFE_INTEGER;

/** How long the threads of a worker wait for the next run, ms: that is then begun with threads that are warm. */
const THREADS_STAY_MS = 120_000;

/** The threads and gates of this machine: runs that ask the same provider under the same quotas share them. */
class LocalEngines {
  readonly #options: HistoryOptions;
  readonly #parts = new Map<string, Parts>();

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  async open({ id, version, provider, quotas, rateShare }: QueueRun): Promise<OpenRunner> {
    assertSameVersion(id, version);
    const asked = { provider, ...(quotas && { quotas }), ...(rateShare !== undefined && { rateShare }) };
    const key = JSON.stringify(asked);
    const parts = this.#parts.get(key) ?? partsOf({ ...this.#options, ...asked }, undefined, THREADS_STAY_MS);
    this.#parts.set(key, parts);
    const { engine, options, capabilities } = parts;
    const runner = await engine.startRunner(MANY, secretsOf(options, capabilities));
    return { runner, quotas: capabilities.quotas };
  }

  async close(): Promise<void> {
    for (const { engine } of this.#parts.values()) await engine.close();
  }
}

/** Throws `usage`, which leaves the run to other workers, where it was planned by another version, as far as both are known. */
function assertSameVersion(id: string, version: string | undefined): void {
  const own = programVersion();
  if (version === own || [own, version].includes(UNKNOWN_VERSION)) return;
  const planner = version === undefined ? 'an earlier version' : `version ${version}`;
  throw new BackfillError(
    'usage',
    `run ${id} was planned by ${planner}, and this is ${own}: have all machines use the same`,
  );
}
