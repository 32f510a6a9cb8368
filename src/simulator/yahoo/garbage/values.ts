// Rows that no market can have printed.

import type { Random } from '../../../market/random.ts';
import type { Distortion } from '../../distortion.ts';
import { scaled, type TradedBar, withBars } from '../chart.ts';
import { inSome, some, traded } from '../chosen.ts';

export const crossed = inSome(
  (bar) => ({ ...bar, high: bar.low, low: bar.high }),
  ({ high, low }) => high > low,
);

/** The order of the prices holds, so that only their sign gives them away. */
export const negativePrice = inSome((bar) => ({ ...bar, low: -bar.low }));

export const zeroPrice = inSome((bar) => ({ ...bar, open: 0, low: 0 }));

/** JSON has no NaN, but `1e999` is a number in it; the largest float32 fills columns that have no value. */
const NO_NUMBERS = [Number.POSITIVE_INFINITY, 3.4028234663852886e38, 1e30];

export const notANumber = inSome((bar, random) => {
  const value = NO_NUMBERS[Math.floor(random() * NO_NUMBERS.length)] as number;
  const { adjclose } = bar;
  return {
    ...bar,
    ...{ open: value, high: value, low: value, close: value },
    ...(adjclose !== undefined && { adjclose: value }),
  };
});

export const negativeVolume = inSome(
  (bar) => ({ ...bar, volume: -bar.volume }),
  ({ volume }) => volume > 0,
);

export const contradicting: Distortion = (answer, { random }) =>
  withBars(answer, (bars) => {
    const twice = some(traded(bars), random);
    return bars.flatMap((bar, i) => (twice.has(i) ? inEitherOrder(bar as TradedBar, random) : [bar]));
  });

/** Which of the two is true must not be told by their order. */
function inEitherOrder(bar: TradedBar, random: Random): TradedBar[] {
  const other = { ...scaled(bar, 1.02), volume: Math.round(bar.volume * 0.9) };
  return random() < 0.5 ? [bar, other] : [other, bar];
}
