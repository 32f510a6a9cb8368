import { seriesKey } from '../../core/bars/bars.ts';
import { NOTHING_KNOWN } from '../../core/coverage/coverage.ts';
import { grouped } from '../../core/grouped.ts';
import type { WantedSeries } from '../../core/plan/gaps.ts';
import { withoutMarkets } from '../../core/plan/limits.ts';
import { type Compared, comparisons } from '../../core/plan/plan.ts';
import type { Task, Want } from '../../core/plan/task.ts';
import type { Interval } from '../../core/session/interval.ts';
import { intersect } from '../../core/session/ranges.ts';
import type { Capabilities } from '../../providers/provider.ts';
import type { Scan } from '../../store/scan.ts';
import type { BarStore } from '../../store/store.ts';
import { cannotGive, type Earlier } from '../plan/cannot-give.ts';
import {
  type AskedNext,
  emptyIn,
  type Lacking,
  lackingIn,
  NOBODY_NEXT,
  type StormMeasure,
  stormOf,
  tickersOf,
  unknownIn,
} from '../run/ledger.ts';
import type { RunResults } from '../run/run-results.ts';
import type { SeriesResult } from '../runner.ts';
import { type LookedAt, ownDays, storedDays } from './probed-days.ts';

// A list is seldom asked for as a whole: most of it is complete, and what is asked are the tickers that were added, or that
// an interrupted run left. If these are delisted, all answers of the run say that there is nothing, as those of a provider
// that is broken would. The complete tickers tell the two apart, but only if the provider still has what it gave of them.

/** What was wanted in a run, and what was known and asked. */
export interface Probed {
  readonly results: RunResults;
  readonly wanted: readonly WantedSeries[];
  readonly scan: Pick<Scan, 'series'>;
  readonly planned: readonly Task[];
  /** See `Prepared.list`. */
  readonly list?: readonly WantedSeries[];
}

export interface ProbeTools {
  readonly store: Pick<BarStore, 'readBars'>;
  readonly capabilities: Capabilities;
  /** ms since the epoch. */
  readonly now: number;
  /** Default: nobody is asked after it. */
  readonly isAskedNext?: AskedNext;
  /** Those that were asked before it. Default: nobody. */
  readonly before?: readonly Earlier[];
}

/** What shows whether a provider is sound that knew so many tickers of a run not, or had nothing of them. */
export interface Probe {
  /** They compare the last bars of one complete ticker, one task for each interval in doubt. */
  readonly tasks: readonly Task[];
  /** The ticker. */
  readonly ticker: string;
  /** What counts if the provider is sound: tickers that were asked, and as many that are complete as it takes; or the whole list. */
  readonly asked: number;
  /** Whether the bars are another one's, so that having any is what shows it. Default: they are its own, and have to be the same. */
  readonly isOthers?: true;
}

/**
 * The probe of a run whose answers would be taken for the provider's fault for being so many of those that were asked, and not
 * for so many of the whole list. Null where it could decide nothing: nothing is in doubt (as with a source on this machine), or
 * too few tickers are complete with bars of the same provider. Asked is the ticker of which most sessions are stored, of
 * several the first. A later provider of a chain is measured by the whole list: see `probeOfList`.
 */
export async function probeFor(probed: Probed, tools: ProbeTools): Promise<Probe | null> {
  const { results } = probed;
  const { capabilities, isAskedNext = NOBODY_NEXT } = tools;
  if (!capabilities.metered) return null;
  const doubted = [unknownIn(results), emptyIn(results)].filter(
    (wants) => stormOf(lackingIn(wants, isAskedNext), results.tickers) !== 'none',
  );
  // Of a whole market that answers, a series that answers says little.
  if (doubted.length === 0 || doubted.some((wants) => wants.some(({ market }) => market !== undefined)))
    return null;
  const storms = doubted.map((wants) => lackingIn(wants, isAskedNext));
  const intervals = new Set(doubted.flatMap((wants) => wants.map(({ series }) => series.interval)));
  if (probed.list !== undefined)
    return probeOfList({ ...probed, list: probed.list }, storms, intervals, tools);
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
  return isDecisive(storms, asked, results) ? probeOn(probe, asked, tools) : null;
}

/** Whether storms are others where so many tickers were asked. */
function isDecisive(
  storms: readonly Lacking[],
  asked: number,
  { tickers }: Pick<RunResults, 'tickers'>,
): boolean {
  return storms.some((one) => stormOf(one, asked) !== stormOf(one, tickers));
}

function probeOn(
  compared: readonly Compared[] | undefined,
  asked: number,
  { capabilities: { intervals: limits, quotas, actions }, now }: ProbeTools,
): Probe | null {
  const [first] = compared ?? [];
  if (first === undefined) return null;
  const tasks = comparisons(compared ?? [], { limits: withoutMarkets(limits), quotas, actions, now });
  return { tasks, ticker: first.series.ticker, asked };
}

/** Tickers that are looked at for bars of the provider's own, where those before it are on record not to have theirs. */
const LOOKED_AT = 20;

/**
 * The probe of a later provider of a chain, which is asked for little else than what is hard to have: it is a part of a list of
 * which others gave the most. Asked is a ticker of which it gave bars that nobody before it can give; where there is none,
 * one of which others did, as of a provider that nothing came from yet.
 */
async function probeOfList(
  probed: Probed & { readonly list: readonly WantedSeries[] },
  storms: readonly Lacking[],
  intervals: ReadonlySet<Interval>,
  tools: ProbeTools,
): Promise<Probe | null> {
  const { list, scan, results } = probed;
  const asked = Math.max(tickersOf(list).size, results.tickers);
  if (!isDecisive(storms, asked, results)) return null;
  const complete = completeIn({ ...probed, wanted: list }).map((series) =>
    series.filter((one) => intervals.has(one.series.interval)),
  );
  const ofLater = complete.flatMap((series) => {
    const later = series.flatMap((one) => givenLater(one, scan, tools));
    return later.length < intervals.size ? [] : [later];
  });
  for (const series of ofLater.slice(0, LOOKED_AT)) {
    const own = await ownDays(series, scan, tools);
    if (own.length === intervals.size) return probeOn(own, asked, tools);
  }
  for (const series of complete) {
    const days = await storedDays(series, scan, tools);
    const probe = days.length < intervals.size ? null : probeOn(days, asked, tools);
    if (probe !== null) return { ...probe, isOthers: true };
  }
  return null;
}

/** A series with its sessions that have a bar, though nobody before a provider can give one; none where it has no such session. */
function givenLater(
  one: WantedSeries,
  { series: known }: Pick<Scan, 'series'>,
  { before = [], now }: ProbeTools,
): readonly LookedAt[] {
  const coverage = known.get(seriesKey(one.series))?.coverage ?? NOTHING_KNOWN;
  const days = before.reduce(
    (left, earlier) => intersect(left, cannotGive(earlier, one, coverage, now)),
    [one.range],
  );
  return intersect(days, coverage.present).length === 0 ? [] : [{ ...one, days }];
}

/**
 * What the storms of a run are measured by after a probe: the whole list, if each task of it was answered with a bar that is
 * the same as the stored one, and none was refused.
 */
export function measuredBy(
  { tasks, ticker, asked, isOthers }: Probe,
  answers: ReadonlyMap<Want, SeriesResult>,
  { results, provider }: { readonly results: RunResults; readonly provider: string },
): StormMeasure {
  for (const want of tasks.flatMap(({ wants }) => wants)) {
    const why = whyUnsound(answers.get(want), isOthers ? undefined : provider);
    if (why === null) continue;
    const whom = isOthers ? `${ticker}, which is stored from elsewhere` : `${ticker} again, which is stored`;
    const unproven = `nor did it show itself sound when asked for ${whom}: ${why}`;
    return { asked: results.tickers, unproven };
  }
  return { asked };
}

/**
 * What the storms of a later provider of a chain are measured by that gave bars in the run: its whole list. Undefined where it
 * gave none, or is not one.
 */
export function measuredByList(
  list: readonly WantedSeries[] | undefined,
  { filled, tickers }: Pick<RunResults, 'filled' | 'tickers'>,
): StormMeasure | undefined {
  if (list === undefined || filled.size === 0) return undefined;
  return { asked: Math.max(tickersOf(list).size, tickers) };
}

/** `provider`: whose bars it was to have the same of; undefined: of whomever, and whatever they are. */
function whyUnsound(result: SeriesResult | undefined, provider: string | undefined): string | null {
  if (result === undefined) return 'the run ended before it answered';
  if (!result.ok) return result.error.message;
  const { drift } = result.report;
  const has = Object.values(drift).some((one) => one.compared > one.gone);
  if (provider === undefined) return has ? null : 'it has none of its bars';
  const { compared = 0, changed = 0 } = drift[provider] ?? {};
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
