import { barsOf, rowsOf, storedBarsOf } from '../../src/core/bars/bar-builder.ts';
import type { Bar, Ohlcv, Split } from '../../src/core/bars/bars.ts';
import * as adjust from '../../src/core/adjust/adjust.ts';
import * as checks from '../../src/core/checks/checks.ts';
import * as closedDays from '../../src/core/checks/closed-days.ts';
import type { StoredBars } from '../../src/core/bars/columns.ts';
import * as compare from '../../src/core/bars/compare.ts';
import * as copies from '../../src/core/checks/copies.ts';
import type { Day } from '../../src/core/session/day.ts';
import * as fillers from '../../src/core/checks/fillers.ts';
import * as fingerprint from '../../src/core/bars/fingerprint.ts';
import { joinBars } from '../../src/core/bars/merge-bars.ts';
import type { Oddity } from '../../src/core/checks/oddity.ts';
import * as oddities from '../../src/core/checks/oddities.ts';
import * as plausibility from '../../src/core/checks/plausibility.ts';
import * as grid from '../../src/core/checks/price-grid.ts';
import * as restated from '../../src/core/checks/restatement.ts';
import * as levels from '../../src/core/checks/session-levels.ts';
import * as straight from '../../src/core/checks/straight-lines.ts';
import * as unapplied from '../../src/core/checks/unapplied-splits.ts';
import * as units from '../../src/core/checks/unit-flips.ts';

// What works on columns, over the rows that tests write and read.

export interface CheckedRows {
  readonly accepted: readonly Ohlcv[];
  readonly rejected: readonly checks.RejectedBar[];
}

export type RowContext = Omit<plausibility.SeriesContext, 'known'> & { readonly known: readonly Ohlcv[] };

type Rows = readonly Ohlcv[];

function inColumns({ known, ...context }: RowContext): plausibility.SeriesContext {
  return { ...context, known: barsOf(known) };
}

function asRows({ accepted, rejected }: checks.CheckedBars): CheckedRows {
  return { accepted: rowsOf(accepted), rejected };
}

function asBars({ accepted, rejected }: CheckedRows): checks.CheckedBars {
  return { accepted: barsOf(accepted), rejected };
}

const rejecting =
  (check: (checked: checks.CheckedBars, context: plausibility.SeriesContext) => checks.CheckedBars) =>
  (checked: CheckedRows, context: RowContext): CheckedRows =>
    asRows(check(asBars(checked), inColumns(context)));

export const rejectClosedDays = rejecting(closedDays.rejectClosedDays);
export const rejectUnitFlips = rejecting(units.rejectUnitFlips);
export const rejectOffLevels = rejecting(levels.rejectOffLevels);
export const rejectStraightLines = rejecting(straight.rejectStraightLines);
export const rejectStandstill = rejecting(copies.rejectStandstill);

export const checkBars = (rows: Rows, type?: string | null): CheckedRows =>
  asRows(checks.checkBars(barsOf(rows), type));

export const rejectSpoiltSessions = (checked: CheckedRows, sessionOf: (ts: number) => Day): CheckedRows =>
  asRows(checks.rejectSpoiltSessions(asBars(checked), sessionOf));

export function dropFillers(
  rows: Rows,
  context: RowContext,
): { kept: Rows; dropped: readonly fillers.Filler[] } {
  const { kept, dropped } = fillers.dropFillers(barsOf(rows), inColumns(context));
  return { kept: rowsOf(kept), dropped };
}

export const copiedBars = (rows: Rows, context: RowContext): copies.CopiedBar[] =>
  copies.copiedBars(joinBars(barsOf(context.known), barsOf(rows)), inColumns(context));

export const findOddities = (rows: Rows, context: RowContext): Oddity[] =>
  oddities.findOddities(barsOf(rows), inColumns(context));

export const sessionPrices = (rows: Rows, context: RowContext): plausibility.Sessions =>
  plausibility.sessionPrices(barsOf(rows), inColumns(context));

export const fingerprintOf = (rows: Rows): string | null => fingerprint.fingerprintOf(barsOf(rows));

export const priceGrid = (rows: Rows): number => grid.priceGrid(barsOf(rows));

export const toRaw = (rows: Rows, splits: readonly Split[], sessionOf: (ts: number) => Day): Ohlcv[] =>
  rowsOf(adjust.toRaw(barsOf(rows), splits, sessionOf));

export const unappliedSplits = (
  rows: Rows,
  splits: readonly Split[],
  sessionOf: (ts: number) => Day,
): Split[] => unapplied.unappliedSplits(barsOf(rows), splits, sessionOf);

export const hiddenSplits = (rows: Rows, splits: readonly Split[], sessionOf: (ts: number) => Day): Split[] =>
  unapplied.hiddenSplits(barsOf(rows), splits, sessionOf);

/** A stored bar and what an answer says of the same stamp. */
export interface Difference {
  readonly stored: Ohlcv;
  readonly answered: Ohlcv;
}

/** Rows as they are stored, where they do not say where they come from. */
function stored(rows: readonly (Ohlcv & Partial<Pick<Bar, 'source' | 'fetchedAt'>>)[]): StoredBars {
  return storedBarsOf(rows.map((row) => ({ source: 'yahoo', fetchedAt: 0, ...row })));
}

/** Pairs of bars, which need not be of one stamp. */
function pairsOf(differences: readonly Difference[]): compare.Pairs {
  return {
    length: differences.length,
    stored: stored(differences.map((pair) => pair.stored)),
    answered: barsOf(differences.map((pair) => pair.answered)),
  };
}

export function differencesOf(pairs: compare.Pairs): Difference[] {
  const answered = rowsOf(pairs.answered);
  return rowsOf(pairs.stored).map((bar, i) => ({ stored: bar, answered: answered[i] as Ohlcv }));
}

/** Stored rows compared with an answer's. */
export const comparisonOf = (older: Rows, newer: Rows): compare.Comparison =>
  compare.compareBars(stored(older), barsOf(newer), () => 0);

export function compareBars(
  older: Rows,
  newer: Rows,
  stepAt: (ts: number) => number,
): { compared: Difference[]; differing: Difference[]; gone: Ohlcv[] } {
  const { compared, differing, gone } = compare.compareBars(stored(older), barsOf(newer), stepAt);
  return { compared: differencesOf(compared), differing: differencesOf(differing), gone: rowsOf(gone) };
}

export const priceDrift = (pair: Difference): number => compare.priceDrift(pairsOf([pair]), 0);

export function restatement(
  pairs: readonly Difference[],
): { ratios: readonly number[]; bars: number; isOldest: boolean } | undefined {
  const found = restated.restatement(pairsOf(pairs));
  return found && { ratios: found.ratios, bars: found.changed.length, isOldest: found.isOldest };
}
