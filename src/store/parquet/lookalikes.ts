import { type Series, seriesKey } from '../../core/bars/bars.ts';
import { monthMarksOf } from '../../core/bars/month-marks.ts';
import { Alike, type Marked } from '../alike.ts';
import { readFooter } from './codec/decode.ts';
import { barsPath, type Partition } from './files/layout.ts';
import type { Blobs } from './files/blobs.ts';
import { listPartitions } from './files/walk.ts';
import { inspectAll, type Place } from './beside/inspect.ts';
import { readState } from './partition/partition-file.ts';
import { decodeRows } from './partition/opened.ts';
import { marksSaid, Readings, saidWithMarks, saysNoRows } from './partition/said.ts';
import { cacheFor, type ScanCache } from './partition/scan-cache.ts';

/**
 * Other series of the same interval that have a bar in common with some series, be they among these, by the marks in their
 * footers: see `BarStore.lookalikes`. `held`: what the writer of the store holds.
 */
export async function findLookalikes(
  files: Blobs,
  series: readonly Series[],
  held: { cache: ScanCache | undefined } | undefined,
): Promise<Map<string, Series[]>> {
  const keys = new Set(series.map(seriesKey));
  const intervals = [...new Set(series.map(({ interval }) => interval))];
  if (series.length === 0) return new Map();
  const blobs = await files.survey(Number.POSITIVE_INFINITY);
  const all = await listPartitions(blobs, { intervals });
  const isOne = ({ series: one }: Partition): boolean => keys.has(seriesKey(one));
  const [own, others] = [all.filter(isOne), all.filter((partition) => !isOne(partition))];
  if (own.length === 0 || all.length === 1) return new Map();
  const cache = await cacheFor(blobs, all.length, held);
  const look = async <T>(some: readonly Partition[], take: (file: Marked) => T): Promise<T[]> =>
    (await inspectAll(blobs, some, (one) => placeOf(one, cache, take), false)).found;
  const alike = new Alike(await look(own, (file) => file));
  // Of each its likes alone: a hundred thousand lists of marks take room.
  await look(others, (file) => alike.compare(file));
  return alike.found();
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
