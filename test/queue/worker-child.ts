// A process that takes jobs with a pool that only pretends. Says `there`, then every ticker that it begins; drains on SIGTERM.
import { setTimeout as sleep } from 'node:timers/promises';
import { startQueueWorker } from '../../src/queue/worker.ts';
import { redisAddress } from '../../src/redis/address.ts';
import { connectRedis } from '../../src/redis/connection.ts';
import { pretendedRunner } from './pretended.ts';

const [url = '', name = '', pace = '{}', atOnce = '1'] = process.argv.slice(2);
const worker = await startQueueWorker({
  ...{
    redis: await connectRedis(redisAddress(url)),
    name,
    store: 's3://lake/data',
    storeUrl: '',
    threads: 1,
  },
  serves: () => true,
  capacityOf: () => Number(atOnce),
  join: (lock) => Promise.resolve({ lock, release: () => Promise.resolve() }),
  openRunner: () => {
    const runner = pretendedRunner();
    return Promise.resolve({
      runner: {
        ...runner,
        run: async (order) => {
          console.log(order.task.id);
          // Heard before it dies of it.
          await sleep(20);
          return runner.run(order);
        },
      },
      quotas: [],
    });
  },
  pace: JSON.parse(pace),
});
console.log('there');
process.once('SIGTERM', () => {
  void worker.drain(500).then(() => process.exit(0));
});
