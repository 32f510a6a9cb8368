import { BarBuilder } from '../../core/bars/bar-builder.ts';
import type { Bars } from '../../core/bars/columns.ts';
import { type Interval, intervalMs } from '../../core/session/interval.ts';
import { shown } from '../../core/shown.ts';
import { missingPrices } from '../missing-prices.ts';
import type { UnusableRow } from '../provider.ts';

/** Rows of klines as bars, in their order. */
export interface KlineRows {
  readonly bars: Bars;
  /** Those of which a price is missing, or whose close time contradicts their interval. */
  readonly unusable: readonly UnusableRow[];
  /** How many were left out because their bar is not over. */
  readonly unfinished: number;
  /** The latest open of them all, those left out too, ms since the epoch; -Infinity of none. */
  readonly latest: number;
  /** Whether none of them all is older than the one before. */
  readonly isAscending: boolean;
}

/** What rows are read by. */
export interface KlinesAsked {
  readonly interval: Interval;
  /** Opens that may be, ms since the epoch: from the first, inclusive, to the last, exclusive. */
  readonly from: number;
  readonly to: number;
  /** What was over, and what was not: ms since the epoch. */
  readonly asOf: number;
}

/** Says what is wrong with rows. */
export type Refuse = (what: string) => never;

/**
 * A row, of JSON as of CSV: open time, open, high, low, close, volume, close time, quote volume, trades, and what is not read.
 * Numbers may be texts.
 */
type Row = readonly unknown[];

/**
 * The rows of a page. `refuse` is called for what is none, for one that was not asked for, and for one that is older than the
 * one before: the next page begins behind the newest, so that what a page in no order leaves out would be asked for never.
 */
export function pageRows(body: unknown, asked: KlinesAsked, refuse: Refuse): KlineRows {
  if (!Array.isArray(body)) return refuse(`it is ${shown(body)}, which is no list`);
  const rows = rowsOf(body as readonly unknown[], asked, refuse, (ts) =>
    refuse(`it has a kline of ${new Date(ts).toISOString()}, which was not asked for`),
  );
  if (!rows.isAscending) return refuse('its klines are in no order');
  return rows;
}

/** The rows of a file, of which some days are wanted: CSV, with a heading or without. */
export function fileRows(csv: string, asked: KlinesAsked, refuse: Refuse): KlineRows {
  return rowsOf(cellsOf(csv), asked, refuse, () => undefined);
}

function* cellsOf(csv: string): Generator<Row, void, undefined> {
  for (const line of csv.split('\n'))
    if (/^\d/.test(line)) yield line.trimEnd().split(',');
    else if (line.trim() !== '' && !line.startsWith('open_time')) yield [line];
}

function rowsOf(
  rows: Iterable<unknown>,
  { interval, from, to, asOf }: KlinesAsked,
  refuse: Refuse,
  onOther: (ts: number) => void,
): KlineRows {
  const bars = new BarBuilder();
  const unusable: UnusableRow[] = [];
  let [unfinished, latest, isAscending] = [0, Number.NEGATIVE_INFINITY, true];
  for (const row of rows) {
    if (!Array.isArray(row)) return refuse(`it has the row ${shown(row)}, which is no list`);
    const ts = openOf(row[0], refuse);
    if (ts < from || ts >= to) {
      onOther(ts);
      continue;
    }
    if (ts < latest) isAscending = false;
    latest = Math.max(latest, ts);
    const contradiction = closeFault(row, ts, interval, refuse);
    if (!isToldOf(interval, ts, asOf)) {
      unfinished++;
      continue;
    }
    const fault = contradiction ?? push(bars, ts, row, refuse);
    if (fault !== null) unusable.push({ ts, reason: fault, row });
  }
  return { bars: bars.bars(), unusable, unfinished, latest, isAscending };
}

/** Whether a kline is a bar: intraday one that is over; a day's as far as that got. */
function isToldOf(interval: Interval, ts: number, asOf: number): boolean {
  return interval === '1d' ? ts <= asOf : ts + intervalMs(interval) <= asOf;
}

/** Stamps beyond this are in microseconds, as the archive's are since 2025: in ms it is the year 5138. */
const LATEST_MS = 1e14;
const LATEST_US = 1e17;

function openOf(value: unknown, refuse: Refuse): number {
  const stamp = numberOf(value, 'open time', refuse);
  if (stamp > 0 && stamp < LATEST_MS) return stamp;
  if (stamp >= LATEST_MS && stamp < LATEST_US) return Math.floor(stamp / 1000);
  return refuse(`it has the open time ${shown(value)}, which is in neither ms nor µs`);
}

/**
 * Why a row is of another span than its interval's, or null: its close time, where it has one, is the last ms or µs of that. It is
 * before that where trading stood still at the end: BTCUSDT's hour of 2018-01-04T03:00Z ends 14.8 s after it began
 * (binance-public-data, issue 77).
 */
function closeFault(row: Row, ts: number, interval: Interval, refuse: Refuse): string | null {
  const close = numberOf(row[6], 'close time', refuse);
  if (Number.isNaN(close)) return null;
  const end = Math.floor(close >= LATEST_MS ? close / 1000 : close) + 1;
  if (end > ts && end <= ts + intervalMs(interval)) return null;
  const text = Math.abs(end) < LATEST_MS ? new Date(end - 1).toISOString() : shown(row[6]);
  return `its close time ${text} is outside its ${interval}`;
}

/** Adds a row whose prices are all there; says which are missing where they are not. */
function push(bars: BarBuilder, ts: number, row: Row, refuse: Refuse): string | null {
  const open = numberOf(row[1], 'open', refuse);
  const high = numberOf(row[2], 'high', refuse);
  const low = numberOf(row[3], 'low', refuse);
  const close = numberOf(row[4], 'close', refuse);
  const volume = numberOf(row[5], 'volume', refuse);
  const fault = missingPrices(open, high, low, close);
  if (fault !== null) return fault;
  const turnover = numberOf(row[7], 'quote volume', refuse);
  bars.push(
    ts,
    open,
    high,
    low,
    close,
    volume,
    vwapOf(turnover, volume, low, high),
    numberOf(row[8], 'trades', refuse),
  );
  return null;
}

/** What a unit was traded at: turnover by volume, both rounded, so that of a tiny volume it may be out of range: not known. */
function vwapOf(turnover: number, volume: number, low: number, high: number): number {
  const vwap = turnover / volume;
  return vwap >= low && vwap <= high ? vwap : Number.NaN;
}

/** NaN for what is not there. */
function numberOf(value: unknown, name: string, refuse: Refuse): number {
  if (value === undefined || value === null || value === '') return Number.NaN;
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
  return Number.isNaN(number) ? refuse(`it has the ${name} ${shown(value)}, which is no number`) : number;
}
