import { barsOf, rowsOf } from '../../src/core/bars/bar-builder.ts';
import type { Ohlcv } from '../../src/core/bars/bars.ts';
import type { Day } from '../../src/core/session/day.ts';
import * as factors from '../../src/core/adjust/factors.ts';

/** The last close of each session of bars that ascend. */
export function sessionCloses(
  bars: readonly Ohlcv[],
  sessionOf: (ts: number) => Day,
): factors.SessionClose[] {
  const closes: factors.SessionClose[] = [];
  for (const { ts, close } of bars) {
    const session = sessionOf(ts);
    if (closes.at(-1)?.session === session) closes.pop();
    closes.push({ session, close });
  }
  return closes;
}

/** `adjustBars` over rows. */
export function adjustBars(
  rows: readonly Ohlcv[],
  steps: readonly factors.FactorStep[],
  sessionOf: (ts: number) => Day,
): Ohlcv[] {
  return rowsOf(factors.adjustBars(barsOf(rows), steps, sessionOf));
}
