import { setTimeout as sleep } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import type { ThreadMessage } from '../../../src/backfill/runner.ts';

/** Threads: `[0]` that load now, `[1]` the most that ever did at once, `[2]` that loaded in all. */
const loads = workerData as Int32Array<SharedArrayBuffer>;

const now = Atomics.add(loads, 0, 1) + 1;
for (let most = Atomics.load(loads, 1); now > most; most = Atomics.load(loads, 1))
  Atomics.compareExchange(loads, 1, most, now);
Atomics.add(loads, 2, 1);
// Long enough for others that started at the same time.
for (let waited = 0; Atomics.load(loads, 1) < 2 && waited < 1500; waited += 50) await sleep(50);
await sleep(300);
Atomics.sub(loads, 0, 1);

export default async function work(message: ThreadMessage | string): Promise<unknown> {
  if (typeof message === 'string') return message;
  if ('ended' in message) return undefined;
  const ticker = message.order.task.wants[0]?.series.ticker;
  if (ticker?.startsWith('QUICK')) {
    await sleep(100);
    return { series: [{ ok: true }] };
  }
  if (ticker?.startsWith('BUSY')) {
    for (const end = performance.now() + 100; performance.now() < end;);
    return { series: [{ ok: true }] };
  }
  while (Atomics.load(loads, 2) < 4) await sleep(20);
  return { series: [{ ok: true }] };
}
