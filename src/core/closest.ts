/**
 * The candidate that a mistyped word most likely stands for: one that it begins (`split` for `splits`), or the one that
 * the fewest slips of the pen away (a letter too many, too few, another, or two swapped), at most one slip in three
 * letters. Case does not count. Undefined if none is near.
 */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const typed = word.toLowerCase();
  let best: string | undefined;
  let fewest = Math.floor((typed.length + 1) / 3) + 1;
  for (const candidate of candidates) {
    const name = candidate.toLowerCase();
    const isBeginning = typed.length >= 3 && name.startsWith(typed);
    const slips = isBeginning ? Math.min(1, name.length - typed.length) : slipsBetween(typed, name);
    if (slips >= fewest) continue;
    fewest = slips;
    best = candidate;
  }
  return best;
}

/** `; did you mean yahoo?`, or nothing where nothing is near. */
export function didYouMean(word: string, candidates: Iterable<string>, prefix = ''): string {
  const near = closest(word, candidates);
  return near === undefined ? '' : `; did you mean ${prefix}${near}?`;
}

/** Damerau's distance (optimal string alignment): insertions, deletions, substitutions and swaps of neighbours. */
function slipsBetween(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let slips = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        slips = Math.min(slips, (beforeLast[j - 2] ?? 0) + 1);
      row.push(slips);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
