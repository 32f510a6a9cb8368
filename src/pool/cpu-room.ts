import { cpus as cpusOfMachine } from 'node:os';

/** What a process has used of its CPUs, ms, and a clock that never goes back, ms. */
export interface CpuClock {
  cpuMs(): number;
  /** For how long each CPU of the machine had nothing to do, of all together, ms; of how many: `undefined` where nobody says. */
  idle(): { readonly ms: number; readonly cpus: number } | undefined;
  now(): number;
}

/** This process and its clock. */
const OWN_CPU: CpuClock = {
  cpuMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  idle: () => {
    const times = cpusOfMachine().map((cpu) => cpu.times.idle);
    return times.length === 0
      ? undefined
      : { ms: times.reduce((all, ms) => all + ms, 0), cpus: times.length };
  },
  now: () => performance.now(),
};

/** A shorter look says nothing: one collection of garbage fills it. */
const SHORTEST_LOOK_MS = 50;

/** Of the CPUs' time; what is used beyond leaves nothing for one more thread. */
const USED_UP = 0.85;

/**
 * Who uses so much himself is not waiting: then a machine without idle CPUs, be it for the server that is asked, has no room
 * either. Who waits for a network gets his threads on the busiest machine.
 */
const AT_WORK = 0.5;

/**
 * Tells whether the CPUs have room for one more thread. A thread that finds none does not fetch sooner, but it compiles
 * everything once more and has a heap of its own: eight on two CPUs cost half as much again as two.
 */
export class CpuRoom {
  readonly #cpus: number;
  readonly #clock: CpuClock;
  #since = 0;
  #used = 0;
  #idle: ReturnType<CpuClock['idle']>;

  constructor(cpus: number, clock: CpuClock = OWN_CPU) {
    this.#cpus = cpus;
    this.#clock = clock;
    this.restart();
  }

  /** Looks from now on: what a thread takes to load does not count. */
  restart(): void {
    this.#since = this.#clock.now();
    this.#used = this.#clock.cpuMs();
    this.#idle = this.#clock.idle();
  }

  /** Whether there is room by what was used since the look began; a look that is too short, in ms still to go. */
  look(): boolean | { readonly inMs: number } {
    const passed = this.#clock.now() - this.#since;
    if (passed < SHORTEST_LOOK_MS) return { inMs: SHORTEST_LOOK_MS - passed };
    const used = (this.#clock.cpuMs() - this.#used) / (this.#cpus * passed);
    const hasRoom = used < AT_WORK || (used < USED_UP && this.#isIdle(passed));
    this.restart();
    return hasRoom;
  }

  #isIdle(passed: number): boolean {
    const now = this.#clock.idle();
    if (now === undefined || this.#idle === undefined) return true;
    return now.ms - this.#idle.ms > (1 - USED_UP) * now.cpus * passed;
  }
}
