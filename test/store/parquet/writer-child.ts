// A process that writes one partition again and again until it is killed. Says `held`, then every version acknowledged.
import { parseDay, startOfDay } from '../../../src/core/session/day.ts';
import { openParquetStore } from '../../../src/store/parquet/index.ts';
import { AAPL, absence, barAt, coverage, days, NOON, update } from '../fixtures.ts';

const [root = '', first = '0', writes = 'true'] = process.argv.slice(2);
const ROWS = 1500;
const start = startOfDay(parseDay('2015-01-01'));

const store = openParquetStore(root);
await store.acquire();
// A lock that its holder does not look at any more must not be collected.
globalThis.gc?.();
await new Promise((resolve) => setTimeout(resolve, 20));
globalThis.gc?.();
console.log('held');
// Keeps the process alive where it only holds the lock.
setInterval(() => {}, 1000);
for (let n = Number(first); ; n++) {
  if (writes !== 'true') break;
  // Every row and the knowledge carry the version, so a mixture of two would show.
  const bars = Array.from({ length: ROWS }, (_, i) => barAt(start + i * 86_400_000, { volume: n + 1 }));
  const learned = coverage({
    absent: [absence(days('2014-01-02', '2014-01-03'), { checkedAt: NOON + n, note: `${n}` })],
  });
  await store.upsert(update(bars, { series: AAPL, learned, fetchedAt: NOON + n }));
  console.log(n);
}
