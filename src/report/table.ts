import { formatCount, plural } from '../core/plural.ts';
import { largest } from '../core/extremes.ts';
import { cut, widthOf, wrapped } from './page.ts';

/** A column of a text table. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** Numbers stand right. Default left. */
  readonly right?: boolean;
  /** On a page that is too narrow it is left out, those with the highest number first. Default never. */
  readonly leftOut?: number;
  /** How wide it stays at least where nothing more can be left out; what is longer ends with `…`. Default whole. */
  readonly least?: number;
  /** Of the last column: goes on in lines of its own below itself where it is too long. */
  readonly goesOn?: boolean;
}

/** A column's own room below which it does not go on below itself. */
const LEAST_TO_GO_ON = 24;

/** A table's head, and each row's lines: one, unless its last column goes on below. */
export interface Table {
  readonly head: string;
  readonly rows: readonly (readonly string[])[];
}

/** Rows as lines of aligned columns, one space apart, headed by the titles. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const { head, rows: lines } = fittedTable(columns, rows, Number.POSITIVE_INFINITY);
  return [head, ...lines.flat()];
}

/** A table of at most so many columns of a terminal: columns are left out, shortened or go on below, in this order. */
export function fittedTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
): Table {
  const all = columns.map((column) => measured(column, rows));
  let shown = all;
  while (leastWidth(shown) > width) {
    const last = largest(shown.map(({ column: { leftOut = 0 } }) => leftOut));
    if (last <= 0) break;
    shown = shown.filter(({ column: { leftOut = 0 } }) => leftOut !== last);
  }
  const widths = widthsWithin(shown, width);
  const lineOf = (cells: readonly string[]): string[] => rowLines(shown, cells, widths, width);
  return {
    head: lineOf(shown.map(({ column: { title } }) => title))[0] ?? '',
    rows: rows.map((row) => lineOf(shown.map(({ column }) => column.text(row)))),
  };
}

/** A word that is longer may be broken where there is no room. */
const LONGEST_WORD = 20;

/** A table of at most so many columns of a terminal, in each column of which what is too long goes on below itself. */
export function wrappedTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
): string[] {
  if (width === Number.POSITIVE_INFINITY) return table(columns, rows);
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ text }) => text(row))),
  ];
  const widest = (of: (cell: string) => number): number[] =>
    columns.map((_, i) => largest(cells.map((row) => of(row[i] ?? ''))));
  const widths = widest(widthOf);
  const least = widest((cell) => Math.min(LONGEST_WORD, largest(cell.split(' ').map(widthOf))));
  const room = width - (columns.length - 1);
  while (widths.reduce((sum, one) => sum + one, 0) > room) {
    const narrower = widths.map((one, i) => (one > (least[i] ?? 0) ? one : 0));
    const at = narrower.indexOf(largest(narrower));
    if (narrower[at] === 0) break;
    widths[at] = (widths[at] ?? 0) - 1;
  }
  return cells.flatMap((row) => {
    const parts = row.map((cell, i) => wrapped(cell, widths[i] ?? 0));
    const height = largest(parts.map(({ length }) => length));
    return Array.from({ length: height }, (_, line) =>
      parts
        .map((part, i) => padded(part[line] ?? '', widths[i] ?? 0, columns[i]?.right === true))
        .join(' ')
        .trimEnd(),
    );
  });
}

interface Measured<Row> {
  readonly column: Column<Row>;
  /** Of the widest cell. */
  readonly width: number;
  /** What it can do with. */
  readonly least: number;
}

function measured<Row>(column: Column<Row>, rows: readonly Row[]): Measured<Row> {
  let width = widthOf(column.title);
  // Of many rows the cells are not kept: they are written twice.
  for (const row of rows) width = Math.max(width, widthOf(column.text(row)));
  const { least = column.goesOn ? LEAST_TO_GO_ON : width } = column;
  return { column, width, least: Math.min(width, Math.max(widthOf(column.title), least)) };
}

function leastWidth(shown: readonly Measured<never>[]): number {
  return shown.reduce((sum, { least }) => sum + least + 1, -1);
}

/** The widths of the columns, the wide ones shortened as far as they can be: first those that go on below. */
function widthsWithin(shown: readonly Measured<never>[], width: number): number[] {
  const widths = shown.map((one) => one.width);
  let over = widths.reduce((sum, one) => sum + one + 1, -1) - width;
  const order = [...shown.keys()].toSorted(
    (a, b) => Number(shown[b]?.column.goesOn ?? false) - Number(shown[a]?.column.goesOn ?? false),
  );
  for (const i of order) {
    const most = (widths[i] ?? 0) - (shown[i]?.least ?? 0);
    const less = Math.min(most, Math.max(0, over));
    widths[i] = (widths[i] ?? 0) - less;
    over -= less;
  }
  return widths;
}

function rowLines(
  shown: readonly Measured<never>[],
  cells: readonly string[],
  widths: readonly number[],
  width: number,
): string[] {
  const before = widths.slice(0, -1).reduce((sum, one) => sum + one + 1, 0);
  const [first = '', ...below] =
    shown.at(-1)?.column.goesOn === true
      ? wrapped(cells.at(-1) ?? '', widths.at(-1) ?? 0)
      : [cells.at(-1) ?? ''];
  const line = [...cells.slice(0, -1), first]
    .map((cell, i) => padded(cut(cell, widths[i] ?? 0), widths[i] ?? 0, shown[i]?.column.right === true))
    .join(' ')
    .trimEnd();
  return [cut(line, width), ...below.map((one) => cut(' '.repeat(before) + one, width))];
}

function padded(text: string, width: number, right: boolean): string {
  const blank = ' '.repeat(Math.max(0, width - widthOf(text)));
  return right ? blank + text : text + blank;
}

/** `1h 38m 42s`, `42s`, `0s`: whole seconds, rounded, and from a day on whole hours: `1 day`, `20 days 3h`. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 86_400) {
    const parts = [`${Math.floor(seconds / 3600)}h`, `${Math.floor(seconds / 60) % 60}m`, `${seconds % 60}s`];
    return parts.filter((part) => !part.startsWith('0')).join(' ') || '0s';
  }
  const hours = Math.round(seconds / 3600);
  const days = plural(Math.floor(hours / 24), 'day');
  return hours % 24 === 0 ? days : `${days} ${hours % 24}h`;
}

export { formatCount, plural };

/** What stands where there is nothing to say. */
export const NONE = '-';

/** `99.99%`, `100.0%` */
export function formatPercent(percent: number | null): string {
  return percent === null ? NONE : `${percent.toFixed(percent === 100 ? 1 : 2)}%`;
}

/** The text with a capital letter at its beginning. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** `4.2 MB`: thousands, as disks are sold. */
export function formatBytes(bytes: number): string {
  let [size, unit] = [bytes, 0];
  for (; size >= 1000 && unit < UNITS.length - 1; unit++) size /= 1000;
  return `${unit === 0 ? size : size.toFixed(1)} ${UNITS[unit]}`;
}
