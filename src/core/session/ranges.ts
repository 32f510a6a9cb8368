import type { Day, DayRange } from './day.ts';

/**
 * Algebra of day ranges. Every list in and out is ascending and disjoint; every range is half-open,
 * `[from, to)`. Empty ranges never appear in a result.
 */

/** Sorts and joins ranges that overlap or touch. */
export function normalize(ranges: readonly DayRange[]): DayRange[] {
  const sorted = ranges.filter((range) => range.from < range.to).toSorted((a, b) => a.from - b.from);
  const joined: DayRange[] = [];
  for (const range of sorted) {
    const last = joined.at(-1);
    if (last !== undefined && range.from <= last.to) {
      joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
    } else joined.push({ from: range.from, to: range.to });
  }
  return joined;
}

/** Days in `a`, in `b` or in both. */
export function union(a: readonly DayRange[], b: readonly DayRange[]): DayRange[] {
  return normalize([...a, ...b]);
}

/** Days in both `a` and `b`. */
export function intersect(a: readonly DayRange[], b: readonly DayRange[]): DayRange[] {
  const both: DayRange[] = [];
  let i = 0;
  let j = 0;
  for (let x = a[i], y = b[j]; x !== undefined && y !== undefined; x = a[i], y = b[j]) {
    const from = Math.max(x.from, y.from);
    const to = Math.min(x.to, y.to);
    if (from < to) both.push({ from, to });
    if (x.to < y.to) i++;
    else j++;
  }
  return both;
}

/** Days in `a` that are not in `b`. */
export function subtract(a: readonly DayRange[], b: readonly DayRange[]): DayRange[] {
  const rest: DayRange[] = [];
  let j = 0;
  for (const range of a) {
    let from = range.from;
    while ((b[j]?.to ?? Number.POSITIVE_INFINITY) <= from) j++;
    for (let k = j; ; k++) {
      const cut = b[k];
      if (cut === undefined || cut.from >= range.to) break;
      if (from < cut.from) rest.push({ from, to: cut.from });
      from = Math.max(from, cut.to);
    }
    if (from < range.to) rest.push({ from, to: range.to });
  }
  return rest;
}

/** Whether a day lies in one of the ranges. */
export function contains(ranges: readonly DayRange[], day: Day): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.to ?? 0) <= day) low = middle + 1;
    else high = middle;
  }
  const range = ranges[low];
  return range !== undefined && range.from <= day;
}

/** The range from the first day of some ranges to the last, in whatever order these are; `undefined` for none. */
export function span(ranges: readonly DayRange[]): DayRange | undefined {
  const [first, ...more] = ranges;
  return (
    first &&
    more.reduce((all, { from, to }) => ({ from: Math.min(all.from, from), to: Math.max(all.to, to) }), {
      from: first.from,
      to: first.to,
    })
  );
}
