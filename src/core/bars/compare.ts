import type { Ohlcv, Split } from './bars.ts';
import { type Bars, type StoredBars, pick } from './columns.ts';
import { largest } from '../extremes.ts';
import type { Day } from '../session/day.ts';

/** Relative difference up to which two prices are the same one: what survives a float32 wire and back. */
export const PRICE_TOLERANCE = 2e-7;

/** The prices of a bar. */
export const PRICES = ['open', 'high', 'low', 'close'] as const;
export type PriceField = (typeof PRICES)[number];

/** Volumes of sessions before a day are known only to half a step: a split-adjusted wire has whole units of its own. */
export interface VolumeStep {
  readonly before: Day;
  readonly step: number;
}

/** Stored bars and what an answer says of the same stamps: bar i of either side. Ascending. */
export interface Pairs {
  readonly length: number;
  readonly stored: StoredBars;
  readonly answered: Bars;
}

/** How the bars of an answer agree with stored ones. */
export interface Comparison {
  /** Stored bars that the answer has too. */
  readonly compared: Pairs;
  /** Those of them with another price or volume, beyond the wire's precision. */
  readonly differing: Pairs;
  /** Stored bars that the answer lacks. */
  readonly gone: StoredBars;
}

/**
 * Compares stored bars with an answer's. `stepAt` gives what a volume at a stamp is a multiple of, for all that is known;
 * 0 where it is exact.
 */
export function compareBars(stored: StoredBars, answered: Bars, stepAt: (ts: number) => number): Comparison {
  const [both, other, gone]: [number[], number[], number[]] = [[], [], []];
  let j = 0;
  for (let i = 0; i < stored.length; i++) {
    const ts = stored.ts[i] as number;
    while (j < answered.length && (answered.ts[j] as number) < ts) j++;
    if (j === answered.length || answered.ts[j] !== ts) gone.push(i);
    else {
      both.push(i);
      other.push(j);
    }
  }
  const compared = { length: both.length, stored: pick(stored, both), answered: pick(answered, other) };
  const isOther = (i: number): boolean =>
    !isSameAt(compared.stored, i, compared.answered, i, stepAt(compared.stored.ts[i] as number));
  return { compared, differing: pairsWhere(compared, isOther), gone: pick(stored, gone) };
}

/** The pairs of which a test holds; the same object where it holds of all. */
export function pairsWhere(pairs: Pairs, holds: (i: number) => boolean): Pairs {
  const places: number[] = [];
  for (let i = 0; i < pairs.length; i++) if (holds(i)) places.push(i);
  return places.length === pairs.length ? pairs : pairsAt(pairs, places);
}

/** The pairs at some places, in their order. */
export function pairsAt({ stored, answered }: Pairs, places: readonly number[]): Pairs {
  return { length: places.length, stored: pick(stored, places), answered: pick(answered, places) };
}

/** Whether a test holds of some pair. */
export function somePair({ length }: Pairs, holds: (i: number) => boolean): boolean {
  for (let i = 0; i < length; i++) if (holds(i)) return true;
  return false;
}

/** Whether a test holds of every pair. */
export function everyPair(pairs: Pairs, holds: (i: number) => boolean): boolean {
  return !somePair(pairs, (i) => !holds(i));
}

/** Whether two bars say the same, within the precision of a wire and half a step of volume; an unknown volume is any. */
export function isSameBar(a: Ohlcv, b: Ohlcv, volumeStep: number): boolean {
  return (
    isSame(a.open, b.open) &&
    isSame(a.high, b.high) &&
    isSame(a.low, b.low) &&
    isSame(a.close, b.close) &&
    isSameVolume(a.volume, b.volume, volumeStep)
  );
}

/** The same of bar i of some bars and bar j of others. */
export function isSameAt(a: Bars, i: number, b: Bars, j: number, volumeStep: number): boolean {
  return (
    isSame(a.open[i] as number, b.open[j] as number) &&
    isSame(a.high[i] as number, b.high[j] as number) &&
    isSame(a.low[i] as number, b.low[j] as number) &&
    isSame(a.close[i] as number, b.close[j] as number) &&
    isSameVolume(a.volume[i] as number, b.volume[j] as number, volumeStep)
  );
}

function isSameVolume(a: number, b: number, step: number): boolean {
  return (
    Number.isNaN(a) ||
    Number.isNaN(b) ||
    isSame(a, b) ||
    Math.abs(a - b) <= (step / 2) * (1 + PRICE_TOLERANCE)
  );
}

/** How far the price of pair i that changed most did, as a part of the stored one. */
export function priceDrift(pairs: Pairs, i: number): number {
  return largest(PRICES.map((field) => changeOf(pairs, field, i)));
}

/** How far a price of pair i changed, as a part of the stored one; of the answered one where 0 is stored. */
export function changeOf({ stored, answered }: Pairs, field: PriceField, i: number): number {
  const [before, now] = [stored[field][i] as number, answered[field][i] as number];
  return before === now ? 0 : Math.abs((now - before) / (before === 0 ? now : before));
}

/** The largest `priceDrift` of any pair; 0 of none. */
export function worstDrift(pairs: Pairs): number {
  let worst = 0;
  for (let i = 0; i < pairs.length; i++) worst = Math.max(worst, priceDrift(pairs, i));
  return worst;
}

/**
 * To what steps volumes are known after some splits: a wire that adjusts for a reverse split of 1:20 prints one unit for
 * twenty, so that what is turned back is known to a multiple of 20. None for splits that multiply shares.
 */
export function volumeSteps(splits: readonly Split[]): VolumeStep[] {
  const ascending = splits.toSorted((a, b) => a.exDay - b.exDay);
  return ascending.flatMap(({ exDay }, i) => {
    // A bar may have been fetched after any number of the later splits.
    let shares = 1;
    let fewest = 1;
    for (const { ratio } of ascending.slice(i)) {
      shares *= ratio;
      fewest = Math.min(fewest, shares);
    }
    return fewest < 1 ? [{ before: exDay, step: 1 / fewest }] : [];
  });
}

/** The largest step that applies to a session; 0 for none. */
export function volumeStepOf(steps: readonly VolumeStep[], session: Day): number {
  return steps.reduce((most, { before, step }) => (session < before ? Math.max(most, step) : most), 0);
}

/** Whether two prices differ by more than what a wire leaves open. */
export function isUnlike(a: number, b: number): boolean {
  return !isSame(a, b);
}

function isSame(a: number, b: number): boolean {
  return relativeDistance(a, b) <= PRICE_TOLERANCE;
}

/** Distance of two numbers as a part of the larger: 0 for the same, also at 0, and above 1 across it. */
function relativeDistance(a: number, b: number): number {
  return a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
}
