import { lostDays } from '../backfill/plan/lost-days.ts';
import { withoutUnheard } from '../backfill/want/unheard.ts';
import { parseRange } from '../backfill/want/wanted.ts';
import { type Series, seriesKey } from '../core/bars/bars.ts';
import type { Calendar } from '../core/calendar/calendar.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { knownSpan } from '../core/coverage/coverage.ts';
import type { Day, DayRange } from '../core/session/day.ts';
import { span, union } from '../core/session/ranges.ts';
import { type Universe, livedIn } from '../core/universe/universe.ts';
import type { Capabilities } from '../providers/provider.ts';
import { type CoverageReport, nothingStored, reportCoverage } from '../report/coverage.ts';
import type { Judged } from '../report/series-coverage.ts';
import { type Scan, type SeriesState, unreadableIn } from '../store/scan.ts';
import type { BarStore } from '../store/store.ts';
import type { AsOf } from './as-of.ts';
import { type FirstKnown, firstKnown } from './first-known.ts';
import type { HistoryRequest } from './history.ts';
import { lastRuns } from './left-undone.ts';
import { type NotFound, hasBar, notFound } from './not-found.ts';
import { suspectedLevels } from './suspected-levels.ts';
import { intervalsNotStored, namedAndNotStored, tickersIn } from './not-stored.ts';

/** What `History.coverage` reports; `universe` undefined: all in the store. */
export async function coverageOf(
  store: BarStore,
  capabilities: Capabilities,
  now: number,
  request: HistoryRequest,
  universe: Universe | undefined,
): Promise<CoverageReport> {
  return (await judgedCoverage(store, capabilities, now, request, universe)).report;
}

/** A report, and what is behind each series of it. */
export interface JudgedCoverage {
  readonly report: CoverageReport;
  readonly judgedOf: (series: Series) => { readonly state: SeriesState; readonly judged: Judged };
}

/** The same, with what each series was judged by: of use to say more of it than the report does. */
export async function judgedCoverage(
  store: BarStore,
  capabilities: Capabilities,
  now: number,
  request: HistoryRequest,
  universe: Universe | undefined,
): Promise<JudgedCoverage> {
  const { scan, ...judged } = await coverageByScan(store, capabilities, now, request, universe);
  const suspected = await suspectedLevels(store, scan, now);
  if (suspected.series.length + suspected.notJudged === 0) return judged;
  return { ...judged, report: { ...judged.report, suspected } };
}

/** The same without `suspected`, which is the only thing that bars are read for. */
export async function coverageByScan(
  store: BarStore,
  capabilities: Capabilities,
  now: number,
  request: HistoryRequest,
  universe: Universe | undefined,
): Promise<JudgedCoverage & { readonly scan: Scan }> {
  const { intervals, start, days, years } = request;
  const tickers = universe?.tickers;
  const scan = await store.scan({ ...(tickers && { tickers }), ...(intervals && { intervals }) });
  const lacking = tickers === undefined ? intervalsNotStored(scan, intervals) : [];
  const ofNamed = namedAndNotStored(scan, tickers ?? [], intervals);
  const isOpen = start === undefined && days === undefined && years === undefined;
  const isUnknown = ({ coverage }: SeriesState): boolean => knownSpan(coverage) === undefined;
  const hasUnknown =
    ofNamed.size > 0 || unreadableIn(scan).length > 0 || [...scan.series.values()].some(isUnknown);
  const isPart = tickers !== undefined || intervals !== undefined;
  const needsAll = isPart && (lacking.length > 0 || (isOpen && hasUnknown));
  const whole = needsAll ? await store.scan() : scan;
  const named = tickers === undefined ? namedAndNotStored(scan, tickersIn(whole), lacking) : ofNamed;
  const hasAbsent = [...scan.series.values()].some(({ coverage }) => coverage.absent.length > 0);
  const stored = hasAbsent ? withoutUnheard(await lastRuns(store), scan, now) : scan.series;
  const states = new Map([...stored, ...named]);
  const judge = judgeBy(capabilities, now, request, {
    lost: lostDays(whole),
    lives: universe?.lives ?? new Map(),
    first: firstOf(whole),
  });
  const report = reportCoverage({ ...scan, series: states }, judge);
  const { length: staged } = await store.staging.list();
  const uncompared = await countUncompared(store, scan);
  const told: CoverageReport = {
    ...report,
    ...(lacking.length > 0 && named.size > 0 && { notStored: lacking }),
    ...(staged > 0 && { staged }),
    ...(uncompared > 0 && { uncompared }),
  };
  const judgedOf: JudgedCoverage['judgedOf'] = (series) => {
    const state = states.get(seriesKey(series)) ?? nothingStored(series);
    return { state, judged: judge(state, calendarById(state.calendar)) };
  };
  return { report: told, judgedOf, scan };
}

/** How many series of a scan have bars that no run has compared with those of others yet. */
async function countUncompared(store: BarStore, { series: known }: Scan): Promise<number> {
  const notes = await store.firstFills.list();
  const keys = new Set(notes.flatMap(({ series }) => series.map(seriesKey)));
  return [...keys].filter((key) => (known.get(key)?.rows ?? 0) > 0).length;
}

/** From when on the series of a scan are known. */
export function firstOf({ series }: Scan): FirstKnown {
  return firstKnown(
    [...series.values()].flatMap(({ calendar, series: { interval }, coverage }) => {
      const known = knownSpan(coverage);
      return known === undefined ? [] : [{ calendar, interval, from: known.from }];
    }),
  );
}

/** What `History.notFound` gives; `tickers` undefined: nobody is named. */
export async function notFoundIn(
  store: BarStore,
  capabilities: Capabilities,
  now: number,
  request: HistoryRequest,
  tickers: readonly string[] | undefined,
): Promise<NotFound[]> {
  const { intervals } = request;
  const judge = judgeBy(capabilities, now, request);
  if (tickers === undefined) return [];
  const scan = await store.scan({ tickers, ...(intervals && { intervals }) });
  return notFound(scan, { tickers, intervals }, (state) =>
    hasBar(state, judge(state, calendarById(state.calendar)).range),
  );
}

/** What is known besides the states of series. */
interface Besides {
  readonly lost: ReadonlyMap<string, readonly DayRange[]>;
  readonly lives: Universe['lives'];
  /** From when on a series would be known of which nothing is. */
  readonly first: FirstKnown;
  /** Sessions that were not over by then are not meant. Default: `now`. */
  readonly until?: AsOf;
}

const NOTHING_BESIDES: Besides = { lost: new Map(), lives: new Map(), first: () => undefined };

/**
 * The range that a request means of each series; where it says not from when on, what is `lost` belongs to it. Throws
 * `usage`.
 */
export function judgeBy(
  capabilities: Capabilities,
  now: number,
  request: HistoryRequest,
  { lost, lives, first, until }: Besides = NOTHING_BESIDES,
): (state: SeriesState, calendar: Calendar) => Judged {
  const wanted = parseRange(request);
  return ({ series, coverage }, calendar) => {
    const { settleDelayMs = 0 } = capabilities.intervals[series.interval] ?? {};
    const settled = calendar.lastSettled(now, settleDelayMs);
    const known = span(union(lost.get(seriesKey(series)) ?? [], [knownSpan(coverage) ?? []].flat()));
    // Another provider may have settled the last session sooner than this one would.
    const latest = known === undefined ? settled : Math.max(settled, known.to - 1);
    const last = until === undefined ? latest : Math.min(latest, lastOver(calendar, until));
    const from = known?.from ?? first(calendar.id, series.interval);
    return { ...livedIn(wanted(calendar, last, from), lives.get(series.ticker)), settled, now };
  };
}

/** The last day whose session was over. */
function lastOver(calendar: Calendar, { day, instant }: AsOf): Day {
  return day ?? calendar.lastSettled(instant, 0);
}
