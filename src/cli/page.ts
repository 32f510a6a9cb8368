import type { WriteStream } from 'node:tty';
import type { Page } from '../terminal.ts';

/** Where a terminal says that it has no columns at all. */
const USUAL_COLUMNS = 80;

/** The page that data is printed on: a file or a pipe gets every line, whole; a terminal what can be read on it, or `all`. */
export function dataPage(all: boolean): Page {
  const { stdout } = process;
  return { columns: columnsOf(stdout), isWhole: all || !stdout.isTTY, hasColours: hasColours(stdout) };
}

/** The page that messages are told on: short, wherever they go, unless `all` is wanted. */
export function messagePage(all: boolean): Page {
  const { stderr } = process;
  return { columns: columnsOf(stderr), isWhole: all, hasColours: hasColours(stderr) };
}

/** Columns of a terminal; infinite for what is none. */
export function columnsOf({ isTTY, columns }: WriteStream): number {
  return isTTY ? columns || USUAL_COLUMNS : Number.POSITIVE_INFINITY;
}

/** https://no-color.org: any text but an empty one. */
function hasColours({ isTTY }: WriteStream): boolean {
  return isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
}
