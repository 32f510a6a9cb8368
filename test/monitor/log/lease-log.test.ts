import { expect, it } from 'vitest';
import { openLogger } from '../../../src/monitor/log/logger.ts';
import { logLease } from '../../../src/monitor/log/lease-log.ts';
import { claimed, ended, givenBack } from '../../../src/queue/lease-events.ts';
import { orderFor } from '../../pool/orders.ts';
import { REPORT, pretendedRun } from '../../queue/pretended.ts';

it('what becomes of a task that a worker took is told by names that others know', async () => {
  const lines: string[] = [];
  const log = await openLogger((line) => void lines.push(line), 'info');
  const run = pretendedRun('R', { world: 'paper' });
  const { task } = orderFor('AAPL');
  const holder = { worker: 'w1', token: 't', until: 5 };
  const done = ended(run, task, holder, { series: [{ ok: true, report: REPORT }] });
  for (const event of [...claimed(run, task, holder), ...done, ...givenBack(run, task, holder, 'it ends')])
    logLease(log, event);
  const about = {
    ...{ run: 'R', coordinator_id: 'R', lease_key: 'AAPL:1d:2025-06-02:2025-06-07:paper:', node_id: 'AAPL' },
    ...{ interval: '1d', batch_start: '2025-06-02', batch_end: '2025-06-07', world: 'paper' },
    ...{ requested_as_of: '', worker: 'w1', lease_token: 't', lease_until_ms: 5 },
  };
  const name = 'seamless.backfill.coordinator_';
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
    { ...about, level: 'info', event: `${name}claimed`, completion_ratio: 0, reason: '' },
    { ...about, level: 'info', event: `${name}completed`, completion_ratio: 1, reason: '' },
    { ...about, level: 'warn', event: `${name}failed`, completion_ratio: 0, reason: 'it ends' },
  ]);
});
