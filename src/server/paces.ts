import type { Pace } from '../report/dashboard/live-data.ts';

/** What was counted since a run began. */
export interface Counted {
  /** ms since it began. */
  readonly atMs: number;
  readonly sent: number;
  readonly bars: number;
}

/** Points of a chart at most: of a longer run every two become one, again and again. */
const MOST_POINTS = 240;

/** Over which time a pace is that of now. */
const WINDOW_MS = 60_000;

/** A point tells of so much time at least: in less, requests that are evenly spaced are one more or one fewer. */
const SMOOTH_MS = 5000;

const NOTHING: Counted = { atMs: 0, sent: 0, bars: 0 };

/** The pace of a run over its whole length, in a bounded number of points, and that of the last minute. */
export class Paces {
  #points: Pace[] = [];
  /** Between two points. */
  #everyMs: number;
  /** When the next one is due. */
  #nextAt = 0;
  /** What was counted in the last minute, and the last time before; at most one entry a point of a short run. */
  readonly #recent: Counted[] = [NOTHING];
  readonly #leastMs: number;

  /** `everyMs`: between two points of a run that is short. */
  constructor(everyMs: number) {
    this.#leastMs = everyMs;
    this.#everyMs = everyMs;
  }

  /** Notes what was counted by now; gives whether that made a point. Called more often than points are made it costs nothing. */
  note(now: Counted): boolean {
    if (now.atMs - (this.#recent.at(-1)?.atMs ?? 0) < this.#leastMs / 2) return false;
    this.#recent.push(now);
    while ((this.#recent[1]?.atMs ?? now.atMs) <= now.atMs - Math.max(WINDOW_MS, this.#everyMs))
      this.#recent.shift();
    if (now.atMs < this.#nextAt) return false;
    // A timer may be early.
    this.#nextAt = now.atMs + this.#everyMs * 0.9;
    const { perMinute, barsPerSecond } = this.#since(Math.max(SMOOTH_MS, this.#everyMs));
    this.#points.push([Math.round(now.atMs), perMinute, barsPerSecond]);
    if (this.#points.length > MOST_POINTS) this.#thin();
    return true;
  }

  get points(): readonly Pace[] {
    return this.#points;
  }

  /** Requests a minute in the last minute, or since the run began. */
  get requestsPerMinute(): number {
    return this.#since(WINDOW_MS).perMinute;
  }

  /** The pace of the last so many ms, or since the run began. */
  #since(ms: number): { readonly perMinute: number; readonly barsPerSecond: number } {
    const last = this.#recent.at(-1) ?? NOTHING;
    const first = this.#recent.findLast(({ atMs }) => atMs <= last.atMs - ms) ?? this.#recent[0] ?? NOTHING;
    const took = last.atMs - first.atMs;
    // Of less than a second nothing can be said.
    if (took < this.#leastMs) return { perMinute: 0, barsPerSecond: 0 };
    return {
      perMinute: rounded(((last.sent - first.sent) * 60_000) / took),
      barsPerSecond: rounded(((last.bars - first.bars) * 1000) / took),
    };
  }

  /** Two points become one. */
  #thin(): void {
    this.#everyMs *= 2;
    const thin: Pace[] = [];
    for (let i = 0; i + 1 < this.#points.length; i += 2) {
      const [a, b] = [this.#points[i] as Pace, this.#points[i + 1] as Pace];
      thin.push([b[0], rounded((a[1] + b[1]) / 2), rounded((a[2] + b[2]) / 2)]);
    }
    const odd = this.#points.length % 2 === 1 ? this.#points.at(-1) : undefined;
    this.#points = odd === undefined ? thin : [...thin, odd];
  }
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
