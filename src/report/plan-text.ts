import { seriesKey } from '../core/bars/bars.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { type DayRange, formatDay } from '../core/session/day.ts';
import { grouped } from '../core/grouped.ts';
import type { Meant, TickersOrigin } from '../backfill/run/events.ts';
import type { OutOfReach, Plan } from '../core/plan/plan.ts';
import type { Task, Want } from '../core/plan/task.ts';
import { type Quota, quotaText } from '../core/plan/quota.ts';
import { counted, holesText, waitText, withoutSessionText } from './standing-text.ts';
import { named } from './named.ts';
import { type Page, printable, totalLine, UNBOUNDED, wrapped } from './page.ts';
import { bytesText, routesLines } from './routes-text.ts';
import { sharedLines } from './shared-requests-text.ts';
import { notServedLines } from './unavailable-text.ts';
import { type Column, fittedTable, formatCount, formatDuration, plural } from './table.ts';

/** What a run is for: `503 tickers of the universe sp500, the last 2 years of 1d`; nothing where that is not known. */
export function meantLines({ origins, range, intervals }: Meant): string[] {
  const [first, ...more] = origins.map(originText);
  if (first === undefined) return [];
  return [`${[first, ...more].join(' and ')}, ${range} of ${intervals.join(', ')}`];
}

function originText({ from, name, tickers }: TickersOrigin): string {
  const words: Readonly<Record<TickersOrigin['from'], string>> = {
    named: 'named by you',
    file: name === '-' ? 'of standard input' : `of the file ${name}`,
    portfolio: 'of your portfolio',
    provider: `that ${name} lists`,
    universe: `of the universe ${name}`,
  };
  return `${plural(tickers, 'ticker')} ${printable(words[from])}`;
}

/**
 * The line a run opens with: `Total: 503  Complete: 127  To fill: 376  Requests: 376  Estimated time at 5 req/min: 1h 15m
 * 12s`.
 */
export function openingLine(plan: Plan, quotas: readonly Quota[]): string {
  const { totals } = plan;
  const { withoutSession = 0 } = totals;
  const counts =
    `Total: ${formatCount(totals.series)}  Complete: ${formatCount(totals.complete - withoutSession)}  ` +
    counted('No session in the range', withoutSession) +
    counted('With holes', totals.withHoles) +
    counted('Waiting', totals.provisional) +
    counted('Unavailable', totals.unavailable) +
    `To fill: ${formatCount(totals.toFill)}  Requests: ${formatCount(totals.requests)}`;
  return counts + estimate(plan, quotas);
}

/** What a run opens with besides: `Filling 62 series of 31 tickers from yahoo with 8 workers`. */
export function workLine(plan: Plan, provider: string, workers: number): string {
  const filling = `Filling ${seriesText(plan)} from ${provider}`;
  // Machines of a queue come and go.
  return workers === 0 ? filling : `${filling} with ${plural(workers, 'worker')}`;
}

/**
 * The line a verification opens with: `Comparing 62 series of 31 tickers with yahoo: 1,240 sessions in 62 requests by 8
 * workers`.
 */
export function verifyingLine(
  plan: Plan,
  provider: string,
  quotas: readonly Quota[],
  workers: number,
): string {
  const { sessions, requests } = plan.totals;
  return (
    `Comparing ${seriesText(plan)} with ${provider}: ` +
    `${plural(sessions, 'session')} in ${plural(requests, 'request')} by ${plural(workers, 'worker')}${estimate(plan, quotas)}`
  );
}

/** A series is a ticker at one interval. */
function seriesText({ tasks }: Plan): string {
  const wanted = tasks.flatMap(({ wants }) => wants.map((want) => want.series));
  const series = new Set(wanted.map((one) => seriesKey(one)));
  const tickers = new Set(wanted.map(({ ticker }) => ticker));
  return `${formatCount(series.size)} series of ${plural(tickers.size, 'ticker')}`;
}

function estimate({ quotaMs }: Plan, quotas: readonly Quota[]): string {
  return quotaMs === null ? '' : `  Estimated time at ${quotaText(quotas)}: ${formatDuration(quotaMs)}`;
}

/** What a run says besides where the user's own list of splits and dividends changed, or is gone: none where it did not. */
export function relistedLines({ relisted = [], goneList = [] }: Plan): string[] {
  const [changed, gone] = [relisted, goneList].map((tickers) => printable(named(tickers)));
  return [
    ...(changed === ''
      ? []
      : [
          `Your list of splits and dividends changed for ${changed}: it is read, and stored bars are compared`,
        ]),
    ...(gone === ''
      ? []
      : [
          `Your list of splits and dividends, actions.csv, is gone: what it said of ${gone} stays in force. To withdraw all of it, ` +
            'put one there that has its header alone; to withdraw one: backfill actions TICKER --withdraw DATE,KIND',
        ]),
  ];
}

/** What a run says instead of `openingLine` when the plan has no task. */
export function nothingToDoLine({ totals, notYet }: Plan): string {
  if (notYet !== undefined) return `Nothing to do: ${notYet}.`;
  const { series, withHoles, provisional, unavailable, withoutSession = 0 } = totals;
  const complete = totals.complete - withoutSession;
  const lacking = [
    ...(unavailable > 0 ? [`${formatCount(unavailable)} cannot be had`] : []),
    ...(provisional > 0 ? [waitText(provisional)] : []),
    ...(withHoles > 0 ? [holesText(withHoles)] : []),
    ...(withoutSession > 0 ? [withoutSessionText(withoutSession)] : []),
  ];
  const what =
    lacking.length === 0
      ? `of ${formatCount(series)} series every session is present or known to be absent`
      : `of ${formatCount(series)} series ${formatCount(complete)} ${complete === 1 ? 'is' : 'are'} complete, ${lacking.join(', ')}`;
  return `Nothing to do: ${what}. check-data shows which.`;
}

/** Gaps that are shown one by one, unless the page wants all; above them alike gaps are told together, and so many of those. */
const FEW_GAPS = 40;
const SHOWN_GAPS = 20;

/** What is beyond reach that is shown, unless the page wants all. */
const SHOWN_BEYOND = 10;

/** A gap of one series, or the same one of several. */
interface GapRow {
  readonly tickers: readonly string[];
  readonly interval: string;
  readonly gap: string;
  readonly sessions: number | null;
  /** Of the task, in its first row; null in the others. `shared`: of requests for whole markets, which are of no row. */
  readonly requests: number | 'shared' | null;
}

const GAP_COLUMNS: readonly Column<GapRow>[] = [
  { title: 'INT', text: ({ interval }) => interval },
  { title: 'GAP', text: ({ gap }) => gap },
  { title: 'SESSIONS', text: ({ sessions }) => countText(sessions), right: true },
  { title: 'REQUESTS', text: ({ requests }) => requestsText(requests), right: true, leftOut: 1 },
];

const TICKER: Column<GapRow> = {
  title: 'TICKER',
  text: ({ tickers: [ticker = ''] }) => printable(ticker),
  least: 8,
};

/** Of gaps that are told together. */
const TICKERS: Column<GapRow> = {
  title: 'TICKERS',
  text: ({ tickers }) => formatCount(tickers.length),
  right: true,
};
const SUCH_AS: Column<GapRow> = { ...TICKER, title: 'SUCH AS', leftOut: 2 };

const PROBE =
  'One request more if many of the new tickers turn out unknown: a complete one then shows whether the provider is sound';

/** What `--dry-run` prints: one line a gap, or a comparison with what is stored, then the totals. */
export function planText(plan: Plan, quotas: readonly Quota[], page = UNBOUNDED): string[] {
  const gaps = rowsOf(plan.tasks);
  const isCut = !page.isWhole && gaps.length > FEW_GAPS;
  const rows = isCut ? alikeTogether(gaps) : gaps;
  const shown = isCut ? rows.slice(0, SHOWN_GAPS) : rows;
  const left = rows.slice(shown.length);
  const columns = isCut ? [TICKERS, ...GAP_COLUMNS, SUCH_AS] : [TICKER, ...GAP_COLUMNS];
  const { head, rows: lines } = fittedTable(columns, shown, page.columns);
  const { totals } = plan;
  const cost = [plural(totals.requests, 'request'), ...bytesText(plan.bytes)].join(', ');
  const sum = `${plural(totals.sessions, 'session')} in ${cost}`;
  return [
    ...(shown.length > 0 ? [head, ...lines.flat()] : []),
    ...(isCut ? leftLines(left) : []),
    ...beyondLines(plan.outOfReach, page),
    ...notServedLines(plan).flatMap((line) => totalLine(line, page)),
    ...(rows.length > 0 ? ['', sum] : []),
    ...sharedLines(plan).flatMap((line) => wrapped(line, page.columns, { hang: 2 })),
    ...routesLines(plan, page),
    ...(plan.mayProbe === true ? wrapped(PROBE, page.columns, { hang: 2 }) : []),
    ...totalLine(plan.notYet === undefined ? openingLine(plan, quotas) : nothingToDoLine(plan), page),
  ];
}

/** The requests for splits and dividends stand with the first of those that wait for them, which comes next. */
function rowsOf(tasks: readonly Task[]): GapRow[] {
  return tasks.flatMap((task, i) => {
    const before = tasks[i - 1];
    return gapRows(task, before !== undefined && 'tickers' in before ? before.requests : 0);
  });
}

function gapRows(task: Task, before: number): GapRow[] {
  const { wants, requests } = task;
  const rows = wants.flatMap((want) => {
    const { series, gaps, range } = want;
    return (gaps.length > 0 ? gaps : [range]).map((gap) => ({
      tickers: [series.ticker],
      interval: series.interval,
      gap: gapText(want, gap),
      sessions: sessionsOf(want, gap),
    }));
  });
  if ('bucket' in task) return rows.map((row) => ({ ...row, requests: 'shared' }));
  return rows.map((row, i) => ({ ...row, requests: i === 0 ? before + requests : null }));
}

/** Rows of one gap as one, those of most tickers first. */
function alikeTogether(rows: readonly GapRow[]): GapRow[] {
  const alike = grouped(rows, ({ interval, gap, sessions }) => `${interval} ${gap} ${sessions}`);
  return [...alike.values()]
    .map((group) => {
      const [first] = group as [GapRow];
      return {
        ...first,
        tickers: group.flatMap(({ tickers }) => tickers),
        sessions: sumOf(group.map(({ sessions }) => sessions)),
        requests: requestsOf(group),
      };
    })
    .toSorted((a, b) => b.tickers.length - a.tickers.length);
}

/** Of rows that are told as one: what is of these alone, or that nothing is. */
function requestsOf(rows: readonly GapRow[]): GapRow['requests'] {
  const own = sumOf(rows.map(({ requests }) => (requests === 'shared' ? null : requests)));
  return own === null && rows.some(({ requests }) => requests === 'shared') ? 'shared' : own;
}

function leftLines(left: readonly GapRow[]): string[] {
  const gaps = left.reduce((sum, { tickers }) => sum + tickers.length, 0);
  return [gaps === 0 ? '--all lists each gap' : `… and ${plural(gaps, 'gap')} more: --all lists them`];
}

/** Null where there is nothing to add up. */
function sumOf(counts: readonly (number | null)[]): number | null {
  return counts.reduce((sum, count) => (count === null ? sum : (sum ?? 0) + count), null);
}

/** What the provider does not reach back to: a line a series, or the first few and how many there are. */
function beyondLines(parts: readonly OutOfReach[], { isWhole, columns }: Page): string[] {
  const alike = grouped(parts, ({ series, gaps, sessions }) =>
    isWhole ? series : `${series.interval} ${sessions} ${gaps.at(-1)?.to}`,
  );
  const shown = isWhole ? [...alike.values()] : [...alike.values()].slice(0, SHOWN_BEYOND);
  const left = [...alike.values()].slice(shown.length).flat();
  return [
    ...shown.flatMap((group) => {
      const [{ series, sessions, gaps }] = group as [OutOfReach];
      const line =
        `${printable(named(group.map((one) => one.series.ticker)))} ${series.interval}: ` +
        `${plural(sessions, 'session')}${group.length > 1 ? ' each' : ''} before ` +
        `${formatDay(gaps.at(-1)?.to ?? 0)} beyond the provider's look-back: not asked for`;
      return wrapped(line, columns, { hang: 2 });
    }),
    ...(left.length > 0 ? [`… and ${formatCount(left.length)} series more: --all lists them`] : []),
  ];
}

function requestsText(requests: GapRow['requests']): string {
  return requests === 'shared' ? requests : countText(requests);
}

function countText(count: number | null): string {
  return count === null ? '' : formatCount(count);
}

function gapText({ gaps }: Want, { from, to }: DayRange): string {
  return `${gaps.length === 0 ? 'compare ' : ''}${formatDay(from)}..${formatDay(to - 1)}`;
}

/** Sessions that are wanted; of those that are only compared, none is. */
function sessionsOf({ calendar, gaps }: Want, gap: DayRange): number | null {
  return gaps.length === 0 ? null : calendarById(calendar).count([gap]);
}
