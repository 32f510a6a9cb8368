/** What a process has used of its CPUs, ms, and a clock that never goes back, ms. */
export interface CpuClock {
  cpuMs(): number;
  now(): number;
}

/** This process and its clock. */
const OWN_CPU: CpuClock = {
  cpuMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  now: () => performance.now(),
};

/** A shorter look says nothing: one collection of garbage fills it. */
const SHORTEST_LOOK_MS = 50;

/** Of the CPUs' time; what is used beyond leaves nothing for one more thread. */
const USED_UP = 0.85;

/**
 * Tells whether the CPUs have room for one more thread. A thread that finds none does not fetch sooner, but it compiles
 * everything once more and has a heap of its own: eight on two CPUs cost half as much again as two.
 */
export class CpuRoom {
  readonly #cpus: number;
  readonly #clock: CpuClock;
  #since = 0;
  #used = 0;

  constructor(cpus: number, clock: CpuClock = OWN_CPU) {
    this.#cpus = cpus;
    this.#clock = clock;
    this.restart();
  }

  /** Looks from now on: what a thread takes to load does not count. */
  restart(): void {
    this.#since = this.#clock.now();
    this.#used = this.#clock.cpuMs();
  }

  /** Whether there is room by what was used since the look began; a look that is too short, in ms still to go. */
  look(): boolean | { readonly inMs: number } {
    const passed = this.#clock.now() - this.#since;
    if (passed < SHORTEST_LOOK_MS) return { inMs: SHORTEST_LOOK_MS - passed };
    const hasRoom = this.#clock.cpuMs() - this.#used < USED_UP * this.#cpus * passed;
    this.restart();
    return hasRoom;
  }
}
