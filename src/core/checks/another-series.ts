import { type Pairs, PRICES, pairsWhere } from '../bars/compare.ts';
import { beyondRounding } from './restatement.ts';

/** Vendors correct a bar or two of those that an answer repeats; of so many they do not correct all. */
const ENOUGH_BARS = 3;

/** The same where prices alone tell, as nothing is known of volumes: some sessions of hours, three weeks of days. */
const ENOUGH_BY_PRICES = 12;

/** Prices of a bar that have to differ: those of two instruments may have one in common, or two now and then. */
const ENOUGH_PRICES = 2;
const MOST_PRICES = 3;

/** Two readings of one session's volume are nearer than this part of the larger; late trades make it a few per cent. */
const SAME_VOLUME = 0.01;

/** What is nearer than this was only counted in other units. */
const PRINTED_VOLUME = 1e-4;

/** A volume in a hundred of another instrument is within a hundredth of its own by chance. */
const NEARLY_ALL = 0.9;

/**
 * Whether an answer's bars are those of another instrument than the stored ones that it repeats, however near these lie: most
 * differ in prices, by more than rounding does, and nearly all in volume; or three prices of four differ and, by however little,
 * nearly all volumes. Where no volumes are known, three of four in nearly all of many bars have to differ. (What adjusts
 * prices leaves volumes, or changes both by one ratio, see `restatement`; what corrects volumes leaves prices.)
 */
export function areAnothers(compared: Pairs): boolean {
  if (compared.length < ENOUGH_BARS) return false;
  const hasMoved = beyondRounding(compared);
  const moved = (i: number): number => PRICES.filter((field) => hasMoved(i, field)).length;
  const movedIn = (fewest: number): number => pairsWhere(compared, (i) => moved(i) >= fewest).length;
  if (movedIn(ENOUGH_PRICES) <= compared.length / 2) return false;
  const told = pairsWhere(compared, (i) => isTold(compared, i));
  const apartBy = (part: number): number => pairsWhere(told, (i) => volumesApart(told, i) > part).length;
  const isEnoughTold = told.length >= ENOUGH_BARS;
  if (isEnoughTold && apartBy(SAME_VOLUME) >= told.length * NEARLY_ALL) return true;
  if (!isEnoughTold)
    return compared.length >= ENOUGH_BY_PRICES && movedIn(MOST_PRICES) >= compared.length * NEARLY_ALL;
  let prices = 0;
  for (let i = 0; i < compared.length; i++) prices += moved(i);
  return prices >= compared.length * MOST_PRICES && apartBy(PRINTED_VOLUME) >= told.length * NEARLY_ALL;
}

/** Whether both sides tell of a volume: 0 of both is that of what has none, such as currencies. */
function isTold({ stored, answered }: Pairs, i: number): boolean {
  const [before, now] = [stored.volume[i] as number, answered.volume[i] as number];
  return before > 0 || now > 0 ? !Number.isNaN(before + now) : false;
}

/** How far the volumes of pair i lie apart, as a part of the larger. */
function volumesApart({ stored, answered }: Pairs, i: number): number {
  const [before, now] = [stored.volume[i] as number, answered.volume[i] as number];
  return Math.abs(before - now) / Math.max(before, now);
}
