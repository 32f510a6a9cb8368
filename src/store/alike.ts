import { type Series, seriesKey } from '../core/bars/bars.ts';
import { marksIn, type MonthMarks, shareMark } from '../core/bars/month-marks.ts';

/** A part of some series, with what it says of its months. */
export interface Marked {
  readonly series: Series;
  /** Undefined: it says nothing of them. */
  readonly marks: MonthMarks | undefined;
}

/** Of more of the series that are meant that have one bar in common this many tell that they do: of all it would take hours. */
const MOST_ALIKE = 20;

/** Which series have a first bar of a month in common with some that are meant: see `BarStore.lookalikes`. */
export class Alike {
  readonly #found = new Map<string, Map<string, Series>>();
  readonly #meant: readonly Marked[];
  readonly #index: Index;

  /** `meant`: the parts of the series that are meant; these are compared with each other. */
  constructor(meant: readonly Marked[]) {
    this.#meant = meant;
    this.#index = indexOf(meant.map(({ marks }) => (marks === undefined ? [] : marksIn(marks))));
    for (const part of meant) for (const one of this.#likes(part, MOST_ALIKE)) this.#add(part.series, one);
  }

  /** Compares a part of another series with them. */
  compare(part: Marked): void {
    for (const one of this.#likes(part)) this.#add(one, part.series);
  }

  /** By `seriesKey` of those that are meant. */
  found(): Map<string, Series[]> {
    return new Map([...this.#found].map(([key, known]) => [key, [...known.values()]]));
  }

  #add(one: Series, other: Series): void {
    const known = this.#found.get(seriesKey(one)) ?? new Map<string, Series>();
    known.set(seriesKey(other), other);
    this.#found.set(seriesKey(one), known);
  }

  #likes({ series: other, marks }: Marked, most = Number.POSITIVE_INFINITY): Series[] {
    if (marks === undefined) return [];
    const places = new Set(marksIn(marks).flatMap((mark) => placesOf(this.#index, mark).slice(0, most)));
    return [...places].flatMap((place) => {
      const one = this.#meant[place] as Marked;
      const isOther = one.series.interval === other.interval && seriesKey(one.series) !== seriesKey(other);
      // A mark has few bits: of another month it is another bar's.
      return isOther && one.marks !== undefined && shareMark(one.marks, marks) ? [one.series] : [];
    });
  }
}

/** Room for the number of a list beside a mark in a whole number that a double holds. */
const LISTS = 2 ** 28;

/** Marks with the number of the list that each is of, ascending: two numbers in one, as there are millions. */
type Index = Float64Array;

function indexOf(lists: readonly (readonly number[])[]): Index {
  const index = new Float64Array(lists.reduce((sum, marks) => sum + marks.length, 0));
  let at = 0;
  for (const [i, marks] of lists.entries()) for (const mark of marks) index[at++] = mark * LISTS + i;
  return index.toSorted();
}

/** Numbers of the lists that have a mark. */
function placesOf(index: Index, mark: number): number[] {
  let [low, high] = [0, index.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((index[middle] as number) < mark * LISTS) low = middle + 1;
    else high = middle;
  }
  const places: number[] = [];
  for (let i = low; i < index.length && (index[i] as number) < (mark + 1) * LISTS; i++)
    places.push((index[i] as number) - mark * LISTS);
  return places;
}
