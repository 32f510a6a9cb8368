import { type Series, seriesKey } from '../../core/bars/bars.ts';
import { marksIn } from '../../core/bars/month-marks.ts';
import { barsPath, type Partition } from './files/layout.ts';
import type { Blobs } from './files/blobs.ts';
import { listPartitions } from './files/walk.ts';
import { inspectAll, type Place } from './beside/inspect.ts';
import { readState } from './partition/partition-file.ts';
import { marksSaid, Readings, type Said } from './partition/said.ts';
import { cacheFor, type ScanCache } from './partition/scan-cache.ts';

/**
 * Other series of the same interval that have a bar in common with some series, by the marks in their footers: see
 * `BarStore.lookalikes`. `held`: what the writer of the store holds.
 */
export async function findLookalikes(
  blobs: Blobs,
  series: readonly Series[],
  held: { cache: ScanCache | undefined } | undefined,
): Promise<Map<string, Series[]>> {
  const found = new Map<string, Series[]>();
  const keys = new Set(series.map(seriesKey));
  const intervals = [...new Set(series.map(({ interval }) => interval))];
  const all = series.length === 0 ? [] : await listPartitions(blobs, { intervals });
  const isOne = ({ series: one }: Partition): boolean => keys.has(seriesKey(one));
  const [own, others] = [all.filter(isOne), all.filter((partition) => !isOne(partition))];
  if (own.length === 0 || others.length === 0) return found;
  const cache = await cacheFor(blobs, all.length, held);
  const looks = await inspectAll(
    blobs,
    own,
    (one) => placeOf(one, cache, (marks) => ({ one, marks })),
    false,
  );
  const index = indexOf(looks.found.map(({ marks }) => marks));
  const ownOf = (mark: number): readonly Series[] =>
    placesOf(index, mark).flatMap((place) => looks.found[place]?.one.series ?? []);
  const alike = await inspectAll(
    blobs,
    others,
    (other) => placeOf(other, cache, (marks) => ({ other, of: marks.flatMap(ownOf) })),
    false,
  );
  for (const { other, of } of alike.found)
    for (const one of of) {
      if (one.interval !== other.series.interval) continue;
      const known = found.get(seriesKey(one)) ?? [];
      if (!known.some((before) => seriesKey(before) === seriesKey(other.series))) known.push(other.series);
      found.set(seriesKey(one), known);
    }
  return found;
}

function placeOf<T>(
  partition: Partition,
  cache: ScanCache | undefined,
  read: (marks: readonly number[]) => T,
): Place<T> {
  const path = barsPath(partition);
  const readSaid = (said: Said | undefined): T => {
    const marks = said && marksSaid(said);
    return read(marks === undefined ? [] : marksIn(marks));
  };
  return {
    path,
    of: partition.series,
    read: async (file) => readSaid((await readState(partition, file, new Readings())).said),
    recall: (version) => {
      const said = version === undefined ? undefined : cache?.recall(path, version);
      return said && readSaid(said);
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
