import { setTimeout as sleep } from 'node:timers/promises';
import { fnv1a } from '../../core/fnv.ts';
import { BackfillError } from '../../core/errors.ts';
import type { QuestServer } from './server.ts';

/** How long another thread may take with what it does in its turn. */
const PATIENCE_MS = 120_000;

/** The last one to have asked for a turn, in this thread, by server and table. */
const queues = new Map<string, Promise<unknown>>();

/**
 * Runs `work` while no other thread of any process is in a turn of the same key in the same store: what is read in it stays as it
 * is until it is written. A row that is not committed holds its table; the server lets go of it when the connection ends, however it ends.
 */
export function inTurn<T>(server: QuestServer, key: string, work: () => Promise<T>): Promise<T> {
  const { turnLocks } = server.names;
  const lock = turnLocks[fnv1a(key) % turnLocks.length] as string;
  const queue = `${server.place.server} ${lock}`;
  const turn = (queues.get(queue) ?? Promise.resolve()).then(() => takeTurn(server, lock, work));
  queues.set(
    queue,
    turn.catch(() => {}),
  );
  return turn;
}

async function takeTurn<T>(server: QuestServer, lock: string, work: () => Promise<T>): Promise<T> {
  await server.prepare();
  return server.alone(async (client) => {
    const since = performance.now();
    for (let pause = 4; !(await server.hold(client, lock)); pause = Math.min(pause + 3, 25)) {
      if (performance.now() - since > PATIENCE_MS)
        throw new BackfillError(
          'store-unusable',
          `the QuestDB server ${server.place.server} lets nobody write ${lock}; see writer_pool() there for who does`,
        );
      await sleep(pause);
    }
    try {
      return await work();
    } finally {
      await client.query('ROLLBACK');
    }
  });
}
