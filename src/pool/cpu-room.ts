import { cpus as cpusOfMachine } from 'node:os';

/** What threads and the machine have done, and a clock that never goes back, ms. */
export interface CpuClock {
  /** For how long the threads had something to do, whether a CPU took them or not, of all together, ms; of how many. */
  active(): { readonly ms: number; readonly threads: number };
  /** For how long each CPU of the machine had nothing to do, of all together, ms; of how many: `undefined` where nobody says. */
  idle(): { readonly ms: number; readonly cpus: number } | undefined;
  now(): number;
}

/** The clock of this machine, for threads that say for how many ms they had something to do. */
export function clockOf(threads: () => readonly { activeMs(): number }[]): CpuClock {
  return {
    active: () => {
      const all = threads();
      return { ms: all.reduce((sum, thread) => sum + thread.activeMs(), 0), threads: all.length };
    },
    idle: () => {
      const times = cpusOfMachine().map((cpu) => cpu.times.idle);
      return times.length === 0
        ? undefined
        : { ms: times.reduce((all, ms) => all + ms, 0), cpus: times.length };
    },
    now: () => performance.now(),
  };
}

/** A shorter look says nothing: one collection of garbage fills it. */
const SHORTEST_LOOK_MS = 50;

/** Of threads that neither compute nor wait all the time a moment says nothing either: CPUs are counted in steps of 10 ms. */
const LONG_LOOK_MS = 250;

/** Threads that had something to do for more of the time wait for a CPU, and would with one more among them. */
const BUSY = 0.85;

/**
 * Threads that had something to do for so much of the time are not waiting for a network: then a machine without idle CPUs,
 * be it for the server that is asked, has no room either. Who does wait gets his threads on the busiest machine.
 */
const AT_WORK = 0.5;

/** Of all CPUs' time; a machine that is idle for less is used up. */
const IDLE = 0.15;

/**
 * Tells whether there is room for one more thread. One that finds no CPU does not fetch sooner, but it compiles everything
 * once more and has a heap of its own: eight on two CPUs cost half as much again as two.
 */
export class CpuRoom {
  readonly #clock: CpuClock;
  #since = 0;
  #active = 0;
  #idle: ReturnType<CpuClock['idle']>;

  constructor(clock: CpuClock) {
    this.#clock = clock;
    this.restart();
  }

  /** Looks from now on: what a thread takes to load does not count. */
  restart(): void {
    this.#since = this.#clock.now();
    this.#active = this.#clock.active().ms;
    this.#idle = this.#clock.idle();
  }

  /** Whether there is room by what was done since the look began; a look that is too short, in ms still to go. */
  look(): boolean | { readonly inMs: number } {
    const passed = this.#clock.now() - this.#since;
    if (passed < SHORTEST_LOOK_MS) return { inMs: SHORTEST_LOOK_MS - passed };
    const { ms, threads } = this.#clock.active();
    const active = threads === 0 ? 0 : (ms - this.#active) / (threads * passed);
    const isClear = active < AT_WORK || active >= BUSY;
    if (!isClear && passed < LONG_LOOK_MS) return { inMs: LONG_LOOK_MS - passed };
    const hasRoom = active < AT_WORK || (active < BUSY && this.#isIdle(passed));
    this.restart();
    return hasRoom;
  }

  #isIdle(passed: number): boolean {
    const now = this.#clock.idle();
    if (now === undefined || this.#idle === undefined) return true;
    return now.ms - this.#idle.ms > IDLE * now.cpus * passed;
  }
}
