import type { Ohlcv } from '../bars/bars.ts';
import { type Bars, barAt, keep, pick } from '../bars/columns.ts';
import type { Day } from '../session/day.ts';
import { mayBeNegative } from '../instrument/instrument-type.ts';
import { checkSideValues } from './side-values.ts';
import { type BarPrices, outsideBy, RANGE_TOLERANCE } from './outside-range.ts';

/** A bar that is not stored, and why. */
export interface RejectedBar {
  readonly bar: Ohlcv;
  readonly reason: string;
  /** Whether it is later than all stored bars beside it, and in another unit than they are. Default false. */
  readonly isNewUnit?: boolean;
}

export interface CheckedBars {
  /** Sound bars. */
  readonly accepted: Bars;
  readonly rejected: readonly RejectedBar[];
}

/**
 * How far outside high and low an open or close may lie, as a part of the close. In good histories of thin shares up to
 * 37 % of the rows are outside, by at most a sixth; a price that is off by more is a bad tick.
 */
const FARTHEST_OUTSIDE = 0.2;

/** Beyond what any market has quoted: the largest prices are some millions, the largest volumes some quadrillions. */
const HIGHEST_PRICE = 1e12;
const HIGHEST_VOLUME = 1e18;

/**
 * A high or low this many times off open and close is a number that stands for no price. Real ones have been far off: stub
 * quotes at a cent or less for shares of 40 dollars were filled on 2010-05-06 (CFTC and SEC, findings of 2010-09-30), and
 * ETH-USD traded at 0.10 in a minute around 317 on 2017-06-21 (GDAX).
 */
const ABSURD_WICK = 1e6;

/** No bar is stored from before 1900 or after 2100 (ms since the epoch): such a stamp is in the wrong unit. */
const EARLIEST_TS = Date.UTC(1900, 0, 1);
const LATEST_TS = Date.UTC(2100, 0, 1);

/**
 * Sorts the bars of one answer, which may come in any order, and separates those that cannot be prices of an instrument
 * of this type (`typeOf`; null: not known, so its prices are positive). Bars that contradict another of the same stamp
 * are all rejected; repetitions count once, the one that knows its volume. A vwap or a number of trades that cannot be is
 * unknown.
 */
export function checkBars(given: Bars, type: string | null = null): CheckedBars {
  const { bars } = checkSideValues(given);
  if (!isAscending(bars)) return checkDisordered(bars, type);
  return withRejected({ accepted: bars, rejected: [] }, (i) => faultAt(bars, i, type));
}

/** Whether stamps ascend and none comes twice. */
function isAscending({ ts, length }: Bars): boolean {
  for (let i = 1; i < length; i++) if (!((ts[i] as number) > (ts[i - 1] as number))) return false;
  return true;
}

function checkDisordered(bars: Bars, type: string | null): CheckedBars {
  const accepted: number[] = [];
  const rejected: RejectedBar[] = [];
  for (const group of groupedByStamp(bars)) {
    const rows = group.map((i) => barAt(bars, i)) as [Ohlcv, ...Ohlcv[]];
    const told = mostTold(rows);
    const contradicted = rows.some((bar) => bar !== told && !saysTheSame(bar, told));
    for (const [n, i] of group.entries()) {
      const bar = rows[n] as Ohlcv;
      if (!contradicted && bar !== told) continue;
      const reason = contradicted ? 'another row has the same stamp and other values' : faultOf(bar, type);
      if (reason === null) accepted.push(i);
      else rejected.push({ bar, reason });
    }
  }
  return { accepted: pick(bars, accepted), rejected };
}

/** Places of bars by stamp, ascending. */
function groupedByStamp({ ts, length }: Bars): number[][] {
  const groups: number[][] = [];
  const order = Array.from({ length }, (_, i) => i);
  for (const i of order.toSorted((a, b) => stampOrder(ts[a] as number, ts[b] as number))) {
    const group = groups.at(-1);
    if (group !== undefined && ts[group[0] as number] === ts[i]) group.push(i);
    else groups.push([i]);
  }
  return groups;
}

/** What is no number comes last: as equal to all it would leave the others in no order. */
function stampOrder(a: number, b: number): number {
  if (a < b) return -1;
  return a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** Rejects the accepted bars for which there is a reason, by their place. */
export function withRejected(
  { accepted, rejected }: CheckedBars,
  reasonOf: (i: number) => string | null | undefined,
): CheckedBars {
  const faults: RejectedBar[] = [];
  const sound = keep(accepted, (i) => {
    const reason = reasonOf(i) ?? null;
    if (reason !== null) faults.push({ bar: barAt(accepted, i), reason });
    return reason === null;
  });
  return { accepted: sound, rejected: faults.length === 0 ? rejected : [...rejected, ...faults] };
}

/**
 * Rejects the sound bars too of every session of which more bars were rejected than not: what is left of it is no
 * session to trade on, and stored it would count as present.
 */
export function rejectSpoiltSessions(checked: CheckedBars, sessionOf: (ts: number) => Day): CheckedBars {
  const { accepted, rejected } = checked;
  if (rejected.length === 0) return checked;
  const balance = new Map<Day, number>();
  const count = (ts: number, by: number): void =>
    void balance.set(sessionOf(ts), (balance.get(sessionOf(ts)) ?? 0) + by);
  for (const ts of accepted.ts) count(ts, 1);
  for (const { bar } of rejected) count(bar.ts, -1);
  return withRejected(checked, (i) =>
    (balance.get(sessionOf(accepted.ts[i] as number)) ?? 0) < 0
      ? 'most bars of its session were rejected'
      : null,
  );
}

/** Of bars of one stamp the first that knows its volume, else the first. */
export function mostTold<B extends Ohlcv>(group: readonly [B, ...B[]]): B {
  return group.find(({ volume }) => !Number.isNaN(volume)) ?? group[0];
}

/** Whether two bars have the same values; an unknown volume contradicts none. */
export function saysTheSame(a: Ohlcv, b: Ohlcv): boolean {
  const isVolumeKnown = !Number.isNaN(a.volume) && !Number.isNaN(b.volume);
  return PRICES.every((field) => a[field] === b[field]) && (!isVolumeKnown || a.volume === b.volume);
}

const PRICES = ['open', 'high', 'low', 'close'] as const;

/** Why a bar cannot be true, or null. */
export function faultOf(bar: Ohlcv, type: string | null): string | null {
  const isSigned = mayBeNegative(type, bar);
  const fault = stampFault(bar.ts) ?? priceFault(bar, isSigned) ?? volumeFault(bar.volume) ?? rangeFault(bar);
  return fault ?? (isSigned ? null : wickFault(bar));
}

/** The same of bar i, which is hardly ever made an object. */
function faultAt(bars: Bars, i: number, type: string | null): string | null {
  return isPlain(bars, i) ? null : faultOf(barAt(bars, i), type);
}

/** Whether nothing about bar i is unusual, whatever its type: prices above 0, with open and close in their range. */
function isPlain(bars: Bars, i: number): boolean {
  const [ts, volume] = [bars.ts[i] as number, bars.volume[i] as number];
  const [open, close] = [bars.open[i] as number, bars.close[i] as number];
  const [high, low] = [bars.high[i] as number, bars.low[i] as number];
  const isInRange = low <= open && open <= high && low <= close && close <= high;
  const isPositive = low > 0 && high < HIGHEST_PRICE && high < low * ABSURD_WICK;
  return isInRange && isPositive && isStamp(ts) && isVolume(volume);
}

function stampFault(ts: number): string | null {
  return isStamp(ts) ? null : `stamp ${ts} is not in ms since 1970`;
}

function isStamp(ts: number): boolean {
  return ts >= EARLIEST_TS && ts < LATEST_TS;
}

function priceFault(prices: BarPrices, isSigned: boolean): string | null {
  for (const field of PRICES) {
    const price = prices[field];
    if (isSigned ? !(Math.abs(price) < HIGHEST_PRICE) : !(price > 0 && price < HIGHEST_PRICE))
      return `${field} ${price} is no ${isSigned ? '' : 'positive '}price`;
  }
  return null;
}

function volumeFault(volume: number): string | null {
  return isVolume(volume) ? null : `volume ${volume} is no volume`;
}

/** An unknown volume is none that is wrong. */
function isVolume(volume: number): boolean {
  return Number.isNaN(volume) || (volume >= 0 && volume < HIGHEST_VOLUME);
}

function rangeFault(prices: BarPrices): string | null {
  const { high, low, close } = prices;
  if (high + Math.abs(high) * RANGE_TOLERANCE < low) return `high ${high} is below low ${low}`;
  const bound = Math.abs(close) * FARTHEST_OUTSIDE;
  if (outsideBy(prices) <= bound) return null;
  for (const field of ['open', 'close'] as const) {
    if (prices[field] > high + bound) return `${field} ${prices[field]} is above high ${high}`;
    if (prices[field] < low - bound) return `${field} ${prices[field]} is below low ${low}`;
  }
  return null;
}

function wickFault({ open, high, low, close }: BarPrices): string | null {
  if (high > Math.max(open, close) * ABSURD_WICK) return `high ${high} is absurd beside a close of ${close}`;
  return low * ABSURD_WICK < Math.min(open, close) ? `low ${low} is absurd beside a close of ${close}` : null;
}
