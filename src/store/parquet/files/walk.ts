import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Series } from '../../../core/bars/bars.ts';
import type { DayRange } from '../../../core/session/day.ts';
import { INTERVALS } from '../../../core/session/interval.ts';
import { periodRange } from '../../../core/bars/partition.ts';
import type { ScanOptions } from '../../store.ts';
import { OWN_TROUBLE } from './disk.ts';
import { errno, orAbsent } from './absent.ts';
import { isThere } from './kind.ts';
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
import { wrongKind } from './wrong-kind.ts';

const ALWAYS: DayRange = periodRange('all');

/**
 * Series that can have something in a tree, by interval and ticker; whether they have is not looked at where the tickers
 * are given. Names that are none of ours are passed over. Fails if something else lies where a folder belongs.
 */
export async function listSeries(
  root: string,
  options: ScanOptions = {},
  tree: SeriesTree = BARS,
): Promise<Series[]> {
  const found: Series[] = [];
  const stored = await namesOf(join(root, tree));
  for (const interval of INTERVALS) {
    if (options.intervals?.includes(interval) === false || !stored.includes(`interval=${interval}`)) continue;
    const tickers =
      options.tickers ?? valuesOf(await namesOf(join(root, intervalPath(tree, interval))), 'ticker');
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
  root: string,
  options: ScanOptions = {},
  tree: SeriesTree = BARS,
  onTrouble?: OnTrouble,
): Promise<Partition[]> {
  const partitions: Partition[] = [];
  for (const series of await listSeries(root, options, tree))
    try {
      for (const partition of await partitionsOf(root, series, ALWAYS, tree)) partitions.push(partition);
    } catch (error) {
      if (onTrouble === undefined || !OWN_TROUBLE.has(errno(error))) throw error;
      onTrouble(series, error);
    }
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
  const names = await namesOf(join(root, seriesPath(tree, series)));
  const periods = valuesOf(names, 'period').filter((period) => {
    if (!isPeriod(series.interval, period)) return false;
    const { from, to } = periodRange(period);
    return from < range.to && range.from < to;
  });
  return periods.toSorted().map((period) => ({ series, period }));
}

/** Tickers that have a folder for corporate actions. */
export async function tickersWithActions(root: string): Promise<string[]> {
  return valuesOf(await namesOf(join(root, ACTIONS)), 'ticker');
}

/** Names in a folder; none if there is no folder. Fails if something else lies there, or if the system does not let us. */
async function namesOf(folder: string): Promise<string[]> {
  const names = await orAbsent(readdir(folder));
  if (names === undefined && (await isThere(folder))) throw wrongKind(folder, 'link that leads nowhere');
  return names ?? [];
}

/** The same; none of what cannot be listed either, which is told where it is looked for. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await namesOf(folder);
  } catch (error) {
    if (OWN_TROUBLE.has(errno(error))) return [];
    throw error;
  }
}

function valuesOf(names: readonly string[], key: string): string[] {
  return names.flatMap((name) => hiveValue(name, key) ?? []);
}
