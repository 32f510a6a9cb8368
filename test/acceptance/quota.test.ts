import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { start } from './programs.ts';
import { simulatedSample } from './simulated-sample.ts';

const { simulate, args, backfill, requests } = simulatedSample();

describe('a declared quota', () => {
  const rate = ['--rate-limit', '75/15s'];
  const SLOT_MS = 200;
  /** Part of the window by which a request may be early to catch up. */
  const EARLY_MS = 60;

  it('is one number for two processes, two stores and a restart', { timeout: 180_000 }, async () => {
    const simulator = await simulate();
    // Before the first of them has begun; nothing has a date before it, however busy the machine is.
    await fetch(simulator.url);
    const other = backfill('one', '--interval', '1h', ...rate);
    const killed = start('backfill', args('two', '--interval', '15m', ...rate));
    await sleep(4000);
    killed.kill('SIGKILL');
    await once(killed, 'close');
    const restarted = await backfill('two', '--interval', '15m', ...rate);
    const { code } = await other;
    expect([code, restarted.code]).toEqual([0, 0]);
    const [before, ...seen] = (await requests()).map(({ arrivedMs }) => arrivedMs);
    // More than two windows hold; how many beyond depends on when the one was killed.
    expect(seen.length).toBeGreaterThan(2 * 75);
    // At no time more had come than the quota allows since. Load delays requests and hurries none.
    for (const [count, arrivedMs] of seen.entries())
      expect(arrivedMs - (before ?? 0)).toBeGreaterThan(count * SLOT_MS - EARLY_MS);
  });

  it(
    'of a day ends the run politely, and is still used up for the next one',
    { timeout: 60_000 },
    async () => {
      await simulate();
      const first = await backfill('daily', '--rate-limit', '25/day');
      expect(first.stderr).toMatch(
        // In the last hours of a day the next one is near.
        /^Quota used up: done 25 of 54( today; the rest needs 2 days on this plan\.|\.) It opens again at \d\d:\d\d/m,
      );
      expect(first.code).toBe(3);
      expect(await requests()).toHaveLength(25);
      const second = await backfill('daily', '--rate-limit', '25/day');
      expect(second.code).toBe(3);
      expect(await requests()).toHaveLength(25);
    },
  );

  it('of an hour says when it opens again', { timeout: 60_000 }, async () => {
    await simulate();
    const { code, stderr } = await backfill('hourly', '--rate-limit', '3/h');
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^Quota used up: done 3 of 54\. It opens again at \d\d:\d\d( tomorrow)? \(in (\d+m ?)?(\d+s)?\): run the same command then\.$/m,
    );
  });
});

describe('a limit that is not declared', () => {
  it('is honoured as the provider asks, and the run completes', { timeout: 120_000 }, async () => {
    await simulate('--limit', '40/4s', '--limit-retry-after', 'seconds');
    const { code, stderr } = await backfill(
      'adaptive',
      '--interval',
      '1h',
      '--concurrency',
      '2',
      '--workers',
      '2',
    );
    expect(stderr).toContain('Errors: 0');
    expect(code).toBe(0);
    const seen = await requests();
    const admitted = seen.filter(({ outcome }) => outcome === 'ok');
    const span = (admitted.at(-1)?.arrivedMs ?? 0) - (admitted[0]?.arrivedMs ?? 0);
    expect(admitted.length / ((span * 40) / 4000)).toBeGreaterThan(0.5);
  });
});
