import type { Ohlcv } from './bars.ts';
import type { Day } from './day.ts';
import { mayBeNegative } from './instrument-type.ts';
import { outsideBy, RANGE_TOLERANCE } from './outside-range.ts';

/** A bar that is not stored, and why. */
export interface RejectedBar {
  readonly bar: Ohlcv;
  readonly reason: string;
  /** Whether it is later than all stored bars beside it, and in another unit than they are. Default false. */
  readonly isNewUnit?: boolean;
}

export interface CheckedBars {
  /** Sound bars, ascending and unique by `ts`. */
  readonly accepted: readonly Ohlcv[];
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

/** No bar is stored from before 1900 or after 2100 (ms since the epoch): such a stamp is in the wrong unit. */
const EARLIEST_TS = Date.UTC(1900, 0, 1);
const LATEST_TS = Date.UTC(2100, 0, 1);

/**
 * Sorts the bars of one answer and separates those that cannot be prices of an instrument of this type (`typeOf`; null:
 * not known, so its prices are positive). Bars that contradict another of the same stamp are all rejected; repetitions
 * count once, the one that knows its volume.
 */
export function checkBars(bars: readonly Ohlcv[], type: string | null = null): CheckedBars {
  const accepted: Ohlcv[] = [];
  const rejected: RejectedBar[] = [];
  for (const group of groupedByStamp(bars)) {
    const told = mostTold(group);
    const contradicted = group.some((bar) => bar !== told && !saysTheSame(bar, told));
    for (const bar of contradicted ? group : [told]) {
      const reason = contradicted ? 'another row has the same stamp and other values' : fault(bar, type);
      if (reason === null) accepted.push(bar);
      else rejected.push({ bar, reason });
    }
  }
  return { accepted, rejected };
}

/**
 * Rejects the sound bars too of every session of which more bars were rejected than not: what is left of it is no
 * session to trade on, and stored it would count as present.
 */
export function rejectSpoiltSessions(
  { accepted, rejected }: CheckedBars,
  sessionOf: (ts: number) => Day,
): CheckedBars {
  if (rejected.length === 0) return { accepted, rejected };
  const balance = new Map<Day, number>();
  const count = (ts: number, by: number): void =>
    void balance.set(sessionOf(ts), (balance.get(sessionOf(ts)) ?? 0) + by);
  for (const { ts } of accepted) count(ts, 1);
  for (const { bar } of rejected) count(bar.ts, -1);
  const isSpoilt = ({ ts }: Ohlcv): boolean => (balance.get(sessionOf(ts)) ?? 0) < 0;
  const reason = 'most bars of its session were rejected';
  return {
    accepted: accepted.filter((bar) => !isSpoilt(bar)),
    rejected: [...rejected, ...accepted.filter(isSpoilt).map((bar) => ({ bar, reason }))],
  };
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
function fault(bar: Ohlcv, type: string | null): string | null {
  if (!(bar.ts >= EARLIEST_TS && bar.ts < LATEST_TS)) return `stamp ${bar.ts} is not in ms since 1970`;
  return priceFault(bar, type) ?? volumeFault(bar) ?? rangeFault(bar);
}

function priceFault(bar: Ohlcv, type: string | null): string | null {
  const isSigned = mayBeNegative(type, bar);
  for (const field of PRICES) {
    const price = bar[field];
    if (isSigned ? !(Math.abs(price) < HIGHEST_PRICE) : !(price > 0 && price < HIGHEST_PRICE))
      return `${field} ${price} is no ${isSigned ? '' : 'positive '}price`;
  }
  return null;
}

/** An unknown volume is none that is wrong. */
function volumeFault({ volume }: Ohlcv): string | null {
  if (Number.isNaN(volume) || (volume >= 0 && volume < HIGHEST_VOLUME)) return null;
  return `volume ${volume} is no volume`;
}

function rangeFault(bar: Ohlcv): string | null {
  const { high, low, close } = bar;
  if (high + Math.abs(high) * RANGE_TOLERANCE < low) return `high ${high} is below low ${low}`;
  const bound = Math.abs(close) * FARTHEST_OUTSIDE;
  if (outsideBy(bar) <= bound) return null;
  for (const field of ['open', 'close'] as const) {
    if (bar[field] > high + bound) return `${field} ${bar[field]} is above high ${high}`;
    if (bar[field] < low - bound) return `${field} ${bar[field]} is below low ${low}`;
  }
  return null;
}

function groupedByStamp(bars: readonly Ohlcv[]): [Ohlcv, ...Ohlcv[]][] {
  const groups: [Ohlcv, ...Ohlcv[]][] = [];
  for (const bar of bars.toSorted((a, b) => a.ts - b.ts)) {
    const group = groups.at(-1);
    if (group !== undefined && group[0].ts === bar.ts) group.push(bar);
    else groups.push([bar]);
  }
  return groups;
}
