import type { AnswerBytes, MarketBytes, WholeAnswer } from './answer-bytes.ts';
import { type MonthlyArchive, sourcesOf } from './archive.ts';
import type { Calendar } from '../calendar/calendar.ts';
import { calendarById } from '../calendar/calendars.ts';
import { assetClassOf } from '../instrument/asset-class.ts';
import { type Day, type DayRange, monthOf, startOfDay, utcDayOf } from '../session/day.ts';
import type { Interval } from '../session/interval.ts';
import type { LimitsByInterval, RequestLimits } from './limits.ts';
import { pagesOf, rowsASession } from './pages.ts';
import { type Collect, type Task, type Want, intervalOf } from './task.ts';

/**
 * How large the answers to some tasks are, about, as if all that is asked for traded in every session, all the time; undefined
 * where an endpoint that is asked says nothing of its own. `now`: ms since the epoch.
 */
export function bytesOf(tasks: readonly Task[], limits: LimitsByInterval, now: number): number | undefined {
  const sizes = new Sizes(now);
  let sum = 0;
  for (const task of tasks) {
    if (task.requests === 0) continue;
    const [interval] = 'tickers' in task ? task.intervals : [intervalOf(task)];
    const bytes = sizes.of(task, interval && limits[interval]);
    if (bytes === undefined) return undefined;
    sum += bytes;
  }
  return sum;
}

/** The sizes of many tasks, most of which ask for the same days of the same calendar. */
class Sizes {
  readonly #now: number;
  readonly #known = new Map<string, number | undefined>();

  constructor(now: number) {
    this.#now = now;
  }

  of(task: Task, limits: RequestLimits | undefined): number | undefined {
    if ('slice' in task) return ofMarket(task, limits?.market?.bytes, this.#now);
    if (limits?.bytes === undefined) return undefined;
    let bytes = task.requests * limits.bytes.aRequest;
    for (const want of task.wants) {
      const own = this.#ofWant(want, task.wants.length, { ...limits, bytes: limits.bytes });
      if (own === undefined) return undefined;
      bytes += own;
    }
    return bytes;
  }

  /** Of one of so many that are asked for together. */
  #ofWant({ series, calendar, range }: Want, together: number, limits: Limits): number | undefined {
    const { whole, aFile } = limits.bytes;
    const isByClass = aFile !== undefined || typeof whole === 'object';
    const of = isByClass ? assetClassOf(series.ticker) : '';
    const key = `${series.interval} ${calendar} ${range.from} ${range.to} ${together} ${of}`;
    if (!this.#known.has(key)) {
      const asked = {
        ...{ ticker: series.ticker, interval: series.interval, calendar: calendarById(calendar) },
        ...{ range, together, now: this.#now },
      };
      this.#known.set(key, sizeOf(asked, limits));
    }
    return this.#known.get(key);
  }
}

type Limits = RequestLimits & { readonly bytes: AnswerBytes };

/** The same of one series, without what each answer has besides its rows. */
export function bytesOfSeries(asked: Asked, { bytes, ...limits }: RequestLimits): number | undefined {
  return bytes === undefined ? undefined : sizeOf(asked, { ...limits, bytes });
}

/** What is asked of a series, with how many others. */
export interface Asked {
  readonly ticker: string;
  readonly interval: Interval;
  readonly calendar: Calendar;
  readonly range: DayRange;
  readonly together: number;
  readonly now: number;
}

function ofMarket(
  { slice, requests }: Collect,
  bytes: MarketBytes | undefined,
  now: number,
): number | undefined {
  if (bytes === undefined) return undefined;
  if (slice.actionsSince !== undefined) return requests * (bytes.aPageOfActions ?? 0);
  return bytesOfSession(slice.session, bytes, now);
}

/** How large a whole market's answer for a session is, about. `now`: ms since the epoch. */
export function bytesOfSession(session: Day, { aSession, older }: MarketBytes, now: number): number {
  const isOlder = older !== undefined && startOfDay(session + 1) + older.afterMs <= now;
  return isOlder ? older.aSession : aSession;
}

/** Of what is asked of a series, without what each answer has besides. */
function sizeOf(asked: Asked, limits: Limits): number | undefined {
  const { calendar, range } = asked;
  const { aRow, whole, aFile } = limits.bytes;
  if (aFile !== undefined) {
    const size = aFile[assetClassOf(asked.ticker)];
    return size === undefined ? undefined : Math.max(1, calendar.count([range])) * size;
  }
  if (limits.archive !== undefined) return withArchive(asked, limits, limits.archive);
  if (whole === undefined) return rowsOf(asked, limits) * aRow;
  if (whole === 'months') return rowsOf({ ...asked, range: monthsAround(asked) }, limits) * aRow;
  const own = whole[assetClassOf(asked.ticker)];
  return own === undefined ? rowsOf(asked, limits) * aRow : wholeRows(asked, own) * own.aRow;
}

/** The months that days lie in, as far as they have begun. */
function monthsAround({ range, now }: Asked): DayRange {
  return { from: monthOf(range.from).from, to: Math.min(monthOf(range.to - 1).to, utcDayOf(now) + 1) };
}

function wholeRows({ calendar, range, now }: Asked, { newest, all }: WholeAnswer): number {
  // Of a calendar that is ahead of UTC two days on may have begun.
  const to = utcDayOf(now) + 2;
  const asked = calendar.count([{ from: range.from, to: Math.max(range.to, to) }]);
  if (all === undefined || asked <= all.beyond) return newest;
  return calendar.count([{ from: all.since, to }]);
}

/** Pages, and files of whole months. */
function withArchive(asked: Asked, limits: Limits, archive: MonthlyArchive): number | undefined {
  let bytes = 0;
  for (const { month, days } of sourcesOf(asked.interval, asked.range, asked.now, archive)) {
    const aRow = month === null ? limits.bytes.aRow : archive.bytesARow;
    if (aRow === undefined) return undefined;
    const range = month === null ? days : monthOf(days.from);
    bytes += rowsOf({ ...asked, range }, limits) * aRow;
  }
  return bytes;
}

/** Rows of one of some series that are asked for together, with those of extended hours where they come too. */
function rowsOf({ together, calendar, interval, range }: Asked, { bytes, paging }: Limits): number {
  const { kind } = calendar;
  const sessions = calendar.count([range]);
  const isExtended =
    paging?.extended !== undefined &&
    kind === 'exchange' &&
    sessions > 1 &&
    !pagesOf(together, calendar, interval, range, paging).isBySession;
  const rows = sessions * rowsASession(calendar, interval, range, bytes.rowMs?.[kind]);
  return isExtended ? rows * (paging?.extended ?? 1) : rows;
}
