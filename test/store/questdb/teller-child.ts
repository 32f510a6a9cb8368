// A process that changes what is the store's own beside bars, many times, under a right to write that another one holds: keeps
// rejected rows and tells of splits. Says `ready`, begins once it is told anything, and ends when it is done.
import { once } from 'node:events';
import { parseDay } from '../../../src/core/session/day.ts';
import { openStore } from '../../../src/store/open.ts';
import { AAPL, NO_DAYS, NOON } from '../fixtures.ts';
import { tellActions } from '../told-actions.ts';

const [url = '', lock = '', name = '', times = ''] = process.argv.slice(2);
const store = openStore(url, lock);
await store.facts();
console.log('ready');
await once(process.stdin, 'data');
for (let n = 0; n < Number(times); n++) {
  await store.quarantine(AAPL, [{ row: `${name} ${n}`, reason: 'odd' }], 'sample', NOON);
  const exDay = parseDay('2024-01-02') + 2 * n + Number(name);
  await tellActions(store, 'AAPL', [{ kind: 'split', exDay, ratio: 2 }], NO_DAYS, 'sample', NOON);
}
process.exit(0);
