// A process that holds the lease of a store until it is killed: its own, or one that it joins. Says its lock.
import { openStore } from '../../src/store/open.ts';

const [url = '', lock] = process.argv.slice(2);
const store = openStore(url);
const lease = await (lock === undefined ? store.acquire() : store.join(lock));
console.log(lease.lock);
// Nothing else keeps it.
setInterval(() => {}, 60_000);
