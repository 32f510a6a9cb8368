import { cpus } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CpuRoom, clockOf } from '../../src/pool/cpu-room.ts';

/**
 * A room beside two threads on two CPUs, whose clock is set by hand, in ms: how long each of the threads had something to
 * do, and for how long both CPUs together had nothing to do.
 */
function roomOfTwo(): { room: CpuRoom; pass: (ms: number, activeMs: number, idleMs?: number) => void } {
  let [now, active, idle] = [1000, 500, 0];
  const room = new CpuRoom({
    now: () => now,
    active: () => ({ ms: active, threads: 2 }),
    idle: () => ({ ms: idle, cpus: 2 }),
  });
  const pass = (ms: number, activeMs: number, idleMs = 2 * ms): void => {
    now += ms;
    active += 2 * activeMs;
    idle += idleMs;
  };
  return { room, pass };
}

describe('the room on the CPUs', () => {
  it.each([
    [300, 252, true],
    [300, 258, false],
    [50, 0, true],
    [50, 50, false],
  ])('in %d ms in which each thread had something to do for %d', (ms, activeMs, hasRoom) => {
    const { room, pass } = roomOfTwo();
    pass(ms, activeMs);
    expect(room.look()).toBe(hasRoom);
  });

  it.each([
    [225, 87, false],
    [225, 93, true],
    [153, 0, false],
    [147, 0, true],
  ])(
    'in 300 ms with something to do for %d, on a machine idle for %d of 600',
    (activeMs, idleMs, hasRoom) => {
      const { room, pass } = roomOfTwo();
      pass(300, activeMs, idleMs);
      expect(room.look()).toBe(hasRoom);
    },
  );

  it.each([
    ['where nobody says what is idle', 2, 252, true],
    ['where there is no thread', 0, 300, true],
  ])('%s', (_, threads, activeMs, hasRoom) => {
    let [now, active] = [0, 0];
    const room = new CpuRoom({
      now: () => now,
      active: () => ({ ms: active, threads }),
      idle: () => undefined,
    });
    [now, active] = [300, threads * activeMs];
    expect(room.look()).toBe(hasRoom);
  });

  it('is not known before a while', () => {
    const { room, pass } = roomOfTwo();
    pass(30, 0);
    expect(room.look()).toEqual({ inMs: 20 });
    pass(20, 0);
    expect(room.look()).toBe(true);
  });

  it('is looked for longer where threads neither compute nor wait all the time', () => {
    const { room, pass } = roomOfTwo();
    pass(50, 40);
    expect(room.look()).toEqual({ inMs: 200 });
    pass(150, 150, 0);
    expect(room.look()).toBe(false);
    pass(100, 75);
    expect(room.look()).toEqual({ inMs: 150 });
    pass(150, 112);
    expect(room.look()).toBe(true);
  });

  it('is looked at anew each time, and from where it is told to', () => {
    const { room, pass } = roomOfTwo();
    pass(1000, 0);
    expect(room.look()).toBe(true);
    pass(60, 60);
    expect(room.look()).toBe(false);
    pass(60, 60);
    room.restart();
    pass(60, 0);
    expect(room.look()).toBe(true);
  });
});

it('is told by the threads of this machine and its CPUs', async () => {
  const clock = clockOf(() => [{ activeMs: () => 3 }, { activeMs: () => 4 }]);
  expect(clock.active()).toEqual({ ms: 7, threads: 2 });
  const before = clock.idle();
  const started = clock.now();
  await setTimeout(30);
  expect(clock.now() - started).toBeGreaterThanOrEqual(29);
  expect(clock.idle()?.cpus).toBe(cpus().length);
  expect(clock.idle()?.ms).toBeGreaterThanOrEqual(before?.ms ?? Number.POSITIVE_INFINITY);
});
