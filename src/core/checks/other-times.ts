import { type Bars, type StoredBars, pick, placeOf } from '../bars/columns.ts';
import { isSameAt } from '../bars/compare.ts';
import { FARTHEST_CLOCKS_MS } from '../calendar/common-zones.ts';
import { type Interval, intervalMs } from '../session/interval.ts';

/** All clocks of the world differ by so many ms, once and again; those that are changed, by an hour more. */
const CLOCK_STEP_MS = 900_000;
const CHANGE_MS = 3_600_000;

/** Dates go wrong by one session between two clocks, and by two where days count from 1900. */
const SESSIONS_OFF = [1, -1, 2, -2];

/** Bars that have to be found at other times, and of how many different prices: chance finds no such three. */
export const ENOUGH_BARS = 3;
const ENOUGH_KINDS = 0.25;

/** So many are no chance, and no correction, however many others stand where they stood: clocks are changed in between. */
const SURELY_ENOUGH = 12;

/** The part of the bars that differ that has to be found where a clock would have them; the others were corrected. */
const NEARLY_ALL = 0.9;

/** Bars by which it is seen which clocks are worth a look at all of them. */
const PROBED = 64;

/** Stored bars that an answer has at other times. */
export interface OtherTimes {
  /** How far after the answer's stamp the store has the bar, one for each of `stamps`: in ms; of days, in sessions. 0: there. */
  readonly moves: readonly number[];
  /** Starts of the answer's bars that are stored, wherever. Ascending. */
  readonly stamps: readonly number[];
  /** How many of them the store has elsewhere. */
  readonly moved: number;
  /** Bars of the answer that lie in sessions of the stored ones. */
  readonly repeated: number;
}

/**
 * Whether an answer's bars are stored ones at other times, as they are where stamps are read by another clock, or for the
 * ends of bars and not their starts: undefined where not. `stored` are final bars of the answer's own source, as far around it
 * as clocks differ; `repeated` are the answer's bars of their sessions, of which `isSame` tells the ones that are as they are
 * stored.
 */
export function atOtherTimes(
  stored: StoredBars,
  repeated: Bars,
  interval: Interval,
  isSame: (i: number) => boolean,
): OtherTimes | undefined {
  const all = Array.from({ length: repeated.length }, (_, i) => i);
  const other = all.filter((i) => !isSame(i));
  if (other.length < ENOUGH_BARS) return undefined;
  const search = new Search(stored, repeated, interval);
  const main = search.likeliest(other);
  const found = search.at(main, other);
  const isFound = new Set(found);
  const rest = other.filter((i) => !isFound.has(i));
  // Where clocks are changed in between, what is left lies an hour nearer or farther.
  let [by, more]: [number, readonly number[]] = [main, []];
  for (const one of interval === '1d' ? [] : [main - CHANGE_MS, main + CHANGE_MS]) {
    const there = search.at(one, rest);
    if (there.length > more.length) [by, more] = [one, there];
  }
  const placed = search.withCounterpart(other, [main, by]);
  const moved = found.length + more.length;
  const isEnough = moved > repeated.length / 2 || moved >= SURELY_ENOUGH;
  const isMost = moved >= placed * NEARLY_ALL && placed * 2 >= other.length;
  const kinds = kindsOf(pick(repeated, [...found, ...more]));
  if (moved < ENOUGH_BARS || !isEnough || !isMost || kinds < Math.max(ENOUGH_BARS, moved * ENOUGH_KINDS))
    return undefined;
  const moveOf = new Map([...found.map((i) => [i, main] as const), ...more.map((i) => [i, by] as const)]);
  const known = all.filter((i) => moveOf.has(i) || isSame(i));
  return {
    moves: known.map((i) => moveOf.get(i) ?? 0),
    stamps: known.map((i) => repeated.ts[i] as number),
    ...{ moved, repeated: repeated.length },
  };
}

/** Looks for bars of an answer among stored ones, some time away. */
class Search {
  readonly #stored: StoredBars;
  readonly #answered: Bars;
  readonly #interval: Interval;

  constructor(stored: StoredBars, answered: Bars, interval: Interval) {
    this.#stored = stored;
    this.#answered = answered;
    this.#interval = interval;
  }

  /** How far away most of some bars are found, as far as one sees by a few of them; the nearest of several such ways. */
  likeliest(places: readonly number[]): number {
    const step = Math.max(1, places.length / PROBED);
    const probe = Array.from(
      { length: Math.min(PROBED, places.length) },
      (_, n) => places[Math.floor(n * step)] as number,
    );
    let [likeliest, most] = [0, 0];
    for (const by of movesOf(this.#interval)) {
      const { length } = this.at(by, probe);
      const isNearer = length === most && Math.abs(by) < Math.abs(likeliest);
      if (length > most || (length > 0 && isNearer)) [likeliest, most] = [by, length];
    }
    return likeliest;
  }

  /** Those of some bars that the store has so far away. */
  at(by: number, places: readonly number[]): number[] {
    if (by === 0) return [];
    return places.filter((i) => {
      const place = this.#placeAt(i, by);
      return place !== -1 && isSameAt(this.#stored, place, this.#answered, i, 0);
    });
  }

  /** How many of some bars have a stored one at one of some distances, whatever it says. */
  withCounterpart(places: readonly number[], moves: readonly number[]): number {
    const has = (i: number): boolean => moves.some((by) => by !== 0 && this.#placeAt(i, by) !== -1);
    return places.filter(has).length;
  }

  #placeAt(i: number, by: number): number {
    const ts = this.#answered.ts[i] as number;
    if (this.#interval !== '1d') return placeOf(this.#stored, ts + by);
    const place = placeOf(this.#stored, ts);
    return place === -1 || place + by < 0 || place + by >= this.#stored.length ? -1 : place + by;
  }
}

/** Ways that two clocks may differ by, with stamps of the same end of bars and of the other. */
function movesOf(interval: Interval): readonly number[] {
  if (interval === '1d') return SESSIONS_OFF;
  const length = intervalMs(interval);
  const moves = new Set<number>();
  for (let by = -FARTHEST_CLOCKS_MS; by <= FARTHEST_CLOCKS_MS; by += CLOCK_STEP_MS)
    for (const one of [by, by - length, by + length]) moves.add(one);
  moves.delete(0);
  return [...moves];
}

/** How many different prices some bars have. */
function kindsOf({ length, open, high, low, close }: Bars): number {
  const kinds = new Set<string>();
  for (let i = 0; i < length; i++) kinds.add(`${open[i]} ${high[i]} ${low[i]} ${close[i]}`);
  return kinds.size;
}
