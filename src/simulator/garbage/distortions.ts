import type { Random } from '../../market/random.ts';
import type { Distortions } from '../distortion.ts';
import { empty, half, noSplits, thin } from './absent.ts';
import { constant, filler, interpolated, staleTail } from './invented.ts';
import { recycled, wrongCurrency, wrongType } from './identity.ts';
import { basisFlip, grossSpike, jump, spike, stretch, unitFlip } from './levels.ts';
import { contradicting, crossed, negativePrice, negativeVolume, notANumber, zeroPrice } from './values.ts';
import { otherSeries, wrongTicker } from './other-ticker.ts';
import { type AnswerForm, type Garbling, changing, changingRows } from './form.ts';
import type { Row } from './rows.ts';

/** The part of the rows that stand twice. */
const DUPLICATED = 0.2;

/** Good answers made wrong, once for every wire. */
const GARBLINGS: Readonly<Record<keyof Distortions, Garbling>> = {
  'wrong-ticker': wrongTicker,
  duplicated: rearranged(repeating),
  unordered: rearranged(shuffled),
  milliseconds: stampsIn(1e3),
  crossed,
  'negative-price': negativePrice,
  'zero-price': zeroPrice,
  'not-a-number': notANumber,
  'negative-volume': negativeVolume,
  contradicting,
  microseconds: stampsIn(1e6),
  nanoseconds: stampsIn(1e9),
  'wrong-currency': wrongCurrency,
  'wrong-type': wrongType,
  recycled,
  'other-series': otherSeries,
  jump,
  spike,
  'gross-spike': grossSpike,
  'basis-flip': basisFlip,
  constant,
  interpolated,
  filler,
  'unit-flip': unitFlip,
  'no-splits': noSplits,
  empty,
  thin,
  'stale-tail': staleTail,
  half,
  stretch,
};

/** The distortions of a wire. */
export function distortionsOf(form: AnswerForm): Distortions {
  const made = Object.entries(GARBLINGS).map(([name, garbling]) => [name, garbling(form)]);
  return Object.fromEntries(made) as Distortions;
}

/** Stamps in a unit of which so many are a second. */
function stampsIn(aSecond: number): Garbling {
  return changing((answer, _, form) => form.withStampsTimes(answer, aSecond / form.stampsASecond));
}

/** Puts the rows in another order, given as their indexes. */
function rearranged(order: (rows: number, random: Random) => readonly number[]): Garbling {
  return changingRows((rows, { random }) => order(rows.length, random).map((i) => rows[i] as Row));
}

function repeating(rows: number, random: Random): number[] {
  const atLeast = Math.floor(random() * rows);
  return Array.from({ length: rows }, (_, i) => i).flatMap((i) =>
    random() < DUPLICATED || i === atLeast ? [i, i] : [i],
  );
}

/** Fisher-Yates, with the last row never left in its place. */
function shuffled(rows: number, random: Random): number[] {
  const order = Array.from({ length: rows }, (_, i) => i);
  for (let i = rows - 1; i > 0; i--) {
    const j = Math.floor(random() * (i === rows - 1 ? i : i + 1));
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}
