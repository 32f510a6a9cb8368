// A process that plans a run of tickers and hands them out. Says `begun`, then what became of each.
import { openQueueRunner } from '../../src/queue/runner.ts';
import { redisAddress } from '../../src/redis/address.ts';
import { connectRedis } from '../../src/redis/connection.ts';
import { orderFor } from '../pool/orders.ts';
import { endOf, pretendedRun } from './pretended.ts';

const [url = '', id = '', pace = '{}', ...tickers] = process.argv.slice(2);
const redis = await connectRedis(redisAddress(url));
const run = pretendedRun(id);
const runner = await openQueueRunner({
  ...{ redis, run, server: url, planner: `child ${process.pid}`, pace: JSON.parse(pace) },
});
console.log('begun');
await Promise.all(
  tickers.map(async (ticker) => console.log(`${ticker} ${endOf(await runner.run(orderFor(ticker)))}`)),
);
await runner.close();
process.exit(0);
