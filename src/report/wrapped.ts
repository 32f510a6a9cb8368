/** Columns of a terminal. */
const WIDTH = 80;

/** A text in lines that are indented by so many columns, broken at spaces; a longer word stands alone. */
export function wrapped(text: string, indent: number): string[] {
  const lines: string[] = [];
  for (const word of printable(text).split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > WIDTH) lines.push(' '.repeat(indent) + word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** Without what would move a terminal's cursor. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?');
}
