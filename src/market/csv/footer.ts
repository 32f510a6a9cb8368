import { basename } from 'node:path';
import { quoted } from '../../core/quoted.ts';
import { delimiterOf, headingOf } from './heading.ts';
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
 * A CSV text, or the end of one, without a last line of words such as Barchart's `"Downloaded from Barchart.com as of …"`.
 * One that has as many fields as the line above it is a row, of whatever its first words name. Below rows that begin with a
 * date in digits any words are such a line; where rows begin with a name, or with a month, only what no name says.
 */
export function withoutFooter(text: string, { delimiter, beginsWithDate }: FooterForm): Parted {
  const start = startOfLast(text.trimEnd());
  const last = text.slice(start);
  const above = text.slice(0, Math.max(0, start)).trimEnd();
  const lineAbove = above.slice(startOfLast(above));
  const fields = fieldsIn(last, delimiter);
  const isRow = fields > 1 && fields === fieldsIn(lineAbove, delimiter);
  // A line that goes on with a quoted cell is none of its own.
  const isInCell = lineAbove.split('"').length % 2 === 0;
  if (start <= 1 || isRow || isInCell) return { body: text, footer: null };
  const isBelowDates = beginsWithDate && /^"?\d/.test(lineAbove);
  const isWords = WORDS.test(last) || SUM.test(last) || (isEnded(text) && WORD.test(last));
  const isFooter = SENTENCE.test(last) || (isBelowDates && isWords);
  return isFooter
    ? { body: text.slice(0, start), footer: last.trim().replaceAll(/^"|"$/g, '') }
    : { body: text, footer: null };
}

/** A line about the footer of a file, if there is one. */
export function footerNotes(path: string, footer: string | null): string[] {
  if (footer === null) return [];
  return [`${basename(path)}: its last line is no row, and not read: ${quoted(footer)}`];
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
