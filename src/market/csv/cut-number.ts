import { type CsvLine, malformed } from './records.ts';

/** A volume that is this many times below all of the last rows, and shorter than they are, has lost digits. */
const FAR_BELOW = 3;
const LAST_ROWS = 20;

/** So many rows show that a file writes its numbers with a fixed number of decimals. */
const ENOUGH_ROWS = 5;

/**
 * Refuses a text that was cut within the last number of its last line, `column`: it is not there, has fewer decimals than
 * all others where those are of one length, or is shorter than those of the last rows and far below. Throws `usage`.
 */
export function assertLastNumber(path: string, lines: readonly CsvLine[], column: number): void {
  const last = lines.at(-1);
  const others = lines.slice(0, -1).map(({ fields }) => fields[column] ?? '');
  const text = last?.fields[column] ?? '';
  if (last === undefined || others.length < ENOUGH_ROWS || others.includes('')) return;
  if (!isCut(text, others)) return;
  throw malformed(
    path,
    last.number,
    `the file ends within this line, and its last number "${text}" is cut: get the file again, or end the line if it is whole`,
  );
}

function isCut(text: string, others: readonly string[]): boolean {
  if (text === '' || /[.,]$/.test(text)) return true;
  if (others.every((other) => /[a-z]$/i.test(other)) && /\d$/.test(text)) return true;
  const decimals = others.map(decimalsOf);
  const least = Math.min(...decimals);
  if (least > 0 && decimalsOf(text) < least && decimals.every((count) => count === least)) return true;
  const recent = others.slice(-LAST_ROWS);
  const isShorter = recent.every((other) => text.length < other.length);
  return isShorter && recent.every((other) => Number(text) * FAR_BELOW < Number(other));
}

function decimalsOf(text: string): number {
  return /[.,](\d+)$/.exec(text)?.[1]?.length ?? 0;
}
