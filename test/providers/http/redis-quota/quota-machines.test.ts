import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { describeWith, REDIS } from '../../../needs.ts';
import { endsOf, expectKept, type Machines, openMachines } from './machines.ts';

let machines: Machines;
afterEach(() => machines.close());

describeWith(REDIS)('a quota that machines share in Redis', () => {
  it('is one number for four of them, by the second, by more seconds and by the day, and is used', async () => {
    machines = await openMachines('50/s,80/2s,160/day');
    const all = await machines.startAll(4);
    for (const one of all) one.go();
    expect(await endsOf(all)).toEqual(Array(4).fill(expect.stringMatching(/^quota-exhausted/)));
    expectKept(machines);
    const { admitted } = machines.enforcer;
    // What lapses at the very end is not sent: a request each.
    expect(admitted.length).toBeGreaterThanOrEqual(160 - 4);
    // 40 a second are what 80/2s allows.
    const tookMs = (admitted.at(-1) ?? 0) - (admitted[0] ?? 0);
    expect(((admitted.length - 1) / tookMs) * 1000).toBeGreaterThan(0.6 * 40);
  });

  it('is one number for machines whose clocks are minutes apart', async () => {
    machines = await openMachines('40/2s,500/day', 500);
    const clocks = [-300_000, 0, 420_000];
    const all = await Promise.all(clocks.map((ahead) => machines.start({ ahead })));
    for (const one of all) one.go();
    await machines.sent(50);
    for (const one of all) one.stop();
    await endsOf(all);
    expectKept(machines);
    const { admitted } = machines.enforcer;
    const tookMs = (admitted.at(-1) ?? 0) - (admitted[0] ?? 0);
    expect(((admitted.length - 1) / tookMs) * 1000).toBeGreaterThan(0.5 * 20);
  });

  it('stays within its day when a machine is killed: what it reserved and did not use is lost', async () => {
    machines = await openMachines('60/s,900/day', 300);
    const all = await machines.startAll(2);
    for (const one of all) one.go();
    await machines.sent(30);
    all[0]?.kill();
    await machines.sent(60);
    all[1]?.stop();
    expect(await endsOf(all)).toEqual(['killed', 'told to']);
    const sent = machines.enforcer.admitted.length;
    const used = await machines.usedToday();
    // Two leases at most, of a two-hundredth of the day each.
    expect(used).toBeGreaterThanOrEqual(sent);
    expect(used).toBeLessThanOrEqual(sent + 2 * 4);
  });

  it('waits for a server that is away, and ends with one line once it is for too long', async () => {
    machines = await openMachines('20/s,500/day', 300);
    const one = await machines.start({ patienceMs: 2500 });
    one.go();
    await machines.sent(20);
    await machines.redis.kill();
    const gone = Date.now();
    expect(await one.end).toMatch(
      /^queue-unusable: the Redis server redis:\/\/127\.0\.0\.1:\d+ cannot count the quota since 3 s: nobody listens there; start it, [^\n]*; what was stored is kept: [^\n]*$/,
    );
    expect(Date.now() - gone).toBeLessThan(10_000);
    // What was leased was sent: two leases of 200 ms at most.
    const late = machines.enforcer.admitted.filter((at) => at > gone + 500);
    expect(late).toEqual([]);
  });

  it('waits for one as long as it takes where that is wanted: one that hangs, and one that comes back empty', async () => {
    machines = await openMachines('30/s,500/day', 300);
    const { redis, enforcer } = machines;
    const all = [await machines.start({ patienceMs: null }), await machines.start({ patienceMs: null })];
    for (const one of all) one.go();
    await machines.sent(20);
    redis.pause();
    await sleep(1500);
    redis.goOn();
    await machines.sent(enforcer.admitted.length + 20);
    await redis.kill();
    await sleep(1500);
    const before = enforcer.admitted.length;
    await redis.start(true);
    await machines.sent(before + 20);
    for (const one of all) one.stop();
    expect(await endsOf(all)).toEqual(['told to', 'told to']);
    expect(enforcer.admitted.length).toBeGreaterThanOrEqual(before + 20);
    expectKept(machines);
  });

  it('does not keep whoever ends waiting for a server that is away', async () => {
    machines = await openMachines('20/s,500/day', 300);
    const one = await machines.start({ patienceMs: null });
    one.go();
    await machines.sent(5);
    await machines.redis.kill();
    await sleep(500);
    one.stop();
    expect(await Promise.race([one.end, sleep(6000, 'waits')])).toBe('told to');
  });
});
