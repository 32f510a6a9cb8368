import type { MarketRow } from '../market.ts';
import { type CsvLine, csvLines, malformed, readBytes, readNumber } from './records.ts';
import { readStamp, type Stamp } from './stamps.ts';

/** A row with its stamp as written. */
export interface StampedRow extends Omit<MarketRow, 'ts'> {
  readonly stamp: Stamp;
}

const STAMP_COLUMNS = ['date', 'timestamp', 'datetime', 'time'];

/**
 * Rows of a CSV file with a header that names `date` (or `timestamp`, `datetime`, `time`), `open`, `high`, `low`,
 * `close` and `volume` in any order and case; other columns, such as `Adj Close`, are ignored. Throws `usage` with
 * file and line where it is malformed.
 */
export function readColumns(path: string): StampedRow[] {
  const [header, ...lines] = csvLines(path, new TextDecoder().decode(readBytes(path)));
  const names = (header?.fields ?? []).map((name) => name.toLowerCase());
  const column = (...wanted: string[]): number => {
    const index = names.findIndex((name) => wanted.includes(name));
    if (index < 0) throw malformed(path, header?.number ?? 1, `the header names no column "${wanted[0]}"`);
    return index;
  };
  const stampAt = column(...STAMP_COLUMNS);
  const [openAt, highAt, lowAt, closeAt, volumeAt] = [
    column('open'),
    column('high'),
    column('low'),
    column('close'),
    column('volume'),
  ];
  return lines.map((line) => ({
    stamp: stampOf(path, line, stampAt),
    open: readNumber(path, line, openAt),
    high: readNumber(path, line, highAt),
    low: readNumber(path, line, lowAt),
    close: readNumber(path, line, closeAt),
    volume: readNumber(path, line, volumeAt),
    vwap: null,
    trades: null,
  }));
}

function stampOf(path: string, line: CsvLine, index: number): Stamp {
  const text = line.fields[index] ?? '';
  const stamp = readStamp(text);
  if (stamp === undefined) throw malformed(path, line.number, `"${text}" is no date or time`);
  return stamp;
}
