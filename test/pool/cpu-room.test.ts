import { describe, expect, it } from 'vitest';
import { CpuRoom } from '../../src/pool/cpu-room.ts';

/** A room on two CPUs whose clock and use are set by hand, in ms. */
function roomOfTwo(): { room: CpuRoom; pass: (ms: number, cpuMs: number) => void } {
  let [now, used] = [1000, 500];
  const room = new CpuRoom(2, { now: () => now, cpuMs: () => used });
  const pass = (ms: number, cpuMs: number): void => {
    now += ms;
    used += cpuMs;
  };
  return { room, pass };
}

describe('the room on the CPUs', () => {
  it.each([
    [100, 169, true],
    [100, 171, false],
    [50, 0, true],
    [50, 100, false],
  ])('in %d ms of which %d were used', (ms, cpuMs, hasRoom) => {
    const { room, pass } = roomOfTwo();
    pass(ms, cpuMs);
    expect(room.look()).toBe(hasRoom);
  });

  it('is not known before a while', () => {
    const { room, pass } = roomOfTwo();
    pass(30, 0);
    expect(room.look()).toEqual({ inMs: 20 });
    pass(20, 0);
    expect(room.look()).toBe(true);
  });

  it('is looked at anew each time, and from where it is told to', () => {
    const { room, pass } = roomOfTwo();
    pass(1000, 0);
    expect(room.look()).toBe(true);
    pass(60, 120);
    expect(room.look()).toBe(false);
    pass(60, 120);
    room.restart();
    pass(60, 0);
    expect(room.look()).toBe(true);
  });
});
