import { dirname } from 'node:path';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { typeOf } from '../../core/instrument/instrument-type.ts';
import type { CsvLine } from './csv-line.ts';

/** How the numbers of a file of Lean are to be read. */
export interface LeanScale {
  /**
   * Prices of shares are multiplied by 10,000, others are not. Null: not known, of shares of other countries; 1 where some have
   * a fraction, for a multiplied price is whole.
   */
  readonly priceFactor: 10_000 | 1 | null;
  /** Zone of the stamps. */
  readonly zone: string;
}

const LEAN_EQUITY: LeanScale = { priceFactor: 10_000, zone: 'America/New_York' };
export const LEAN_UNSCALED: LeanScale = { priceFactor: 1, zone: 'UTC' };

/** How the numbers of a ticker's file are to be read, by what it is of, as the folders in which it lies may tell. */
export function leanScale(path: string, ticker: string, calendar: Calendar): LeanScale {
  if (calendar.kind !== 'exchange') return LEAN_UNSCALED;
  const type = typeOf(ticker, leanFolder(path) === 'index' ? 'index' : null);
  const unscaled = { ...LEAN_EQUITY, priceFactor: 1 } as const;
  if (type === 'index' || type === 'future') return unscaled;
  return ticker.includes('.') ? { ...LEAN_EQUITY, priceFactor: null } : LEAN_EQUITY;
}

/** Folders of Lean with files of instruments that no share's ticker names. */
const LEAN_FOLDER =
  /[\\/](equity|index|future|option|futureoption|indexoption)[\\/][a-z]+[\\/](daily|hour|minute)([\\/]|$)/;

/** What Lean has in the folder of a file by its own layout (`index/usa/daily`); undefined for other layouts. */
function leanFolder(path: string): string | undefined {
  return LEAN_FOLDER.exec(dirname(path))?.[1];
}

/** Whether a folder of Lean holds contracts: a file of them is named after what they are of, and none of its bars. */
export function holdsContracts(path: string): boolean {
  return /future|option/.test(leanFolder(path) ?? '');
}

/** The first line with a price that has a fraction. */
export function fractionIn(lines: readonly CsvLine[]): { line: CsvLine; text: string } | undefined {
  for (const line of lines) {
    const { fields } = line;
    const text = [...fields.slice(1, 5), ...fields.slice(6, 10)].find((field) => Number(field) % 1 > 0);
    if (text !== undefined) return { line, text };
  }
  return undefined;
}
