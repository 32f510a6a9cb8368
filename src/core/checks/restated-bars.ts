import type { CorporateAction } from '../bars/bars.ts';
import { isSplit } from '../bars/bars.ts';
import type { Pairs } from '../bars/compare.ts';
import { formatDay, type Day } from '../session/day.ts';
import type { Oddity, RestatedBars } from './oddity.ts';
import { restatement } from './restatement.ts';

/** A ratio that comes so near that of a split is that split's. */
const SAME_RATIO = 0.001;

/**
 * The bars of a series that a source changed by a ratio which none of the splits explains; undefined where it changed none so.
 * A split explains what comes of all bars before it, and of none after. `actions`: those that are in force, and those that the
 * source tells.
 */
export function restatedBars(
  compared: Pairs,
  actions: readonly CorporateAction[],
  sessionOf: (ts: number) => Day,
): RestatedBars | undefined {
  const change = restatement(compared);
  if (change === undefined) return undefined;
  const ratio = ratioOf(change.ratios);
  const { length, stored } = change.changed;
  const lastTs = stored.ts[length - 1] as number;
  const last = sessionOf(lastTs);
  const isExplained = actions.some(
    (one) => isSplit(one) && last < one.exDay && Math.abs(one.ratio / ratio - 1) < SAME_RATIO,
  );
  return isExplained ? undefined : { bars: length, ratio, lastTs };
}

/** The ratio by which a restatement moved prices, of several the oldest that moved them visibly. */
export function ratioOf(ratios: readonly number[]): number {
  return ratios.find((level) => Math.abs(level - 1) > SAME_RATIO) ?? ratios[0] ?? 1;
}

/** Those of two pieces of a series as one: the ratio is the older one's. */
export function joinRestated(a: RestatedBars, b: RestatedBars): RestatedBars {
  const [older, newer] = a.lastTs <= b.lastTs ? [a, b] : [b, a];
  return { bars: a.bars + b.bars, ratio: older.ratio, lastTs: newer.lastTs };
}

/** What is odd about them: one oddity, at the last that changed. */
export function restatedOddity(restated: RestatedBars, sessionOf: (ts: number) => Day): Oddity {
  const { bars, ratio, lastTs } = restated;
  const session = sessionOf(lastTs);
  const which = bars === 1 ? '1 final bar changed' : `${bars} final bars up to ${formatDay(session)} changed`;
  const note = `${which} by ${ratio.toPrecision(6)}, which no split explains: the old ones are kept as revisions`;
  return { kind: 'restated', session, ts: lastTs, note, restated };
}
