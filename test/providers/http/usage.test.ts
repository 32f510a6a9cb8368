import { describe, expect, it } from 'vitest';
import { CELL } from '../../../src/providers/http/gate-state.ts';
import { usageIn } from '../../../src/providers/http/usage.ts';
import { clock, gateOf, get } from './timed-gate.ts';

const USAGE = { header: 'x-used', perMs: 60_000, limit: 6000, aRequest: 2 };
const OF = { usage: USAGE, maxInFlight: 32, defaultInFlight: 8 };
const told = { limit: 6000, reserve: 64, endsInMs: 4000 };

describe('what an answer tells of a limit', () => {
  const date = 'Sat, 28 Nov 2026 10:40:56 GMT';
  const headers = { 'x-used': '5940', date };

  it('is what was used, by when that counts no more, and what requests under way may use', () => {
    expect(usageIn({ headers }, OF)).toEqual({ used: 5940, ...told });
    expect(usageIn({ headers }, { ...OF, maxInFlight: null })).toMatchObject({ reserve: 16 });
    expect(usageIn({ headers }, OF, 1200)).toEqual({ used: 5940, toldLimit: 1200, ...told });
    expect(usageIn({ headers: { date } }, OF, 1200)).toEqual({ toldLimit: 1200, ...told });
  });

  it('lasts for a whole window where it is not dated', () => {
    expect(usageIn({ headers: { 'x-used': '1' } }, OF)).toMatchObject({ endsInMs: 60_000 });
    expect(usageIn({ headers: { 'x-used': '1', date: 'today' } }, OF)).toMatchObject({ endsInMs: 60_000 });
  });

  it('is nothing where it tells nothing that is a number', () => {
    expect(usageIn({ headers }, { ...OF, usage: undefined } as never)).toBeUndefined();
    for (const used of ['', 'many', '-4', '1.5'])
      expect(usageIn({ headers: { 'x-used': used, date } }, OF)).toBeUndefined();
    expect(usageIn({ headers: { date } }, OF)).toBeUndefined();
  });
});

describe('a gate that is told the use of a limit', () => {
  const paused = (): number => get(CELL.pausedUntil) - clock();

  it('lets nobody through until the window is over once no more is left than may be under way', async () => {
    const gate = gateOf();
    await gate.used({ used: 5935, ...told });
    expect(paused()).toBeLessThanOrEqual(0);
    await gate.used({ used: 5936, ...told });
    expect(paused()).toBe(4000);
    // It is no throttle.
    expect([get(CELL.throttlesInRow), await gate.isThrottling()]).toEqual([0, false]);
    await gate.used({ used: 5990, ...told, endsInMs: 100 });
    expect(paused()).toBe(4000);
  });

  it('goes by the limit that it was told last', async () => {
    const gate = gateOf();
    await gate.used({ toldLimit: 1200, ...told });
    expect(paused()).toBeLessThanOrEqual(0);
    await gate.used({ used: 1135, ...told });
    expect(paused()).toBeLessThanOrEqual(0);
    await gate.used({ used: 1136, ...told });
    expect(paused()).toBe(4000);
    expect(get(CELL.toldLimit)).toBe(1200);
  });

  it('leaves room under a limit that is less than may be under way', async () => {
    await gateOf().used({ used: 19, ...told, limit: 40 });
    expect(paused()).toBeLessThanOrEqual(0);
    await gateOf().used({ used: 20, ...told, limit: 40 });
    expect(paused()).toBe(4000);
  });
});
