import { expect, it } from 'vitest';
import { Looks } from '../../src/queue/looks.ts';

const SELDOM = 3_600_000;

it('looks once more where there was news during a look, which may have seen what was before', async () => {
  const ends: (() => void)[] = [];
  const looks = new Looks(() => new Promise((resolve) => void ends.push(resolve)), SELDOM);
  looks.atOnce();
  looks.atOnce();
  looks.atOnce();
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await expect.poll(() => ends).toHaveLength(2);
  const stopped = looks.stop();
  ends[1]?.();
  await stopped;
  looks.atOnce();
  expect(ends).toHaveLength(2);
});

it('looks again after a look that failed', async () => {
  let looked = 0;
  const looks = new Looks(() => Promise.reject(new Error(`look ${++looked}`)), 10);
  looks.start();
  await expect.poll(() => looked).toBeGreaterThan(2);
  await looks.stop();
});
