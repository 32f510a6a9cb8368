import type { MarketBytes } from './answer-bytes.ts';
import { calendarById } from '../calendar/calendars.ts';
import type { Interval } from '../session/interval.ts';
import type { LimitsByInterval, RequestLimits } from './limits.ts';
import { type Paging, pagesOf, rowsASession } from './pages.ts';
import { type Collect, type Task, intervalOf } from './task.ts';

/**
 * How large the answers to some tasks are, about, as if all that is asked for traded in every session, all the time; undefined
 * where an endpoint that is asked says nothing of its own.
 */
export function bytesOf(tasks: readonly Task[], limits: LimitsByInterval): number | undefined {
  const sizes = new Sizes();
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
  readonly #rows = new Map<string, number>();

  of(task: Task, limits: RequestLimits | undefined): number | undefined {
    if ('slice' in task) return ofMarket(task, limits?.market?.bytes);
    if (limits?.bytes === undefined) return undefined;
    const { aRequest, aRow, rowMs } = limits.bytes;
    const { paging } = limits;
    let bytes = task.requests * aRequest;
    for (const { series, calendar, range } of task.wants) {
      const key = `${series.interval} ${calendar} ${range.from} ${range.to} ${task.wants.length}`;
      const about = { series: task.wants.length, calendar, interval: series.interval, range };
      const rows = this.#rows.get(key) ?? rowsOf(about, rowMs, paging);
      this.#rows.set(key, rows);
      bytes += rows * aRow;
    }
    return bytes;
  }
}

function ofMarket({ slice, requests }: Collect, bytes: MarketBytes | undefined): number | undefined {
  if (bytes === undefined) return undefined;
  return slice.actionsSince === undefined ? bytes.aSession : requests * (bytes.aPageOfActions ?? 0);
}

/** Rows of one of some series that are asked for together, with those of extended hours where they come too. */
function rowsOf(
  about: {
    readonly series: number;
    readonly calendar: string;
    readonly interval: Interval;
    readonly range: { readonly from: number; readonly to: number };
  },
  rowMs: Paging['rowMs'],
  paging: Paging | undefined,
): number {
  const { series, interval, range } = about;
  const calendar = calendarById(about.calendar);
  const { kind } = calendar;
  const sessions = calendar.count([range]);
  const isExtended =
    paging?.extended !== undefined &&
    kind === 'exchange' &&
    sessions > 1 &&
    !pagesOf(series, calendar, interval, range, paging).isBySession;
  const rows = sessions * rowsASession(calendar, interval, range, rowMs?.[kind]);
  return isExtended ? rows * (paging?.extended ?? 1) : rows;
}
