import { basename } from 'node:path';
import type { Bars } from '../../core/bars/columns.ts';
import { BackfillError } from '../../core/errors.ts';
import { escaped } from '../../core/quoted.ts';
import type { Interval } from '../../core/session/interval.ts';
import { type RowsOfFile, stampText } from './join-files.ts';
import { allOf, type RowsInTime } from './rows-in-time.ts';

/** Rows in a row that are found at other times, volume and all; of 750,000 real ones no two of two kinds are. */
const ENOUGH_DAYS = 5;
const ENOUGH_INTRADAY = 8;

/** The same where no volume is known. */
const ENOUGH_BY_PRICES = 12;

/** So much of them is of other prices or volume than the others of them: a feed that goes through a few rows tells nothing. */
const OF_THEIR_KIND = 0.75;

/** Rows `[from, to)` that say what those so many rows earlier do. */
interface Repeat {
  readonly from: number;
  readonly to: number;
  readonly back: number;
}

/**
 * Refuses rows of a file that are those of another one of its ticker at other times: it was downloaded by another clock, or is in
 * the folder under other dates. Throws `usage`, with both. Files that are not in memory are not looked at.
 */
export function assertNoneRepeated(
  files: readonly RowsOfFile[],
  rows: RowsInTime,
  interval: Interval,
  ticker: string,
): void {
  const ofInterval = files.filter((file) => file.interval === interval);
  if (ofInterval.length < 2 || ofInterval.some(({ isLong }) => isLong)) return;
  const { bars } = allOf(rows);
  const fileAt = (i: number): string => {
    const ts = bars.ts[i] as number;
    return ofInterval.find((file) => file.rows.between(ts, ts + 1).bars.length > 0)?.path ?? '';
  };
  const isOfOther = ({ from, back }: Repeat): boolean => fileAt(from) !== fileAt(from - back);
  const repeat = repeats(bars).find((one) => isEnough(bars, one, interval) && isOfOther(one));
  if (repeat === undefined) return;
  const { from, to, back } = repeat;
  const [first, second] = [from - back, from].map((i) => stampText(bars.ts[i] as number));
  const what = `${to - from} rows of ${ticker} from ${second} on are those from ${first} on in ${escaped(basename(fileAt(from - back)))}`;
  const alike = hasVolumes(bars, repeat) ? 'volume and all' : 'price by price';
  const way = 'correct their times, or remove those that are wrong';
  throw new BackfillError('usage', `${fileAt(from)}: ${what}, ${alike}: ${way}`, { ticker });
}

/** Rows, ascending, that say what others before them do, one after the other. */
function repeats(bars: Bars): Repeat[] {
  const found: Repeat[] = [];
  const places = new Map<number, number>();
  let [from, back] = [0, 0];
  for (let i = 0; i <= bars.length; i++) {
    if (back > 0 && i < bars.length && isSameRow(bars, i, i - back)) continue;
    if (back > 0) found.push({ from, to: i, back });
    if (i === bars.length) break;
    const key = keyOf(bars, i);
    const place = places.get(key);
    [from, back] = [i, place !== undefined && isSameRow(bars, i, place) ? i - place : 0];
    if (place === undefined) places.set(key, i);
  }
  return found;
}

function isEnough(bars: Bars, repeat: Repeat, interval: Interval): boolean {
  const { from, to } = repeat;
  const { high, low } = bars;
  const enough = interval === '1d' ? ENOUGH_DAYS : ENOUGH_INTRADAY;
  if (to - from < (hasVolumes(bars, repeat) ? enough : Math.max(enough, ENOUGH_BY_PRICES))) return false;
  const kinds = new Set<number>();
  for (let i = from; i < to; i++) if ((high[i] as number) > (low[i] as number)) kinds.add(keyOf(bars, i));
  return kinds.size >= Math.max(enough, (to - from) * OF_THEIR_KIND);
}

function hasVolumes({ volume }: Bars, { from, to }: Repeat): boolean {
  return volume.subarray(from, to).every((units) => units > 0);
}

/** A number that rows alike have in common, and others hardly ever. */
function keyOf(bars: Bars, i: number): number {
  const { open, high, low, close, volume } = bars;
  const prices =
    (open[i] as number) + 3.1 * (high[i] as number) + 7.3 * (low[i] as number) + 13.7 * (close[i] as number);
  return prices + 29.9 * (volume[i] || 0);
}

function isSameRow({ open, high, low, close, volume }: Bars, i: number, j: number): boolean {
  const isVolumeSame = volume[i] === volume[j] || Number.isNaN((volume[i] as number) + (volume[j] as number));
  return isVolumeSame && [open, high, low, close].every((column) => column[i] === column[j]);
}
