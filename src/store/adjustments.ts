import { parseDay } from '../core/session/day.ts';
import { BackfillError } from '../core/errors.ts';
import { isAdjustment } from '../core/adjust/factors.ts';
import type { Argument, Asked } from './asked.ts';
import type { AdjustedView } from './views.ts';

/** The ways in which a statement has bars adjusted; `view` is that of `bars_adjusted`. Throws `usage` and `invalid-date`. */
export function adjustmentsIn(asked: Asked, view: AdjustedView): AdjustedView[] {
  const called = asked.calls('adjusted_bars').map(adjustmentOf);
  return asked.mentions('bars_adjusted') ? [view, ...called] : called;
}

function adjustmentOf(given: readonly Argument[]): AdjustedView {
  const valueOf = (name: string, place: number): Argument['value'] => {
    const named = given.find((argument) => argument.name === name);
    const placed = given[place]?.name === '' ? given[place] : undefined;
    const argument = named ?? placed;
    return argument === undefined ? null : argument.value;
  };
  const [mode, asOf] = [valueOf('mode', 0), valueOf('as_of', 1)];
  if (mode === undefined || asOf === undefined)
    throw new BackfillError(
      'usage',
      "adjusted_bars takes what it is adjusted for as it is written: adjusted_bars('splits', DATE '2020-08-28')",
    );
  const known = mode ?? 'all';
  // DuckDB says of any other what there is.
  if (!isAdjustment(known)) return { mode: 'none', asOf: undefined };
  if (asOf !== null) parseDay(asOf);
  return { mode: known, asOf: asOf ?? undefined };
}
