import { type Coverage, within } from '../../core/coverage/coverage.ts';
import { type HoleCounts, NO_HOLES, addHoles, holesIn } from '../../core/coverage/unavailable.ts';
import { type DayRange, MS_PER_DAY } from '../../core/session/day.ts';
import { intersect, subtract, union } from '../../core/session/ranges.ts';
import { assetClassOf } from '../../core/instrument/asset-class.ts';
import { type GapOptions, type SeriesGaps, type WantedSeries, findGaps } from '../../core/plan/gaps.ts';
import type { Interval } from '../../core/session/interval.ts';
import { reachedFrom, withoutMarkets } from '../../core/plan/limits.ts';
import { type Plan, planTasks } from '../../core/plan/plan.ts';
import type { QuotaStanding } from '../../core/plan/quota.ts';
import { routesOf } from '../../core/plan/routes.ts';
import type { Capabilities, NotListed } from '../../providers/provider.ts';
import { type Series, seriesKey } from '../../core/bars/bars.ts';
import type { BarStore } from '../../store/store.ts';
import type { Scan } from '../../store/scan.ts';
import { tickersOfGoneList } from './gone-list.ts';
import { mayProbe } from './may-probe.ts';
import { withLostDays } from './lost-days.ts';
import { withStaleDays } from './stale-days.ts';
import { withEarlySessions } from './early-sessions.ts';
import { stagedOf } from '../run/staged-source.ts';
import type { BatchPlace } from '../../core/universe/universe.ts';
import type { Meant, TickersOrigin } from '../run/events.ts';
import { askedOf, withNotServed } from './asked-of.ts';
import { askedNextIn, type ChainPlace, handedOn } from './handed-on.ts';
import { type OnlyLeft, onlyLeft } from '../want/left-series.ts';
import {
  nothingYet,
  type RangeOptions,
  rangeMeant,
  rangeText,
  type WantedOf,
  wantedSeries,
} from '../want/wanted.ts';

/** What a user asks for: which bars, and whether to fetch those that are there already. */
export interface BackfillRequest extends RangeOptions, WantedOf {
  /** Canonical tickers. */
  readonly tickers: readonly string[];
  /** Of which list they are a part. Default: they are whole. */
  readonly batch?: BatchPlace;
  /** Default `['1d']`. */
  readonly intervals?: readonly Interval[];
  /** See `Universe.isAllListed`. */
  readonly isAllListed?: true;
  /** Of these series only, and of these only what is said. Default: all of the tickers and intervals. */
  readonly only?: OnlyLeft;
  /** Where the tickers come from. Default: nobody is told. */
  readonly origins?: readonly TickersOrigin[];
  /**
   * By series key: days of which nothing is asked for that is not missing, as they were asked for just now, or need not be. Default: none.
   */
  readonly justAsked?: ReadonlyMap<string, readonly DayRange[]>;
  /** Fetch the whole range again, whatever is there (`--no-gaps`). Default false. */
  readonly everything?: boolean;
}

/** A scan and the plan made from it. */
export interface Prepared {
  readonly scan: Scan;
  readonly plan: Plan;
  /** What was asked for, in the user's terms. Default: nobody is told. */
  readonly meant?: Meant;
  /** All that is wanted, complete series too. Default: nothing is known of more than the plan asks. */
  readonly wanted?: readonly WantedSeries[];
  /**
   * Of a later provider of a chain: the whole list, as far as it serves it. It is asked for what others do not have, so that
   * many unknown tickers say little of it where it is sound. Default: it is asked for the whole list.
   */
  readonly list?: readonly WantedSeries[];
  /** What of all that is wanted has no bar though nobody says why, by what is known after the run. */
  readonly holesNow?: () => Promise<HoleCounts>;
  /**
   * Nothing is asked for but what is planned: what an answer gives rise to besides is left to another run. Default false.
   */
  readonly isExact?: boolean;
}

/** Who is going to be asked. */
export interface Source extends Pick<GapOptions, 'editionOf'> {
  /** See `Provider.ownListOf`. Default: there is no such list. */
  readonly ownListOf?: (ticker: string) => string | null;
  /** See `Provider.notListed`. Default: nothing. */
  readonly notListed?: () => readonly NotListed[];
  readonly capabilities: Capabilities;
  /** Set where bars are made of the store's own instead of asked for. */
  readonly isDerived?: true;
  /** How its answers are named in staging. Default: nothing of them is looked for. */
  readonly stagedAs?: string;
  /** Told as soon as it is known that about so many tasks are to come, before it is known which. */
  readonly expect?: (tasks: number) => void;
  /** How its quotas stand; default: nothing of them is used. */
  readonly standing?: () => Promise<QuotaStanding | undefined>;
  /** Where it stands among others that are asked too. Default: it is the only one. */
  readonly chain?: ChainPlace;
}

/** Whether a plan also tells what other ways to the same bars cost: each is planned. Default false. */
export interface Pricing {
  readonly isPriced?: boolean;
}

/**
 * Scan → gaps → plan: everything that happens before the first request. Throws `usage`, `unsupported-interval`, and
 * `invalid-ticker` where the provider can have none of the tickers.
 */
export async function prepare(
  request: BackfillRequest,
  store: BarStore,
  source: Source,
  now: number,
  { isPriced = false }: Pricing = {},
): Promise<Prepared> {
  const { capabilities, standing, stagedAs, chain } = source;
  const { everything = false, only } = request;
  const { tickers, intervals, notServed } = askedOf(request, source);
  const range = rangeMeant(request, chain?.all[0] ?? capabilities);
  const isNothingLeft = only?.size === 0;
  const ofWhom = chain === undefined ? request : { ...request, isPart: true };
  const named = isNothingLeft ? [] : wantedSeries(tickers, intervals, range, capabilities, now, ofWhom);
  const asked = only === undefined ? named : onlyLeft(named, only);
  const notYet = isNothingLeft ? NOTHING_LEFT : nothingYet(asked, range, capabilities, request);
  const scan = await store.scan({ tickers, intervals });
  const all = withLostDays(notYet === undefined ? asked : [], scan, capabilities, now);
  const current = source.isDerived ? await withStaleDays(all, scan, store, now) : all;
  const list = chain === undefined || chain.before.length === 0 ? undefined : current;
  const earlier = chain?.before ?? [];
  const known = { scan, store, provider: capabilities.id, now };
  const wanted = list === undefined ? current : await handedOn(list, earlier, known);
  if (source.expect !== undefined) expectNew(source.expect, wanted, scan, capabilities);
  const unnamed = chain?.unnamed;
  const gaps = gapsIn(wanted, scan, source, { now, everything })
    .filter(({ series }) => unnamed?.has(seriesKey(series)) !== false)
    .map((one) => leavingOut(one, request.justAsked?.get(seriesKey(one.series))));
  const { quotas, actions } = capabilities;
  const limits = unnamed === undefined ? capabilities.intervals : withoutMarkets(capabilities.intervals);
  const asItStands = await standing?.();
  const staged = stagedAs === undefined ? [] : (await stagedOf(stagedAs, store.staging, now)).fresh;
  const options = { limits, quotas, actions, now, staged, ...(asItStands && { standing: asItStands }) };
  const holesNow = async (): Promise<HoleCounts> => holesOf(wanted, await store.scan({ tickers, intervals }));
  const goneList = await tickersOfGoneList(tickers, scan, source, store);
  const fewest = planTasks(gaps, options);
  const planned = withNotServed(fewest, notServed, intervals);
  const routes = isPriced ? routesOf(fewest, gaps, options, capabilities.otherTiers) : [];
  const besides = { isAskedNext: askedNextIn(chain), ...(list && { list }) };
  const isProbed = capabilities.metered && mayProbe(planned, wanted, scan, besides);
  const plan = {
    ...planned,
    ...(routes.length > 1 && { routes }),
    ...(goneList.length > 0 && { goneList }),
    ...(isProbed && { mayProbe: true }),
  };
  const asPlanned = notYet === undefined ? plan : { ...plan, notYet };
  return {
    scan,
    plan: asPlanned,
    wanted,
    holesNow,
    ...(list && { list }),
    ...inUsersTerms(request.origins, range, intervals),
  };
}

/** What of some wanted series has no bar though nobody says why. */
export function holesOf(wanted: readonly WantedSeries[], { series }: Scan): HoleCounts {
  return wanted.reduce((sum, one) => {
    const known = series.get(seriesKey(one.series));
    return known === undefined
      ? sum
      : addHoles(sum, holesIn(meantOf(known.coverage, one), one.range, one.calendar));
  }, NO_HOLES);
}

/** What lacks of the wanted series that this source could give. */
export function gapsIn(
  wanted: readonly WantedSeries[],
  scan: Scan,
  { capabilities, editionOf, ownListOf }: Source,
  { now, everything }: { readonly now: number; readonly everything: boolean },
): SeriesGaps[] {
  const coverageOf = { get: (key: string): Coverage | undefined => scan.series.get(key)?.coverage };
  const isRelisted = ({ ticker, interval }: Series): boolean => {
    const before = scan.ownLists?.get(ticker)?.[interval];
    const list = before === undefined ? null : (ownListOf?.(ticker) ?? null);
    return list !== null && list !== before;
  };
  return findGaps(wanted, coverageOf, {
    provider: capabilities.id,
    now,
    everything,
    reachedFrom: ({ ticker, interval }, calendar) =>
      reachedFrom(capabilities.intervals[interval] ?? NO_LIMIT, ticker, calendar, now),
    confirmAfterMs: confirmAfterMs(capabilities),
    ...{ isRelisted, ...(editionOf && { editionOf }) },
    ...(answersForActions(capabilities) && { actionsCovered: actionsIn(scan, capabilities) }),
  }).map((one) => withEarlySessions(one, scan.series.get(seriesKey(one.series))));
}

/** The same gaps, beside which nothing is asked for of some days. */
function leavingOut({ early, ...gaps }: SeriesGaps, days: readonly DayRange[] | undefined): SeriesGaps {
  if (days === undefined) return { ...gaps, ...(early && { early }) };
  const isChecked = early !== undefined && intersect(days, [early.days]).length === 0;
  const final = subtract(gaps.final, days);
  return { ...gaps, final, leftOut: subtract(days, gaps.gaps), ...(isChecked && { early }) };
}

const NOTHING_LEFT = 'no run on record left a series undone';

function inUsersTerms(
  origins: readonly TickersOrigin[] | undefined,
  range: RangeOptions,
  intervals: readonly Interval[],
): Pick<Prepared, 'meant'> {
  return origins === undefined ? {} : { meant: { origins, range: rangeText(range), intervals } };
}

/** What is known of the days that are meant. */
function meantOf(coverage: Coverage, { lived }: WantedSeries): Coverage {
  return lived === undefined ? coverage : within(coverage, lived);
}

/** Tells of the tasks that series need of which nothing is stored. */
function expectNew(
  expect: (tasks: number) => void,
  wanted: readonly WantedSeries[],
  { series: known }: Scan,
  { intervals }: Capabilities,
): void {
  const unknown = wanted.filter(
    ({ series, range }) => range.from < range.to && !known.has(seriesKey(series)),
  );
  const tasks = unknown.reduce(
    (sum, { series }) => sum + 1 / (intervals[series.interval]?.mostSeries ?? 1),
    0,
  );
  if (tasks > 0) expect(Math.ceil(tasks));
}

/** A request a day for a session that waits to be confirmed, where it costs less than a hundredth of the day's quota. */
function confirmAfterMs({ metered, quotas }: Capabilities): number {
  if (!metered) return 0;
  const isDear = quotas.some(
    ({ requests, perMs }) => perMs >= MS_PER_DAY && requests * (MS_PER_DAY / perMs) < 100,
  );
  return isDear ? Number.POSITIVE_INFINITY : MS_PER_DAY;
}

const NO_LIMIT = { lookBackDays: null };

/**
 * Whether lost corporate actions can be fetched again, for whatever session. A look-back would leave the sessions before
 * it open for ever.
 */
function answersForActions({ actions, intervals }: Capabilities): boolean {
  return actions && intervals['1d']?.lookBackDays === null;
}

const ALL_DAYS: readonly DayRange[] = [{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }];

/** The ex-dates that are known, by ticker, or cannot be had: all of a class of which only the newest rows can be. */
function actionsIn(
  { actions }: Scan,
  { intervals }: Capabilities,
): Pick<ReadonlyMap<string, readonly DayRange[]>, 'get'> {
  const { newestRows: limited = {}, since } = intervals['1d'] ?? {};
  const before = since === undefined ? [] : [{ from: Number.NEGATIVE_INFINITY, to: since }];
  const known = (ticker: string): readonly DayRange[] | undefined =>
    since === undefined ? actions.get(ticker) : union(actions.get(ticker) ?? [], before);
  return { get: (ticker) => (assetClassOf(ticker) in limited ? ALL_DAYS : known(ticker)) };
}
