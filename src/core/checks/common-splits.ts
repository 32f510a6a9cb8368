/** Ratios that boards choose, as new and old shares, and how near a jump must come to one. */
const COMMON_SPLITS: readonly (readonly [number, number])[] = [
  ...[2, 3, 4, 5, 7, 10, 20].map((shares): readonly [number, number] => [shares, 1]),
  [3, 2],
];
const SPLIT_TOLERANCE = 0.02;

/** A first bar that moves by more from open to close is the work of news rather than of a split. */
export const CALM = 1.05;

/** Stock dividends and the like: so near 1 that only a ratio that is just theirs speaks for one. */
const SMALL_SPLITS: readonly (readonly [number, number])[] = [
  ...[2, 3, 4, 5, 10, 20].map((old): readonly [number, number] => [old + 1, old]),
  [5, 3],
  [7, 5],
];
const SMALL_SPLIT_TOLERANCE = 3e-4;

/** The split that changed stored prices by this ratio, known to four digits, as `2:1`, or undefined. */
export function splitOfRatio(ratio: number): string | undefined {
  return splitLike(ratio) ?? splitAmong(SMALL_SPLITS, ratio, SMALL_SPLIT_TOLERANCE);
}

/** The common split that moves a price by this factor, as `2:1`, or undefined. */
export function splitLike(factor: number): string | undefined {
  return splitAmong(COMMON_SPLITS, factor, SPLIT_TOLERANCE);
}

function splitAmong(
  splits: readonly (readonly [number, number])[],
  factor: number,
  tolerance: number,
): string | undefined {
  for (const [shares, old] of splits) {
    if (Math.abs((factor * shares) / old - 1) <= tolerance) return `${shares}:${old}`;
    if (Math.abs((factor * old) / shares - 1) <= tolerance) return `${old}:${shares}`;
  }
  return undefined;
}
