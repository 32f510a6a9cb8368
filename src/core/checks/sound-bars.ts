import type { Bars } from '../bars/columns.ts';
import { sessionDateOf } from '../bars/partition.ts';
import { type CheckedBars, checkBars, rejectSpoiltSessions } from './checks.ts';
import { rejectClosedDays } from './closed-days.ts';
import { rejectStandstill } from './copies.ts';
import { type Filler, dropFillers } from './fillers.ts';
import { rejectIdle } from './idle-bars.ts';
import { rejectOffGrid } from './off-grid.ts';
import type { SeriesContext } from './plausibility.ts';
import { rejectStraightLines } from './straight-lines.ts';
import { rejectUnitFlips } from './unit-flips.ts';

/**
 * Bars of one answer, in any order, that passed every check, and the others; rows that nobody traded are apart. Those off the
 * grid are no bars of their session, and say nothing of it.
 */
export function soundBars(
  bars: Bars,
  context: SeriesContext,
): CheckedBars & { readonly fillers: readonly Filler[] } {
  const { accepted, rejected } = checkBars(bars, context.type);
  const onGrid = rejectOffGrid({ accepted, rejected: [] }, context);
  const { kept, dropped } = dropFillers(onGrid.accepted, context);
  const sound = rejectIdle(rejectImplausible({ accepted: kept, rejected }, context), context);
  return { ...sound, rejected: [...onGrid.rejected, ...sound.rejected], fillers: dropped };
}

/**
 * The same of rows that longer bars are joined of. One that nobody traded takes nothing away from the bar that it is a part of,
 * so that it is kept, unless the series trades in nearly every row.
 */
export function soundRows(rows: Bars, context: SeriesContext): CheckedBars {
  return rejectIdle(rejectImplausible(checkBars(rows, context.type), context), context);
}

/** Rejects what no market does, of bars each of which may be true by itself. */
function rejectImplausible(checked: CheckedBars, context: SeriesContext): CheckedBars {
  const onSessions = rejectClosedDays(checked, context);
  const inOneUnit = rejectUnitFlips(onSessions, context);
  const bent = rejectStraightLines(inOneUnit, context);
  const moving = rejectStandstill(bent, context);
  return rejectSpoiltSessions(moving, sessionDateOf(context.interval, context.calendar));
}
