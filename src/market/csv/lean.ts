// Files of QuantConnect's Lean engine: zip files with one headerless CSV each. Source: the files themselves and
// https://www.quantconnect.com/docs/v2/lean-engine (data formats).

import type { Day } from '../../core/day.ts';
import type { MarketRow } from '../market.ts';
import { instantAt } from './clock.ts';
import { type CsvLine, csvLines, malformed, readNumber, readZip } from './records.ts';
import { readStamp } from './stamps.ts';
import type { StampedRow } from './row-reader.ts';

/** How the numbers of a file are to be read. */
export interface LeanScale {
  /** Equity prices are multiplied by 10,000, others are not. */
  readonly priceFactor: number;
  /** Zone of the stamps. */
  readonly zone: string;
}

export const LEAN_EQUITY: LeanScale = { priceFactor: 10_000, zone: 'America/New_York' };
export const LEAN_UNSCALED: LeanScale = { priceFactor: 1, zone: 'UTC' };

/** Decimals kept of a mid price: one more than quotes have. */
const MID_DECIMALS = 7;

/**
 * Rows of a `daily` or `hour` file: `yyyyMMdd HH:mm,open,high,low,close,volume`, or for quotes
 * `…,bid open,high,low,close,size,ask open,high,low,close,size`, of which the middle is taken and no volume.
 * Throws `usage` with file and line where it is malformed.
 */
export function readLeanTable(path: string, scale: LeanScale): StampedRow[] {
  return csvLines(path, readZip(path).text).map((line) => {
    const text = line.fields[0] ?? '';
    const stamp = readStamp(text, 'day-first');
    if (stamp === undefined || stamp.offset !== null)
      throw malformed(path, line.number, `"${text}" is no yyyyMMdd HH:mm`);
    return Object.assign(valuesOf(path, line, scale), { stamp });
  });
}

/** Rows of a `minute` file of one day: ms since local midnight, then values as in `readLeanTable`. */
export function readLeanMinutes(path: string, day: Day, scale: LeanScale): MarketRow[] {
  return csvLines(path, readZip(path).text).map((line) => {
    const sinceMidnight = readNumber(path, line, 0);
    if (sinceMidnight === null) throw malformed(path, line.number, 'has no time');
    return Object.assign(valuesOf(path, line, scale), {
      ts: instantAt(day, sinceMidnight / 60_000, scale.zone),
    });
  });
}

function valuesOf(path: string, line: CsvLine, { priceFactor }: LeanScale): Omit<MarketRow, 'ts'> {
  const at = (index: number): number | null => readNumber(path, line, index);
  const isQuote = line.fields.length === 11;
  if (!isQuote && line.fields.length !== 6) {
    throw malformed(path, line.number, `has ${line.fields.length} fields, not 6 or 11`);
  }
  const price = (index: number): number | null => {
    const value = isQuote ? middle(at(index), at(index + 5)) : at(index);
    return value === null ? null : value / priceFactor;
  };
  return {
    open: price(1),
    high: price(2),
    low: price(3),
    close: price(4),
    volume: isQuote ? 0 : at(5),
    vwap: null,
    trades: null,
  };
}

/** The middle of a bid and an ask; the one that there is if the other is missing. */
function middle(bid: number | null, ask: number | null): number | null {
  if (bid === null || ask === null) return bid ?? ask;
  return Number(((bid + ask) / 2).toFixed(MID_DECIMALS));
}
