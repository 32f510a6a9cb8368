import { type Series, seriesKey } from '../../core/bars/bars.ts';
import { keep } from '../../core/bars/columns.ts';
import { givenBy } from '../../core/bars/vendor.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import { BackfillError } from '../../core/errors.ts';
import { grouped } from '../../core/grouped.ts';
import type { WantedSeries } from '../../core/plan/gaps.ts';
import { reachedFrom, withoutMarkets } from '../../core/plan/limits.ts';
import { type Compared, comparisons } from '../../core/plan/plan.ts';
import { spanEnd } from '../../core/plan/request-days.ts';
import type { Task, Want } from '../../core/plan/task.ts';
import type { Day, DayRange } from '../../core/session/day.ts';
import { contains, intersect, subtract } from '../../core/session/ranges.ts';
import type { Capabilities } from '../../providers/provider.ts';
import type { Scan } from '../../store/scan.ts';
import type { BarStore } from '../../store/store.ts';
import {
  type AskedNext,
  emptyIn,
  lackingIn,
  NOBODY_NEXT,
  type StormMeasure,
  stormOf,
  tickersOf,
  unknownIn,
} from '../run/ledger.ts';
import type { RunResults } from '../run/run-results.ts';
import type { SeriesResult } from '../runner.ts';

// A list is seldom asked for as a whole: most of it is complete, and what is asked are the tickers that were added, or that
// an interrupted run left. If these are delisted, all answers of the run say that there is nothing, as those of a provider
// that is broken would. The complete tickers tell the two apart, but only if the provider still has what it gave of them.

/** What was wanted in a run, and what was known and asked. */
export interface Probed {
  readonly results: RunResults;
  readonly wanted: readonly WantedSeries[];
  readonly scan: Pick<Scan, 'series'>;
  readonly planned: readonly Task[];
}

export interface ProbeTools {
  readonly store: Pick<BarStore, 'readBars'>;
  readonly capabilities: Capabilities;
  /** ms since the epoch. */
  readonly now: number;
  /** Default: nobody is asked after it. */
  readonly isAskedNext?: AskedNext;
}

/** What shows whether a provider is sound that knew so many tickers of a run not, or had nothing of them. */
export interface Probe {
  /** They compare the last bars of one complete ticker, one task for each interval in doubt. */
  readonly tasks: readonly Task[];
  /** The ticker. */
  readonly ticker: string;
  /** Tickers that were asked, and as many that are complete as it takes: what counts if the provider is sound. */
  readonly asked: number;
}

/**
 * The probe of a run whose answers would be taken for the provider's fault for being so many of those that were asked, and not
 * for so many of the whole list. Null where it could decide nothing: nothing is in doubt (as with a source on this machine), or
 * too few tickers are complete with bars of the same provider. Asked is the ticker of which most sessions are stored, of
 * several the first.
 */
export async function probeFor(probed: Probed, tools: ProbeTools): Promise<Probe | null> {
  const { results } = probed;
  const { capabilities, now, isAskedNext = NOBODY_NEXT } = tools;
  if (!capabilities.metered) return null;
  const doubted = [unknownIn(results), emptyIn(results)].filter(
    (wants) => stormOf(lackingIn(wants, isAskedNext), results.tickers) !== 'none',
  );
  // Of a whole market that answers, a series that answers says little.
  if (doubted.length === 0 || doubted.some((wants) => wants.some(({ market }) => market !== undefined)))
    return null;
  const storms = doubted.map((wants) => lackingIn(wants, isAskedNext));
  const intervals = new Set(doubted.flatMap((wants) => wants.map(({ series }) => series.interval)));
  let asked = results.tickers;
  let probe: readonly Compared[] | undefined;
  for (const series of completeIn(probed)) {
    const own = await ownDays(
      series.filter((one) => intervals.has(one.series.interval)),
      probed.scan,
      tools,
    );
    if (own.length < intervals.size) continue;
    probe ??= own;
    asked++;
    if (storms.every((lacking) => stormOf(lacking, asked) === 'none')) break;
  }
  const [first] = probe ?? [];
  const isSame = storms.every((one) => stormOf(one, asked) === stormOf(one, results.tickers));
  if (first === undefined || isSame) return null;
  const { intervals: limits, quotas, actions } = capabilities;
  const tasks = comparisons(probe ?? [], { limits: withoutMarkets(limits), quotas, actions, now });
  return { tasks, ticker: first.series.ticker, asked };
}

/**
 * What the storms of a run are measured by after a probe: the whole list, if each task of it was answered with a bar that is
 * the same as the stored one, and none was refused.
 */
export function measuredBy(
  { tasks, ticker, asked }: Probe,
  answers: ReadonlyMap<Want, SeriesResult>,
  { results, provider }: { readonly results: RunResults; readonly provider: string },
): StormMeasure {
  for (const want of tasks.flatMap(({ wants }) => wants)) {
    const why = whyUnsound(answers.get(want), provider);
    if (why === null) continue;
    const unproven = `nor did it show itself sound when asked for ${ticker} again, which is stored: ${why}`;
    return { asked: results.tickers, unproven };
  }
  return { asked };
}

function whyUnsound(result: SeriesResult | undefined, provider: string): string | null {
  if (result === undefined) return 'the run ended before it answered';
  if (!result.ok) return result.error.message;
  const { compared = 0, changed = 0 } = result.report.drift[provider] ?? {};
  if (compared === 0) return 'it has none of its bars';
  return changed < compared ? null : 'its bars are others now';
}

/** The series of each ticker of which nothing was asked and something is stored; most sessions first. */
function completeIn({ wanted, scan, planned }: Probed): (readonly WantedSeries[])[] {
  const asked = tickersOf(planned.flatMap(({ wants }) => wants));
  const stored = ({ series, calendar, range }: WantedSeries): number => {
    const present = scan.series.get(seriesKey(series))?.coverage.present ?? [];
    return calendar.count(intersect(present, [range]));
  };
  const others = wanted.filter(({ series }) => !asked.has(series.ticker));
  const groups = [...grouped(others, ({ series }) => series.ticker).values()];
  return groups
    .map((series) => ({ series, sessions: series.reduce((sum, one) => sum + stored(one), 0) }))
    .filter(({ sessions }) => sessions > 0)
    .toSorted((a, b) => b.sessions - a.sessions)
    .map(({ series }) => series);
}

/** Sessions of a series that are compared: that the provider corrected one of them is nothing to stumble over. */
const PROBED_SESSIONS = 4;

/** Further apart than this many days they would make a long request. */
const WIDEST_DAYS = 30;

/** The last final sessions of series that have bars of the provider's, and that it reaches; of those that have any. */
export async function ownDays(
  wanted: readonly Pick<WantedSeries, 'series' | 'calendar' | 'range'>[],
  scan: Pick<Scan, 'series'>,
  { store, capabilities: { id, intervals }, now }: ProbeTools,
): Promise<Compared[]> {
  const compared: Compared[] = [];
  for (const { series, calendar, range } of wanted) {
    const limits = intervals[series.interval];
    const coverage = scan.series.get(seriesKey(series))?.coverage;
    if (limits === undefined || coverage === undefined) continue;
    const final = subtract(coverage.present, coverage.provisional);
    const from = Math.max(range.from, reachedFrom(limits, series.ticker, calendar, now));
    const reached = intersect(final, [{ from, to: range.to }]);
    const to = reached.at(-1)?.to;
    if (to === undefined) continue;
    const sessionOf = sessionDateOf(series.interval, calendar);
    const sessions = await sessionsOf(id, series, { from: to - WIDEST_DAYS, to }, sessionOf, store);
    const isNear = (day: Day): boolean => contains(reached, day) && to <= spanEnd(day, limits);
    const last = sessions.filter(isNear).slice(-PROBED_SESSIONS);
    const [first, end] = [last[0], last.at(-1)];
    if (first !== undefined && end !== undefined)
      compared.push({ series, calendar, days: { from: first, to: end + 1 } });
  }
  return compared;
}

/** Session dates of the stored bars that come from a provider, ascending; none where the file is damaged. */
async function sessionsOf(
  provider: string,
  series: Series,
  days: DayRange,
  sessionOf: (ts: number) => number,
  store: Pick<BarStore, 'readBars'>,
): Promise<number[]> {
  try {
    const bars = await store.readBars(series, days);
    const own = keep(bars, givenBy(bars, provider));
    return [...new Set(Array.from(own.ts, sessionOf))];
  } catch (error) {
    if (error instanceof BackfillError && error.code === 'store-corrupt') return [];
    throw error;
  }
}
