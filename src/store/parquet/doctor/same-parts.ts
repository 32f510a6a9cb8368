import type { Bars } from '../../../core/bars/columns.ts';
import { slice } from '../../../core/bars/columns.ts';
import { fingerprintOf } from '../../../core/bars/fingerprint.ts';
import type { Day } from '../../../core/session/day.ts';

/** Days that are looked at together: whoever has twenty sessions of another has all that lie in one such stretch. */
const STRETCH_DAYS = 14;

/** What a partition has in so many days, where it is enough to be known by. */
export interface Stretch {
  /** Counted from the first of January 1970 as 0. */
  readonly number: number;
  /** Of its bars, whatever their ticker. */
  readonly mark: number;
  readonly first: Day;
  readonly last: Day;
  readonly rows: number;
}

/** Hex digits of a fingerprint that a whole number of a double holds. */
const DIGITS = 13;

/** The stretches of ascending bars; none of too few, or of one price and one volume, see `fingerprintOf`. */
export function stretchesOf(bars: Bars, dayOf: (ts: number) => Day): Stretch[] {
  const found: Stretch[] = [];
  const days = Float64Array.from(bars.ts, dayOf);
  for (let from = 0, to = 0; from < days.length; from = to) {
    const number = Math.floor((days[from] as number) / STRETCH_DAYS);
    while (to < days.length && Math.floor((days[to] as number) / STRETCH_DAYS) === number) to++;
    const fingerprint = fingerprintOf(slice(bars, from, to));
    if (fingerprint === null) continue;
    const mark = Number.parseInt(fingerprint.slice(0, DIGITS), 16);
    found.push({ number, mark, first: days[from] as number, last: days[to - 1] as number, rows: to - from });
  }
  return found;
}

/** Bars of a file that are those of another one. */
export interface SamePart {
  readonly path: string;
  readonly first: Day;
  readonly last: Day;
  readonly rows: number;
}

/** Finds files of which a part has the bars of another one's, of the same interval. */
export class SameParts {
  readonly #paths: string[] = [];
  /** By interval and number of the stretch, by mark: the place of the first path with it. A map holds no more than there are series. */
  readonly #seen = new Map<string, Map<number, number>>();

  /** What of a file others have that were noted before, one for each of them. */
  note(path: string, interval: string, stretches: readonly Stretch[]): SamePart[] {
    const place = this.#paths.push(path) - 1;
    const parts = new Map<number, SamePart>();
    for (const { number, mark, first, last, rows } of stretches) {
      const key = `${interval} ${number}`;
      let ofStretch = this.#seen.get(key);
      if (ofStretch === undefined) this.#seen.set(key, (ofStretch = new Map<number, number>()));
      const other = ofStretch.get(mark);
      if (other === undefined) ofStretch.set(mark, place);
      else if (other !== place) {
        const part = parts.get(other) ?? { path: this.#paths[other] as string, first, last, rows: 0 };
        parts.set(other, { ...part, last, rows: part.rows + rows });
      }
    }
    return [...parts.values()];
  }
}
