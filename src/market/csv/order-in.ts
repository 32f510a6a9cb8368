import { quoted } from '../../core/quoted.ts';
import type { CsvLine } from './csv-line.ts';
import { malformed } from './records.ts';
import { contradictionIn, type DateOrder, dateOrderOf, isYearLast, ordersLeft, wordOf } from './stamps.ts';

/** The order of the dates of a column. Throws `usage` with the first that may be two, or with two that are in no order both. */
export function orderIn(path: string, lines: Iterable<CsvLine>, column: number): DateOrder {
  const order = dateOrderOf(cellsOf(column, lines));
  if (order !== undefined) return order;
  const apart = contradictionIn(cellsOf(column, lines));
  if (apart !== undefined)
    throw malformed(
      path,
      null,
      `its dates ${apart.map((date) => quoted(date)).join(' and ')} are in no order both: write them all as YYYY-MM-DD`,
    );
  const orders = ordersLeft(cellsOf(column, lines));
  const may = orders.map((one) => `the ${one.slice(0, -'-first'.length)}`).join(' or ');
  const ways = orders.map(wordOf).join(' or ');
  const first = firstToOrder(lines, column);
  throw malformed(
    path,
    first?.number ?? null,
    `its dates such as ${quoted(first?.fields[column] ?? '')} may start with ${may}: give --csv-dates ${ways}, or write them as YYYY-MM-DD`,
  );
}

/** The first line whose date has to have an order: others may begin with their year. */
function firstToOrder(lines: Iterable<CsvLine>, column: number): CsvLine | undefined {
  for (const line of lines) if (isYearLast(line.fields[column] ?? '')) return line;
  return undefined;
}

/** The cells of a column, one a line. */
export function* cellsOf(column: number, lines: Iterable<CsvLine>): Iterable<string> {
  for (const { fields } of lines) yield fields[column] ?? '';
}
