/** Over how long it is told, ms. */
const MINUTE_MS = 60_000;

/** What ended, and how much of it in the last minute. */
export class Throughput {
  done = 0;
  failed = 0;
  /** When each of the last minute ended, by the gates' clock. */
  #ends: number[] = [];

  note(now: number, isOk: boolean): void {
    this.done++;
    if (!isOk) this.failed++;
    this.#ends.push(now);
  }

  perMinute(now: number): number {
    this.#ends = this.#ends.filter((end) => end > now - MINUTE_MS);
    return this.#ends.length;
  }
}
