import {
  type Day,
  type DayRange,
  MS_PER_DAY,
  formatDay,
  monthOf,
  parseDay,
  startOfDay,
} from '../../core/session/day.ts';
import type { Interval } from '../../core/session/interval.ts';
import { FIRST_DAY, REQUESTS_A_FILE, ROWS_A_PAGE, rowsADay } from './capabilities.ts';

/** Where days are read: page by page, or in the archive's file of their month. */
export interface Source {
  /** `YYYY-MM` of the file; null: klines of the API. */
  readonly month: string | null;
  /** What is read there, `[from, to)`: of a file no more than its month. */
  readonly days: DayRange;
  /** Whether its file is not there, so that the API is asked in its place. Default false. */
  readonly isLacking?: boolean;
}

/**
 * The sources that have some days for the fewest requests, in order: of each month its file where it is published and costs
 * fewer than the pages, else pages, which go on over the end of a month. (The archive's files of a day cost two requests as
 * well, as many as their pages at most: they are never the cheaper way.)
 *
 * `now`: ms since the epoch.
 */
export function sourcesOf(interval: Interval, { from, to }: DayRange, now: number): Source[] {
  const sources: Source[] = [];
  for (let day = from; day < to;) {
    const month = monthOf(day);
    const days = { from: day, to: Math.min(to, month.to) };
    const isFile = isPublished(month, now) && pagesOf(interval, days) > REQUESTS_A_FILE;
    const last = sources.at(-1);
    if (isFile) sources.push({ month: formatDay(month.from).slice(0, 7), days });
    else if (last !== undefined && last.month === null)
      sources[sources.length - 1] = { month: null, days: { from: last.days.from, to: days.to } };
    else sources.push({ month: null, days });
    day = days.to;
  }
  return sources;
}

function pagesOf(interval: Interval, { from, to }: DayRange): number {
  return Math.ceil(((to - from) * rowsADay(interval)) / ROWS_A_PAGE);
}

/**
 * Whether a month's file is there by rule: from the day after the first Monday of the next month on. (One that is not, after
 * all, costs a request in vain.) Source: the README of binance-public-data.
 */
function isPublished(month: DayRange, now: number): boolean {
  return month.to > FIRST_DAY && now >= startOfDay(mondayOnOrAfter(month.to) + 1);
}

/** 1970-01-05 was one. */
const A_MONDAY = startOfDay(parseDay('1970-01-05')) / MS_PER_DAY;

function mondayOnOrAfter(day: Day): Day {
  return A_MONDAY + Math.ceil((day - A_MONDAY) / 7) * 7;
}
