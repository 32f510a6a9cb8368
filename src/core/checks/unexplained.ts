import { type Pairs, pairsAt } from '../bars/compare.ts';
import { priceGrid } from './price-grid.ts';
import { SUSTAINED_BARS, type Stretch, closesAt, isOneRatio, stretchesOfOneRatio } from './restatement.ts';

/** Answers of fewer bars cannot show three of every ratio: two have to do. */
const FEW_BARS = 12;

/** Rounding that moves a ratio by no more than this part of it needs no proof: a cent of a price of 5. */
const FINE = 1e-3;

/**
 * Units that the prices of a stretch must span for the answer to show that it follows them, and not some prices of its own
 * that are printed as coarsely. With two, the prices of one bank pass for another's.
 */
const LEAST_SPAN = 3;

/** The same of a stretch that is nearly all of what was compared, as no chance makes one. */
const LEAST_SPAN_OF_ALL = 1;
const NEARLY_ALL = 0.9;

/**
 * The bars of a series that no restatement explains: one changes closes by a ratio that stays for a stretch of bars, so
 * that what changed by a ratio of its own was corrected, or is another instrument's. None if there is only one bar.
 *
 * Either side was rounded: what a share of some cents becomes in another unit has no finer ratio than its cents. Where that
 * leaves much open, a stretch counts only if the stored closes move in it by so many units that the answer could not have
 * come as near to them by standing still, or by moves of its own.
 */
export function unexplained(compared: Pairs): Pairs {
  const printed = { answered: priceGrid(compared.answered), stored: priceGrid(compared.stored) };
  const fewest = compared.length < FEW_BARS ? 2 : SUSTAINED_BARS;
  const enough = Math.min(fewest, movesIn(compared));
  const fine = stretchesOfOneRatio(compared, { ...printed, most: FINE });
  const coarse = rejoined(stretchesOfOneRatio(compared, printed)).filter((stretch) =>
    isShown(compared, stretch, printed),
  );
  const explained = new Set(
    [...fine, ...coarse].flatMap(({ places }) => (movesIn(pairsAt(compared, places)) < enough ? [] : places)),
  );
  const apart: number[] = [];
  for (let i = 0; i < compared.length; i++) {
    const [stored, answered] = closesAt(compared, i);
    if (stored !== answered && !explained.has(i)) apart.push(i);
  }
  return pairsAt(compared, apart);
}

/** Pairs that differ from the one before them: two prices that stand still have one ratio whatever they are. */
function movesIn({ length, stored, answered }: Pairs): number {
  let moves = Math.min(length, 1);
  for (let i = 1; i < length; i++)
    if (stored.close[i] !== stored.close[i - 1] || answered.close[i] !== answered.close[i - 1]) moves++;
  return moves;
}

/** Stretches of which those are one again that only a few corrected bars part. */
function rejoined(stretches: readonly Stretch[]): Stretch[] {
  const joined: Stretch[] = [];
  for (const stretch of stretches) {
    const [before, between] = [joined.at(-2), joined.at(-1)];
    const isParted = between !== undefined && between.places.length < SUSTAINED_BARS;
    if (before === undefined || !isParted || !isOneRatio(before, stretch)) joined.push(stretch);
    else {
      const [least, most] = [Math.max(before.least, stretch.least), Math.min(before.most, stretch.most)];
      joined.splice(-2, 2, between, { places: [...before.places, ...stretch.places], least, most });
    }
  }
  return joined;
}

/** Whether the stored closes of a stretch span so many units, of both sides together, that the answer follows them. */
function isShown(
  compared: Pairs,
  { places, least, most }: Stretch,
  printed: { readonly answered: number; readonly stored: number },
): boolean {
  const ratio = Math.abs(least + most) / 2;
  const closes = pairsAt(compared, places).stored.close.toSorted();
  const span = ratio * ((closes.at(-1) ?? 0) - (closes[0] ?? 0));
  const isNearlyAll = places.length >= compared.length * NEARLY_ALL;
  const unit = printed.answered + ratio * printed.stored;
  return span >= unit * (isNearlyAll ? LEAST_SPAN_OF_ALL : LEAST_SPAN);
}
