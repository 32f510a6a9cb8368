import { type Series, seriesKey } from '../../core/bars/bars.ts';
import { marksIn, type MonthMarks, monthMarksOf, shareMark } from '../../core/bars/month-marks.ts';
import { readFooter } from './codec/decode.ts';
import { barsPath, type Partition } from './files/layout.ts';
import type { Blobs } from './files/blobs.ts';
import { listPartitions } from './files/walk.ts';
import { inspectAll, type Place } from './beside/inspect.ts';
import { readState } from './partition/partition-file.ts';
import { decodeRows } from './partition/opened.ts';
import { marksSaid, Readings, saidWithMarks, saysNoRows } from './partition/said.ts';
import { cacheFor, type ScanCache } from './partition/scan-cache.ts';

/** A file of some series, with what it says of its months. */
interface Marked {
  readonly series: Series;
  /** Undefined: it says nothing of them. */
  readonly marks: MonthMarks | undefined;
}

/** Of more of the series that are meant that have one bar in common this many tell that they do: of all it would take hours. */
const MOST_ALIKE = 20;

/**
 * Other series of the same interval that have a bar in common with some series, be they among these, by the marks in their
 * footers: see `BarStore.lookalikes`. `held`: what the writer of the store holds.
 */
export async function findLookalikes(
  blobs: Blobs,
  series: readonly Series[],
  held: { cache: ScanCache | undefined } | undefined,
): Promise<Map<string, Series[]>> {
  const found = new Map<string, Map<string, Series>>();
  const keys = new Set(series.map(seriesKey));
  const intervals = [...new Set(series.map(({ interval }) => interval))];
  const all = series.length === 0 ? [] : await listPartitions(blobs, { intervals });
  const isOne = ({ series: one }: Partition): boolean => keys.has(seriesKey(one));
  const [own, others] = [all.filter(isOne), all.filter((partition) => !isOne(partition))];
  if (own.length === 0 || all.length === 1) return new Map();
  const cache = await cacheFor(blobs, all.length, held);
  const look = async <T>(files: readonly Partition[], take: (file: Marked) => T): Promise<T[]> =>
    (await inspectAll(blobs, files, (one) => placeOf(one, cache, take), false)).found;
  const marked = await look(own, (file) => file);
  const index = indexOf(marked.map(({ marks }) => (marks === undefined ? [] : marksIn(marks))));
  const add = (one: Series, other: Series): void => {
    const known = found.get(seriesKey(one)) ?? new Map<string, Series>();
    known.set(seriesKey(other), other);
    found.set(seriesKey(one), known);
  };
  const ownLike = ({ series: other, marks }: Marked, most = Number.POSITIVE_INFINITY): Series[] => {
    if (marks === undefined) return [];
    const places = new Set(marksIn(marks).flatMap((mark) => placesOf(index, mark).slice(0, most)));
    return [...places].flatMap((place) => {
      const one = marked[place] as Marked;
      const isOther = one.series.interval === other.interval && seriesKey(one.series) !== seriesKey(other);
      // A mark has few bits: of another month it is another bar's.
      return isOther && one.marks !== undefined && shareMark(one.marks, marks) ? [one.series] : [];
    });
  };
  for (const file of marked) for (const one of ownLike(file, MOST_ALIKE)) add(file.series, one);
  const alike = await look(others, (file) => ({ other: file.series, own: ownLike(file) }));
  for (const { other, own: ones } of alike) for (const one of ones) add(one, other);
  return new Map([...found].map(([key, known]) => [key, [...known.values()]]));
}

function placeOf<T>(partition: Partition, cache: ScanCache | undefined, take: (file: Marked) => T): Place<T> {
  const path = barsPath(partition);
  const { series } = partition;
  return {
    path,
    of: series,
    read: async (file) => {
      const { said, rows } = await readState(partition, file, new Readings());
      const known = said && marksSaid(said);
      if (known !== undefined || rows === 0) return take({ series, marks: known });
      // It was written by a version that knew no marks: its rows are read once.
      const marks = monthMarksOf((await decodeRows(partition, file, await readFooter(file))).bars);
      if (said !== undefined) cache?.remember({ path, version: file.version, ...saidWithMarks(said, marks) });
      return take({ series, marks });
    },
    recall: (version) => {
      const said = version === undefined ? undefined : cache?.recall(path, version);
      if (said === undefined) return undefined;
      const marks = marksSaid(said);
      return marks !== undefined || saysNoRows(said) ? take({ series, marks }) : undefined;
    },
  };
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
