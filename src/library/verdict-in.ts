import { lostDays } from '../backfill/plan/lost-days.ts';
import { withoutUnheard } from '../backfill/want/unheard.ts';
import type { RangeOptions } from '../backfill/want/wanted.ts';
import { type Series, seriesKey } from '../core/bars/bars.ts';
import { knownSpan } from '../core/coverage/coverage.ts';
import type { Capabilities } from '../providers/provider.ts';
import type { Scan } from '../store/scan.ts';
import type { BarStore } from '../store/store.ts';
import type { AsOf } from './as-of.ts';
import { firstOf, judgeBy } from './coverage.ts';
import { lastRuns } from './left-undone.ts';
import { type Verdict, verdictOf } from './verdict.ts';

export function tickersOf(series: readonly Series[]): readonly string[] {
  return [...new Set(series.map(({ ticker }) => ticker))];
}

/** By what a verdict is made. */
export interface VerdictTools {
  readonly store: BarStore;
  readonly capabilities: Capabilities;
  /** ms since the epoch. */
  readonly clock: () => number;
}

/**
 * What a store has of a range of some series: the range is that of `History.coverage`, from the first session known of each where
 * nothing says from when on. No bar is read. `until`: sessions that were not over by then are not meant. Default: now. `scanned`:
 * what is known of all series of these tickers. Default: it is scanned for. Throws `usage`.
 */
export async function verdictIn(
  { store, capabilities, clock }: VerdictTools,
  series: readonly Series[],
  range: RangeOptions,
  until?: AsOf,
  scanned?: Scan,
): Promise<Verdict> {
  const scan = scanned ?? (await store.scan({ tickers: tickersOf(series) }));
  const { start, days, years } = range;
  const isOpen = start === undefined && days === undefined && years === undefined;
  const isKnown = (one: Series): boolean => {
    const state = scan.series.get(seriesKey(one));
    return state !== undefined && knownSpan(state.coverage) !== undefined;
  };
  const whole = isOpen && !series.every(isKnown) ? await store.scan() : scan;
  const now = clock();
  const hasAbsent = [...scan.series.values()].some(({ coverage }) => coverage.absent.length > 0);
  const states = hasAbsent ? withoutUnheard(await lastRuns(store), scan, now) : scan.series;
  const besides = { lost: lostDays(whole), lives: new Map(), first: firstOf(whole) };
  const judge = judgeBy(capabilities, now, range, { ...besides, ...(until !== undefined && { until }) });
  return verdictOf({ ...scan, series: states }, series, judge);
}
