import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { idleLimit } from '../../../src/providers/module/idle-limit.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const error = (): Error => new Error('idle');
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

it('ends what is idle, and no later request of it is sent', async () => {
  const { watch, during } = idleLimit(100, error);
  const ended = watch(() => new Promise(() => undefined)).catch((thrown: unknown) => thrown);
  await vi.advanceTimersByTimeAsync(100);
  expect(await ended).toEqual(error());
  const request = vi.fn<() => Promise<number>>();
  await expect(during(request)).rejects.toThrow('idle');
  expect(request).not.toHaveBeenCalled();
});

it('counts from its last request on, and no time in which one is under way', async () => {
  const { watch, during } = idleLimit(100, error);
  const given = watch(async () => {
    await wait(99);
    await Promise.all([during(() => wait(1000)), during(() => wait(5000))]);
    await wait(99);
    await during(() => wait(300));
    await wait(99);
    return 'rows';
  });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await given).toBe('rows');
});

it('gives what it throws, and leaves no timer behind', async () => {
  const { watch } = idleLimit(100, error);
  const thrown = (): never => {
    throw new Error('own');
  };
  await expect(watch(thrown)).rejects.toThrow('own');
  await expect(watch(() => 5)).resolves.toBe(5);
  expect(vi.getTimerCount()).toBe(0);
});
