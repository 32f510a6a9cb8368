// Files without a header, as MetaTrader 4, Kraken and Binance write them. Binance's archive has 12 fields, of which the
// first six are the open time and the bar and the ninth is the number of trades.
// Sources: https://www.metatrader4.com (History Center), https://support.kraken.com (OHLCVT),
// https://github.com/binance/binance-public-data.

import type { Header } from './header.ts';
import { numberIn } from './numbers.ts';
import { malformed } from './records.ts';
import type { CsvLine } from './csv-line.ts';
import { EPOCH, isStamp, TIME_OF_DAY } from './stamps.ts';

const KLINE_FIELDS = 12;
const KLINE_TRADES = 8;
const PRICES = 4;

/** What every row of Lean's unpacked files begins with; their prices are multiplied by 10,000. */
const LEAN_STAMP = /^\d{8} \d{2}:\d{2}$/;

/** So much of the rows at least have the highest price where the high is, and the lowest where the low is. */
const LEAST_ORDERED = 0.9;

/**
 * The columns of a line that is a bar: a stamp, or a date and a time, then open, high, low, close and perhaps a volume;
 * behind a number since the epoch also the number of trades. Undefined for anything else.
 */
export function headerlessColumns(fields: readonly string[]): Header | undefined {
  const [first = '', second = ''] = fields;
  const isEpoch = EPOCH.test(first);
  if (isEpoch && fields.length === KLINE_FIELDS && fields.every((field) => /^\d+(\.\d+)?$/.test(field)))
    return columnsFrom(1, { volume: 5, trades: KLINE_TRADES });
  if (!isEpoch && (!isStamp(first) || isLean(fields))) return undefined;
  const hasTime = !isEpoch && second.includes(':') && TIME_OF_DAY.test(second);
  const open = hasTime ? 2 : 1;
  const values = fields.length - open;
  if (values < PRICES || values > PRICES + (isEpoch ? 2 : 1)) return undefined;
  if (!fields.slice(open, open + PRICES).every(isPrice)) return undefined;
  const volume = values > PRICES ? open + PRICES : null;
  return columnsFrom(open, { volume, trades: values > PRICES + 1 ? open + PRICES + 1 : null });
}

/** Whether a line is a bar of Lean's, unpacked. */
export function isLean(fields: readonly string[]): boolean {
  return LEAN_STAMP.test(fields[0] ?? '') && fields.slice(1).every((field) => /^\d+$/.test(field));
}

/** Refuses rows without a header whose prices stand in another order than open, high, low, close. Throws `usage`. */
export function assertOrder(
  path: string,
  lines: Iterable<CsvLine>,
  { open, high, low, close }: Header,
): void {
  const isOrdered = ({ fields }: CsvLine): boolean => {
    const at = (column: number): number => numberIn(fields[column] ?? '', 'point', false) ?? Number.NaN;
    return !(Math.max(at(open), at(close), at(low)) > at(high) || Math.min(at(open), at(close)) < at(low));
  };
  let first: CsvLine | undefined;
  let [odd, all] = [0, 0];
  for (const line of lines) {
    all++;
    if (isOrdered(line)) continue;
    odd++;
    first ??= line;
  }
  if (first === undefined || odd <= all * (1 - LEAST_ORDERED)) return;
  const what = 'the file has no header, and its columns are not open, high, low, close in this order';
  throw malformed(path, first.number, `${what}: write a header line`);
}

function columnsFrom(open: number, more: Pick<Header, 'volume' | 'trades'>): Header {
  return {
    stamp: 0,
    time: open === 2 ? 1 : null,
    otherDate: null,
    open,
    high: open + 1,
    low: open + 2,
    close: open + 3,
    ...more,
    ticks: null,
    vwap: null,
    isFinal: null,
    adjusted: null,
    actions: [],
    ticker: null,
    name: null,
    interval: null,
    currency: null,
    zone: null,
    unknownClock: null,
    clock: null,
    pricesIn: null,
    volumeIn: null,
    twins: [],
    problem: null,
  };
}

function isPrice(text: string): boolean {
  return (['point', 'comma'] as const).some((form) => typeof numberIn(text, form, false) === 'number');
}
