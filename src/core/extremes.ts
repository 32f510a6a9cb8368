/**
 * The largest of the numbers, however many; `-Infinity` of none. `Math.max(...numbers)` overflows the stack at some 120,000.
 */
export function largest(numbers: Iterable<number>): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const number of numbers) most = Math.max(most, number);
  return most;
}

/** The smallest of the numbers, however many; `Infinity` of none. */
export function smallest(numbers: Iterable<number>): number {
  let least = Number.POSITIVE_INFINITY;
  for (const number of numbers) least = Math.min(least, number);
  return least;
}
