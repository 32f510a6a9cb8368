import { type Pairs, PRICES, everyPair, pairsWhere } from '../bars/compare.ts';
import { beyondRounding } from './restatement.ts';

/** Vendors correct a bar or two of those that an answer repeats; of so many they do not correct all. */
const ENOUGH_BARS = 3;

/** Prices of a bar that have to differ: those of two instruments may have one in common. */
const ENOUGH_PRICES = 2;

/** Two readings of one session's volume are nearer than this part of the larger. */
const SAME_VOLUME = 0.01;

/**
 * Whether an answer has another volume for each stored bar that it repeats, and for most of them other prices, by more than
 * rounding does: however near these lie, they are those of another instrument. (What adjusts prices leaves volumes, or
 * changes both by one ratio, see `restatement`.)
 */
export function areAnothers(compared: Pairs): boolean {
  if (compared.length < ENOUGH_BARS) return false;
  const hasMoved = beyondRounding(compared);
  const hasOtherVolume = (i: number): boolean =>
    isOtherVolume(compared.stored.volume[i] as number, compared.answered.volume[i] as number);
  const hasOtherPrices = (i: number): boolean =>
    PRICES.filter((field) => hasMoved(i, field)).length >= ENOUGH_PRICES;
  return (
    everyPair(compared, hasOtherVolume) && pairsWhere(compared, hasOtherPrices).length > compared.length / 2
  );
}

/** An unknown volume is any. */
function isOtherVolume(stored: number, answered: number): boolean {
  return Math.abs(stored - answered) > Math.max(stored, answered) * SAME_VOLUME;
}
