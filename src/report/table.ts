import { largest } from '../core/extremes.ts';

/** A column of a text table. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** Numbers stand right. Default left. */
  readonly right?: boolean;
}

/** Rows as lines of aligned columns, one space apart, headed by the titles. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ text }) => text(row))),
  ];
  const widths = columns.map((_, i) => largest(cells.map((line) => line[i]?.length ?? 0)));
  return cells.map((line) =>
    line
      .map((cell, i) => (columns[i]?.right ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join(' ')
      .trimEnd(),
  );
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

/** `12,345` */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 session`, `2 sessions` */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
