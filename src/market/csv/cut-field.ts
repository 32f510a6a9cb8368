import type { CsvLine } from './csv-line.ts';
import type { Header } from './header.ts';
import { malformed } from './records.ts';
import { type Column, indexOf, type Sections } from './sections.ts';
import { smallest } from '../../core/extremes.ts';
import { quoted } from '../../core/quoted.ts';

/** A volume that is this many times below all of the last rows, and shorter than they are, has lost digits. */
const FAR_BELOW = 3;
const LAST_ROWS = 20;

/** Rows that show how many decimals a file writes. */
const RECENT_ROWS = 1000;

/** Of so many numbers that are written without their last noughts, 99 times in 100 one ends before the others do. */
const ENOUGH_VALUES = 50;

/** So many rows show how a file writes its fields. */
const ENOUGH_ROWS = 5;

/** What may be missing from a field, by its column; of others it does no harm. */
const KINDS: Partial<Record<Column, (text: string, others: FieldsSeen) => boolean>> = {
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
  currency: isCutName,
};

/**
 * Refuses a text that was cut within the last field of its last line. A number is cut if it is not there, ends in its point,
 * has fewer decimals than all others where those are of one length or of many values, none where others are written `10.0`,
 * or is shorter than those of the last rows and far below; a stamp if it is shorter than all others, a name if it is the
 * beginning of another and no row has it. Throws `usage`.
 */
export function assertLastField(path: string, { rows, lastColumn }: Sections, header: Header): void {
  const isCut = lastColumn === null ? undefined : KINDS[lastColumn];
  if (lastColumn === null || isCut === undefined) return;
  const column = indexOf(header, lastColumn) ?? -1;
  let last: CsvLine | undefined;
  const others = new FieldsSeen(isCut === isCutName);
  for (const line of rows) {
    if (last !== undefined) others.add(last.fields[column] ?? '');
    last = line;
  }
  if (last === undefined) return;
  const text = last.fields[column] ?? '';
  if (!isCut(text, others)) return;
  const what = isCut === isCutNumber ? 'number' : 'field';
  const seen = `the file ends within this line, and its last ${what} ${quoted(text)} is cut`;
  throw malformed(path, last.number, `${seen}: get the file again, or end the line if it is whole`);
}

function isCutNumber(text: string, others: FieldsSeen): boolean {
  if (/\d[.,]$/.test(text)) return true;
  if (others.count < ENOUGH_ROWS || others.haveEmpty) return false;
  if (text === '') return true;
  if (others.haveUnits && /\d$/.test(text)) return true;
  const recent = others.recent.slice(-RECENT_ROWS);
  const least = smallest(recent.map(decimalsOf));
  const isFixed = others.decimals.size === 1 || others.haveNoughts || new Set(recent).size >= ENOUGH_VALUES;
  if (least > 0 && isFixed && decimalsOf(text) < least) return true;
  const last = recent.slice(-LAST_ROWS);
  const isShorter = last.every((other) => text.length < other.length);
  return isShorter && last.every((other) => Number(text) * FAR_BELOW < Number(other));
}

function isCutStamp(text: string, others: FieldsSeen): boolean {
  return others.count >= ENOUGH_ROWS && text.length < others.shortest;
}

function isCutName(text: string, { names }: FieldsSeen): boolean {
  return !names.has(text) && [...names].some((other) => other.startsWith(text));
}

/** What the fields of a column show, however many they are. */
class FieldsSeen {
  count = 0;
  haveEmpty = false;
  /** Whether each ends in a letter. */
  haveUnits = true;
  /** Whether one ends in a nought alone: `10.0`. */
  haveNoughts = false;
  shortest = Number.POSITIVE_INFINITY;
  /** How many decimals they have. */
  readonly decimals = new Set<number>();
  /** The last ones, at least as many as are wanted. */
  readonly recent: string[] = [];
  /** Each once, of names. */
  readonly names = new Set<string>();
  readonly #areNames: boolean;

  constructor(areNames: boolean) {
    this.#areNames = areNames;
  }

  add(text: string): void {
    this.count++;
    if (this.#areNames) this.names.add(text);
    this.haveEmpty ||= text === '';
    this.haveUnits &&= /[a-z]$/i.test(text);
    this.haveNoughts ||= /\d[.,]0$/.test(text);
    this.shortest = Math.min(this.shortest, text.length);
    this.decimals.add(decimalsOf(text));
    this.recent.push(text);
    if (this.recent.length > 2 * RECENT_ROWS) this.recent.splice(0, RECENT_ROWS);
  }
}

function decimalsOf(text: string): number {
  return /[.,](\d+)$/.exec(text)?.[1]?.length ?? 0;
}
