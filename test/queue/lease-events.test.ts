import { expect, it } from 'vitest';
import { failedWhole } from '../../src/backfill/runner.ts';
import { BackfillError, errorData } from '../../src/core/errors.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { claimed, ended, givenBack } from '../../src/queue/lease-events.ts';
import { orderFor } from '../pool/orders.ts';
import { REPORT, pretendedRun } from './pretended.ts';

const RUN = pretendedRun('20260601-120000', { world: 'paper', requestedAsOf: '2025-06-30' });
const HOLDER = { worker: 'w1', token: 'abc:0', until: 1_750_000_030_000 };
const { task } = orderFor('AAPL');

it('a task that is taken is told with all that says whose it is', () => {
  expect(claimed(RUN, task, HOLDER)).toEqual([
    {
      what: 'claimed',
      coordinator_id: '20260601-120000',
      lease_key: 'AAPL:1d:2025-06-02:2025-06-07:paper:2025-06-30',
      ...{ node_id: 'AAPL', interval: '1d', batch_start: '2025-06-02', batch_end: '2025-06-07' },
      ...{ world: 'paper', requested_as_of: '2025-06-30', worker: 'w1', lease_token: 'abc:0' },
      ...{ lease_until_ms: 1_750_000_030_000, completion_ratio: 0, reason: '' },
    },
  ]);
  expect(claimed(pretendedRun('R'), task, HOLDER)).toMatchObject([
    { lease_key: 'AAPL:1d:2025-06-02:2025-06-07::', world: '', requested_as_of: '' },
  ]);
});

it('one that ended tells how much of what was wanted is known then', () => {
  const part = { ...REPORT, present: 2, provisional: 1, absent: { 'vendor-empty': 1 } };
  expect(ended(RUN, task, HOLDER, { series: [{ ok: true, report: part }] })).toMatchObject([
    { what: 'completed', completion_ratio: 0.8, reason: '' },
  ]);
  const error = errorData(new BackfillError('timeout', 'no answer in 30 s'));
  expect(ended(RUN, task, HOLDER, { series: [{ ok: false, error }] })).toMatchObject([
    { what: 'failed', completion_ratio: 0, reason: 'timeout: no answer in 30 s' },
  ]);
  expect(givenBack(RUN, task, HOLDER, 'the worker ends')).toMatchObject([
    { what: 'failed', completion_ratio: 0, reason: 'the worker ends' },
  ]);
});

it('what fills no want is told by itself', () => {
  const session = parseDay('2025-06-02');
  const market = { ...task, wants: [], slice: { interval: '1d', session }, market: '1d all' } as const;
  expect(ended(RUN, market, HOLDER, { series: [] })).toMatchObject([
    { lease_key: '1d all:1d:2025-06-02:2025-06-03:paper:2025-06-30', what: 'completed', completion_ratio: 1 },
  ]);
  const down = failedWhole(market, () => errorData(new BackfillError('provider-down', 'nobody answers')));
  expect(ended(RUN, market, HOLDER, down)).toMatchObject([
    { what: 'failed', completion_ratio: 0, reason: 'provider-down: nobody answers' },
  ]);
  const range = { from: session, to: session + 5 };
  const told = {
    ...task,
    id: 'splits',
    wants: [],
    tickers: ['A'],
    range,
    waiting: 1,
    intervals: ['1h', '4h'],
  } as const;
  expect(claimed(RUN, told, HOLDER)).toMatchObject([
    { node_id: 'splits', interval: '1h+4h', batch_start: '2025-06-02', batch_end: '2025-06-07' },
  ]);
});
