import { startPool } from '../../src/pool/pool.ts';
import { orderFor } from './orders.ts';

/** A program that ends as soon as nothing keeps it, with every limit of the pool at its long default. */
const entry = new URL('./misbehaving.ts', import.meta.url);
const pool = startPool({ workers: 2, concurrency: 2, entry });
const results = await Promise.all(['A', 'EXIT', 'B'].map((ticker) => pool.run(orderFor(ticker))));
console.log(results.map(({ series: [one] }) => (one?.ok === false ? one.error.code : 'ok')).join(' '));
await pool.close();
console.log('closed');
