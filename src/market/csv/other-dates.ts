import type { Calendar } from '../../core/calendar/calendar.ts';
import { quoted } from '../../core/quoted.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import { type Day, formatDay, utcDayOf } from '../../core/session/day.ts';
import type { Interval } from '../../core/session/interval.ts';
import type { CsvLine } from './csv-line.ts';
import type { Layout } from './layout.ts';
import { cellsOf } from './order-in.ts';
import { malformed } from './records.ts';
import type { OtherDates, StampedRows } from './stamped-rows.ts';
import { dateOrderOf, readStamp, writtenDay } from './stamps.ts';

// A file may say twice when a row is of: `date` and `timestamp`. One of them is read, and the other may be when the row was
// fetched, or the end of its bar, or the date that is right.

/** What lines say in a column of dates that is not read; null where there is none, or where its dates may be in two orders. */
export function otherDatesIn(lines: readonly CsvLine[], { header, names }: Layout): OtherDates | null {
  const { otherDate, stamp } = header;
  const order = otherDate === null ? undefined : dateOrderOf(cellsOf(otherDate, lines));
  if (otherDate === null || order === undefined || names === null) return null;
  const stamps = lines.map(({ fields }) => readStamp(fields[otherDate] ?? '', order));
  return {
    ...{ column: names[otherDate] ?? '', read: names[stamp] ?? '' },
    clocks: Float64Array.from(stamps, (one) => one?.clock ?? Number.NaN),
    offsets: Float64Array.from(stamps, (one) => one?.offset ?? Number.NaN),
  };
}

/**
 * Refuses rows of which another column tells another day than `days`, by which they are stored. Throws `usage` with the line of
 * the first.
 */
export function assertOtherDates(
  path: string,
  { otherDates, lines }: StampedRows,
  days: readonly Day[],
  calendar: Calendar,
): void {
  assertTold(path, otherDates, lines, calendar, (i) => [days[i] as Day]);
}

/** The same of intraday rows, with the starts of their bars: by the clock of the exchange, by UTC, or as it is written. */
export function assertOtherDatesOfStarts(
  path: string,
  { bars, otherDates, lines }: StampedRows,
  starts: ArrayLike<number>,
  { calendar, interval }: { readonly calendar: Calendar; readonly interval: Interval },
): void {
  const sessionOf = sessionDateOf(interval, calendar);
  assertTold(path, otherDates, lines, calendar, (i) => {
    const start = starts[i] as number;
    return [calendar.localDay(start), utcDayOf(start), writtenDay(bars.ts[i] as number), sessionOf(start)];
  });
}

function assertTold(
  path: string,
  told: OtherDates | null,
  lines: Int32Array | null,
  calendar: Calendar,
  daysOf: (i: number) => readonly Day[],
): void {
  if (told === null) return;
  const { column, read, clocks, offsets } = told;
  for (let i = 0; i < clocks.length; i++) {
    const [clock, offset] = [clocks[i] as number, offsets[i] as number];
    if (Number.isNaN(clock)) continue;
    const days = daysOf(i);
    const written = writtenDay(clock);
    if (days.includes(written)) continue;
    if (!Number.isNaN(offset) && days.includes(calendar.localDay(clock - offset))) continue;
    const what =
      `its column ${quoted(column)} says ${formatDay(written)}, and by ${quoted(read)}, which is read, the bar is of ` +
      formatDay(days[0] as Day);
    throw malformed(path, lines?.[i] ?? null, `${what}: remove or rename the one that is not the bar's`);
  }
}
