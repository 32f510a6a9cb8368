import { basename } from 'node:path';
import { quoted } from '../../core/quoted.ts';
import { delimiterOf, headingOf } from './heading.ts';
import { saysError } from './error-line.ts';
import { isEnded } from './line-end.ts';

// A last line of words is passed by, and named. One that may be what a cut left of a row is not: it is told as an uneven line.

/** What the beginning of a CSV text says of a last line that is no row. */
export interface FooterForm {
  readonly delimiter: string;
  /** Whether a row begins with its date, which is no word where it is written in digits. */
  readonly beginsWithDate: boolean;
}

/** A text without its footer, and that. */
export interface Parted {
  readonly body: string;
  /** Null where there is none. */
  readonly footer: string | null;
}

/** Longer than any header. */
const HEAD_CHARACTERS = 1 << 20;

export function footerFormOf(text: string): FooterForm {
  const head = text.slice(0, HEAD_CHARACTERS);
  return { delimiter: delimiterOf(head), beginsWithDate: headingOf(head).beginsWithDate };
}

/**
 * A CSV text, or the end of one, without a last line of words such as Barchart's `"Downloaded from Barchart.com as of …"`, or
 * two such lines. One that has as many fields as the line above it is a row, of whatever its first words name. Below rows that
 * begin with a date in digits any words are such a line; where rows begin with a name, or with a month, only what no name says.
 * An error is none: where it stands rows are lacking.
 */
export function withoutFooter(text: string, form: FooterForm): Parted {
  const last = lastLine(text);
  const next = lastLine(text.slice(0, last.start));
  const rowAbove = lastLine(text.slice(0, next.start)).line;
  const isOfTwo =
    isFooter(next.line, rowAbove, { ...form, isWhole: true }) &&
    isFooter(last.line, rowAbove, { ...form, isWhole: isEnded(text) });
  if (isOfTwo)
    return { body: text.slice(0, next.start), footer: `${shownLine(next.line)}\n${shownLine(last.line)}` };
  const isOne = isFooter(last.line, next.line, { ...form, isWhole: isEnded(text) });
  return isOne
    ? { body: text.slice(0, last.start), footer: shownLine(last.line) }
    : { body: text, footer: null };
}

/** The last line of a text that is not blank, with what follows it, and where it begins. */
function lastLine(text: string): { readonly line: string; readonly start: number } {
  const start = startOfLast(text.trimEnd());
  return { line: text.slice(start), start };
}

function shownLine(line: string): string {
  return line.trim().replaceAll(/^"|"$/g, '');
}

/** Whether a line below a row, or below another such line, is none. `isWhole`: nothing of it was cut. */
function isFooter(
  line: string,
  rowAbove: string,
  { delimiter, beginsWithDate, isWhole }: FooterForm & { readonly isWhole: boolean },
): boolean {
  if (rowAbove.trim() === '' || line.trim() === '') return false;
  const fields = fieldsIn(line, delimiter);
  const isRow = fields > 1 && fields === fieldsIn(rowAbove, delimiter);
  // A line that goes on with a quoted cell is none of its own.
  const isInCell = rowAbove.split('"').length % 2 === 0;
  if (isRow || isInCell || saysError(line)) return false;
  const isBelowDates = beginsWithDate && /^"?\d/.test(rowAbove);
  const isWords = WORDS.test(line) || SUM.test(line) || (isWhole && WORD.test(line));
  return SENTENCE.test(line) || (isBelowDates && isWords);
}

/** A line about the title of a file, if there is one. */
export function titleNotes(path: string, title: string | undefined): string[] {
  return title === undefined
    ? []
    : [`${basename(path)}: its first line is no header, and not read: ${quoted(title)}`];
}

/** A line about the footer of a file, if there is one. */
export function footerNotes(path: string, footer: string | null): string[] {
  if (footer === null) return [];
  const lines = footer.split('\n').map((line) => quoted(line));
  const what = lines.length === 1 ? 'its last line is no row' : `its last ${lines.length} lines are no rows`;
  return [`${basename(path)}: ${what}, and not read: ${lines.join(', ')}`];
}

/** Where the last line of a text begins. */
function startOfLast(text: string): number {
  return 1 + Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'));
}

function fieldsIn(line: string, delimiter: string): number {
  return line.split(delimiter).length;
}

/** Three words at least, or one line without a part. */
const WORDS = /^"?[A-Za-z]+ [A-Za-z]+ [A-Za-z][^;\t|]*$/;
const WORD = /^"?[A-Za-z][^,;\t|]*$/;
const SUM = /^"?(grand |sub)?totals?\b/i;

/** What stands below a table, and in no company's name. */
const SENTENCE = new RegExp(
  [
    /^"?(data|prices?|quotes?|values?|figures) (is|are|was|were|provided|supplied|delayed|courtesy|as of)\b/,
    /^"?(data|prices?|quotes?|values?|figures)? ?(downloaded|exported|generated|created|retrieved|provided|supplied) (from|by|on|at|as of|with)\b/,
    /^"?(sources?|copyright|disclaimer|notes?|total|as of|(last )?updated?) ?[:©(]/,
    /^"?(©|\(c\) |copyright \d|end of (the )?(file|data|report)\b|.*\ball rights reserved\b)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
);
