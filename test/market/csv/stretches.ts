import { type CsvFolderMarket, csvFolderMarket } from '../../../src/market/csv-folder.ts';
import type { LongFiles } from '../../../src/market/csv/shared-tables.ts';
import type { StampsSaid } from '../../../src/market/csv/stamped-ends.ts';
import { ALL, folderOf } from './folders.ts';

/** Files that are read a stretch at a time, however short. */
export const STRETCHES: LongFiles = { fromBytes: 0, stretchBytes: 2048 };
const AT_ONCE: LongFiles = { fromBytes: Number.POSITIVE_INFINITY, stretchBytes: 2048 };

export type Content = string | Uint8Array;
export interface How {
  readonly zone?: string;
  readonly stamps?: StampsSaid;
}

/** One folder, whose files are read a stretch at a time and at once. */
export function bothOf(
  files: Readonly<Record<string, Content>>,
  { zone, stamps = 'start' }: How = {},
): [stretches: CsvFolderMarket, atOnce: CsvFolderMarket] {
  const folder = folderOf(files);
  const open = (long: LongFiles) => csvFolderMarket(folder, zone ?? null, stamps, {}, 10_000, long);
  return [open(STRETCHES), open(AT_ONCE)];
}

/** All that a market tells of a ticker, or why it does not. */
export function toldOf(market: CsvFolderMarket, ticker: string): unknown {
  try {
    return market.intervals(ticker).map((interval) => {
      const span = market.span(ticker, interval) ?? ALL;
      const files = market.filesRead(ticker).map((file) => ({ ...file, isLong: undefined }));
      const weeks = [];
      for (let from = span.from - 3; from < span.to + 3; from += 5)
        weeks.push(market.read(ticker, interval, { from, to: from + 5 }));
      const all = market.read(ticker, interval, ALL);
      return {
        interval,
        span,
        files,
        weeks,
        all,
        told: market.toldActions(ticker),
        not: market.notRead(ticker),
      };
    });
  } catch (error) {
    return (error as Error).message;
  }
}

/** Whether the files of a ticker were read a stretch at a time. */
export function areLong(market: CsvFolderMarket, ticker: string): boolean {
  return market.filesRead(ticker).every(({ isLong }) => isLong === true);
}

interface Rows {
  readonly days?: readonly string[];
  readonly minutes?: number;
  readonly from?: number;
  readonly to?: number;
  readonly stamp?: (iso: string) => string;
  readonly line?: (stamp: string, i: number) => string;
}

/** A line for every few minutes of some days, from hour to hour (exclusive). */
export function linesOf({ days = WEEK, minutes = 5, from = 0, to = 24, stamp, line }: Rows = {}): string[] {
  const lines: string[] = [];
  for (const day of days) {
    for (let at = from * 60; at < to * 60; at += minutes) {
      const iso = `${day}T${two(at / 60)}:${two(at % 60)}:00Z`;
      const text = stamp?.(iso) ?? iso;
      const price = 100 + ((lines.length * 7) % 41) / 8;
      const row = `${text},${price},${price + 1},${price - 1},${price + 0.5},${10 + (lines.length % 97)}`;
      lines.push(line?.(text, lines.length) ?? row);
    }
  }
  return lines;
}

export function two(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}

const WEEK = ['2024-03-08', '2024-03-09', '2024-03-10', '2024-03-11', '2024-03-12'];
export const HEADER = 'time,open,high,low,close,volume';
export const clock = (iso: string): string => iso.slice(0, 16).replace('T', ' ');
export const text = (lines: readonly string[], header = HEADER): string =>
  `${[header, ...lines].join('\n')}\n`;
export const PLAIN = text(linesOf());
