import { stripVTControlCharacters } from 'node:util';
import { eastAsianWidth } from 'get-east-asian-width';
import { escaped } from '../core/quoted.ts';

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

/** Without what would break a line, and what would move a terminal's cursor or turn what is read escaped. */
export function printable(text: string): string {
  return escaped(text.replaceAll(/\s+/gu, ' '));
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

/** Commands that texts tell of. */
const COMMANDS = 'actions|discover|doctor|export|forget|inspect|plot|query|rename|restore|runs|status|verify';

/** The program of a command that a text tells of, where it is no word of a sentence. */
export const TOLD_COMMAND = new RegExp(
  String.raw`(?<![\w/.-])(?:check-data(?=\s)|backfill(?=\s(?:--|[A-Z\d^]\S*\s--|` +
    String.raw`(?:${COMMANDS})\b)))`,
  'g',
);

/**
 * A text as lines of at most so many columns, broken at spaces, and within a longer word after a slash or a tie, or where
 * it must be, unless `wholeWords`: these a terminal folds, so that they can be copied, and so it does with commands. All are
 * indented by `indent` spaces, those after the first by `hang` more.
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
    for (const [i, piece] of (wholeWords || isCommand(word) ? [word] : piecesOf(word, room)).entries()) {
      if (i > 0) next();
      line += (isEmpty ? '' : ' ') + piece;
      isEmpty = false;
    }
  }
  next();
  return lines;
}

const AT_PROGRAM = new RegExp(`^\\(?${TOLD_COMMAND.source}`);

/** A command stays on one line, however long: half of one is another one, which might remove more than was meant. */
function withCommandsTied(text: string): string {
  if (!/backfill|check-data/.test(text)) return text;
  const words = text.split(' ');
  const tiedWords: string[] = [];
  for (let i = 0; i < words.length;) {
    const begins = /^\(?(?:backfill|check-data)\b/.test(words[i] ?? '');
    const end = begins && AT_PROGRAM.test(words.slice(i).join(' ')) ? commandEnd(words, i) : i + 1;
    tiedWords.push(words.slice(i, end).join(TIE));
    i = end;
  }
  return tiedWords.join(' ');
}

/** Options whose value may be a plain word, as a word of the sentence behind it is. */
const WITH_WORD = /(?:^|\u00A0)--(?:adjust|format|profile|provider|store|tickers|tier)$/;

/** What no sentence goes on with: a ticker, a date, a path, an option, something in quotes. */
const ARGUMENT = /^(?:--[a-z]|['"@~^$A-Z\d]|\S*[\d/:=])/;

/** The program alone, or with a store that is named before what is to be done. */
const BEFORE_COMMAND = /backfill(?:\u00A0--store[\u00A0=](?:'[^']*'|[^\u00A0']+))?$/;

/** The first word behind the command that begins at one, by what its words look like. */
function commandEnd(words: readonly string[], start: number): number {
  const isLast = (word: string): boolean => /[,;).]$/.test(word);
  let at = start + 1;
  // What it is to do, where neither a ticker nor that is tied to the program already.
  const program = words[start] ?? '';
  if (BEFORE_COMMAND.test(program) && /^[a-z][a-z-]*[,;).]*$/.test(words[at] ?? '')) at++;
  while (at < words.length && !isLast(words[at - 1] ?? '')) {
    const word = words[at] ?? '';
    // A store that is named stands before what is to be done.
    const isNext = ARGUMENT.test(word) || WITH_WORD.test(words[at - 1] ?? '') || COMMAND.test(word);
    if (!isNext) break;
    at++;
  }
  return at;
}

const COMMAND = new RegExp(`^(?:${COMMANDS})\\b`);

/** Whether a word is a command that is tied. */
function isCommand(word: string): boolean {
  return word.includes(TIE) && /^\(?(?:backfill|check-data)\b/.test(word);
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
