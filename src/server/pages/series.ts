import { ratioText } from '../../core/actions/ratio.ts';
import { type Bar, type CorporateAction, type Series, seriesKey } from '../../core/bars/bars.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { type Day, formatDay, parseDay } from '../../core/session/day.ts';
import type { Interval } from '../../core/session/interval.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import { BackfillError } from '../../core/errors.ts';
import type { History } from '../../library/history.ts';
import type { ChartMark, ChartSlot, SeriesPage } from '../../report/dashboard/page-data.ts';
import type { IssuesReport } from '../../report/issues.ts';
import { reachOf, type Slot, slotLabel, slotsOf } from '../../report/plot/slots.ts';
import { barText, byText, changeText, type SeriesRevision } from '../../report/revisions-text.ts';
import { unreadableText } from '../../report/distrusted-text.ts';
import { TIE } from '../../report/page.ts';
import type { SeriesCoverage } from '../../report/series-coverage.ts';
import { plural } from '../../report/table.ts';

/** Sessions that one page shows, by how many bars a session has: some five thousand bars at most. */
const SESSIONS: Readonly<Record<Interval, number>> = {
  '1m': 10,
  '5m': 50,
  '15m': 150,
  '1h': 500,
  '1d': 2500,
};

/** Gaps that are listed. */
const LISTED_GAPS = 500;

type Reach = NonNullable<ReturnType<typeof reachOf>>;

/** What is read of a series for its page. */
interface Read {
  readonly coverage: SeriesCoverage;
  readonly bars: readonly Bar[];
  readonly actions: readonly CorporateAction[];
  readonly revisions: readonly SeriesRevision[];
  readonly issues: IssuesReport;
}

/**
 * A series with its bars, up to the session `end` (`YYYY-MM-DD`, inclusive; default: the last one). Reads its bars. Throws
 * `usage` for an end that is no date, and `not-stored` for a series of which nothing is known.
 */
export async function seriesPage(
  history: History,
  series: Series,
  end: string | undefined,
): Promise<SeriesPage> {
  const { ticker, interval } = series;
  const selection = { tickers: [ticker], intervals: [interval] };
  const until = end === undefined ? undefined : parseDay(end);
  const { series: known } = await history.coverage(selection);
  const [coverage] = known;
  if (
    coverage === undefined ||
    (coverage.rows === 0 && coverage.fetchedAt === null && coverage.damaged.length === 0)
  )
    throw new BackfillError('not-stored', `${seriesKey(series)}: nothing of it is stored`, { ticker });
  const calendar = calendarById(coverage.calendar);
  const reach = reachOf(coverage);
  const shown = shownOf(reach, coverage.last, interval, calendar, until);
  const bars = shown === null ? [] : await history.read(series, { start: shown.from, end: shown.to });
  return pageOf(
    {
      ...{ coverage, bars },
      actions: await history.actions(ticker),
      revisions: await history.revisions({ ...selection, onDamage: () => undefined }),
      issues: await history.issues(selection),
    },
    shown,
    reach,
  );
}

/**
 * The last sessions up to an end that take a place, be it without a bar; null where no bar is stored. Of a series that lacks more
 * sessions after its last bar than a page shows, the first page begins with that bar.
 */
function shownOf(
  reach: Reach | null,
  last: string | null,
  interval: Interval,
  calendar: Calendar,
  until: Day | undefined,
): SeriesPage['shown'] {
  if (reach === null || last === null) return null;
  const usual = laterEnd(calendar, parseDay(last) - 1, reach.to, SESSIONS[interval]);
  const to = Math.max(reach.from, Math.min(reach.to, until ?? usual));
  const sessions = calendar.sessions({ from: reach.from, to: to + 1 });
  const from = sessions.at(-SESSIONS[interval]) ?? reach.from;
  return { from: formatDay(from), to: formatDay(to) };
}

function pageOf(read: Read, shown: SeriesPage['shown'], reach: Reach | null): SeriesPage {
  const { coverage, bars } = read;
  const { ticker, interval, standing, calendar: id, first, last } = coverage;
  const calendar = calendarById(id);
  const slots = shown === null ? [] : slotsWithin(coverage, bars, calendar, shown);
  const { expected, present, provisional, absent, missing, rows, coverage: percent } = coverage;
  const gaps = gapsOf(coverage);
  const [a, b] = shown === null ? [null, null] : [parseDay(shown.from), parseDay(shown.to)];
  const zone = interval === '1d' ? '' : ', times in UTC';
  const damage = unreadableText(coverage.damaged);
  return {
    ...{ ticker, interval, standing, calendar: id, shown, first, last, fetchedAt: coverage.fetchedAt },
    title: `${ticker} ${interval}, as traded${zone}`,
    said: [
      shown === null
        ? 'No bar of it is stored'
        : `${plural(bars.length, 'bar')}, ${shown.from} to ${shown.to}, as traded${zone}; ${missingText(slots)}`,
      ...(damage === undefined ? [] : [damage]),
    ].join('; '),
    counts: { expected, present, provisional, absent, missing, rows, coverage: percent },
    earlier: a !== null && reach !== null && a > reach.from ? formatDay(a - 1) : null,
    later:
      b !== null && reach !== null && b < reach.to
        ? formatDay(laterEnd(calendar, b, reach.to, SESSIONS[interval]))
        : null,
    slots: slots.map((slot) => chartSlot(slot, interval)),
    marks: marksOf(read, slots, calendar),
    gaps: gaps.slice(0, LISTED_GAPS),
    moreGaps: Math.max(0, gaps.length - LISTED_GAPS),
  };
}

/** The end of a page that shows what comes after a session. */
function laterEnd(calendar: Calendar, after: Day, last: Day, sessions: number): Day {
  return calendar.sessions({ from: after + 1, to: last + 1 }).at(sessions - 1) ?? last;
}

/** What is seen as red, in words. */
function missingText(slots: readonly Slot[]): string {
  const missing = slots.filter(({ blank }) => blank === 'missing').length;
  return missing === 0
    ? 'no session of these is missing'
    : `${plural(missing, 'session')} of these missing (red)`;
}

function slotsWithin(
  coverage: SeriesCoverage,
  bars: readonly Bar[],
  calendar: Calendar,
  { from, to }: NonNullable<SeriesPage['shown']>,
): Slot[] {
  const cut = <Run extends { readonly from: string; readonly to: string }>(runs: readonly Run[]): Run[] =>
    runs
      .filter((run) => run.to >= from && run.from <= to)
      .map((run) => ({ ...run, from: run.from < from ? from : run.from, to: run.to > to ? to : run.to }));
  const { interval, missingRuns, absences } = coverage;
  return slotsOf(bars, interval, calendar, { missingRuns: cut(missingRuns), absences: cut(absences) });
}

function chartSlot(slot: Slot, interval: Interval): ChartSlot {
  const { bar, blank } = slot;
  const label = slotLabel(slot, interval);
  if (bar === null) return [label, blank ?? 'absent'];
  const { open, high, low, close, volume } = bar;
  return [label, [open, high, low, close, Number.isNaN(volume) ? null : volume]];
}

/** What is marked, the newest first. */
function marksOf(
  { coverage, actions, revisions, issues }: Read,
  slots: readonly Slot[],
  calendar: Calendar,
): ChartMark[] {
  const { ticker, interval } = coverage;
  const bySession = new Map<string, number>();
  for (const [place, { session }] of slots.entries()) {
    const day = formatDay(session);
    if (!bySession.has(day)) bySession.set(day, place);
  }
  const byTs = new Map(slots.flatMap(({ ts, bar }, place) => (bar === null ? [] : [[ts, place] as const])));
  const sessionOf = sessionDateOf(interval, calendar);
  const atSession = (when: string): number | null => bySession.get(when) ?? null;
  const ofIt = (one: { readonly ticker: string; readonly interval: string }): boolean =>
    one.ticker === ticker && one.interval === interval;
  const marks: ChartMark[] = [
    ...actions.map((action) => actionMark(action, atSession)),
    ...revisions.filter(ofIt).map((one): ChartMark => {
      const { ts } = one.before;
      const place = byTs.get(ts) ?? atSession(formatDay(sessionOf(ts)));
      const text = `${changeText(one).replaceAll(TIE, ' ')} (${byText(one)})`;
      return { kind: 'revision', place, when: barText(interval, ts), text };
    }),
    ...issues.warnings.filter(ofIt).map(({ session, note }): ChartMark => ({
      kind: 'odd',
      place: atSession(session),
      when: session,
      text: note,
    })),
    ...issues.rejected
      .filter((one) => ofIt(one) && !one.resolved)
      .map(({ session, source, reason }): ChartMark => {
        const place = session === null ? null : atSession(session);
        return { kind: 'rejected', place, when: session ?? '', text: `${source}: ${reason}` };
      }),
  ];
  return marks.toSorted((a, b) => (a.when < b.when ? 1 : -Number(a.when > b.when)));
}

function actionMark(action: CorporateAction, atSession: (when: string) => number | null): ChartMark {
  const when = formatDay(action.exDay);
  const place = atSession(when);
  if (action.kind === 'split')
    return { kind: 'split', place, when, text: `${ratioText(action.ratio)} split` };
  const { amount, currency } = action;
  return {
    kind: 'dividend',
    place,
    when,
    text: `dividend of ${amount}${currency ? ` ${currency}` : ''} a share`,
  };
}

/** Runs of sessions without a bar, the newest first. */
function gapsOf({ missingRuns, absences }: SeriesCoverage): SeriesPage['gaps'][number][] {
  const missing = missingRuns.map(({ from, to, sessions }) => ({
    from,
    to,
    sessions,
    why: 'missing: nothing is known',
  }));
  const absent = absences.map(({ from, to, sessions, reason, provider }) => ({
    ...{ from, to, sessions },
    why: `absent: ${reason}, said by ${provider}`,
  }));
  return [...missing, ...absent].toSorted((a, b) => (a.from < b.from ? 1 : -1));
}
