import { Worker } from 'bullmq';
import { expect, it } from 'vitest';
import type { JobData } from '../../src/queue/job.ts';
import { PREFIX } from '../../src/queue/names.ts';
import { atMost, errorOfJob, isLost, reasonOf } from '../../src/queue/outcomes.ts';
import { BackfillError } from '../../src/core/errors.ts';
import { REDIS, describeWith } from '../needs.ts';
import { orderFor } from '../pool/orders.ts';
import { SAMPLE, connected, planner, withRedis } from './farm.ts';
import { endOf } from './pretended.ts';

/** BullMQ's own words. */
const LOST = 'Missing lock for job RUN-0-ab. moveToFinished';
const POISON = 'job started more than allowable limit';

it('why a job failed says what becomes of its task', () => {
  expect(errorOfJob(POISON)).toMatchObject({
    ...{ code: 'worker-crashed', retryable: true, scope: 'series' },
    message: `every worker that had it died with it (${POISON})`,
  });
  const over = new BackfillError('store-locked', 'the lease is over: start the run again');
  expect(errorOfJob(reasonOf(over))).toMatchObject({
    code: 'store-locked',
    scope: 'run',
    message: over.message,
  });
  expect(errorOfJob(reasonOf(new TypeError('x is null')))).toMatchObject({
    ...{ code: 'worker-crashed', retryable: true, message: 'internal: x is null' },
  });
  expect([LOST, AWAY, POISON, reasonOf(over)].map(isLost)).toEqual([true, true, false, false]);
});

it('what never comes is waited for no longer than is said', async () => {
  expect(await atMost(5, new Promise(() => undefined))).toBe(false);
  expect(await atMost(5000, Promise.resolve())).toBe(true);
  expect(await atMost(5000, Promise.reject(new Error('away')))).toBe(true);
});

const AWAY = reasonOf(
  new BackfillError('queue-unusable', 'the Redis server cannot be used: the connection was cut'),
);

describeWith(REDIS)('a job that failed', () => {
  withRedis();

  it.each([
    ['only because it ran twice at once', LOST],
    ['only because its worker lost Redis while it began it', AWAY],
  ])('%s is done again', async (_, reason) => {
    let starts = 0;
    const runner = await planner('RUN');
    const end = runner.run(orderFor('A'));
    const series = [{ ok: false, error: { code: 'no-data', message: '', retryable: false } }];
    const worker = new Worker<JobData>(
      SAMPLE,
      () => {
        starts++;
        if (starts === 1) throw new Error(reason);
        return Promise.resolve({ json: JSON.stringify({ series }) });
      },
      { connection: await connected(), prefix: PREFIX },
    );
    expect([endOf(await end), starts]).toEqual(['no-data', 2]);
    await runner.close();
    await worker.close(true);
  });
});
