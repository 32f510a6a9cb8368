import type { AbsenceReason } from '../../core/coverage/evidence.ts';
import { type HoleCounts, isHole } from '../../core/coverage/unavailable.ts';
import type { DriftBySource } from '../drift.ts';
import type { SeriesReport } from '../runner.ts';

const NO_ROWS = {
  bars: 0,
  inserted: 0,
  changed: 0,
  revised: 0,
  stayed: 0,
  provisional: 0,
  rejected: 0,
  offSession: 0,
  dropped: 0,
  unfinished: 0,
  fillers: 0,
};

type RowCounts = Readonly<typeof NO_ROWS>;
type CountsByName = Readonly<Record<string, number>>;

const ROWS = Object.keys(NO_ROWS) as readonly (keyof RowCounts)[];

/** Shared by the many that have none. */
const NONE: CountsByName = {};

/** What of a report adds up, named as there. Of the counts by name none is zero. */
export interface Counts extends RowCounts {
  /** Sessions, by why they are absent. */
  readonly absent: CountsByName;
  /** Final bars that were answered again, by the provider that they came from. */
  readonly compared: CountsByName;
}

export const NOTHING_COUNTED: Counts = { ...NO_ROWS, absent: NONE, compared: NONE };

export function countsOf(report: SeriesReport): Counts {
  const { bars, inserted, changed, revised, stayed = 0, provisional } = report;
  const { rejected, offSession = 0, dropped, unfinished, fillers } = report;
  const compared = Object.entries(report.drift).map(([source, drift]) => [source, drift.compared] as const);
  // Written out: a copy of an object takes twice the room, and there is one for each series of a run.
  return {
    bars,
    inserted,
    changed,
    revised,
    stayed,
    provisional,
    rejected,
    offSession,
    dropped,
    unfinished,
    fillers,
    absent: sumByName(NONE, Object.entries(report.absent), 1),
    compared: sumByName(NONE, compared, 1),
  };
}

/** Counts with others added, or (`-1`) taken away that were added before. */
export function sumOf(sum: Counts, counts: Counts, sign: 1 | -1 = 1): Counts {
  const rows = { ...NO_ROWS };
  for (const name of ROWS) rows[name] = sum[name] + sign * counts[name];
  return {
    ...rows,
    absent: sumByName(sum.absent, Object.entries(counts.absent), sign),
    compared: sumByName(sum.compared, Object.entries(counts.compared), sign),
  };
}

function sumByName(
  sum: CountsByName,
  counts: readonly (readonly [name: string, count: number])[],
  sign: 1 | -1,
): CountsByName {
  if (counts.length === 0) return sum;
  const total: Record<string, number> = { ...sum };
  for (const [name, count] of counts) {
    total[name] = (total[name] ?? 0) + sign * count;
    if (total[name] === 0) delete total[name];
  }
  return total;
}

/** The holes that a run found, wherever they lie. */
export function freshHoles(absent: Counts['absent']): HoleCounts {
  let holes = 0;
  for (const [reason, sessions] of Object.entries(absent))
    if (isHole(reason as AbsenceReason)) holes += sessions;
  return { holes, holesAround: 0, holesRejected: absent['rejected'] ?? 0 };
}

/** The drift of bars that came back as they were. */
export function comparedAlike({ compared }: Counts): DriftBySource {
  const drifts = Object.entries(compared).map(
    ([source, bars]) => [source, { compared: bars, changed: 0, gone: 0, worst: 0 }] as const,
  );
  return Object.fromEntries(drifts);
}
