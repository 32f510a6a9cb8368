// A process that writes one series again and again until it is killed. Says `held`, then every version acknowledged.
import { parseDay, startOfDay } from '../../src/core/session/day.ts';
import { openStore } from '../../src/store/open.ts';
import { AAPL, absence, barAt, coverage, days, NOON, update } from './fixtures.ts';

const [url = '', first = '0'] = process.argv.slice(2);
const ROWS = 1500;
const start = startOfDay(parseDay('2015-01-01'));

const store = openStore(url);
await store.acquire();
console.log('held');
for (let n = Number(first); ; n++) {
  // Every row, the knowledge and the revisions carry the version, so that a mixture of two would show.
  const bars = Array.from({ length: ROWS }, (_, i) =>
    barAt(start + i * 86_400_000, { volume: n + 1, fetchedAt: NOON + n }),
  );
  const learned = coverage({
    present: [{ from: parseDay('2015-01-01'), to: parseDay('2015-01-01') + ROWS }],
    absent: [absence(days('2014-01-02', '2014-01-03'), { checkedAt: NOON + n, note: `${n}` })],
  });
  await store.upsert(update(bars, { series: AAPL, learned, fetchedAt: NOON + n }));
  console.log(n);
}
