import { describe, expect, it } from 'vitest';
import { Latency, type SeenOfProvider, tasksAtOnce } from '../../src/queue/at-once.ts';

const seen = (more: Partial<SeenOfProvider>): number =>
  tasksAtOnce({
    ...{ now: 40, most: 40, quotas: [], latencyMs: 250, machines: 1, isThrottled: false },
    ...more,
  });
const PER_MINUTE = (requests: number) => [{ requests, perMs: 60_000 }];

describe('how many tasks a machine takes at once', () => {
  it('is what its pool can do where nothing limits the pace', () => {
    expect(seen({})).toBe(40);
    expect(seen({ quotas: [{ requests: 500, perMs: 86_400_000 }] })).toBe(40);
  });

  it.each([
    // requests a minute, ms of a request, machines, tasks at once
    [5, 300, 1, 1],
    [600, 250, 1, 4], // 10/s × 0.25 s × 1.5
    [600, 2000, 1, 30],
    [600, 2000, 4, 8],
    [6000, 2000, 1, 40], // the pool can do no more
    [600, 10, 1, 1],
  ])(
    'is the allowed pace times the time of a request: %i/min, %i ms, %i machines: %i',
    (requests, latencyMs, machines, tasks) => {
      expect(seen({ quotas: PER_MINUTE(requests), latencyMs, machines })).toBe(tasks);
    },
  );

  it('goes by the strictest of the paces, the one that a provider showed included', () => {
    expect(seen({ quotas: [...PER_MINUTE(6000), { requests: 1, perMs: 1000 }], latencyMs: 2000 })).toBe(3);
  });

  it('supposes a second where no request has ended yet', () => {
    expect(seen({ quotas: PER_MINUTE(600), latencyMs: undefined })).toBe(15);
  });

  it('halves when the provider asks to slow down, never below one, and comes back one by one', () => {
    let now = 40;
    const at: number[] = [];
    for (const isThrottled of [true, true, false, false, true]) at.push((now = seen({ now, isThrottled })));
    expect(at).toEqual([20, 10, 11, 12, 6]);
    expect(seen({ now: 1, isThrottled: true })).toBe(1);
    expect(seen({ now: 40, quotas: PER_MINUTE(600), isThrottled: true })).toBe(4);
  });
});

describe('the time of a request', () => {
  it('is that of one that waited for nobody, and of those of late', () => {
    const latency = new Latency();
    expect(latency.ms).toBeUndefined();
    for (const [ms, requests] of [
      [900, 1],
      [600, 2],
      [4000, 1],
      [5, 0],
    ] as const)
      latency.note(ms, requests);
    expect(latency.ms).toBe(300);
    for (let i = 0; i < 64; i++) latency.note(700 + i, 1);
    expect(latency.ms).toBe(700);
  });
});
