import { type Series, seriesKey } from '../bars/bars.ts';
import type { Calendar } from '../calendar/calendar.ts';
import {
  type Absence,
  type Coverage,
  NOTHING_KNOWN,
  provisionalAt,
  cutIn,
  endedIn,
  unconfirmedAt,
  unknownTo,
  unlearn,
  within,
} from '../coverage/coverage.ts';
import type { Day, DayRange } from '../session/day.ts';
import type { EarlySessions } from './early-check.ts';
import { type Asking, type Claim, isDue } from '../coverage/evidence.ts';
import type { Interval } from '../session/interval.ts';
import { intersect, normalize, subtract, union } from '../session/ranges.ts';
import {
  type HoleCounts,
  type UnavailableSessions,
  holesIn,
  unavailableIn,
} from '../coverage/unavailable.ts';

/** Sessions that a user wants of one series. */
export interface WantedSeries {
  readonly series: Series;
  readonly calendar: Calendar;
  /** Session dates, `[from, to)`; only settled sessions. */
  readonly range: DayRange;
  /** Which days of the range are meant, ascending and disjoint: those on which it belongs to an index. Default: all. */
  readonly lived?: readonly DayRange[];
  /** Whether what is missing between the days that are meant is taken too where that costs no request. Default false. */
  readonly takesBetween?: boolean;
  /** More sessions of which what is missing is wanted: what was lost. Default: none. */
  readonly besides?: readonly DayRange[];
  /** Sessions of the range that are wanted though they are there, ascending and disjoint. Default: none. */
  readonly stale?: readonly DayRange[];
  /** Whether all of the range is wanted, whatever is known, as with `everything`. Default false. */
  readonly again?: boolean;
  /** Whether sessions of which rows were rejected are asked for now, whenever they are due. Default false. */
  readonly isRetried?: boolean;
}

/** Whether the range, or what is meant of it, has no session: of a member that was listed later, or delisted before. */
export function hasNoSession({
  calendar,
  range,
  lived = [range],
  besides = [],
}: Pick<WantedSeries, 'calendar' | 'range' | 'lived' | 'besides'>): boolean {
  return [...lived, ...besides].every(({ from, to }) => from >= to || calendar.sessionOnOrAfter(from) >= to);
}

/** What a backfill has to fetch of one series. */
export interface SeriesGaps {
  readonly series: Series;
  readonly calendar: Calendar;
  /** Maximal runs of sessions to fetch, ascending; each starts and ends with a session. */
  readonly gaps: readonly DayRange[];
  /** Sessions in the gaps. */
  readonly sessions: number;
  /** Days of sessions outside the gaps that have a final bar: what an answer can be compared with. */
  readonly final: readonly DayRange[];
  /**
   * Sessions outside the gaps that wait to be confirmed, or are missing between them: worth asking for where a request reaches
   * them anyway. Default none.
   */
  readonly riders?: readonly DayRange[];
  /** Days outside the gaps that no request reaches over: they were asked for just now. Default: it may reach over all. */
  readonly leftOut?: readonly DayRange[];
  /** Whether the gaps are wanted again, whatever is there. Default false. */
  readonly again?: boolean;
  /** Whether the user's own list of its splits and dividends changed since it was read with it. Default false. */
  readonly isRelisted?: boolean;
  /** Its oldest sessions, where it has any that are final. */
  readonly early?: EarlySessions;
  /** What of the wanted sessions outside the gaps cannot be had. Default nothing. */
  readonly unavailable?: readonly UnavailableSessions[];
  /** Wanted sessions outside the gaps that have no bar though nobody says why. Default none. */
  readonly holes?: HoleCounts;
  /** Wanted sessions outside the gaps whose bars are not final yet. Default none. */
  readonly provisional?: number;
  /** Set where no session is wanted at all. */
  readonly hasNoSession?: true;
}

export interface GapOptions {
  /** Id of the provider that will be asked: another one's "I have none" does not count. */
  readonly provider: string;
  /** ms since the epoch. */
  readonly now: number;
  /** First session date of a series that the provider reaches today. Default: it reaches all. */
  readonly reachedFrom?: (series: Series, calendar: Calendar) => Day;
  /**
   * How long a session that waits to be confirmed is left to the next request that is due anyway, before it is worth one of
   * its own, in ms. Default: for ever.
   */
  readonly confirmAfterMs?: number;
  /**
   * The edition of what the provider would read of a ticker now, see `Asking`. Asked only where it claims an absence, or may
   * have been cut.
   */
  readonly editionOf?: (ticker: string) => string | null;
  /** Whether the user's own list of a series' splits and dividends changed. Asked only where it has bars. Default: none did. */
  readonly isRelisted?: (series: Series) => boolean;
  /** Take the whole wanted range as one gap, whatever is known (`--no-gaps`). Default false. */
  readonly everything?: boolean;
  /**
   * By ticker: the ex-dates of which the corporate actions are known, ascending and disjoint. Where given, a present
   * session of a `1d` series whose day is not among them is a gap: without its splits a price cannot be read, unless the provider
   * said that it has no bar of it, until that is due to be asked again. The other
   * intervals are left alone: what lies before a provider's look-back could never be closed. Default: not looked at.
   */
  readonly actionsCovered?: Pick<ReadonlyMap<string, readonly DayRange[]>, 'get'>;
}

/**
 * One pass over all series: the sessions of each that are missing, provisional, absent with a retry that is due, or
 * without known corporate actions. Gives one entry a wanted series, in the same order; a complete series has no gaps.
 */
export function findGaps(
  wanted: readonly WantedSeries[],
  coverageOf: Pick<ReadonlyMap<string, Coverage>, 'get'>,
  options: GapOptions,
): SeriesGaps[] {
  // Most of many series are known and wanted alike, and lack the same.
  const alike = new Map<Coverage, { readonly view: View; readonly gaps: SeriesGaps }>();
  return wanted.map((one) => {
    const view = viewOf(one, coverageOf.get(seriesKey(one.series)) ?? NOTHING_KNOWN, options);
    const known = alike.get(view.coverage);
    if (known !== undefined && isSameView(known.view, view)) return { ...known.gaps, series: one.series };
    const gaps = gapsIn(one.series, view, options);
    alike.set(view.coverage, { view, gaps });
    return gaps;
  });
}

/** All of a series that its gaps depend on. */
interface View extends Pick<
  WantedSeries,
  'calendar' | 'range' | 'lived' | 'takesBetween' | 'besides' | 'stale' | 'again' | 'isRetried'
> {
  readonly interval: Interval;
  readonly coverage: Coverage;
  /** See `GapOptions.editionOf`; null where nothing depends on it. */
  readonly edition: string | null;
  readonly isRelisted: boolean;
  /** First session date that the provider reaches. */
  readonly reachedFrom: Day;
  /** Days of which the corporate actions are known; undefined where it does not matter. */
  readonly readable: readonly DayRange[] | undefined;
}

const NO_DAYS: readonly DayRange[] = [];

function viewOf(wanted: WantedSeries, coverage: Coverage, options: GapOptions): View {
  const { series, calendar, range, lived, besides, stale, again = options.everything } = wanted;
  const { isRetried, takesBetween } = wanted;
  const { provider, actionsCovered, editionOf, reachedFrom } = options;
  const { lacking, hadElsewhere, unknown } = coverage;
  const claims =
    [...coverage.absent, ...(lacking ?? []), ...(hadElsewhere ?? []), { by: unknown ?? [] }].some(({ by }) =>
      by.some((claim) => claim.provider === provider),
    ) || coverage.unconfirmed?.some((run) => (run.edition ?? run.endOf) !== undefined) === true;
  return {
    ...{ interval: series.interval, calendar, range, coverage },
    ...(lived && { lived }),
    ...(takesBetween && { takesBetween }),
    ...(besides && { besides }),
    ...(stale && { stale }),
    ...(again && { again }),
    ...(isRetried && { isRetried }),
    isRelisted: coverage.present.length > 0 && options.isRelisted?.(series) === true,
    reachedFrom: reachedFrom?.(series, calendar) ?? Number.NEGATIVE_INFINITY,
    edition: claims ? (editionOf?.(series.ticker) ?? null) : null,
    readable:
      series.interval === '1d' ? actionsCovered && (actionsCovered.get(series.ticker) ?? NO_DAYS) : undefined,
  };
}

/** Whether two views of one coverage are the same. */
function isSameView(a: View, b: View): boolean {
  return (
    a.interval === b.interval &&
    a.calendar === b.calendar &&
    a.range.from === b.range.from &&
    a.range.to === b.range.to &&
    a.lived === b.lived &&
    a.takesBetween === b.takesBetween &&
    a.besides === b.besides &&
    a.stale === b.stale &&
    a.again === b.again &&
    a.isRetried === b.isRetried &&
    a.edition === b.edition &&
    a.isRelisted === b.isRelisted &&
    a.reachedFrom === b.reachedFrom &&
    a.readable === b.readable
  );
}

function gapsIn(series: Series, view: View, options: GapOptions): SeriesGaps {
  const { coverage, calendar, range, lived, besides = [], stale = [], again = false } = view;
  const meant = lived ?? [range];
  const unknown = stillUnknown(view, options);
  const known = subtract(unknown === undefined ? needsNoRequest(view, options) : [ALL_DAYS], stale);
  const lost = subtract(besides, known);
  const days = again ? meant : subtract(normalize(meant), known);
  const gaps = sessionRuns(union(days, lost), calendar);
  const unconfirmed = unconfirmedAt(coverage, options.now);
  const between = view.takesBetween ? sessionRuns(subtract([range], union(known, gaps)), calendar) : [];
  const final = subtract(subtract(coverage.present, coverage.provisional), gaps);
  const bare = unlearn(lived === undefined ? coverage : within(coverage, lived), gaps);
  const outside = unknown === undefined ? bare : withUnknown(bare, meant, unknown);
  const waiting = intersect(meant, subtract(provisionalAt(coverage, options.now), gaps));
  return {
    ...{ series, calendar, gaps, sessions: calendar.count(gaps), final },
    ...(again && { again }),
    ...(view.isRelisted && { isRelisted: true }),
    riders: union(subtract(unconfirmed, gaps), between),
    unavailable: unavailableIn(outside, range, calendar),
    holes: holesIn(outside, range, calendar, coverage.present),
    provisional: calendar.count(waiting),
    ...(hasNoSession(view) && { hasNoSession: true as const }),
  };
}

const ALL_DAYS: DayRange = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** The claim that the provider does not know the ticker, as long as it is not asked again. */
function stillUnknown({ coverage, edition }: View, { provider, now }: GapOptions): Claim | undefined {
  const unknown = unknownTo(provider, coverage);
  const isAsked = unknown !== undefined && isDue([unknown], { provider, now, edition, isReached: true });
  return isAsked ? undefined : unknown;
}

/** What is known, and of the meant days of which nothing is that the provider does not know the ticker. */
function withUnknown(known: Coverage, meant: readonly DayRange[], claim: Claim): Coverage {
  const open = subtract(normalize(meant), union(known.present, normalize(known.absent)));
  if (open.length === 0) return known;
  const absent = [...known.absent, ...open.map((days) => ({ ...days, by: [claim] }))];
  return { ...known, absent: absent.toSorted((a, b) => a.from - b.from) };
}

/** Days that need no request where the provider may know the ticker. */
function needsNoRequest(
  { coverage, edition, reachedFrom, readable, isRetried = false }: View,
  { provider, now, confirmAfterMs }: GapOptions,
): DayRange[] {
  const asking: Omit<Asking, 'isReached'> = { provider, now, edition };
  const open = provisionalAt(coverage, now);
  const asked = subtract(
    subtract(open, union(unconfirmedAt(coverage, now, confirmAfterMs), endedIn(coverage, edition, now))),
    cutIn(coverage, edition),
  );
  const isRejected = ({ reason, ...claim }: Claim): boolean =>
    reason === 'rejected' && claim.provider === provider;
  const isOpen = ({ by, to }: Absence): boolean =>
    isDue(by, { ...asking, isReached: reachedFrom < to }) || (isRetried && by.some(isRejected));
  const settled = subtract(subtract(coverage.present, asked), (coverage.lacking ?? []).filter(isOpen));
  const explained = coverage.absent.filter((run) => !isOpen(run));
  // Of what it has no bar of it is asked for splits and dividends when it would be asked for the bars.
  const toldNothing = normalize((coverage.hadElsewhere ?? []).filter((run) => !isOpen(run)));
  const isRead = (days: readonly DayRange[]): DayRange[] => intersect(settled, union(days, toldNothing));
  return normalize([...(readable === undefined ? settled : isRead(readable)), ...explained]);
}

/** Trims day ranges to the sessions they hold and joins those that no other session parts. */
export function sessionRuns(days: readonly DayRange[], calendar: Calendar): DayRange[] {
  const runs: DayRange[] = [];
  for (const range of days) {
    const from = calendar.sessionOnOrAfter(range.from);
    const to = calendar.sessionOnOrBefore(range.to - 1) + 1;
    if (from >= to) continue;
    const last = runs.at(-1);
    if (last !== undefined && calendar.nextSession(last.to - 1) === from) {
      runs[runs.length - 1] = { from: last.from, to };
    } else runs.push({ from, to });
  }
  return runs;
}
