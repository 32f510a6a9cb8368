import { type Series, seriesKey } from '../core/bars/bars.ts';
import type { Oddity } from '../core/checks/oddity.ts';
import type { SuspectedLevels } from '../report/coverage.ts';
import type { Scan, SeriesState } from '../store/scan.ts';
import type { BarStore } from '../store/store.ts';
import { oddIn } from './issues.ts';

/** Oddities that say that some prices may be on a level of their own. */
const KINDS: ReadonlySet<unknown> = new Set<Oddity['kind']>(['jump', 'spike', 'basis-flip']);

/** Runs whose records are looked at. */
const LAST_RUNS = 100;

/** Series that are read and judged anew, at most: a report reads no bar of the others. */
const MOST_JUDGED = 100;

/**
 * The series of a scan of which a run on record named a price level that is odd, and of which one is so still: they are judged
 * anew by what is stored now, as `findIssues` does. `now`: ms since the epoch.
 */
export async function suspectedLevels(
  store: BarStore,
  { series }: Scan,
  now: number,
): Promise<SuspectedLevels> {
  const told = new Map<string, SeriesState>();
  for (const { record } of await store.readRuns(LAST_RUNS))
    for (const one of seriesToldIn(record ?? {})) {
      const state = series.get(seriesKey(one));
      if (state !== undefined) told.set(seriesKey(one), state);
    }
  const states = [...told.values()].toSorted((a, b) => (seriesKey(a.series) < seriesKey(b.series) ? -1 : 1));
  const suspected: Series[] = [];
  for (const state of states.slice(0, MOST_JUDGED)) {
    // Damage is told elsewhere.
    const { warnings } = await oddIn(state, store, now, () => undefined);
    if (warnings.some(({ kind }) => KINDS.has(kind))) suspected.push(state.series);
  }
  return { series: suspected, notJudged: Math.max(0, states.length - MOST_JUDGED) };
}

/** Of a record that may be of any version. */
function seriesToldIn(record: object): Series[] {
  const { warnings } = record as { readonly warnings?: unknown };
  if (!Array.isArray(warnings)) return [];
  return warnings.filter((one): one is Series => KINDS.has((one as { kind?: unknown } | null)?.kind));
}
