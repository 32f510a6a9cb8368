import type { Ohlcv, Split } from './bars.ts';
import type { Day } from './day.ts';

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
  return Math.max(
    ...(['open', 'high', 'low', 'close'] as const).map((field) =>
      relativeDistance(answered[field], stored[field]),
    ),
  );
}

/** Closes that agree to this relative distance count as changed by one ratio: a cent of a price of 100. */
const RATIO_SPREAD = 1e-4;

/** Bars in a row that changed by one ratio for one reason; fewer were corrected one by one. */
const SUSTAINED_BARS = 3;

/** How closes changed as a whole: see `restatement`. */
export interface Restatement {
  /** Ratios of answered to stored closes, one a stretch, oldest first: `[0.95, 1]` if those up to some day changed. */
  readonly ratios: readonly number[];
  /** Bars that changed. */
  readonly bars: number;
  /**
   * Whether what changed is the oldest part, or all: that is what splits, spin-offs and dividends do to prices that are
   * adjusted for them. Newer bars never change by a ratio while older ones stay.
   */
  readonly isOldest: boolean;
}

/**
 * How the closes of a series changed in long stretches of one ratio; undefined where they did not, or differ otherwise:
 * corrected bars, another instrument. Two bars prove a ratio only if there are no others.
 */
export function restatement(compared: readonly Difference<Ohlcv>[]): Restatement | undefined {
  const all = stretches(compared);
  const sustained = all.filter(({ bars }) => bars >= Math.max(2, Math.min(SUSTAINED_BARS, compared.length)));
  const ratios: number[] = [];
  for (const { ratio } of sustained) if (!isNear(ratio, ratios.at(-1) ?? Number.NaN)) ratios.push(ratio);
  const firstSame = ratios.findIndex((ratio) => isNear(ratio, 1));
  if (ratios.every((ratio) => isNear(ratio, 1))) return undefined;
  const bars = all.reduce((sum, stretch) => sum + (isNear(stretch.ratio, 1) ? 0 : stretch.bars), 0);
  return { ratios, bars, isOldest: firstSame === -1 || firstSame === ratios.length - 1 };
}

/** Runs of bars that changed by the same ratio. */
function stretches(compared: readonly Difference<Ohlcv>[]): { ratio: number; bars: number }[] {
  const found: { ratio: number; bars: number }[] = [];
  for (const { stored, answered } of compared) {
    const ratio = answered.close === stored.close ? 1 : answered.close / stored.close;
    const last = found.at(-1);
    if (last !== undefined && isNear(ratio, last.ratio)) last.bars++;
    else found.push({ ratio, bars: 1 });
  }
  return found;
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a / b - 1) <= RATIO_SPREAD;
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
  return steps.reduce(
    (largest, { before, step }) => (session < before ? Math.max(largest, step) : largest),
    0,
  );
}

function isSame(a: number, b: number): boolean {
  return relativeDistance(a, b) <= PRICE_TOLERANCE;
}

/** Distance of two numbers as a part of the larger: 0 for the same, also at 0, and above 1 across it. */
function relativeDistance(a: number, b: number): number {
  return a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
}
