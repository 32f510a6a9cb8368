// A process that shares a quota and sends requests through it, over connections of its own. Says `ready`, waits for a line, then
// sends until its input ends.
import { once } from 'node:events';
import { openTraffic } from '../../../src/backfill/run/traffic.ts';
import { isPaced, parseQuotas } from '../../../src/core/plan/quota.ts';
import { monotonicNow } from '../../../src/providers/http/gate-state.ts';
import { throughGate } from '../../../src/providers/http/retry.ts';
import { send } from '../../../src/providers/http/transport.ts';

const [url = '', path = '', text = ''] = process.argv.slice(2);

console.log('ready');
await once(process.stdin, 'data');
const quotas = parseQuotas(text);
const shared = await openTraffic({
  quotas: quotas.filter(isPaced),
  quotaFile: { path, former: [] },
  clocks: { wall: Date.now, gate: monotonicNow },
});
const { gate } = shared.begin();
const over = new AbortController();
process.stdin.once('end', () => over.abort());
const ask = throughGate(gate, (wire) => send({ url: new URL(url), headers: {}, ...wire }));
const keepAsking = async (): Promise<void> => {
  while (!over.signal.aborted) await ask();
};
// Two at a time, each of which has a connection of its own.
await Promise.all([keepAsking(), keepAsking()]);
await shared.close();
