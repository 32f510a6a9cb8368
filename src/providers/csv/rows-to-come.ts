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
  const past = daysOf(market.read(ticker, interval, { from: span.from, to: end }));
  const later = market.read(ticker, interval, { from: end, to: span.to });
  const count = later.bars.length + later.unusable.length;
  const rows = count === 1 ? '1 row' : `${count} rows, the first`;
  const note = (): string =>
    `${ticker} ${interval}: ${rows} of ${formatDay(smallest(daysOf(later)))}, which is to come, not read: correct the date`;
  return {
    span: { from: span.from, to: past.length === 0 ? span.from : largest(past) + 1 },
    toCome: count === 0 ? [] : [note()],
  };
}
