/** The part of rows, ascending by `ts`, with a stamp in `[from, to)` (ms since the epoch). */
export function rowsBetween<R extends { readonly ts: number }>(
  rows: readonly R[],
  from: number,
  to: number,
): readonly R[] {
  return rows.slice(indexOf(rows, from), indexOf(rows, to));
}

/** Index of the first row at or after a stamp. */
function indexOf(rows: readonly { readonly ts: number }[], stamp: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.ts ?? stamp) < stamp) low = middle + 1;
    else high = middle;
  }
  return low;
}
