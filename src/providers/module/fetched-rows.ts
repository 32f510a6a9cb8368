import { barsOf } from '../../core/bars/bar-builder.ts';
import type { Ohlcv } from '../../core/bars/bars.ts';
import { shown } from '../../core/shown.ts';
import type { BarAnswer, ListRequest, UnusableRow } from '../provider.ts';
import { missingPrices } from '../missing-prices.ts';
import { rawAnswer } from '../raw-answer.ts';

/**
 * A row of an answer. `ts`: ms since the epoch, the open of the bar; of a daily bar midnight in UTC of its session's date. A row
 * all of whose prices are null is one without a price: its session has no bar. One of which some are null is rejected. Of the
 * others null is unknown, and so is what is left out.
 */
export interface FetchedRow extends Pick<Ohlcv, 'ts'> {
  readonly open: number | null;
  readonly high: number | null;
  readonly low: number | null;
  readonly close: number | null;
  readonly volume?: number | null;
  readonly vwap?: number | null;
  readonly trades?: number | null;
}

const PRICES = ['open', 'high', 'low', 'close'] as const;
const OTHERS = ['volume', 'vwap', 'trades'] as const;

/** What rows of a ticker say. Throws for what is no row, with its value. */
export function answerOfRows(
  ticker: string,
  asked: Pick<ListRequest, 'range' | 'now'>,
  rows: readonly FetchedRow[],
): BarAnswer {
  const bars: Ohlcv[] = [];
  const unusable: UnusableRow[] = [];
  for (const row of rows) {
    assertRow(row);
    const { ts, open, high, low, close, volume, vwap = null, trades = null } = row;
    if (open === null || high === null || low === null || close === null)
      unusable.push({ ts, reason: reasonOf(row), row });
    else bars.push({ ts, open, high, low, close, volume: volume ?? Number.NaN, vwap, trades });
  }
  return rawAnswer(ticker, asked, barsOf(bars), { unusable });
}

/** Why a row is no bar one of whose prices is null. */
function reasonOf(row: FetchedRow): string {
  const at = (name: (typeof PRICES)[number]): number => row[name] ?? Number.NaN;
  return missingPrices(at('open'), at('high'), at('low'), at('close')) ?? 'empty';
}

/** A text that looks like a number would pass for one. */
function assertRow(row: FetchedRow): void {
  if (typeof row !== 'object' || row === null) throw new TypeError(`gives the row ${shown(row)}`);
  const fault = (name: string, must: string): TypeError =>
    new TypeError(`gives a row whose ${name} is ${shown(row[name as keyof FetchedRow])}; it must be ${must}`);
  if (!Number.isFinite(row.ts)) throw fault('ts', 'ms since the epoch');
  for (const name of PRICES)
    if (row[name] !== null && typeof row[name] !== 'number') throw fault(name, 'a number, or null');
  for (const name of OTHERS)
    if (row[name] !== undefined && row[name] !== null && typeof row[name] !== 'number')
      throw fault(name, 'a number, null, or left out');
}
