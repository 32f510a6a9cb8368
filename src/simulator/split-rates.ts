/** Largest denominator tried to write a split's ratio. */
const LARGEST_DENOMINATOR = 1000;

/** A ratio as whole numbers: 1.5 is 3 for 2. */
export function splitRates(ratio: number): { readonly to: number; readonly from: number } {
  let from = 1;
  while (from < LARGEST_DENOMINATOR && Math.abs(ratio * from - Math.round(ratio * from)) > 1e-9) from++;
  return { to: Math.round(ratio * from), from };
}
