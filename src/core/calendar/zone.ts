import { type Day, MS_PER_DAY } from '../session/day.ts';

/** A stretch of time with one UTC offset, `[from, until)` in ms since the epoch. */
interface Stretch {
  readonly from: number;
  readonly until: number;
  readonly offset: number;
}

const NEVER: Stretch = { from: Number.NaN, until: Number.NaN, offset: 0 };

/** Offsets are looked for at this step. A zone that changes twice within it would be misread; none of ours does. */
const STEP_MS = 15 * MS_PER_DAY;

/** The table of offsets is filled by blocks of this length, each when it is first needed. */
const BLOCK_MS = 24 * STEP_MS;

/** Resolution of a transition; all zones have changed on whole minutes since 1960. */
const MINUTE_MS = 60_000;

/** Converts between UTC and the local time of one IANA zone. */
export class Zone {
  readonly #name: string;
  readonly #blocks = new Map<number, readonly Stretch[]>();
  #last = NEVER;
  #formatter: Intl.DateTimeFormat | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  /** The local date of an instant (ms since the epoch). */
  localDay(instant: number): Day {
    return Math.floor((instant + this.#offsetAt(instant)) / MS_PER_DAY);
  }

  /** The instant (ms since the epoch) at which a local clock shows so many minutes after the midnight that starts `day`. */
  instantOf(day: Day, minutes: number): number {
    const local = day * MS_PER_DAY + minutes * MINUTE_MS;
    const estimate = local - this.#offsetAt(local);
    return local - this.#offsetAt(estimate);
  }

  /** What a local clock shows at an instant, in ms since the epoch as if it were UTC. */
  clockAt(instant: number): number {
    return instant + this.#offsetAt(instant);
  }

  /** The instants, ascending, at which a local clock shows `clock`, ms since the epoch as if it were UTC: none, one or two. */
  instantsShowing(clock: number): readonly number[] {
    const offsets = [clock - MS_PER_DAY, clock + MS_PER_DAY].map((near) => this.#offsetAt(near));
    const instants = [...new Set(offsets)].map((offset) => clock - offset);
    return instants.filter((instant) => this.clockAt(instant) === clock).toSorted((a, b) => a - b);
  }

  /** Local time minus UTC at an instant, in ms. */
  #offsetAt(instant: number): number {
    if (this.#name === 'UTC') return 0;
    // Most instants lie near the one that was asked for before.
    if (!(instant >= this.#last.from && instant < this.#last.until)) this.#last = this.#stretchAt(instant);
    return this.#last.offset;
  }

  #stretchAt(instant: number): Stretch {
    const number = Math.floor(instant / BLOCK_MS);
    let block = this.#blocks.get(number);
    if (block === undefined) this.#blocks.set(number, (block = this.#readBlock(number)));
    return block.find(({ until }) => instant < until) ?? NEVER;
  }

  #readBlock(number: number): Stretch[] {
    const stretches: Stretch[] = [];
    const end = (number + 1) * BLOCK_MS;
    let from = end - BLOCK_MS;
    let offset = this.#readOffset(from);
    for (let at = from; at < end; at += STEP_MS) {
      const next = this.#readOffset(at + STEP_MS);
      if (next === offset) continue;
      const until = this.#transition(at, at + STEP_MS);
      stretches.push({ from, until, offset });
      [from, offset] = [until, next];
    }
    stretches.push({ from, until: end, offset });
    return stretches;
  }

  /** The first minute in `(before, after]` with the offset that holds at `after`. */
  #transition(before: number, after: number): number {
    const offset = this.#readOffset(after);
    let [low, high] = [before, after];
    while (high - low > MINUTE_MS) {
      const middle = low + Math.floor((high - low) / MINUTE_MS / 2) * MINUTE_MS;
      if (this.#readOffset(middle) === offset) high = middle;
      else low = middle;
    }
    return high;
  }

  /** Asks the platform, which answers such as `3/8/2026, GMT-05:00`. */
  #readOffset(instant: number): number {
    this.#formatter ??= new Intl.DateTimeFormat('en-US', {
      timeZone: this.#name,
      timeZoneName: 'longOffset',
    });
    const [, sign, hours, minutes, seconds = 0] =
      /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(this.#formatter.format(instant)) ?? [];
    const offset = ((Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds)) * 1000;
    return sign === '-' ? -offset : offset;
  }
}
