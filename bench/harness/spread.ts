/** What several runs of one thing gave. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly runs: number;
}

/** The median of an even number of values is the mean of the two in the middle. Throws where there is no value. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)];
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (least === undefined || most === undefined || upper === undefined || lower === undefined) {
    throw new Error('no run, no spread');
  }
  return { median: (lower + upper) / 2, least, most, runs: sorted.length };
}

/** How many times the second's each of the first's values is, run by run: what a round shares cancels out. */
export function ratioOf(values: readonly number[], others: readonly number[]): Spread {
  if (values.length !== others.length) throw new Error('ratios are of values of the same runs');
  return spreadOf(values.map((value, run) => value / (others[run] ?? Number.NaN)));
}
