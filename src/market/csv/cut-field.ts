import type { Header } from './header.ts';
import { malformed } from './records.ts';
import { type Column, indexOf, type Sections } from './sections.ts';
import { smallest } from '../../core/extremes.ts';
import { quoted } from '../../core/quoted.ts';

/** A volume that is this many times below all of the last rows, and shorter than they are, has lost digits. */
const FAR_BELOW = 3;
const LAST_ROWS = 20;

/** So many rows show how a file writes its fields. */
const ENOUGH_ROWS = 5;

/** What may be missing from a field, by its column; of others it does no harm. */
const KINDS: Partial<Record<Column, (text: string, others: readonly string[]) => boolean>> = {
  stamp: isCutStamp,
  time: isCutStamp,
  open: isCutNumber,
  high: isCutNumber,
  low: isCutNumber,
  close: isCutNumber,
  volume: isCutNumber,
  vwap: isCutNumber,
  trades: isCutNumber,
  ticker: isCutName,
  name: isCutName,
};

/**
 * Refuses a text that was cut within the last field of its last line. A number is cut if it is not there, ends in its point,
 * has fewer decimals than all others where those are of one length, none where others are written `10.0`, or is shorter than
 * those of the last rows and far below; a stamp if it is shorter than all others, a name if it is the beginning of another
 * and no row has it. Throws `usage`.
 */
export function assertLastField(path: string, { rows, lastColumn }: Sections, header: Header): void {
  const last = rows.at(-1);
  const isCut = lastColumn === null ? undefined : KINDS[lastColumn];
  if (last === undefined || lastColumn === null || isCut === undefined) return;
  const column = indexOf(header, lastColumn) ?? -1;
  const text = last.fields[column] ?? '';
  const others = rows.slice(0, -1).map(({ fields }) => fields[column] ?? '');
  if (!isCut(text, others)) return;
  const what = isCut === isCutNumber ? 'number' : 'field';
  const seen = `the file ends within this line, and its last ${what} ${quoted(text)} is cut`;
  throw malformed(path, last.number, `${seen}: get the file again, or end the line if it is whole`);
}

function isCutNumber(text: string, others: readonly string[]): boolean {
  if (/\d[.,]$/.test(text)) return true;
  if (others.length < ENOUGH_ROWS || others.includes('')) return false;
  if (text === '') return true;
  if (others.every((other) => /[a-z]$/i.test(other)) && /\d$/.test(text)) return true;
  const decimals = others.map(decimalsOf);
  const least = smallest(decimals.slice(-1000));
  const isFixed =
    decimals.every((count) => count === least) || others.some((other) => /\d[.,]0$/.test(other));
  if (least > 0 && isFixed && decimalsOf(text) < least) return true;
  const recent = others.slice(-LAST_ROWS);
  const isShorter = recent.every((other) => text.length < other.length);
  return isShorter && recent.every((other) => Number(text) * FAR_BELOW < Number(other));
}

function isCutStamp(text: string, others: readonly string[]): boolean {
  return others.length >= ENOUGH_ROWS && others.every((other) => text.length < other.length);
}

function isCutName(text: string, others: readonly string[]): boolean {
  return !others.includes(text) && others.some((other) => other.startsWith(text));
}

function decimalsOf(text: string): number {
  return /[.,](\d+)$/.exec(text)?.[1]?.length ?? 0;
}
