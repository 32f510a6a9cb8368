// A process of another machine, as far as a quota can tell: it counts in Redis, has a clock of its own, and sends what it may.
// Says `ready`, waits for a line, then sends until its input ends or the quota does, and says why it ended.
import { once } from 'node:events';
import { openTraffic } from '../../../../src/backfill/run/traffic.ts';
import { BackfillError } from '../../../../src/core/errors.ts';
import { parseQuotas } from '../../../../src/core/plan/quota.ts';
import { monotonicNow } from '../../../../src/providers/http/gate-state.ts';
import { openRedisQuota } from '../../../../src/providers/http/redis-quota/book.ts';
import { throughGate } from '../../../../src/providers/http/retry.ts';
import { send } from '../../../../src/providers/http/transport.ts';
import { redisAddress } from '../../../../src/redis/address.ts';
import { connectRedis } from '../../../../src/redis/connection.ts';
import { openStore } from '../../../../src/store/open.ts';
import type { Sharing } from './machines.ts';

const sharing = JSON.parse(process.argv[2] ?? '') as Sharing;
const { url, redis, store, quota, ahead, settleMs, patienceMs, name } = sharing;
const quotas = parseQuotas(quota);
// The clock of this machine is wrong, for whoever asks it.
const right = Date.now;
Date.now = () => right() + ahead;

console.log('ready');
await once(process.stdin, 'data');
const over = new AbortController();
process.stdin.once('end', () => over.abort());
process.stdin.resume();
try {
  const address = redisAddress(redis);
  const shared = await openTraffic({
    quotas,
    quotaFile: undefined,
    openShared: async () =>
      openRedisQuota({
        redis: await connectRedis(address),
        shown: address.shown,
        ...{ owner: 'toy-anonymous', quotas, journal: openStore(store).quotaJournal, store },
        ...{ process: name, gate: monotonicNow, random: Math.random, settleMs },
        patienceMs: patienceMs ?? Number.POSITIVE_INFINITY,
      }),
    clocks: { wall: Date.now, gate: monotonicNow },
  });
  const traffic = shared.begin();
  const { gate } = traffic;
  over.signal.addEventListener('abort', () => traffic.cancel(), { once: true });
  const ask = throughGate(gate, (wire) => send({ url: new URL(url), headers: {}, ...wire }));
  const keepAsking = async (): Promise<void> => {
    while (!over.signal.aborted) await ask();
  };
  const [first, second] = await Promise.allSettled([keepAsking(), keepAsking()]);
  // Throws what kept the quota from being kept, which goes first.
  await shared.close();
  for (const one of [first, second]) if (one.status === 'rejected' && !over.signal.aborted) throw one.reason;
  console.log('ended: told to');
} catch (error) {
  if (!(error instanceof BackfillError)) throw error;
  console.log(`ended: ${error.code}: ${error.message}`);
}
process.stdin.destroy();
