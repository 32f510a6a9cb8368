import { describe, expect, it } from 'vitest';
import { CpuRoom } from '../../src/pool/cpu-room.ts';

/** A room on two CPUs whose clock and use are set by hand, in ms; what is not used is idle unless others use it. */
function roomOfTwo(): { room: CpuRoom; pass: (ms: number, cpuMs: number, others?: number) => void } {
  let [now, used, idle] = [1000, 500, 0];
  const room = new CpuRoom(2, { now: () => now, cpuMs: () => used, idle: () => ({ ms: idle, cpus: 2 }) });
  const pass = (ms: number, cpuMs: number, others = 0): void => {
    now += ms;
    used += cpuMs;
    idle += 2 * ms - cpuMs - others;
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

  it.each([
    [150, 40, false],
    [150, 10, true],
    [101, 90, false],
    [99, 101, true],
  ])('in 100 ms of which %d were used, and %d by others', (cpuMs, others, hasRoom) => {
    const { room, pass } = roomOfTwo();
    pass(100, cpuMs, others);
    expect(room.look()).toBe(hasRoom);
  });

  it('is known by its own use alone where nobody says what is idle', () => {
    let [now, used] = [0, 0];
    const room = new CpuRoom(2, { now: () => now, cpuMs: () => used, idle: () => undefined });
    [now, used] = [100, 150];
    expect(room.look()).toBe(true);
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
