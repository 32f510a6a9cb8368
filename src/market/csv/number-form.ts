import type { Header } from './header.ts';
import { formOf, type NumberForm } from './numbers.ts';
import { malformed } from './records.ts';
import type { CsvLine } from './csv-line.ts';

/** What is known of a file's numbers before they are looked at. */
export interface FormHints {
  readonly delimiter: string;
  /** Whether whoever writes such files always writes a decimal point. */
  readonly isPointed: boolean;
  /** What the user says; null: nothing. */
  readonly said: NumberForm | null;
}

/**
 * The form of a file's numbers: what the user says, or what its prices show, or its other columns. Where nothing shows it, a
 * comma between three digits may mark thousands or a fraction, and so may a point between semicolons. Throws `usage` then.
 */
export function numberFormOf(
  path: string,
  lines: Iterable<CsvLine>,
  header: Header,
  { delimiter, isPointed, said }: FormHints,
): NumberForm {
  if (said !== null) return said;
  const prices = [header.open, header.high, header.low, header.close];
  const ofPrices = formOf(lines, prices);
  if (typeof ofPrices === 'string') return ofPrices;
  const [first] = lines;
  const ofOthers = formOf(lines, otherNumbers(header, first?.fields.length ?? 0, prices));
  if (typeof ofOthers === 'string') return ofOthers;
  const open = ofPrices ?? ofOthers;
  // Where no price has a sign, a comma in a count of shares marks thousands.
  const isCount = ofPrices === null && open?.text.includes(',') === true;
  const isUsual = open !== null && !open.text.includes(',') && delimiter !== ';';
  if (open === null || isPointed || isCount || isUsual) return 'point';
  const { text, line } = open;
  const [whole, fraction] = [text.replace(/[.,]/, ''), text.replace(',', '.')];
  const [point, comma] = text.includes(',') ? [whole, fraction] : [fraction, whole];
  const way = `give --csv-decimal point (${point}) or comma (${comma})`;
  throw malformed(path, line.number, `"${text}" may be ${whole} or ${fraction}: ${way}`);
}

/** Columns that may hold numbers and are neither prices nor stamps. */
function otherNumbers(header: Header, width: number, prices: readonly number[]): number[] {
  const { stamp, time, ticker, name, interval } = header;
  const words = new Set<number | null>([stamp, time, ticker, name, interval, ...prices]);
  return Array.from({ length: width }, (_, i) => i).filter((i) => !words.has(i));
}
