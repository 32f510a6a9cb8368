/** As much of a text as a message shows. */
const LONGEST = 40;

/** The beginning of a text, for a message; all of it where it is no longer than `longest`. */
export function shortened(text: string, longest = LONGEST): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** What another program says of a text, which it may cite with its line ends, as a part of one line. */
export function inOneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ');
}

/**
 * What moves a terminal's cursor or colours what it shows (C0, C1), and marks and overrides of writing from right to left, by
 * which a text is read in another order than it has.
 */
const COMMANDING = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** A text with such characters escaped, `\u{202e}`, so that it can be shown on a terminal, whoever it is of. */
export function escaped(text: string): string {
  return text.replace(COMMANDING, escapedOne);
}

function escapedOne(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}

/** Anything in quotes as one printable line: shortened, with control and other invisible characters escaped. */
export function quoted(text: string, longest = LONGEST): string {
  return `"${shortened(text, longest).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escapedOne)}"`;
}
