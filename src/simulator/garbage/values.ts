// Rows that no market can have printed.

import { inSome, some, traded } from './chosen.ts';
import { changingRows } from './form.ts';
import { type TradedRow, scaled } from './rows.ts';

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

export const contradicting = changingRows((rows, { random }, { price }) => {
  const twice = some(traded(rows), random);
  return rows.flatMap((row, i) => {
    if (!twice.has(i)) return [row];
    const bar = row as TradedRow;
    const other = { ...scaled(bar, 1.02, price), volume: Math.round(bar.volume * 0.9) };
    // Which of the two is true must not be told by their order.
    return random() < 0.5 ? [bar, other] : [other, bar];
  });
});
