import { type Series, seriesKey } from '../bars/bars.ts';
import { periodsOf } from '../bars/partition.ts';
import type { Calendar } from '../calendar/calendar.ts';
import { calendarById } from '../calendar/calendars.ts';
import { mayHaveActions } from '../instrument/asset-class.ts';
import { type DayRange, MS_PER_DAY } from '../session/day.ts';
import { type Interval, intervalMs } from '../session/interval.ts';
import { requestsWithArchive } from './archive.ts';
import type { PlanOptions, RequestLimits } from './limits.ts';
import { pagesOf, pagesOfAll } from './pages.ts';
import type { Quota } from './quota.ts';
import type { Fetch, Want } from './task.ts';

/** Wants as tasks: those of one interval and one span together, as many as a request takes. */
export function batched(wants: readonly Want[], options: PlanOptions): Fetch[] {
  const batches: Want[][] = [];
  const open = new Map<string, Want[]>();
  for (const want of wants) {
    const { series, range } = want;
    const most = mostTogether(series.interval, range, options.limits[series.interval]);
    const alike = `${series.interval} ${range.from} ${range.to}`;
    const batch = most > 1 ? open.get(alike) : undefined;
    if (batch !== undefined && batch.length < most && batch.every((one) => !isSameSeries(one.series, series)))
      batch.push(want);
    else {
      const fresh = [want];
      open.set(alike, fresh);
      batches.push(fresh);
    }
  }
  return batches.map((batch) => taskOf(batch, options));
}

/** How many series of one span one request may ask for. */
function mostTogether(
  interval: Interval,
  { from, to }: DayRange,
  { mostSeries = 1, mostRows = Number.POSITIVE_INFINITY }: Partial<RequestLimits> = {},
): number {
  const rows = (to - from) * (MS_PER_DAY / intervalMs(interval));
  return Math.max(1, Math.min(mostSeries, Math.floor(mostRows / rows)));
}

/** What one that asks for everything by itself costs, in one page. */
export function requestsOf({
  requestsPerSpan,
  requestsForActions = 0,
}: Pick<RequestLimits, 'requestsPerSpan' | 'requestsForActions'>): number {
  return requestsPerSpan + requestsForActions;
}

/**
 * What series of one span cost, so many of each calendar, as many together as a request takes; as if those of one calendar
 * followed each other.
 */
export function requestsInBatches(
  series: ReadonlyMap<Calendar, number>,
  interval: Interval,
  range: DayRange,
  limits: RequestLimits,
): number {
  const { requestsPerSpan, requestsForActions = 0, paging } = limits;
  const most = mostTogether(interval, range, limits);
  const pages = (count: number, calendar: Calendar): number | undefined =>
    paging && pagesOf(count, calendar, interval, range, paging).pages;
  const began = (count: number, calendar: Calendar): number =>
    requestsPerSpan * (pages(count, calendar) ?? 1) + requestsForActions;
  let [requests, room] = [0, 0];
  for (const [calendar, count] of series) {
    const joining = Math.min(room, count);
    if (joining > 0) requests += requestsPerSpan * (pages(joining, calendar) ?? 0);
    room -= joining;
    const whole = Math.floor((count - joining) / most);
    const rest = (count - joining) % most;
    if (whole > 0) requests += whole * began(most, calendar);
    if (rest > 0) requests += began(rest, calendar);
    if (rest > 0) room = most - rest;
  }
  return requests;
}

/** Requests for the bars of some wants of one span. */
function requestsForBars(
  { series: { interval }, range }: Want,
  wants: readonly Want[],
  { requestsPerSpan, paging, archive }: RequestLimits,
  now: number,
): number {
  if (archive !== undefined) return wants.length * requestsWithArchive(interval, range, now, archive);
  if (paging === undefined) return requestsPerSpan;
  const calendars = wants.map(({ calendar }) => calendarById(calendar));
  return requestsPerSpan * pagesOfAll(calendars, interval, range, paging);
}

/** What tells the splits and dividends of some wants, apart from their bars: nothing where none can have any. */
export function requestsForActionsOf(
  wants: readonly Want[],
  { requestsForActions = 0 }: Pick<RequestLimits, 'requestsForActions'>,
): number {
  if (requestsForActions === 0) return 0;
  return wants.some(({ series, calendar }) => mayHaveActions(series.ticker, calendarById(calendar)))
    ? requestsForActions
    : 0;
}

function isSameSeries(a: Series, b: Series): boolean {
  return a.ticker === b.ticker && a.interval === b.interval;
}

function taskOf(wants: readonly Want[], { limits, quotas, actions, now }: PlanOptions): Fetch {
  const [first] = wants as [Want, ...Want[]];
  const own = limits[first.series.interval] as RequestLimits;
  const requests = requestsForBars(first, wants, own, now) + requestsForActionsOf(wants, own);
  const questions = questionsOf(requests, quotas);
  return {
    id: wants.length === 1 ? first.id : `${first.id} and ${wants.length - 1} more`,
    wants,
    requests,
    partitions: partitionsOf(wants, actions),
    ...(questions !== undefined && { questions }),
  };
}

/** What a task for some wants writes. A correction that the overlap brings to light is stored too. */
export function partitionsOf(wants: readonly Want[], actions: boolean): string[] {
  return wants.flatMap(({ series, range }) => [
    ...periodsOf(series.interval, [range]).map((period) => `${seriesKey(series)} ${period}`),
    ...(actions ? [`${series.ticker} actions`] : []),
  ]);
}

/** Part of a day's quota that questions about doubtful answers may cost. */
const DOUBT_SHARE = 0.01;

/**
 * How often in a run a doubtful answer may be asked for: once where three questions are a part of the day's quota that
 * counts.
 */
function questionsOf(aQuestion: number, quotas: readonly Quota[]): number | undefined {
  const aDay = quotas.filter(({ perMs }) => perMs >= MS_PER_DAY);
  const isDear = aDay.some(
    ({ requests, perMs }) => 3 * aQuestion >= DOUBT_SHARE * requests * (MS_PER_DAY / perMs),
  );
  return isDear ? 1 : undefined;
}
