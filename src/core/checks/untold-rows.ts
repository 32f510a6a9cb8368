import type { Bars } from '../bars/columns.ts';
import { joinBars } from '../bars/merge-bars.ts';
import { stillBars } from './copies.ts';
import { isIdleAt } from './fillers.ts';
import type { SeriesContext } from './plausibility.ts';

/**
 * Places of sound rows, ascending, that are as if they had not come: those of one price and no volume, in a series that has
 * volume, and those that stand still (`stillBars`). A longer bar that they are a part of may be told otherwise later.
 */
export function untoldRows(rows: Bars, context: SeriesContext): ReadonlySet<number> {
  const still = stillBars(joinBars(context.known, rows), context).map(({ at }) => at);
  const untold = new Set(still);
  if (rows.volume.some((traded) => traded > 0))
    for (let i = 0; i < rows.length; i++) if (isIdleAt(rows, i)) untold.add(i);
  return untold;
}
