import { stripVTControlCharacters } from 'node:util';
import { eastAsianWidth } from 'get-east-asian-width';

/** What a report is written on. */
export interface Page {
  /** Columns of the terminal; infinite where lines go to a file or to a program: these are never broken. */
  readonly columns: number;
  /** Whether every entry of a list is wanted; else alike ones are told together, and long lists end with how many are left. */
  readonly isWhole: boolean;
  /** Whether it shows colours. */
  readonly hasColours: boolean;
}

/** A file or a pipe: whole, unbroken, without colours. */
export const UNBOUNDED: Page = { columns: Number.POSITIVE_INFINITY, isWhole: true, hasColours: false };

const PLAIN = /^[\u0020-\u007E]*$/;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Columns of a text on a terminal: wide characters take two, marks none. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text))) width += widthOfOne(segment);
  return width;
}

function widthOfOne(grapheme: string): number {
  if (/^[\p{Cc}\p{Cf}\p{Mn}\p{Me}]+$/u.test(grapheme)) return 0;
  return /\p{Emoji_Presentation}|\uFE0F/u.test(grapheme) ? 2 : eastAsianWidth(grapheme.codePointAt(0) ?? 0);
}

/** Without what would move a terminal's cursor or break a line. */
export function printable(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').replaceAll(/\p{Cc}/gu, '?');
}

/** The text in at most so many columns: what is cut off becomes `…`. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  return `${beginning(text, columns - 1)}…`;
}

/** As many whole characters as fit, at least none. */
function beginning(text: string, columns: number): string {
  let kept = '';
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    width += widthOfOne(segment);
    if (width > columns) break;
    kept += segment;
  }
  return kept;
}

/** A space at which a line is broken last. It is printed as any other. */
export const TIE = '\u00A0';

/** A command as it is typed, which is broken last. */
export function tied(command: string): string {
  return command.replaceAll(' ', TIE);
}

/** The program of a command that a text tells of, where it is no word of a sentence. */
export const TOLD_COMMAND = new RegExp(
  String.raw`(?<![\w/.-])(?:check-data(?=\s)|backfill(?=\s(?:--|[A-Z\d^]\S*\s--|` +
    String.raw`(?:actions|doctor|export|forget|inspect|query|rename|restore|status|verify)\b)))`,
  'g',
);

/**
 * A text as lines of at most so many columns, broken at spaces, and within a longer word after a slash or a tie, or where
 * it must be, unless `wholeWords`: these a terminal folds, so that they can be copied. All are indented by `indent` spaces,
 * those after the first by `hang` more.
 */
export function wrapped(
  text: string,
  columns: number,
  { indent = 0, hang = 0, wholeWords = false } = {},
): string[] {
  if (columns === Number.POSITIVE_INFINITY) return [' '.repeat(indent) + text.replaceAll(TIE, ' ')];
  const lines: string[] = [];
  let line = ' '.repeat(indent);
  let isEmpty = true;
  const room = Math.max(1, columns - indent - hang);
  const next = (): void => {
    lines.push(line.replaceAll(TIE, ' ').trimEnd());
    line = ' '.repeat(indent + hang);
    isEmpty = true;
  };
  for (const word of withCommandsTied(text).split(' ')) {
    if (!isEmpty && widthOf(line) + 1 + widthOf(word) > columns) next();
    for (const [i, piece] of (wholeWords ? [word] : piecesOf(word, room)).entries()) {
      if (i > 0) next();
      line += (isEmpty ? '' : ' ') + piece;
      isEmpty = false;
    }
  }
  next();
  return lines;
}

const BEGINNING = new RegExp(`${TOLD_COMMAND.source} `, 'g');

/** A program stays on one line with what it is to do: half a command is none. */
function withCommandsTied(text: string): string {
  return text.replaceAll(BEGINNING, tied);
}

/** A word in pieces that fit into so many columns. */
function piecesOf(word: string, room: number): string[] {
  const pieces: string[] = [];
  let rest = word;
  while (widthOf(rest) > room) {
    const most = beginning(rest, room) || (rest[0] ?? '');
    const end = Math.max(most.lastIndexOf('/'), most.lastIndexOf(TIE)) + 1;
    const piece = end > 0 ? most.slice(0, end) : most;
    pieces.push(piece);
    rest = rest.slice(piece.length);
  }
  return [...pieces, rest];
}

/** A line of totals, which two spaces tell apart: broken there where it is too long, and only then elsewhere. */
export function totalLine(line: string, { columns }: Page): string[] {
  const lines: string[] = [];
  for (const part of line.split('  ')) {
    const longer = `${lines.at(-1) ?? ''}  ${part}`;
    if (lines.length > 0 && widthOf(longer) <= columns) lines[lines.length - 1] = longer;
    else for (const one of wrapped(part, columns, { hang: 2 })) lines.push(one);
  }
  return lines;
}
