import { createHash } from 'node:crypto';
import { zipSync } from 'fflate';
import { type DayRange, dayOn, monthOf, parseDay, startOfDay } from '../../core/session/day.ts';
import { type Interval, isInterval } from '../../core/session/interval.ts';
import type { Market } from '../../market/market.ts';
import { type WireResponse, bytesOf } from '../wire.ts';
import { type Kline, klineOf } from './klines.ts';
import { listingOf } from './query.ts';

/** A month's file of the archive, or the digest of one. */
export interface FileAsked {
  readonly symbol: string;
  readonly interval: Interval;
  readonly month: DayRange;
  /** `BTCUSDT-1m-2024-03`. */
  readonly name: string;
  /** Its path, with no slash before. */
  readonly key: string;
  readonly isChecksum: boolean;
}

const PATH =
  /^\/(data\/spot\/monthly\/klines\/(\w+)\/(\w+)\/((\w+)-(\w+)-(\d{4})-(\d{2}))\.zip)(\.CHECKSUM)?$/;

/** The file that a path names; undefined for none. */
export function fileAsked(path: string): FileAsked | undefined {
  const [, key, symbol, interval, name, ofFile, intervalOfFile, year, month, checksum] =
    PATH.exec(path) ?? [];
  if (key === undefined || symbol === undefined || name === undefined || interval === undefined)
    return undefined;
  if (symbol !== ofFile || interval !== intervalOfFile || !isInterval(interval)) return undefined;
  const first = dayOn(Number(year), Number(month), 1);
  return { symbol, interval, month: monthOf(first), name, key, isChecksum: checksum !== undefined };
}

type Body = Pick<WireResponse, 'body' | 'encoding' | 'rows'>;

/** Since then stamps are in microseconds. */
const MICROSECONDS_SINCE = startOfDay(parseDay('2025-01-01'));

/** A month as a zip of one CSV without a heading; undefined before its publication, and of a month without a row. */
export function zipOf(file: FileAsked, market: Market, now: number): Body | undefined {
  const { symbol, interval, month, name } = file;
  const listing = listingOf(symbol, market);
  if (listing === undefined || now < publishedAt(month)) return undefined;
  const rows = market.rows(listing.ticker, interval, month);
  if (rows.length === 0) return undefined;
  const csv = rows.map((row) => lineOf(klineOf(row, interval))).join('');
  // The time of a file within is part of the bytes: the same for all, so that a digest stays true.
  const zip = zipSync({ [`${name}.csv`]: Buffer.from(csv) }, { level: 1, mtime: '2020-01-01T00:00:00' });
  return { body: Buffer.from(zip).toString('latin1'), encoding: 'latin1', rows: rows.length };
}

/** The digest of a file in the form of sha256sum, without a line end. */
export function checksumOf(zip: Body, { name }: FileAsked): Body {
  const digest = createHash('sha256').update(bytesOf(zip)).digest('hex');
  return { body: `${digest}  ${name}.zip`, rows: 0 };
}

/** Monthly files come on the first Monday of the next month. */
function publishedAt({ to }: DayRange): number {
  // Day 0 was a Thursday.
  const afterMonday = (to + 3) % 7;
  return startOfDay(to + ((7 - afterMonday) % 7));
}

function lineOf([open, o, h, l, c, volume, end, ...others]: Kline): string {
  const isMs = (open as number) < MICROSECONDS_SINCE;
  const stamps = isMs ? [open, end] : [(open as number) * 1000, (end as number) * 1000 + 999];
  return `${[stamps[0], o, h, l, c, volume, stamps[1], ...others].join(',')}\n`;
}
