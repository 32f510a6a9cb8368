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

/** Whether two bars say the same, within the precision of a wire and half a step of volume. */
export function isSameBar(a: Ohlcv, b: Ohlcv, volumeStep: number): boolean {
  return (
    isSame(a.open, b.open) &&
    isSame(a.high, b.high) &&
    isSame(a.low, b.low) &&
    isSame(a.close, b.close) &&
    (isSame(a.volume, b.volume) || Math.abs(a.volume - b.volume) <= (volumeStep / 2) * (1 + PRICE_TOLERANCE))
  );
}

/** Largest relative difference of a price of a pair. */
export function priceDrift({ stored, answered }: Difference<Ohlcv>): number {
  return Math.max(
    ...(['open', 'high', 'low', 'close'] as const).map(
      (field) => Math.abs(answered[field] - stored[field]) / Math.max(answered[field], stored[field]),
    ),
  );
}

/** Closes that agree to this relative distance count as changed by one ratio: a cent of a price of 100. */
const RATIO_SPREAD = 1e-4;

/** A restated series has long stretches of one ratio; answers that are merely different have none. */
const BARS_A_LEVEL = 50;

/**
 * The ratios of answered to stored closes of a restated series, one a stretch, oldest first: `[0.95]` if all bars
 * changed by it, `[0.95, 1]` if the older ones did. Undefined where nothing changed or the bars differ otherwise, and
 * for fewer than two bars, which prove no ratio.
 */
export function restatedRatios(compared: readonly Difference<Ohlcv>[]): number[] | undefined {
  if (compared.length < 2) return undefined;
  const levels: number[] = [];
  for (const { stored, answered } of compared) {
    const ratio = answered.close / stored.close;
    const last = levels.at(-1);
    if (last === undefined || Math.abs(ratio / last - 1) > RATIO_SPREAD) levels.push(ratio);
    if (levels.length > 1 + compared.length / BARS_A_LEVEL) return undefined;
  }
  return levels.some((level) => Math.abs(level - 1) > RATIO_SPREAD) ? levels : undefined;
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
  return Math.abs(a - b) <= PRICE_TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
}
