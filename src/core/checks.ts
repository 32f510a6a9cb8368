import type { Ohlcv } from './bars.ts';
import type { Day } from './day.ts';

/** A bar that is not stored, and why. */
export interface RejectedBar {
  readonly bar: Ohlcv;
  readonly reason: string;
}

export interface CheckedBars {
  /** Sound bars, ascending and unique by `ts`. */
  readonly accepted: readonly Ohlcv[];
  readonly rejected: readonly RejectedBar[];
}

/** Prices within this relative distance count as equal: a few units of a float32-like wire. */
const PRICE_TOLERANCE = 1e-6;

/** Beyond what any market has quoted: the largest prices are some millions, the largest volumes some quadrillions. */
const HIGHEST_PRICE = 1e12;
const HIGHEST_VOLUME = 1e18;

/** No bar is stored from before 1900 or after 2100 (ms since the epoch): such a stamp is in the wrong unit. */
const EARLIEST_TS = Date.UTC(1900, 0, 1);
const LATEST_TS = Date.UTC(2100, 0, 1);

/**
 * Sorts the bars of one answer and separates those that no market can have printed. Bars that contradict another
 * of the same stamp are all rejected; exact repetitions count once.
 */
export function checkBars(bars: readonly Ohlcv[]): CheckedBars {
  const accepted: Ohlcv[] = [];
  const rejected: RejectedBar[] = [];
  for (const group of groupedByStamp(bars)) {
    const [first, ...others] = group;
    const contradicted = others.some((bar) => !sameValues(bar, first));
    for (const bar of contradicted ? group : [first]) {
      const reason = contradicted ? 'another row has the same stamp and other values' : fault(bar);
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

/** Why a bar cannot be true, or null. */
function fault(bar: Ohlcv): string | null {
  if (!(bar.ts >= EARLIEST_TS && bar.ts < LATEST_TS)) return `stamp ${bar.ts} is not in ms since 1970`;
  for (const field of ['open', 'high', 'low', 'close'] as const) {
    if (!(bar[field] > 0 && bar[field] < HIGHEST_PRICE)) return `${field} ${bar[field]} is no positive price`;
  }
  if (!(bar.volume >= 0 && bar.volume < HIGHEST_VOLUME)) return `volume ${bar.volume} is no volume`;
  const slack = bar.high * PRICE_TOLERANCE;
  if (bar.high + slack < bar.low) return `high ${bar.high} is below low ${bar.low}`;
  for (const field of ['open', 'close'] as const) {
    if (bar[field] > bar.high + slack) return `${field} ${bar[field]} is above high ${bar.high}`;
    if (bar[field] < bar.low - slack) return `${field} ${bar[field]} is below low ${bar.low}`;
  }
  return null;
}

function sameValues(a: Ohlcv, b: Ohlcv): boolean {
  return (
    a.open === b.open && a.high === b.high && a.low === b.low && a.close === b.close && a.volume === b.volume
  );
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
