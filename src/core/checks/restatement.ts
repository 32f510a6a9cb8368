import {
  type Pairs,
  type PriceField,
  PRICE_TOLERANCE,
  everyPair,
  pairsAt,
  somePair,
} from '../bars/compare.ts';
import { priceGrid } from './price-grid.ts';

/** Closes that agree to this relative distance count as changed by one ratio: a cent of a price of 100. */
const RATIO_SPREAD = 1e-4;

/** Bars in a row that changed by one ratio for one reason; fewer were corrected one by one. */
export const SUSTAINED_BARS = 3;

/** Two are enough where they are the oldest and moved by more than a correction does: chance makes no such pair. */
const SUSTAINED_PAIR = { bars: 2, leastMove: 0.01 };

/** How closes changed as a whole: see `restatement`. */
export interface Restatement {
  /** Ratios of answered to stored closes, one a stretch, oldest first: `[0.95, 1]` if those up to some day changed. */
  readonly ratios: readonly number[];
  /** The bars that changed, oldest first; at least one. */
  readonly changed: Pairs;
  /**
   * Whether what changed is the oldest part, or all: that is what splits, spin-offs and dividends do to prices that are
   * adjusted for them. Newer bars never change by a ratio while older ones stay.
   */
  readonly isOldest: boolean;
}

/**
 * How the closes of a series changed in long stretches of one ratio; undefined where they did not, or differ otherwise:
 * bars that were corrected or rounded, another instrument. Two bars prove a ratio only if there are no others.
 */
export function restatement(compared: Pairs): Restatement | undefined {
  // Nearly every answer is done with here.
  if (!somePair(compared, (i) => moveOf(compared, i) !== 0)) return undefined;
  const all = stretches(compared);
  const enough = Math.max(2, Math.min(SUSTAINED_BARS, compared.length));
  const sustained = all.filter(
    ({ places, stands }, i) =>
      places.length >= enough || (i === 0 && !stands && isMovedPair(pairsAt(compared, places))),
  );
  const levels = sustained.filter((stretch, i) => {
    const before = sustained[i - 1];
    if (before === undefined || before.stands !== stretch.stands) return true;
    return !stretch.stands && !isOneRatio(before, stretch);
  });
  const changed = all.flatMap(({ places, stands }) => (stands ? [] : places));
  if (changed.length === 0 || levels.every(({ stands }) => stands)) return undefined;
  const firstSame = levels.findIndex(({ stands }) => stands);
  return {
    ratios: levels.map(({ places, stands }) => (stands ? 1 : ratioOf(pairsAt(compared, places)))),
    changed: pairsAt(compared, changed),
    isOldest: firstSame === -1 || firstSame === levels.length - 1,
  };
}

function isMovedPair(pairs: Pairs): boolean {
  return pairs.length >= SUSTAINED_PAIR.bars && Math.abs(ratioOf(pairs) - 1) > SUSTAINED_PAIR.leastMove;
}

/** Bars in a row that changed by one ratio, within what the printing of prices leaves open. */
export interface Stretch extends RatioRange {
  /** Their places among the pairs. */
  readonly places: number[];
}

/** What a ratio may be. */
interface RatioRange {
  readonly least: number;
  readonly most: number;
}

/** Stretches in the order of the bars; those that stand where they stood, or only as far as rounding goes, are one. */
function stretches(compared: Pairs): (Stretch & { stands: boolean })[] {
  const grids = gridsOf(compared);
  const joined: (Stretch & { stands: boolean })[] = [];
  for (const [i, stretch] of stretchesOfOneRatio(compared, { answered: grids.answered }).entries()) {
    const isBulk = i === 0 && stretch.places.length > compared.length / 2;
    const stands =
      isOneRatio(stretch, UNCHANGED) || isRounded(pairsAt(compared, stretch.places), grids, isBulk);
    const last = joined.at(-1);
    if (stands && last?.stands === true) for (const place of stretch.places) last.places.push(place);
    else joined.push({ ...stretch, stands });
  }
  return joined;
}

/** The ratio of what did not change. */
const UNCHANGED: RatioRange = { least: 1 - RATIO_SPREAD / 2, most: 1 + RATIO_SPREAD / 2 };

/** What rounding leaves open of a ratio. */
interface Printed {
  /** The unit that the answer is printed in. */
  readonly answered: number;
  /** That of what is stored; default: it is exact. */
  readonly stored?: number;
  /** The part of a ratio that rounding is believed to have moved it by at most; default any. */
  readonly most?: number;
}

/** The fewest stretches of one ratio each that some pairs make, in the order of the bars. */
export function stretchesOfOneRatio(compared: Pairs, printed: Printed): Stretch[] {
  const found: Stretch[] = [];
  for (let i = 0; i < compared.length; i++) {
    const ratio = ratiosOf(compared, i, printed);
    const last = found.at(-1);
    if (last !== undefined && isOneRatio(last, ratio)) {
      last.places.push(i);
      const least = Math.max(last.least, ratio.least);
      found[found.length - 1] = { places: last.places, least, most: Math.min(last.most, ratio.most) };
    } else found.push({ places: [i], ...ratio });
  }
  return found;
}

/** The ratios that a close may have changed by if the answer is printed on a grid, and what is stored on another. */
function ratiosOf(pairs: Pairs, i: number, printed: Printed): RatioRange {
  const { answered: grid, stored: storedGrid = 0, most = Number.POSITIVE_INFINITY } = printed;
  const [stored, answered] = closesAt(pairs, i);
  const ratio = stored === answered ? 1 : answered / stored;
  // A hair less than half a unit: two prices that are one apart were not rounded from the same.
  const rounding = Math.abs(((grid + Math.abs(ratio) * storedGrid) / stored) * 0.499);
  const spread = Math.max(Math.min(rounding, Math.abs(ratio) * most), (Math.abs(ratio) * RATIO_SPREAD) / 2);
  return { least: ratio - spread, most: ratio + spread };
}

/** The stored and the answered close of pair i. */
export function closesAt({ stored, answered }: Pairs, i: number): readonly [number, number] {
  return [stored.close[i] as number, answered.close[i] as number];
}

export function isOneRatio(a: RatioRange, b: RatioRange): boolean {
  return a.least <= b.most && b.least <= a.most;
}

function ratioOf({ stored, answered }: Pairs): number {
  const sum = (closes: Float64Array): number => closes.reduce((total, close) => total + close, 0);
  return sum(answered.close) / sum(stored.close);
}

/** Rounding of a cheap share may move it by more than this part; a ratio of so much is taken seriously. */
const MATERIAL = 0.005;

/** The units that two sides print their prices in. */
interface Grids {
  readonly answered: number;
  /** The larger of both: what rounding moves a price by at most. */
  readonly coarser: number;
}

function gridsOf(compared: Pairs): Grids {
  const answered = priceGrid(compared.answered);
  return { answered, coarser: Math.max(answered, priceGrid(compared.stored)) };
}

/**
 * Tells a price that moved from one that was only printed otherwise: within a unit of what either side prints, or within half
 * of one, which is as far as rounding to the nearest goes, where a unit is much of the price.
 */
export function beyondRounding(compared: Pairs): (i: number, field?: PriceField) => boolean {
  let unit: number | undefined;
  return (i, field = 'close') => {
    unit ??= gridsOf(compared).coarser * (1 + PRICE_TOLERANCE);
    const [stored, answered] = [compared.stored[field][i] as number, compared.answered[field][i] as number];
    const isMuch = unit > MATERIAL * Math.abs(stored);
    return Math.abs(answered - stored) > (isMuch ? unit / 2 : unit);
  };
}

/** By what factor the closes of pair i lie apart, at least 1. */
export function factorApart(pairs: Pairs, i: number): number {
  const [stored, answered] = closesAt(pairs, i);
  if (stored === answered) return 1;
  const ratio = stored / answered;
  // Prices on the two sides of zero are as far apart as can be.
  return ratio > 0 ? Math.max(ratio, 1 / ratio) : Number.POSITIVE_INFINITY;
}

/**
 * Whether closes that changed by one ratio were only printed on another grid. `isBulk`: they are the oldest and most of
 * what was compared, so that a ratio would be a restatement. It is one where rounding would explain them by an unlikely
 * chance only, or goes beyond what is rounded to the nearest unit and matters.
 */
function isRounded(pairs: Pairs, grids: Grids, isBulk: boolean): boolean {
  const unit = grids.coarser * (1 + PRICE_TOLERANCE);
  const farthest = movesOf(pairs).reduce((most, move) => Math.max(most, Math.abs(move)), 0);
  if (farthest > unit) return false;
  if (!isBulk) return true;
  const ratio = ratioOf(pairs);
  if (isProvenRatio(pairs, ratio, grids)) return false;
  return Math.abs(ratio - 1) <= MATERIAL || farthest <= unit / 2;
}

/** How unlikely it must be that rounded closes seem to have changed by a ratio. */
const CHANCE = 1e-5;

/** Whether a ratio explains moves of several sizes to the last digit, as moves within a unit hardly ever are by chance. */
function isProvenRatio(pairs: Pairs, ratio: number, grids: Grids): boolean {
  const closes = new Set(pairs.stored.close);
  if (((2 * grids.answered) / grids.coarser) ** (closes.size - 1) > CHANCE) return false;
  const moves = movesOf(pairs).toSorted();
  const isByRatio = (i: number): boolean => {
    const [stored, answered] = closesAt(pairs, i);
    return Math.abs(answered - ratio * stored) <= grids.answered;
  };
  return (
    (moves.at(-1) ?? 0) - (moves[0] ?? 0) > grids.answered * (1 + PRICE_TOLERANCE) &&
    everyPair(pairs, isByRatio)
  );
}

function movesOf(pairs: Pairs): Float64Array {
  return pairs.stored.close.map((_, i) => moveOf(pairs, i));
}

function moveOf(pairs: Pairs, i: number): number {
  const [stored, answered] = closesAt(pairs, i);
  return answered - stored;
}
