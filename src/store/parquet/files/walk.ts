import type { Series } from '../../../core/bars/bars.ts';
import type { DayRange } from '../../../core/session/day.ts';
import { INTERVALS } from '../../../core/session/interval.ts';
import { periodRange } from '../../../core/bars/partition.ts';
import type { ScanOptions } from '../../store.ts';
import { errno } from './absent.ts';
import type { Blobs } from './blobs.ts';
import {
  ACTIONS,
  BARS,
  hiveValue,
  intervalPath,
  isPeriod,
  type Partition,
  seriesPath,
  type SeriesTree,
} from './layout.ts';
import { OWN_TROUBLE } from './trouble.ts';

const ALWAYS: DayRange = periodRange('all');

/**
 * Series that can have something in a tree, by interval and ticker; whether they have is not looked at where the tickers
 * are given. Names that are none of ours are passed over. Fails if something else lies where a folder belongs.
 */
export async function listSeries(
  blobs: Blobs,
  options: ScanOptions = {},
  tree: SeriesTree = BARS,
): Promise<Series[]> {
  const found: Series[] = [];
  const stored = await blobs.list(tree);
  for (const interval of INTERVALS) {
    if (options.intervals?.includes(interval) === false || !stored.includes(`interval=${interval}`)) continue;
    const tickers = options.tickers ?? valuesOf(await blobs.list(intervalPath(tree, interval)), 'ticker');
    for (const ticker of [...new Set(tickers)].toSorted()) found.push({ ticker, interval });
  }
  return found;
}

/** Is told of a series whose folder cannot be listed. */
export type OnTrouble = (series: Series, error: unknown) => void;

/**
 * Places where the asked series can have a partition, by interval, ticker and period. Whether a file lies there is
 * not looked at: a `1d` series has one place only, so its folder is not read. Fails like `listSeries`, and for the folder of
 * a series that cannot be listed, unless `onTrouble` hears of it.
 */
export async function listPartitions(
  blobs: Blobs,
  options: ScanOptions = {},
  tree: SeriesTree = BARS,
  onTrouble?: OnTrouble,
): Promise<Partition[]> {
  const partitions: Partition[] = [];
  for (const series of await listSeries(blobs, options, tree))
    try {
      for (const partition of await partitionsOf(blobs, series, ALWAYS, tree)) partitions.push(partition);
    } catch (error) {
      if (onTrouble === undefined || !OWN_TROUBLE.has(errno(error))) throw error;
      onTrouble(series, error);
    }
  return partitions;
}

/** Places where a series can have a partition that touches the range (default: all), ascending. */
export async function partitionsOf(
  blobs: Blobs,
  series: Series,
  range: DayRange = ALWAYS,
  tree: SeriesTree = BARS,
): Promise<Partition[]> {
  if (series.interval === '1d') return [{ series, period: 'all' }];
  const names = await blobs.list(seriesPath(tree, series));
  const periods = valuesOf(names, 'period').filter((period) => {
    if (!isPeriod(series.interval, period)) return false;
    const { from, to } = periodRange(period);
    return from < range.to && range.from < to;
  });
  return periods.toSorted().map((period) => ({ series, period }));
}

/** Tickers that have a folder for corporate actions. */
export async function tickersWithActions(blobs: Blobs): Promise<string[]> {
  return valuesOf(await blobs.list(ACTIONS), 'ticker');
}

/** Names in a folder; none of what cannot be listed either, which is told where it is looked for. */
export async function namesIn(blobs: Blobs, folder: string): Promise<string[]> {
  try {
    return await blobs.list(folder);
  } catch (error) {
    if (OWN_TROUBLE.has(errno(error))) return [];
    throw error;
  }
}

function valuesOf(names: readonly string[], key: string): string[] {
  return names.flatMap((name) => hiveValue(name, key) ?? []);
}
