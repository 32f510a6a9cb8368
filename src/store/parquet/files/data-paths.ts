import { type Interval, INTERVALS } from '../../../core/session/interval.ts';
import {
  ACTIONS,
  actionsPath,
  BARS,
  barsPath,
  hiveValue,
  isPeriod,
  type Partition,
  REVISIONS,
} from './layout.ts';

/** A file of bars, revisions or corporate actions, by its path relative to the root. */
export type DataFile =
  | { readonly is: 'bars' | 'revisions'; readonly path: string; readonly partition: Partition }
  | { readonly is: 'actions'; readonly path: string; readonly ticker: string };

/** Whose a file is; the interval is null for corporate actions, which all series of the ticker have in common. */
export function ownerOf(file: DataFile): { ticker: string; interval: Interval | null } {
  return file.is === 'actions' ? { ticker: file.ticker, interval: null } : file.partition.series;
}

/** Whether a store has data in such a folder, or below it. Of any other name it reads nothing. */
export function isDataFolder(path: string): boolean {
  const [tree, ...below] = path.split('/');
  if (tree === BARS || tree === REVISIONS) return isSeriesPath(below);
  if (tree !== ACTIONS) return false;
  return below.length < 2 && below.every((segment) => hiveValue(segment, 'ticker') !== undefined);
}

/** Whether segments are the first ones of `interval=../ticker=../period=..`. */
function isSeriesPath([interval, ticker, period, ...more]: readonly string[]): boolean {
  if (more.length > 0) return false;
  const known = INTERVALS.find((one) => interval === `interval=${one}`);
  if (interval !== undefined && known === undefined) return false;
  if (ticker !== undefined && hiveValue(ticker, 'ticker') === undefined) return false;
  if (period === undefined) return true;
  const value = hiveValue(period, 'period');
  return known !== undefined && value !== undefined && isPeriod(known, value);
}

/** What a path in a folder of data names; undefined if it is no file of a store. */
export function dataFileAt(path: string): DataFile | undefined {
  const [tree = '', ...segments] = path.split('/');
  const name = segments.pop();
  if (tree === ACTIONS) {
    const ticker = hiveValue(segments[0] ?? '', 'ticker');
    return ticker !== undefined && segments.length === 1 && name === 'actions.parquet'
      ? { is: 'actions', path, ticker }
      : undefined;
  }
  const is = tree === BARS ? 'bars' : 'revisions';
  if ((tree !== BARS && tree !== REVISIONS) || segments.length !== 3 || name !== `${is}.parquet`)
    return undefined;
  const [interval, ticker = '', period = ''] = segments;
  const known = INTERVALS.find((one) => interval === `interval=${one}`);
  const whose = hiveValue(ticker, 'ticker');
  const of = hiveValue(period, 'period');
  if (known === undefined || whose === undefined || of === undefined || !isPeriod(known, of))
    return undefined;
  return { is, path, partition: { series: { ticker: whose, interval: known }, period: of } };
}

/** The file of another ticker that holds the same. */
export function heirOf(file: DataFile, ticker: string): DataFile {
  if (file.is === 'actions') return { is: 'actions', path: actionsPath(ticker), ticker };
  const { series, period } = file.partition;
  const partition = { series: { ...series, ticker }, period };
  return { is: 'bars', path: barsPath(partition), partition };
}
