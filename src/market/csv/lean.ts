// Files of QuantConnect's Lean engine: zip files with one headerless CSV each. Source: the files themselves and
// https://www.quantconnect.com/docs/v2/lean-engine (data formats).

import { BarBuilder } from '../../core/bars/bar-builder.ts';
import type { Day } from '../../core/session/day.ts';
import { quoted } from '../../core/quoted.ts';
import { instantAt } from './clock.ts';
import type { FileBars } from './file-bars.ts';
import { fractionIn, type LeanScale } from './lean-scale.ts';
import { csvLines, malformed, readNumber, readZip } from './records.ts';
import type { CsvLine } from './csv-line.ts';
import { type StampedRows, StampedRowsBuilder } from './stamped-rows.ts';
import { readStamp } from './stamps.ts';

/** By how much Lean multiplies prices of shares. */
const MULTIPLIED = 10_000;

/** Decimals kept of a mid price: one more than quotes have. */
const MID_DECIMALS = 7;

/**
 * Rows of a `daily` or `hour` file: `yyyyMMdd HH:mm,open,high,low,close,volume`, or for quotes
 * `…,bid open,high,low,close,size,ask open,high,low,close,size`, of which the middle is taken and no volume.
 * Throws `usage` with file and line where it is malformed, and where its prices may not be multiplied as `scale` says.
 */
export function readLeanTable(path: string, scale: LeanScale): StampedRows {
  const lines = csvLines(path, readZip(path).text);
  const factor = factorOf(path, lines, scale);
  const rows = new StampedRowsBuilder(lines.length);
  for (const line of lines) {
    const text = line.fields[0] ?? '';
    const stamp = readStamp(text, 'day-first');
    if (stamp === undefined || stamp.offset !== null)
      throw malformed(path, line.number, `${quoted(text)} is no yyyyMMdd HH:mm`);
    const [open, high, low, close, volume] = valuesOf(path, line, factor);
    rows.push(stamp, open, high, low, close, volume);
  }
  return rows.rows();
}

/** Rows of a `minute` file of one day: ms since local midnight, then values as in `readLeanTable`. */
export function readLeanMinutes(path: string, day: Day, scale: LeanScale): FileBars {
  const lines = csvLines(path, readZip(path).text);
  const factor = factorOf(path, lines, scale);
  const bars = new BarBuilder(lines.length);
  for (const line of lines) {
    const sinceMidnight = readNumber(path, line, 0);
    if (sinceMidnight === null) throw malformed(path, line.number, 'has no time');
    const [open, high, low, close, volume] = valuesOf(path, line, factor);
    bars.push(instantAt(day, sinceMidnight / 60_000, scale.zone), open, high, low, close, volume);
  }
  return { bars: bars.bars(), faults: new Map() };
}

/** What the prices of a file are multiplied by. Throws `usage` where that cannot be, or is not known. */
function factorOf(path: string, lines: readonly CsvLine[], { priceFactor }: LeanScale): number {
  if (priceFactor === 1) return priceFactor;
  const fraction = fractionIn(lines);
  if (fraction === undefined) {
    const first = priceFactor === null ? lines[0] : undefined;
    if (first !== undefined) throw malformed(path, first.number, MAY_BE_MULTIPLIED);
    return MULTIPLIED;
  }
  if (priceFactor === null) return 1;
  const { line, text } = fraction;
  throw malformed(
    path,
    line.number,
    `${quoted(text)} has a fraction, and prices of shares in Lean's zip files are whole, being multiplied by 10,000: ${UNPACK}`,
  );
}

const UNPACK = 'write its prices as traded into a CSV with a header, or get it again';
const MAY_BE_MULTIPLIED = `has whole prices, which Lean multiplies by 10,000 of shares of the US, and may of others: ${UNPACK}`;

type Values = [open: number, high: number, low: number, close: number, volume: number];

/** NaN for what is not there. */
function valuesOf(path: string, line: CsvLine, priceFactor: number): Values {
  const at = (index: number): number | null => readNumber(path, line, index);
  const isQuote = line.fields.length === 11;
  if (!isQuote && line.fields.length !== 6) {
    throw malformed(path, line.number, `has ${line.fields.length} fields, not 6 or 11`);
  }
  const price = (index: number): number => {
    const value = isQuote ? middle(at(index), at(index + 5)) : at(index);
    return (value ?? Number.NaN) / priceFactor;
  };
  return [price(1), price(2), price(3), price(4), isQuote ? 0 : (at(5) ?? Number.NaN)];
}

/** The middle of a bid and an ask; the one that there is if the other is missing. */
function middle(bid: number | null, ask: number | null): number | null {
  if (bid === null || ask === null) return bid ?? ask;
  return Number(((bid + ask) / 2).toFixed(MID_DECIMALS));
}
