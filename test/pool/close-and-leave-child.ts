import { argv } from 'node:process';
import { startPool } from '../../src/pool/pool.ts';
import { trafficOfOnlyRun } from '../backfill/only-run.ts';
import { orderFor } from './orders.ts';

/** A program that ends as soon as nothing keeps it, with every limit of the pool at its long default. `close`: it ends the pool. */
const entry = new URL('./threads/misbehaving.js', import.meta.url);
const pool = startPool({ workers: 2, concurrency: 2, entry });
const runner = pool.open({ tasks: 3, traffic: await trafficOfOnlyRun(), secrets: {} });
const results = await Promise.all(['A', 'EXIT', 'B'].map((ticker) => runner.run(orderFor(ticker))));
console.log(results.map(({ series: [one] }) => (one?.ok === false ? one.error.code : 'ok')).join(' '));
await runner.close();
if (argv[2] === 'close') await pool.close();
console.log('left');
