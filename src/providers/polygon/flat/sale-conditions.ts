/**
 * What a trade counts for, by the conditions of its sale. Of several the strictest decides: what one of them rules out is out.
 *
 * The numbers are the vendor's, the rules those of the consolidated tape (CTA and UTP output specifications) as the vendor's list
 * of conditions gives them under `update_rules.consolidated`. Form T (12) may set prices outside regular hours by the vendor's
 * word; bars are of regular hours, where it never does.
 */
export interface Counts {
  readonly highLow: boolean;
  readonly openClose: boolean;
  readonly volume: boolean;
}

const ALL: Counts = { highLow: true, openClose: true, volume: true };

/** Reported out of order: they widen the range, and begin or end it only where nothing else does. */
const OUT_OF_ORDER: Counts = { highLow: true, openClose: false, volume: true };

/** Averages, odd lots, and what is settled or priced in its own way. */
const ONLY_VOLUME: Counts = { highLow: false, openClose: false, volume: true };

/** Prices of a listing market's own, of shares that were counted before. */
const NOTHING: Counts = { highLow: false, openClose: false, volume: false };

const BY_NUMBER: ReadonlyMap<number, Counts> = new Map([
  // 0 and 1: regular; 14: intermarket sweep; 8, 19: closing; 18, 25, 28: opening and reopening; 41: exempt from trade-through.
  ...ruled(ALL, [0, 1, 3, 4, 6, 8, 9, 11, 14, 18, 19, 23, 24, 25, 27, 28, 30, 31, 34, 35, 36, 41, 55]),
  // 10: derivatively priced; 22: prior reference price; 33: sold out of sequence.
  ...ruled(OUT_OF_ORDER, [5, 10, 17, 22, 32, 33]),
  // 2: average price; 7, 20: cash and next day; 12, 13: extended hours; 37: odd lot; 52, 53: contingent.
  ...ruled(ONLY_VOLUME, [2, 7, 12, 13, 20, 21, 29, 37, 52, 53]),
  // 15, 16: official close and open; 38: the consolidated close corrected, whose price is of the day and of no minute.
  ...ruled(NOTHING, [15, 16, 38]),
]);

function ruled(counts: Counts, numbers: readonly number[]): [number, Counts][] {
  return numbers.map((number) => [number, counts]);
}

/** What a trade counts for; undefined: it has a condition that no rule is known for. `cell`: numbers with commas; empty: none. */
export function countsOf(cell: string): Counts | undefined {
  if (cell === '') return ALL;
  let [highLow, openClose, volume] = [true, true, true];
  for (const number of cell.split(',')) {
    const counts = number === '' ? undefined : BY_NUMBER.get(Number(number));
    if (counts === undefined) return undefined;
    highLow &&= counts.highLow;
    openClose &&= counts.openClose;
    volume &&= counts.volume;
  }
  return { highLow, openClose, volume };
}

/**
 * Whether a record stands for a trade that was made, by its correction: 0 was not corrected, and 1 has the values that it was
 * corrected to. Others are trades that were cancelled (8, 10) or in error (7, 11), and what a corrected one said before (12).
 * Undefined: it is none of these. Source: the vendor's glossary of trade corrections, after NYSE's.
 */
export function stands(correction: string): boolean | undefined {
  if (correction === '' || Number(correction) === 0 || Number(correction) === 1) return true;
  return [7, 8, 10, 11, 12].includes(Number(correction)) ? false : undefined;
}
