import type { Ohlcv, Revision } from '../../core/bars/bars.ts';
import { barAt, placeOf, storedBarAt } from '../../core/bars/columns.ts';
import type { StoredBars } from '../../core/bars/columns.ts';
import { type Comparison, PRICES, isSameBar } from '../../core/bars/compare.ts';
import type { RejectedBar } from '../../core/checks/checks.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import type { Received } from './received.ts';
import { labelsIn } from './row-labels.ts';

/** What an answer has instead of final bars that stay. */
export interface Untaken {
  /** Stamps of bars that stay against sound ones. */
  readonly stay: ReadonlySet<number>;
  readonly rejected: readonly RejectedBar[];
  /** Whether a row was asked for: a rejected one that was is in quarantine. */
  readonly isWanted: (ts: number) => boolean;
}

/**
 * The final bars (`known`) that stay although an answer has other values, with these: of another source, doubted, or no bar
 * at all. Ascending.
 */
export function stayedBars(
  { want, calendar, answer, source: provider, now }: Received,
  known: StoredBars,
  { differing }: Comparison,
  { stay, rejected, isWanted }: Untaken,
): Revision[] {
  const labels = labelsIn(answer, provider);
  const sessionOf = sessionDateOf(want.series.interval, calendar);
  const stayed: Revision[] = [];
  const add = (before: Revision['before'], answered: Ohlcv): void => {
    const source = typeof labels === 'string' ? labels : labels(sessionOf(answered.ts));
    stayed.push({ before, after: { ...answered, source, fetchedAt: now }, stayed: true });
  };
  for (let i = 0; i < differing.length; i++)
    if (stay.has(differing.stored.ts[i] as number))
      add(storedBarAt(differing.stored, i), barAt(differing.answered, i));
  for (const { bar } of rejected) {
    const place = placeOf(known, bar.ts);
    if (place === -1 || isWanted(bar.ts) || !isWritable(bar)) continue;
    const before = storedBarAt(known, place);
    if (!isSameBar(before, bar, 0)) add(before, bar);
  }
  return stayed.toSorted((a, b) => a.before.ts - b.before.ts);
}

/** What is no number cannot be kept as a price. */
function isWritable(bar: Ohlcv): boolean {
  return PRICES.every((field) => Number.isFinite(bar[field])) && Math.abs(bar.volume) !== Infinity;
}
