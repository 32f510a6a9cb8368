import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Series } from '../../core/bars.ts';
import type { DayRange } from '../../core/day.ts';
import { INTERVALS } from '../../core/interval.ts';
import { periodRange } from '../../core/partition.ts';
import type { ScanOptions } from '../store.ts';
import { errno, orAbsent } from './absent.ts';
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

const ALWAYS: DayRange = periodRange('all');

/**
 * Series that can have something in a tree, by interval and ticker; whether they have is not looked at where the tickers
 * are given. Names that are none of ours are passed over. Fails with `ENOTDIR` if the root is a file.
 */
export async function listSeries(
  root: string,
  options: ScanOptions = {},
  tree: SeriesTree = BARS,
): Promise<Series[]> {
  const found: Series[] = [];
  const stored = (await orAbsent(readdir(join(root, tree)))) ?? [];
  for (const interval of INTERVALS) {
    if (options.intervals?.includes(interval) === false || !stored.includes(`interval=${interval}`)) continue;
    const tickers =
      options.tickers ?? valuesOf(await namesIn(join(root, intervalPath(tree, interval))), 'ticker');
    for (const ticker of [...new Set(tickers)].toSorted()) found.push({ ticker, interval });
  }
  return found;
}

/**
 * Places where the asked series can have a partition, by interval, ticker and period. Whether a file lies there is
 * not looked at: a `1d` series has one place only, so its folder is not read. Fails like `listSeries`.
 */
export async function listPartitions(
  root: string,
  options: ScanOptions = {},
  tree: SeriesTree = BARS,
): Promise<Partition[]> {
  const partitions: Partition[] = [];
  for (const series of await listSeries(root, options, tree))
    for (const partition of await partitionsOf(root, series, ALWAYS, tree)) partitions.push(partition);
  return partitions;
}

/** Places where a series can have a partition that touches the range (default: all), ascending. */
export async function partitionsOf(
  root: string,
  series: Series,
  range: DayRange = ALWAYS,
  tree: SeriesTree = BARS,
): Promise<Partition[]> {
  if (series.interval === '1d') return [{ series, period: 'all' }];
  const names = await namesIn(join(root, seriesPath(tree, series)));
  const periods = valuesOf(names, 'period').filter((period) => {
    if (!isPeriod(series.interval, period)) return false;
    const { from, to } = periodRange(period);
    return from < range.to && range.from < to;
  });
  return periods.toSorted().map((period) => ({ series, period }));
}

/** Tickers that have a folder for corporate actions. */
export async function tickersWithActions(root: string): Promise<string[]> {
  return valuesOf(await namesIn(join(root, ACTIONS)), 'ticker');
}

/** Names in a folder; none if there is no folder, or if another hand put a file there. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errno(error) === 'ENOENT' || errno(error) === 'ENOTDIR') return [];
    throw error;
  }
}

function valuesOf(names: readonly string[], key: string): string[] {
  return names.flatMap((name) => hiveValue(name, key) ?? []);
}
