import { type Series, seriesKey } from '../core/bars/bars.ts';
import type { Calendar } from '../core/calendar/calendar.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { provisionalAt, within } from '../core/coverage/coverage.ts';
import { type AbsenceReason, leadingClaim } from '../core/coverage/evidence.ts';
import { joinSessions, type Sessions, stateRuns } from '../core/coverage/state-runs.ts';
import { barelyCovered } from '../core/coverage/unavailable.ts';
import { type DayRange, formatDay } from '../core/session/day.ts';
import { contains, intersect, normalize, subtract } from '../core/session/ranges.ts';
import { nothingStored } from '../report/coverage.ts';
import type { Judged } from '../report/series-coverage.ts';
import { type Scan, type SeriesState, unreadableOf } from '../store/scan.ts';

/** Sessions in a row. */
export interface SessionSpan {
  /** Session dates, `YYYY-MM-DD`, both inclusive and both sessions. */
  readonly start: string;
  readonly end: string;
  readonly sessions: number;
}

/**
 * Why a session that is over lacks a final bar. `missing`: nothing is known of it. `provisional`: its bar was stored before it
 * was final. `not-yet-published`, `plan-limited`, `unknown-ticker`: whoever was asked did not say that it has no bar. `rejected`:
 * rows came that cannot be right, and lie in quarantine; such a session may have other bars. `vendor-empty`: whoever was asked has
 * no bar of it, nor any other of the series, or of fewer sessions than are without, be it between its bars or after the last;
 * else it is `absent` instead.
 */
export type LackReason =
  | 'missing'
  | 'provisional'
  | 'not-yet-published'
  | 'plan-limited'
  | 'unknown-ticker'
  | 'rejected'
  | 'vendor-empty';

export interface LackingSpan extends SessionSpan {
  readonly why: LackReason;
  /** Id of the provider whose rows were rejected, or that has no bar; of nothing else. */
  readonly provider?: string;
}

/** Sessions of which a provider has no bar on record. */
export interface AbsentSpan extends SessionSpan {
  readonly why: 'vendor-empty' | Exclude<AbsenceReason, LackReason | 'doubted'>;
  /** Id of the provider whose word that is. */
  readonly provider: string;
}

/** What is said of one series. */
export interface SpansOf<Span extends SessionSpan> {
  readonly series: Series;
  /** Ascending, disjoint; one at least. */
  readonly ranges: readonly Span[];
  /** In all of them. */
  readonly sessions: number;
}

/** A file of a series that cannot be read. */
export interface DamagedFile {
  readonly series: Series;
  /** Relative to the store's root. */
  readonly path: string;
}

/**
 * What is said of the sessions of a range, by series, in the order in which these were named; of those that are as they should be
 * nothing. Plain JSON.
 */
export interface Verdict {
  /** Whether every session that is over has a final bar, or is known to have none: nothing is lacking or damaged. */
  readonly complete: boolean;
  /** How many series it speaks of. */
  readonly series: number;
  /** Sessions that are over and lack a final bar, the sessions of damaged files among them. */
  readonly lacks: readonly SpansOf<LackingSpan>[];
  /** Sessions with a bar that is not final, as they have not settled yet. */
  readonly provisional: readonly SpansOf<SessionSpan>[];
  /** Sessions that are known to have no bar: whoever had them said so. */
  readonly absent: readonly SpansOf<AbsentSpan>[];
  /** Files that may have held some of the sessions, and of which not all is stored again. */
  readonly damaged: readonly DamagedFile[];
}

/** What a series is judged by, and against what. */
export type JudgeSeries = (state: SeriesState, calendar: Calendar) => Judged;

/** The part of a scan that a verdict is made of. */
type Judgeable = Pick<Scan, 'series' | 'setAside' | 'lost' | 'held'>;

/** Absent sessions of which somebody else, or a later answer, may have a bar. */
const LACKING: ReadonlySet<AbsenceReason> = new Set([
  'not-yet-published',
  'plan-limited',
  'unknown-ticker',
  'rejected',
]);

/** What a scan says of some series. `judge` gives the range of each, and its last settled session. */
export function verdictOf(scan: Judgeable, series: readonly Series[], judge: JudgeSeries): Verdict {
  const found = series.map((one) => {
    const state = scan.series.get(seriesKey(one)) ?? nothingStored(one);
    const calendar = calendarById(state.calendar);
    const judged = judge(state, calendar);
    const spans = spansIn(state, calendar, judged);
    const isOpen = spans.lacks.length + spans.provisional.length > 0;
    const files = unreadableOf(scan, one, judged.range, () => isOpen);
    return { series: one, damaged: files.map(({ path }) => ({ series: one, path })), ...spans };
  });
  const some = <Span extends SessionSpan>(
    of: (one: (typeof found)[number]) => readonly Span[],
  ): SpansOf<Span>[] =>
    found.flatMap((one) => {
      const ranges = of(one);
      if (ranges.length === 0) return [];
      return [
        { series: one.series, ranges, sessions: ranges.reduce((sum, { sessions }) => sum + sessions, 0) },
      ];
    });
  const lacks = some(({ lacks: spans }) => spans);
  const damaged = found.flatMap((one) => one.damaged);
  return {
    complete: lacks.length + damaged.length === 0,
    series: series.length,
    lacks,
    provisional: some(({ provisional }) => provisional),
    absent: some(({ absent }) => absent),
    damaged,
  };
}

interface Spans {
  readonly lacks: readonly LackingSpan[];
  readonly provisional: readonly SessionSpan[];
  readonly absent: readonly AbsentSpan[];
}

/** Sessions of which the same is said. */
type Said<What extends object> = Sessions & What;

function spansIn(state: SeriesState, calendar: Calendar, { range, lived, settled, now }: Judged): Spans {
  const { coverage } = state;
  const meant = lived ?? normalize([range]);
  const over = intersect(meant, [{ from: Number.NEGATIVE_INFINITY, to: settled + 1 }]);
  const open = intersect(intersect(coverage.present, meant), provisionalAt(coverage, now));
  const rejected = within(coverage, subtract(over, open)).lacking ?? [];
  const said = <What extends object>(days: readonly DayRange[], what: What): Said<What>[] =>
    days.flatMap((run) => sessionsOf(run, calendar).map((sessions) => ({ ...sessions, ...what })));
  const lacks: Said<Pick<LackingSpan, 'why' | 'provider'>>[] = [
    ...said(intersect(open, over), { why: 'provisional' as const }),
    ...rejected.flatMap(({ by, ...run }) => said([run], rejectedBy(leadingClaim(by).provider))),
  ];
  const absent: Said<Pick<AbsentSpan, 'why' | 'provider'>>[] = [];
  const barely = normalize(barelyCovered(coverage, calendar));
  for (const { absence, state: its, ...run } of over.flatMap((days) => stateRuns(coverage, days, calendar))) {
    if (its === 'present') continue;
    const { reason, provider } = absence === null ? NOTHING_SAID : leadingClaim(absence.by);
    if (reason === 'rejected') lacks.push({ ...run, ...rejectedBy(provider) });
    else if (isLacking(reason)) lacks.push({ ...run, why: reason });
    else if (reason === 'vendor-empty' && contains(barely, run.first))
      lacks.push({ ...run, why: reason, provider });
    else if (reason !== 'doubted') absent.push({ ...run, why: reason, provider });
  }
  return {
    lacks: spansOf(lacks, calendar, (a, b) => a.why === b.why && a.provider === b.provider),
    provisional: spansOf(said(subtract(open, over), {}), calendar, () => true),
    absent: spansOf(absent, calendar, (a, b) => a.why === b.why && a.provider === b.provider),
  };
}

function rejectedBy(provider: string): { why: 'rejected'; provider: string } {
  return { why: 'rejected', provider };
}

const NOTHING_SAID = { reason: 'missing', provider: '' } as const;

function isLacking(
  reason: AbsenceReason | 'missing',
): reason is Exclude<LackReason, 'provisional' | 'vendor-empty'> {
  return reason === 'missing' || LACKING.has(reason);
}

/** The sessions of some days; of none nothing. */
function sessionsOf(days: DayRange, calendar: Calendar): Sessions[] {
  const sessions = calendar.count([days]);
  if (sessions === 0) return [];
  return [
    { first: calendar.sessionOnOrAfter(days.from), last: calendar.sessionOnOrBefore(days.to - 1), sessions },
  ];
}

/** Ascending; those of which the same is said are one where no other session parts them. */
function spansOf<What extends object>(
  runs: readonly Said<What>[],
  calendar: Calendar,
  isSame: (a: What, b: What) => boolean,
): (SessionSpan & What)[] {
  const joined: Said<What>[] = [];
  for (const run of runs.toSorted((a, b) => a.first - b.first)) {
    const before = joined.at(-1);
    const isNext = before !== undefined && calendar.nextSession(before.last) === run.first;
    if (isNext && isSame(before, run)) joined[joined.length - 1] = { ...run, ...joinSessions(before, run) };
    else joined.push(run);
  }
  return joined.map(({ first, last, sessions, ...what }) => {
    const span: SessionSpan = { start: formatDay(first), end: formatDay(last), sessions };
    return { ...span, ...(what as unknown as What) };
  });
}
