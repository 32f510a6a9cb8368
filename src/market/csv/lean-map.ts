// Map files of QuantConnect's Lean engine: which tickers an instrument had. Source: the files themselves and
// https://www.quantconnect.com/docs/v2/lean-engine (US Equity Security Master).

import { basename } from 'node:path';
import { type Day, formatDay, parseDay } from '../../core/session/day.ts';
import { BackfillError } from '../../core/errors.ts';
import type { Rename } from '../../core/instrument/rename.ts';
import { parseTicker } from '../../core/instrument/ticker.ts';
import { quoted } from '../../core/quoted.ts';
import { csvLines, malformed, readText } from './records.ts';
import type { CsvLine } from './csv-line.ts';

/** A row: the ticker was in use up to and including the day. */
interface Row {
  readonly until: Day;
  readonly ticker: string;
}

/**
 * The renames that a map file tells of, oldest first, all to the ticker that the file is named after (`tfcfa.csv`).
 *
 * Each row is `yyyyMMdd,ticker[,exchange]`: the ticker was in use up to and including that day, from the day after the
 * row before. The first row's day is the first of all: what lay before it is not the instrument's. The last row has the
 * file's own ticker; its day is the last of trading, or one far away (20501231) for "until now".
 *
 * Throws `usage` with file and line for what is malformed, and for `twx.1.csv`: an earlier instrument that had the ticker,
 * whose sessions must not become those of the present one.
 */
export function readLeanMap(path: string): Rename[] {
  const to = namedAfter(path);
  const lines = csvLines(path, readText(path).text);
  const rows = lines.map((line) => readRow(path, line));
  rows.forEach(({ until }, i) => {
    const before = rows[i - 1];
    if (before === undefined || before.until < until) return;
    throw malformed(path, lines[i]?.number ?? null, `${formatDay(until)} is not after the row before`);
  });
  const last = rows.at(-1)?.ticker;
  if (last === undefined) throw malformed(path, null, 'is empty');
  if (last !== to)
    throw malformed(path, null, `is named after ${to}, but its last ticker is ${last}: rename the file`);
  return uses(rows, to).filter(({ from }) => from !== to);
}

/** The ticker that each stretch of days had, neighbours with the same one joined. */
function uses(rows: readonly Row[], to: string): Rename[] {
  const found: Rename[] = [];
  let start = rows[0]?.until ?? 0;
  for (const { until, ticker: from } of rows) {
    const end = until + 1;
    const before = found.at(-1);
    if (before?.from === from) found[found.length - 1] = { ...before, end };
    else found.push({ from, to, start, end });
    start = end;
  }
  return found;
}

function namedAfter(path: string): string {
  const stem = basename(path).replace(/\.csv$/i, '');
  if (/\.\d+$/.test(stem)) {
    const ticker = stem.replace(/\.\d+$/, '').toUpperCase();
    const what = `is of an earlier instrument that was called ${ticker}, which the present ${ticker} is not`;
    throw malformed(
      path,
      null,
      `${what}; name another ticker for it: backfill rename OLD NEW --start D --end D`,
    );
  }
  return parsedTicker(path, null, stem);
}

function readRow(path: string, line: CsvLine): Row {
  const [date = '', symbol = ''] = line.fields;
  if (line.fields.length > 3 || !/^\d{8}$/.test(date))
    throw malformed(path, line.number, `${quoted(line.fields.join(','))} is not yyyyMMdd,ticker,exchange`);
  const until = parsedDay(path, line.number, `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`);
  return { until, ticker: parsedTicker(path, line.number, symbol) };
}

function parsedDay(path: string, line: number, text: string): Day {
  return explained(path, line, () => parseDay(text));
}

function parsedTicker(path: string, line: number | null, text: string): string {
  return explained(path, line, () => parseTicker(text));
}

/** Says in which file and line something cannot be parsed. */
function explained<T>(path: string, line: number | null, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof BackfillError) throw malformed(path, line, error.message);
    throw error;
  }
}
