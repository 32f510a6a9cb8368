import { storedBarsOf } from './bar-builder.ts';
import type { Bar, Revision, Series } from './bars.ts';
import { type StoredBars, firstAt, storedBarAt } from './columns.ts';
import { isSameBar } from './compare.ts';

/** The `source` of bars that a recorder emitted: of no provider. */
export const RECORDED = 'recorded';

/** A live bar as it was emitted: its `fetchedAt` is when. */
export interface RecordedBar {
  readonly series: Series;
  readonly bar: Bar;
}

/** The last word on each bar of a series, and what was emitted of it before. */
export interface LastEmitted {
  readonly bars: StoredBars;
  /** Emissions that a later one differs from, ascending by bar, then in their order. */
  readonly revised: readonly Revision[];
}

/**
 * Of one series what was emitted last of each bar. `emitted` are in the order in which they were recorded, as far as that
 * decides between those of one moment; the same emission may come twice.
 */
export function lastEmitted(emitted: readonly Bar[]): LastEmitted {
  const last = new Map<number, Bar>();
  const revised: Revision[] = [];
  const seen = new Set<string>();
  for (const bar of emitted.toSorted((a, b) => a.fetchedAt - b.fetchedAt)) {
    const key = JSON.stringify(bar);
    if (seen.has(key)) continue;
    seen.add(key);
    const before = last.get(bar.ts);
    if (before !== undefined && !(isSameBar(before, bar, 0) && hasSidesOf(bar, before)))
      revised.push({ before, after: bar });
    last.set(bar.ts, bar);
  }
  const bars = [...last.values()].toSorted((a, b) => a.ts - b.ts);
  return { bars: storedBarsOf(bars), revised: revised.toSorted((a, b) => a.before.ts - b.before.ts) };
}

/** What became of recorded bars of sessions that are final now. */
export interface Reconciled {
  /** Where the recorded and the final bar differ, be it that only the recorded one knows a vwap or a number of trades. */
  readonly revised: readonly Revision[];
  /** Late ones with such values: of what was not taken a revision has prices and volume only. */
  readonly late: readonly Bar[];
  /** Recorded bars of which the final session has none. */
  readonly strange: readonly Bar[];
}

/**
 * Those of some emissions that no revision tells of yet. A recorder may commit a bar once more that a writer has taken in since,
 * and whoever was cut off does it again.
 */
export function untold(emitted: readonly Bar[], known: readonly Revision[]): readonly Bar[] {
  const told = new Set(
    known.flatMap(({ before, after, stayed }) => {
      if (before.source === RECORDED) return [emissionKey(before)];
      return stayed === true && after.source === RECORDED ? [emissionKey(after)] : [];
    }),
  );
  return told.size === 0 ? emitted : emitted.filter((bar) => !told.has(emissionKey(bar)));
}

function emissionKey({ ts, fetchedAt, open, high, low, close, volume }: Bar): string {
  return [ts, fetchedAt, open, high, low, close, volume].join(' ');
}

/** Holds recorded bars against the final ones of the same sessions. `isLate`: surely recorded after the final one was stored. */
export function reconcile(
  recorded: StoredBars,
  final: StoredBars,
  isLate: (bar: Bar) => boolean = () => false,
): Reconciled {
  const revised: Revision[] = [];
  const [late, strange]: [Bar[], Bar[]] = [[], []];
  for (let i = 0; i < recorded.length; i++) {
    const bar = storedBarAt(recorded, i);
    const at = firstAt(final, bar.ts);
    if (final.ts[at] !== bar.ts) strange.push(bar);
    else {
      const its = storedBarAt(final, at);
      const isSame = isSameBar(bar, its, 0);
      const isKnown = hasSidesOf(its, bar);
      const hasStayed = isLate(bar) || bar.fetchedAt > its.fetchedAt;
      if (!hasStayed && !(isSame && isKnown)) revised.push({ before: bar, after: its });
      if (hasStayed && !isSame) revised.push({ before: its, after: bar, stayed: true });
      if (hasStayed && !isKnown) late.push(bar);
    }
  }
  return { revised, late, strange };
}

/** Whether a bar has what another knows of vwap and trades. */
function hasSidesOf(bar: Bar, other: Bar): boolean {
  return SIDES.every((side) => other[side] === null || other[side] === bar[side]);
}

const SIDES = ['vwap', 'trades'] as const;
