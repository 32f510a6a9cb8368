import type { MachinesNow } from '../report/dashboard/live-data.ts';
import type { Message } from './listeners.ts';

/** They are looked at this often, ms: a heartbeat is of as many seconds. */
const LOOK_EVERY_MS = 2000;

/** Machines and queues: looked at again and again for as long as somebody watches. */
export class MachinesWatch {
  readonly #read: () => Promise<MachinesNow>;
  readonly #onChange: () => void;
  #now: MachinesNow | undefined;
  #nextAt = 0;
  #isLooking = false;

  /** `read` never rejects: what keeps it from knowing is `trouble`. */
  constructor(read: () => Promise<MachinesNow>, onChange: () => void) {
    this.#read = read;
    this.#onChange = onChange;
  }

  /** What somebody is told who begins to watch: what is known, and soon what is so now. */
  begin(): readonly Message[] {
    this.#nextAt = 0;
    return this.messages;
  }

  /** Looks, where somebody watches and it is time for it. */
  look(isWatched: boolean): void {
    if (!isWatched || this.#isLooking || performance.now() < this.#nextAt) return;
    this.#isLooking = true;
    void this.#read()
      .then((now) => {
        const isNews = JSON.stringify(now) !== JSON.stringify(this.#now);
        this.#now = now;
        if (isNews) this.#onChange();
      })
      .finally(() => {
        this.#isLooking = false;
        this.#nextAt = performance.now() + LOOK_EVERY_MS;
      });
  }

  /** What listeners are told; none: nothing is known yet. */
  get messages(): readonly Message[] {
    return this.#now === undefined ? [] : [{ event: 'machines', data: this.#now }];
  }
}
