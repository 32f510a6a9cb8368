import { seriesKey } from '../../core/bars/bars.ts';
import { NOTHING_KNOWN, provisionalAt, within } from '../../core/coverage/coverage.ts';
import { leadingClaim } from '../../core/coverage/evidence.ts';
import { stateRuns } from '../../core/coverage/state-runs.ts';
import {
  addHoles,
  groupUnavailable,
  type HoleCounts,
  holesIn,
  NO_HOLES,
  type Unavailable,
  type UnavailableSessions,
  unavailableIn,
} from '../../core/coverage/unavailable.ts';
import { hasNoSession, type WantedSeries } from '../../core/plan/gaps.ts';
import { intersect } from '../../core/session/ranges.ts';
import type { Capabilities } from '../../providers/provider.ts';
import type { Scan } from '../../store/scan.ts';
import { saidByAll } from './said-by-all.ts';

/** How all series of a list stand, whoever gave or gives them. Sets are of series keys. */
export interface ListStanding {
  readonly series: number;
  /** How many of them have no session in the range. */
  readonly withoutSession: number;
  /** With a session that is neither present nor known to be absent. */
  readonly missing: ReadonlySet<string>;
  /** With sessions that cannot be had. */
  readonly unavailable: ReadonlySet<string>;
  /** Those of which not one bar is stored. */
  readonly barless: ReadonlySet<string>;
  /** With a bar that is not final yet. */
  readonly waiting: ReadonlySet<string>;
  /** With sessions that have no bar, or too few, though nobody says why. */
  readonly withHoles: ReadonlySet<string>;
  readonly holes: HoleCounts;
  readonly cannotBeHad: readonly Unavailable[];
  /** A text for each series and reason for which some of it cannot be had. */
  readonly whyNot: ReadonlySet<string>;
  /** Wanted sessions by the reason for which they are absent. */
  readonly absent: Readonly<Record<string, number>>;
}

/** How the series stand by what is stored of them at `now` (ms since the epoch), where these providers are asked. */
export function listStanding(
  wanted: readonly WantedSeries[],
  { series: known }: Pick<Scan, 'series'>,
  providers: readonly Capabilities[],
  now: number,
): ListStanding {
  const [missing, unavailable, barless, waiting, withHoles, whyNot] = Array.from(
    { length: 6 },
    () => new Set<string>(),
  ) as [Set<string>, Set<string>, Set<string>, Set<string>, Set<string>, Set<string>];
  const absent: Record<string, number> = {};
  const parts: { ticker: string; parts: readonly UnavailableSessions[] }[] = [];
  let sum = NO_HOLES;
  for (const one of wanted) {
    const { series, calendar, range, lived } = one;
    const key = seriesKey(series);
    const { coverage: stored = NOTHING_KNOWN, rows = 0 } = known.get(key) ?? {};
    const coverage = saidByAll(stored, one, providers, now);
    const meant = lived ?? [range];
    for (const run of meant.flatMap((days) => stateRuns(coverage, days, calendar))) {
      if (run.state === 'missing') missing.add(key);
      if (run.state !== 'absent' || run.absence === null) continue;
      const { reason } = leadingClaim(run.absence.by);
      absent[reason] = (absent[reason] ?? 0) + run.sessions;
    }
    const inside = lived === undefined ? coverage : within(coverage, lived);
    const its = unavailableIn(inside, range, calendar);
    const holes = holesIn(inside, range, calendar, coverage.present);
    if (its.length > 0) unavailable.add(key);
    if (its.length > 0) parts.push({ ticker: series.ticker, parts: its });
    for (const { reason } of its) whyNot.add(`${key} ${reason}`);
    if (rows === 0) barless.add(key);
    if (holes.holes > 0) withHoles.add(key);
    sum = addHoles(sum, holes);
    if (calendar.count(intersect(meant, provisionalAt(coverage, now))) > 0) waiting.add(key);
  }
  const cannotBeHad = groupUnavailable(parts);
  return {
    series: wanted.length,
    withoutSession: wanted.filter(hasNoSession).length,
    ...{ missing, unavailable, barless, waiting, withHoles, holes: sum, cannotBeHad, whyNot, absent },
  };
}
