import type { Ohlcv, Split } from './bars.ts';
import type { Day } from './day.ts';
import { priceGrid } from './price-grid.ts';
import { type Some, some } from './some.ts';
import { largest } from './extremes.ts';

/** Relative difference up to which two prices are the same one: what survives a float32 wire and back. */
export const PRICE_TOLERANCE = 2e-7;

/** Volumes of sessions before a day are known only to half a step: a split-adjusted wire has whole units of its own. */
export interface VolumeStep {
  readonly before: Day;
  readonly step: number;
}

/** A stored bar and what an answer says of the same stamp. */
export interface Difference<B extends Ohlcv> {
  readonly stored: B;
  readonly answered: Ohlcv;
}

/** How the bars of an answer agree with stored ones. */
export interface Comparison<B extends Ohlcv> {
  /** Stored bars that the answer has too. */
  readonly compared: readonly Difference<B>[];
  /** Those of them with another price or volume, beyond the wire's precision. */
  readonly differing: readonly Difference<B>[];
  /** Stored bars that the answer lacks. */
  readonly gone: readonly B[];
}

/**
 * Compares stored bars with an answer's, both ascending and unique by `ts`. `stepAt` gives what a volume at a stamp is
 * a multiple of, for all that is known; 0 where it is exact.
 */
export function compareBars<B extends Ohlcv>(
  stored: readonly B[],
  answered: readonly Ohlcv[],
  stepAt: (ts: number) => number,
): Comparison<B> {
  const byTs = new Map(answered.map((bar) => [bar.ts, bar]));
  const compared: Difference<B>[] = [];
  const gone: B[] = [];
  for (const bar of stored) {
    const answer = byTs.get(bar.ts);
    if (answer === undefined) gone.push(bar);
    else compared.push({ stored: bar, answered: answer });
  }
  const differing = compared.filter((pair) => !isSameBar(pair.stored, pair.answered, stepAt(pair.stored.ts)));
  return { compared, differing, gone };
}

/** Whether two bars say the same, within the precision of a wire and half a step of volume; an unknown volume is any. */
export function isSameBar(a: Ohlcv, b: Ohlcv, volumeStep: number): boolean {
  return (
    isSame(a.open, b.open) &&
    isSame(a.high, b.high) &&
    isSame(a.low, b.low) &&
    isSame(a.close, b.close) &&
    (Number.isNaN(a.volume) ||
      Number.isNaN(b.volume) ||
      isSame(a.volume, b.volume) ||
      Math.abs(a.volume - b.volume) <= (volumeStep / 2) * (1 + PRICE_TOLERANCE))
  );
}

/** Largest relative difference of a price of a pair. */
export function priceDrift({ stored, answered }: Difference<Ohlcv>): number {
  return largest(
    (['open', 'high', 'low', 'close'] as const).map((field) =>
      relativeDistance(answered[field], stored[field]),
    ),
  );
}

/** Closes that agree to this relative distance count as changed by one ratio: a cent of a price of 100. */
const RATIO_SPREAD = 1e-4;

/** Bars in a row that changed by one ratio for one reason; fewer were corrected one by one. */
const SUSTAINED_BARS = 3;

/** Two are enough where they are the oldest and moved by more than a correction does: chance makes no such pair. */
const SUSTAINED_PAIR = { bars: 2, leastMove: 0.01 };

/** How closes changed as a whole: see `restatement`. */
export interface Restatement<B extends Ohlcv = Ohlcv> {
  /** Ratios of answered to stored closes, one a stretch, oldest first: `[0.95, 1]` if those up to some day changed. */
  readonly ratios: readonly number[];
  /** Bars that changed. */
  readonly bars: number;
  /** Those bars, oldest first. */
  readonly changed: Some<Difference<B>>;
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
export function restatement<B extends Ohlcv>(compared: readonly Difference<B>[]): Restatement<B> | undefined {
  const all = stretches(compared);
  const enough = Math.max(2, Math.min(SUSTAINED_BARS, compared.length));
  const sustained = all.filter(
    ({ pairs, stands }, i) => pairs.length >= enough || (i === 0 && !stands && isMovedPair(pairs)),
  );
  const levels = sustained.filter((stretch, i) => {
    const before = sustained[i - 1];
    if (before === undefined || before.stands !== stretch.stands) return true;
    return !stretch.stands && !isOneRatio(before, stretch);
  });
  const changed = some(all.flatMap(({ pairs, stands }) => (stands ? [] : pairs)));
  if (changed === undefined || levels.every(({ stands }) => stands)) return undefined;
  const firstSame = levels.findIndex(({ stands }) => stands);
  return {
    ratios: levels.map(({ pairs, stands }) => (stands ? 1 : ratioOf(pairs))),
    bars: changed.length,
    changed,
    isOldest: firstSame === -1 || firstSame === levels.length - 1,
  };
}

function isMovedPair(pairs: readonly Difference<Ohlcv>[]): boolean {
  return pairs.length >= SUSTAINED_PAIR.bars && Math.abs(ratioOf(pairs) - 1) > SUSTAINED_PAIR.leastMove;
}

/** Bars in a row that changed by one ratio, within what the printing of prices leaves open. */
interface Stretch<B extends Ohlcv> extends RatioRange {
  readonly pairs: Difference<B>[];
}

/** What a ratio may be. */
interface RatioRange {
  readonly least: number;
  readonly most: number;
}

/** Stretches in the order of the bars; those that stand where they stood, or only as far as rounding goes, are one. */
function stretches<B extends Ohlcv>(
  compared: readonly Difference<B>[],
): (Stretch<B> & { stands: boolean })[] {
  const grids = gridsOf(compared);
  const joined: (Stretch<B> & { stands: boolean })[] = [];
  for (const [i, stretch] of stretchesOfOneRatio(compared, grids.answered).entries()) {
    const isBulk = i === 0 && stretch.pairs.length > compared.length / 2;
    const stands = isOneRatio(stretch, UNCHANGED) || isRounded(stretch.pairs, grids, isBulk);
    const last = joined.at(-1);
    if (stands && last?.stands === true) for (const pair of stretch.pairs) last.pairs.push(pair);
    else joined.push({ ...stretch, stands });
  }
  return joined;
}

/** The ratio of what did not change. */
const UNCHANGED: RatioRange = { least: 1 - RATIO_SPREAD / 2, most: 1 + RATIO_SPREAD / 2 };

function stretchesOfOneRatio<B extends Ohlcv>(
  compared: readonly Difference<B>[],
  grid: number,
): Stretch<B>[] {
  const found: Stretch<B>[] = [];
  for (const pair of compared) {
    const ratio = ratiosOf(pair, grid);
    const last = found.at(-1);
    if (last !== undefined && isOneRatio(last, ratio)) {
      last.pairs.push(pair);
      const least = Math.max(last.least, ratio.least);
      found[found.length - 1] = { pairs: last.pairs, least, most: Math.min(last.most, ratio.most) };
    } else found.push({ pairs: [pair], ...ratio });
  }
  return found;
}

/** The ratios that a close may have changed by if the answer is printed on a grid. */
function ratiosOf({ stored, answered }: Difference<Ohlcv>, grid: number): RatioRange {
  const ratio = stored.close === answered.close ? 1 : answered.close / stored.close;
  // A hair less than half a unit: two prices that are one apart were not rounded from the same.
  const rounding = Math.abs((grid / stored.close) * 0.499);
  const spread = Math.max(rounding, (Math.abs(ratio) * RATIO_SPREAD) / 2);
  return { least: ratio - spread, most: ratio + spread };
}

function isOneRatio(a: RatioRange, b: RatioRange): boolean {
  return a.least <= b.most && b.least <= a.most;
}

function ratioOf(pairs: readonly Difference<Ohlcv>[]): number {
  const sum = (close: (pair: Difference<Ohlcv>) => number): number =>
    pairs.reduce((total, pair) => total + close(pair), 0);
  return sum(({ answered }) => answered.close) / sum(({ stored }) => stored.close);
}

/** The units that two sides print their prices in. */
interface Grids {
  readonly answered: number;
  /** The larger of both: what rounding moves a price by at most. */
  readonly coarser: number;
}

function gridsOf(compared: readonly Difference<Ohlcv>[]): Grids {
  const answered = priceGrid(compared.map((pair) => pair.answered));
  return { answered, coarser: Math.max(answered, priceGrid(compared.map(({ stored }) => stored))) };
}

/** Tells a close that moved from one that was only printed otherwise: within a unit of what either side prints. */
export function beyondRounding(compared: readonly Difference<Ohlcv>[]): (pair: Difference<Ohlcv>) => boolean {
  const unit = gridsOf(compared).coarser * (1 + PRICE_TOLERANCE);
  return (pair) => Math.abs(moveOf(pair)) > unit;
}

/** By what factor the closes of a pair lie apart, at least 1. */
export function factorApart({ stored, answered }: Difference<Ohlcv>): number {
  if (stored.close === answered.close) return 1;
  const ratio = stored.close / answered.close;
  // Prices on the two sides of zero are as far apart as can be.
  return ratio > 0 ? Math.max(ratio, 1 / ratio) : Number.POSITIVE_INFINITY;
}

/** Rounding of a cheap share may move it by more than this part; a ratio of so much is taken seriously. */
const MATERIAL = 0.005;

/**
 * Whether closes that changed by one ratio were only printed on another grid. `isBulk`: they are the oldest and most of
 * what was compared, so that a ratio would be a restatement. It is one where rounding would explain them by an unlikely
 * chance only, or goes beyond what is rounded to the nearest unit and matters.
 */
function isRounded(pairs: readonly Difference<Ohlcv>[], grids: Grids, isBulk: boolean): boolean {
  const unit = grids.coarser * (1 + PRICE_TOLERANCE);
  const farthest = pairs.reduce((most, pair) => Math.max(most, Math.abs(moveOf(pair))), 0);
  if (farthest > unit) return false;
  if (!isBulk) return true;
  const ratio = ratioOf(pairs);
  if (isProvenRatio(pairs, ratio, grids)) return false;
  return Math.abs(ratio - 1) <= MATERIAL || farthest <= unit / 2;
}

/** How unlikely it must be that rounded closes seem to have changed by a ratio. */
const CHANCE = 1e-5;

/** Whether a ratio explains moves of several sizes to the last digit, as moves within a unit hardly ever are by chance. */
function isProvenRatio(pairs: readonly Difference<Ohlcv>[], ratio: number, grids: Grids): boolean {
  const closes = new Set(pairs.map(({ stored }) => stored.close));
  if (((2 * grids.answered) / grids.coarser) ** (closes.size - 1) > CHANCE) return false;
  const moves = pairs.map(moveOf).toSorted((a, b) => a - b);
  return (
    (moves.at(-1) ?? 0) - (moves[0] ?? 0) > grids.answered * (1 + PRICE_TOLERANCE) &&
    pairs.every(({ stored, answered }) => Math.abs(answered.close - ratio * stored.close) <= grids.answered)
  );
}

function moveOf({ stored, answered }: Difference<Ohlcv>): number {
  return answered.close - stored.close;
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

function isSame(a: number, b: number): boolean {
  return relativeDistance(a, b) <= PRICE_TOLERANCE;
}

/** Distance of two numbers as a part of the larger: 0 for the same, also at 0, and above 1 across it. */
function relativeDistance(a: number, b: number): number {
  return a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
}
