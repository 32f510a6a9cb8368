import {
  type Day,
  type DayRange,
  MS_PER_DAY,
  formatDay,
  monthOf,
  parseDay,
  startOfDay,
} from '../session/day.ts';
import { type Interval, intervalMs } from '../session/interval.ts';

/**
 * An archive with a file for each month beside an API that is asked page by page, of what trades round the clock. Plain JSON.
 */
export interface MonthlyArchive {
  /** What a month's file costs. */
  readonly requestsPerFile: number;
  /** Rows of a page of the API, which is one request. */
  readonly rowsPerPage: number;
  /** How large a file is by each of its rows, packed as it is, in bytes. Default: nobody knows. */
  readonly bytesARow?: number;
  /** First day of which there is a file. */
  readonly since: Day;
  /** When the file of a month is there by rule: from the day after the first Monday of the next month on. */
  readonly published: 'after-first-monday';
}

/** Where days are read: page by page, or in the archive's file of their month. */
export interface Source {
  /** `YYYY-MM` of the file; null: pages of the API. */
  readonly month: string | null;
  /** What is read there, `[from, to)`: of a file no more than its month. */
  readonly days: DayRange;
}

/**
 * The sources that have some days for the fewest requests, in order: of each month its file where it is published and costs
 * fewer than the pages, else pages, which go on over the end of a month. `now`: ms since the epoch.
 */
export function sourcesOf(
  interval: Interval,
  { from, to }: DayRange,
  now: number,
  archive: MonthlyArchive,
): Source[] {
  const sources: Source[] = [];
  for (let day = from; day < to;) {
    const month = monthOf(day);
    const days = { from: day, to: Math.min(to, month.to) };
    const pages = pagesOf(interval, days, Number.POSITIVE_INFINITY, archive);
    const isFile = isPublished(month, now, archive) && pages > archive.requestsPerFile;
    const last = sources.at(-1);
    if (isFile) sources.push({ month: formatDay(month.from).slice(0, 7), days });
    else if (last !== undefined && last.month === null)
      sources[sources.length - 1] = { month: null, days: { from: last.days.from, to: days.to } };
    else sources.push({ month: null, days });
    day = days.to;
  }
  return sources;
}

/** Requests for the days of a range, as if their instrument had traded all the time. `now`: ms since the epoch. */
export function requestsWithArchive(
  interval: Interval,
  range: DayRange,
  now: number,
  archive: MonthlyArchive,
): number {
  return sourcesOf(interval, range, now, archive).reduce(
    (sum, { month, days }) =>
      sum + (month === null ? pagesOf(interval, days, now, archive) : archive.requestsPerFile),
    0,
  );
}

/** Pages that have some days as far as they have begun; one is asked for, whatever there is. */
function pagesOf(
  interval: Interval,
  { from, to }: DayRange,
  now: number,
  { rowsPerPage }: MonthlyArchive,
): number {
  const time = Math.min(startOfDay(to), now) - startOfDay(from);
  return Math.max(1, Math.ceil(Math.ceil(time / intervalMs(interval)) / rowsPerPage));
}

function isPublished(month: DayRange, now: number, { since }: MonthlyArchive): boolean {
  return month.to > since && now >= startOfDay(mondayOnOrAfter(month.to) + 1);
}

/** 1970-01-05 was one. */
const A_MONDAY = startOfDay(parseDay('1970-01-05')) / MS_PER_DAY;

function mondayOnOrAfter(day: Day): Day {
  return A_MONDAY + Math.ceil((day - A_MONDAY) / 7) * 7;
}
