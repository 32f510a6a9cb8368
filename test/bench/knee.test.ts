import { describe, expect, it } from 'vitest';
import { kneeOf, limitOf } from '../../bench/questions/knee.ts';

const OPEN = { requests: 100, latencyMs: 0, perSecond: null, inFlight: null, engineMs: 10_000, busy: 0.2 };

describe('what was the limit of a run', () => {
  it('is the quota where it explains most of the time, however busy the machine was', () => {
    expect(limitOf({ ...OPEN, perSecond: 10, busy: 1 })).toBe('quota');
    expect(limitOf({ ...OPEN, perSecond: 100, busy: 1 })).toBe('CPU');
  });

  it('is the network where the latency of what may be in flight explains most of the time', () => {
    expect(limitOf({ ...OPEN, latencyMs: 1000, inFlight: 10, busy: 1 })).toBe('network');
    expect(limitOf({ ...OPEN, latencyMs: 1000, inFlight: 20, busy: 1 })).toBe('CPU');
    expect(
      limitOf({ ...OPEN, requests: 101, latencyMs: 1000, inFlight: 10, engineMs: 13_000, busy: 1 }),
    ).toBe('network');
  });

  it('is the CPU where nothing was left of it', () => {
    expect(limitOf({ ...OPEN, latencyMs: 250, busy: 0.85 })).toBe('CPU');
    expect(limitOf({ ...OPEN, latencyMs: 250, busy: 0.84 })).toBe('network');
    expect(limitOf({ ...OPEN, busy: 0.84 })).toBe('start-up, disk');
  });
});

describe('the knee', () => {
  it('is the fewest workers that are about as good as the best', () => {
    expect(kneeOf([100, 50, 27, 25, 24])).toBe(2);
    expect(kneeOf([10, 9.9, 9.8])).toBe(0);
    expect(kneeOf([10, 20, 30])).toBe(0);
  });
});
