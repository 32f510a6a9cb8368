import { NOTHING_KNOWN } from '../core/coverage/coverage.ts';
import { handOver } from '../core/coverage/hand-over.ts';
import { largest } from '../core/extremes.ts';
import { joinMoved, type Moved, type MovedSeries } from '../core/instrument/moved.ts';
import type { Rename } from '../core/instrument/rename.ts';
import { intersect, subtract, union } from '../core/session/ranges.ts';
import type { Scan } from '../store/scan.ts';
import type { BarStore } from '../store/store.ts';
import { actionsToMove } from './move-actions.ts';
import type { Move } from './move-series.ts';

/** What a rename finds before it moves anything. */
interface Found {
  readonly moves: readonly Move[];
  readonly scan: Scan;
  /** What it moved before, if it is done again. */
  readonly known: Moved | undefined;
}

/** What a rename is about to hand over, so that it can be given back; `at` is when, ms since the epoch. Changes nothing. */
export async function movedBy(
  store: BarStore,
  rename: Rename,
  { moves, scan, known }: Found,
  at: number,
): Promise<Moved> {
  const { taken, rivals } = await actionsToMove(store, rename, moves, scan);
  const exDaysOf = rivals.map(({ exDay }) => ({ from: exDay, to: exDay + 1 }));
  return joinMoved(known, {
    // A run may have pretended a later day.
    at: Math.max(at, largest(moves.map(({ old }) => old.fetchedAt ?? 0))),
    series: moves.map((move) => seriesOf(move, known)),
    exDays: subtract(taken.covered, union(exDaysOf, [])),
    actions: [...taken.entries, ...taken.past].map(({ action: { kind, exDay } }) => ({ kind, exDay })),
  });
}

function seriesOf({ old, own, heir: { interval }, days }: Move, known: Moved | undefined): MovedSeries {
  const { learned, kept } = handOver(old.coverage, own?.coverage ?? NOTHING_KNOWN, days);
  // Those of an attempt that was interrupted are in both places, and the old ticker's.
  const before = known?.series.find((one) => one.interval === interval)?.sessions ?? [];
  return {
    interval,
    sessions: union(learned.present, learned.absent),
    shared: subtract(intersect(intersect(old.coverage.present, [days]), kept), before),
    old: old.identity,
    own: own?.identity ?? null,
  };
}
