import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Quota, parseQuotas, unusedAt } from '../../../src/core/plan/quota.ts';
import { quotaTime } from '../../../src/core/plan/quota-time.ts';
import { lookIntoQuota } from '../../../src/providers/http/quota-file.ts';
import { standingIn } from '../../../src/providers/http/quota-lease.ts';
import { type Machine, openMachine } from './processes.ts';

const HOUR = 3_600_000;
/** Four minutes to midnight UTC. */
const EVENING = Date.UTC(2026, 2, 2, 23, 56);

/** Sends so many requests, and where a window is used up goes on in the next; gives the time to the last. */
async function send(machine: Machine, requests: number, quotas: readonly Quota[]): Promise<number> {
  const since = Date.now();
  let last = since;
  for (let sent = 0; sent < requests;) {
    const process = await machine.startProcess(quotas);
    try {
      for (; sent < requests; sent++) {
        await machine.whileWaiting(process.gate.enter());
        last = Date.now();
      }
    } catch (error) {
      expect(error).toMatchObject({ code: 'quota-exhausted' });
    }
    await process.stop();
    if (sent < requests) machine.stall(HOUR - (Date.now() % HOUR));
  }
  return last - since;
}

const estimate = (machine: Machine, requests: number, quotas: readonly Quota[]): number => {
  const standing = standingIn(
    lookIntoQuota({ path: machine.path, former: [] }, Date.now()),
    quotas,
    Date.now(),
  );
  return quotaTime(requests, quotas, standing) ?? Number.NaN;
};

/** What the gate takes besides: a tick and a nap or two at the start, at each lease, at each new window. */
const tolerance = (ms: number, requests: number): number => 0.01 * ms + 15 * requests + 1000;

it.each([
  ['100/min,5000/day', 40],
  ['5/min', 12],
  ['60/s', 200],
  ['10/s,100/min', 60],
  ['20/day', 50],
  ['60/min,20/h', 50],
  ['10/s,30/h,50/day', 120],
  ['1/2s,3/2day', 7],
])('a run at %s of %i requests takes what was estimated', async (text, requests) => {
  const machine = await openMachine(EVENING);
  try {
    const quotas = parseQuotas(text);
    for (let run = 0; run < 2; run++) {
      // Of the second run with what the first has used.
      const expected = estimate(machine, requests, quotas);
      const actual = await send(machine, requests, quotas);
      expect(Math.abs(actual - expected), `${actual} for ${expected}`).toBeLessThan(
        tolerance(expected, requests),
      );
      machine.stall(20_000);
    }
  } finally {
    await machine.close();
  }
});

it('any run takes what was estimated', { timeout: 120_000 }, async () => {
  const paced = fc.record({
    requests: fc.integer({ min: 1, max: 30 }),
    perMs: fc.constantFrom(1000, 2000, 10_000),
  });
  const counted = fc.record({
    requests: fc.integer({ min: 1, max: 40 }),
    perMs: fc.constantFrom(HOUR, 2 * HOUR, 24 * HOUR),
  });
  const quotas = fc
    .tuple(fc.array(paced, { maxLength: 2 }), fc.array(counted, { maxLength: 2 }))
    .map((both) => both.flat())
    .filter((all) => all.length > 0);
  const startsAt = fc.integer({ min: 0, max: 24 * HOUR }).map((ms) => EVENING + ms);
  await fc.assert(
    fc.asyncProperty(quotas, fc.integer({ min: 1, max: 40 }), startsAt, async (all, requests, now) => {
      fc.pre(
        (quotaTime(
          requests,
          all.filter(({ perMs }) => perMs < HOUR),
          unusedAt(0),
        ) ?? 0) < 30_000,
      );
      const machine = await openMachine(now);
      try {
        const expected = estimate(machine, requests, all);
        const actual = await send(machine, requests, all);
        expect(Math.abs(actual - expected), `${actual} for ${expected}`).toBeLessThan(
          tolerance(expected, requests),
        );
      } finally {
        await machine.close();
      }
    }),
    { numRuns: 25 },
  );
});
