// A process that shares a quota. Says `ready`, waits for a line, then uses the quota as it is told and says what it got.
import { once } from 'node:events';
import { parseQuotas } from '../../../src/core/plan/quota.ts';
import { BackfillError } from '../../../src/core/errors.ts';
import { openTraffic } from '../../../src/backfill/run/traffic.ts';
import { monotonicNow } from '../../../src/providers/http/gate-state.ts';
import { openQuotaFile } from '../../../src/providers/http/quota-file.ts';

const [path = '', task = '', text = '', ahead = '0'] = process.argv.slice(2);
const wall = (): number => Date.now() + Number(ahead);
const place = { path, former: [] };

console.log('ready');
await once(process.stdin, 'data');
if (task === 'count') await countTo(Number(text));
else await send();
process.stdin.destroy();

/** Adds 1 to the record, so many times. */
async function countTo(times: number): Promise<void> {
  const file = await openQuotaFile(place, Date.now);
  for (let i = 0; i < times; i++)
    await file.change((record) => ({ record: { ...record, nextAt: record.nextAt + 1 }, result: undefined }));
  file.close();
}

/** Passes the gate until the quota is used up, or (`hang`) three times, and stays. */
async function send(): Promise<void> {
  const shared = await openTraffic({
    quotas: parseQuotas(text),
    quotaFile: place,
    clocks: { wall, gate: monotonicNow },
  });
  const { gate } = shared.begin();
  try {
    for (let sent = 1; ; sent++) {
      await gate.enter();
      if (task === 'hang' && sent > 3) await new Promise(() => setInterval(() => undefined, 1000));
      console.log('sent');
    }
  } catch (error) {
    if (!(error instanceof BackfillError && error.code === 'quota-exhausted')) throw error;
  }
  await shared.close();
}
