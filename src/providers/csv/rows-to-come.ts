import type { Calendar } from '../../core/calendar/calendar.ts';
import { type Day, type DayRange, formatDay } from '../../core/session/day.ts';
import { largest, smallest } from '../../core/extremes.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import type { CsvFolderMarket } from '../../market/csv-folder.ts';
import type { RowsRead } from '../offline/answer.ts';
import type { BarRequest } from '../provider.ts';

/** How far the files of a series reach, and a line about rows that cannot have been traded yet, where there are any. */
export interface Reach {
  /** First and last session with a row, `[from, to)`, none of them after tomorrow. */
  readonly span: DayRange;
  readonly toCome: readonly string[];
}

/**
 * How far the files of a series reach at `now`. A row after tomorrow has a wrong date: it would prove that a file reaches to
 * today and had none of the sessions before it.
 */
export function reachOf(
  market: CsvFolderMarket,
  { series: { ticker, interval }, range, now }: BarRequest,
  calendar: Calendar,
): Reach {
  const span = market.span(ticker, interval) ?? { from: range.from, to: range.from };
  const end = calendar.localDay(now) + 2;
  if (span.to <= end) return { span, toCome: [] };
  const sessionOf = sessionDateOf(interval, calendar);
  const daysOf = ({ bars, unusable }: RowsRead): Day[] =>
    [bars.ts[0], bars.ts.at(-1), unusable[0]?.ts, unusable.at(-1)?.ts].flatMap((ts) =>
      ts === undefined ? [] : [sessionOf(ts)],
    );
  const read = (from: Day, to: Day): RowsRead => market.read(ticker, interval, { from, to });
  let past: Day[] = [];
  for (let to = end; past.length === 0 && to > span.from; to -= DAYS_READ)
    past = daysOf(read(Math.max(span.from, to - DAYS_READ), to));
  const later: Day[] = [];
  let count = 0;
  for (let from = end; from < span.to; from += DAYS_READ) {
    const rows = read(from, Math.min(span.to, from + DAYS_READ));
    count += rows.bars.length + rows.unusable.length;
    for (const day of later.length === 0 ? daysOf(rows) : []) later.push(day);
  }
  const rows = count === 1 ? '1 row' : `${count} rows, the first`;
  const note = (): string =>
    `${ticker} ${interval}: ${rows} of ${formatDay(smallest(later))}, which is to come, not read: correct the date`;
  return {
    span: { from: span.from, to: past.length === 0 ? span.from : largest(past) + 1 },
    toCome: count === 0 ? [] : [note()],
  };
}

/** Days that are read at once: nobody has room for all rows of a long file. */
const DAYS_READ = 30;
