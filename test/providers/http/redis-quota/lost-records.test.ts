import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { randomFor } from '../../../../src/market/random.ts';
import { describeWith, LONG_RUNS, REDIS } from '../../../needs.ts';
import { endsOf, expectKept, type Machine, type Machines, openMachines } from './machines.ts';

let machines: Machines;
afterEach(() => machines.close());

/** What may happen to a server; `kill` ends the machines that send, where they are to be ended by it. */
const FAULTS: Readonly<Record<string, (kill: () => Promise<void>) => Promise<unknown>>> = {
  'is emptied': async (kill) => {
    await kill();
    await machines.command('FLUSHALL');
  },
  'is killed and started again': async (kill) => {
    await machines.redis.kill();
    await kill();
    await machines.redis.start();
  },
  'is killed and started empty': async (kill) => {
    await kill();
    await machines.redis.kill();
    await machines.redis.start(true);
  },
  'is started from an old dump': async (kill) => {
    const old = await machines.record();
    await machines.sent(machines.enforcer.admitted.length + 20);
    await kill();
    await machines.redis.kill();
    await machines.redis.start(true);
    await machines.command('SET', machines.key, old);
  },
  'hangs for three seconds': async (kill) => {
    machines.redis.pause();
    await kill();
    await sleep(3000);
    machines.redis.goOn();
  },
};

interface Round {
  readonly faults: readonly string[];
  /** Whether the machines are killed at each of them, and others take their places, who know nothing. */
  readonly isReplaced: boolean;
}

/** Lets machines send while the server suffers one fault after the other, then use up the day. */
async function sendThrough({ faults, isReplaced }: Round): Promise<void> {
  machines = await openMachines('100/2s,200/day');
  let all: readonly Machine[] = await machines.startAll(2);
  for (const one of all) one.go();
  await machines.sent(20);
  for (const fault of faults) {
    const kill = async (): Promise<void> => {
      for (const one of all) one.kill();
      await endsOf(all);
    };
    await FAULTS[fault]?.(isReplaced ? kill : async () => {});
    const before = machines.enforcer.admitted.length;
    if (isReplaced) all = await machines.startAll(2);
    for (const one of all) one.go();
    await machines.sent(before + 20);
    expect(machines.enforcer.admitted.length, `goes on after it ${fault}`).toBeGreaterThanOrEqual(
      before + 20,
    );
  }
  expect(await endsOf(all)).toEqual(Array(2).fill(expect.stringMatching(/^quota-exhausted/)));
  expectKept(machines);
  // Two leases of each machine at most, of one request each: of those that are killed, and what lapses at the very end.
  const lost = isReplaced ? 4 * (faults.length + 1) : 4;
  expect(machines.enforcer.admitted.length).toBeGreaterThanOrEqual(200 - lost);
}

/** A round for a seed, of so many faults. */
function roundOf(seed: number, count: number): Round {
  const random = randomFor(`faults ${seed}`);
  const names = Object.keys(FAULTS);
  const faults = Array.from({ length: count }, () => names[Math.floor(random() * names.length)] ?? '');
  return { faults, isReplaced: random() < 0.5 };
}

const SHORT: readonly Round[] = [
  { faults: ['is started from an old dump', 'hangs for three seconds'], isReplaced: false },
  { faults: ['is emptied'], isReplaced: true },
];
const ROUNDS = LONG_RUNS ? Array.from({ length: 24 }, (_, seed) => roundOf(seed + 1, 3)) : SHORT;

describeWith(REDIS)('the day of a quota is neither doubled nor lost where its server', () => {
  for (const [i, round] of ROUNDS.entries())
    it(`${round.faults.join(', then ')}; ${round.isReplaced ? 'others' : 'the same'} go on (${i + 1})`, () =>
      sendThrough(round));
});
