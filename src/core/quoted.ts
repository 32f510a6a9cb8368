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

/** Anything in quotes as one printable line: shortened, with control and other invisible characters escaped. */
export function quoted(text: string, longest = LONGEST): string {
  const escaped = shortened(text, longest).replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
  return `"${escaped}"`;
}
