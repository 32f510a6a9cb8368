import { expect, it, onTestFinished } from 'vitest';
import { describeWith, REDIS } from '../needs.ts';
import { startRedis } from '../redis/redis-server.ts';
import { run } from '../cli/one-process.ts';
import { simulatedSample } from './simulated-sample.ts';

const { simulate, args, backfill, requests, pathOf } = simulatedSample();

describeWith(REDIS)('runs on machines that count in one Redis', () => {
  it('use up one day, with what one had counted by itself, also when the server loses it', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.destroy());
    const simulator = await simulate();
    expect((await backfill('one', '--rate-limit', '40/2s,6/day')).code).toBe(3);
    expect(await requests()).toHaveLength(6);
    const shared = ['--rate-limit', '40/2s,20/day', '--quota', redis.url];
    expect((await backfill('one', ...shared)).code).toBe(3);
    expect(await requests()).toHaveLength(20);
    const asked = [
      '--store',
      pathOf('one'),
      '--quota',
      redis.url,
      '--provider-url',
      `yahoo=${simulator.url}`,
    ];
    const status = await run('backfill', ['status', ...asked]);
    expect(status.stdout).toMatch(
      /^quotas +yahoo at port \d+: 40 req\/2s, by spacing; 20 of 20 req\/day used/m,
    );
    await redis.kill();
    await redis.start(true);
    // A machine with a state folder of its own: nothing but the store knows.
    const own = (one: string): string => (one === pathOf('state') ? pathOf('another state') : one);
    const later = await run('backfill', args('one', ...shared).map(own));
    expect([later.code, later.stderr]).toEqual([3, expect.stringMatching(/^Quota used up: /m)]);
    expect(await requests()).toHaveLength(20);
  });

  it.each([
    ['http://127.0.0.1:6379', /^backfill: --quota "http:\/\/127.0.0.1:6379" is no Redis server: give /],
    [
      'redis://me:hidden@127.0.0.1:1',
      /^backfill: the Redis server redis:\/\/me@127.0.0.1:1 cannot be used: nobody /,
    ],
  ])('refuse %s in a line', async (url, line) => {
    await simulate();
    const { code, stderr } = await backfill('refused', '--quota', url, '--quiet');
    expect([code, stderr.split('\n')]).toEqual([2, [expect.stringMatching(line), '']]);
    expect(stderr).not.toContain('hidden');
  });
});
