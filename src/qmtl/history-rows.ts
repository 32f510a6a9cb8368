import { BackfillError, type Bar } from '../index.ts';

/**
 * A bar as a row of a node's history. `ts`: seconds since the epoch, the start of the bar; of a daily one midnight in UTC of its
 * session's date. Prices and volume are as traded. What is not known is null or left out.
 */
export interface HistoryRow {
  readonly ts: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume?: number | null;
  readonly vwap?: number | null;
  readonly trades?: number | null;
}

const PRICES = ['ts', 'open', 'high', 'low', 'close'] as const;
const OTHERS = ['volume', 'vwap', 'trades'] as const;
const FIELDS: ReadonlySet<string> = new Set([...PRICES, ...OTHERS]);

/** Seconds of the year 5138: what is above them was meant as milliseconds. */
const MOST_SECONDS = 100_000_000_000;

/** Rows of a node that somebody gives, checked. Throws `bad-answer` for the first that is no bar, with what is wrong. */
export function checkedRows(rows: unknown, nodeId: string): readonly HistoryRow[] {
  if (!Array.isArray(rows))
    throw refused(`the rows of ${nodeId}`, 'are no list', 'give rows with ts, open …');
  for (const row of rows as unknown[]) assertRow(row, nodeId);
  return rows as HistoryRow[];
}

function assertRow(row: unknown, nodeId: string): void {
  if (typeof row !== 'object' || row === null)
    throw refused(`a row of ${nodeId}`, `is ${written(row)}`, 'it must be an object with ts, open …');
  const fields = new Map(Object.entries(row));
  const ts = fields.get('ts');
  const about = `the row of ${nodeId} at ${String(ts)}`;
  if (typeof ts === 'number' && ts > MOST_SECONDS)
    throw refused(about, 'has a ts in milliseconds', 'it must be seconds since the epoch');
  for (const name of PRICES)
    if (!Number.isFinite(fields.get(name)))
      throw refused(about, `has the ${name} ${written(fields.get(name))}`, 'it must be a number');
  for (const name of OTHERS) {
    const value = fields.get(name) ?? null;
    if (value !== null && typeof value !== 'number')
      throw refused(about, `has the ${name} ${written(value)}`, 'it must be a number, null or left out');
  }
  const other = [...fields.keys()].find((name) => !FIELDS.has(name));
  if (other !== undefined)
    throw refused(about, `has ${JSON.stringify(other)}, which is nothing of a bar`, ONLY_BARS);
}

const ONLY_BARS = 'only bars are kept here, as only they can be checked: leave it out';

/** In JSON a number that is none would be null. */
function written(value: unknown): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

function refused(what: string, is: string, must: string): BackfillError {
  return new BackfillError('bad-answer', `${what} ${is}: ${must}`);
}

/** A stored bar as a row. */
export function rowOf({ ts, open, high, low, close, volume, vwap, trades }: Bar): HistoryRow {
  const known = Number.isNaN(volume) ? null : volume;
  return { ts: ts / 1000, open, high, low, close, volume: known, vwap, trades };
}
