import type { Random } from '../../market/random.ts';
import type { Distortion, Distortions } from '../distortion.ts';
import { type ChartBar, withBars } from './chart.ts';
import { empty, half, noSplits, thin } from './garbage/absent.ts';
import { constant, filler, interpolated, staleTail } from './garbage/invented.ts';
import { recycled, wrongCurrency, wrongType } from './garbage/identity.ts';
import { basisFlip, grossSpike, jump, spike, unitFlip } from './garbage/levels.ts';
import {
  contradicting,
  crossed,
  negativePrice,
  negativeVolume,
  notANumber,
  zeroPrice,
} from './garbage/values.ts';
import { otherSeries, wrongTicker } from './other-ticker.ts';
import { stampsTimes } from './stamps.ts';

/** The part of the rows that stand twice. */
const DUPLICATED = 0.2;

/** Good answers made wrong, all parallel arrays in step. */
export const yahooDistortions: Distortions = {
  'wrong-ticker': wrongTicker,
  duplicated: rearranged(repeating),
  unordered: rearranged(shuffled),
  milliseconds: stampsTimes(1e3),
  crossed,
  'negative-price': negativePrice,
  'zero-price': zeroPrice,
  'not-a-number': notANumber,
  'negative-volume': negativeVolume,
  contradicting,
  microseconds: stampsTimes(1e6),
  nanoseconds: stampsTimes(1e9),
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
};

/** Puts the rows in another order, given as their indexes. */
function rearranged(order: (rows: number, random: Random) => readonly number[]): Distortion {
  return (answer, { random }) =>
    withBars(answer, (bars) => order(bars.length, random).map((i) => bars[i] as ChartBar));
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
