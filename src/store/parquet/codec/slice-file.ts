// A file of an answer for a whole market, which comes in pieces of so many rows:
//
//   piece 0 | piece 1 | … | where each begins (u32 each) | asOf (f64) | pieces (u32) | checksum (u32) | magic (u32)
//
// The checksum is of all that stands between the pieces and it. A piece has a part of each bucket:
//
//   magic | offsets of the buckets, and of the end, in the piece (u32 each) | bucket 0 | bucket 1 | …
//
// A bucket is deflated with a checksum of its own (gzip): the length of a text (u32, padded to 8 bytes), the text, which
// says as JSON whose rows these are and what else is said of them, group by group, and the columns of all rows, one after
// the other.

import { crc32, gunzipSync, gzipSync } from 'node:zlib';
import { type Bars, columnsOf, inForm, slice } from '../../../core/bars/columns.ts';
import { eachTicker } from '../../../core/bars/cross-section.ts';
import { BackfillError } from '../../../core/errors.ts';
import { BUCKETS, bucketOf } from '../../../core/plan/slice.ts';
import type { StagedGroup, StagedPart } from '../../staging.ts';

const MAGIC = 0x32534642;
const END_MAGIC = 0x33534642;
const WORD = 4;
const HEAD = WORD * (BUCKETS + 2);
/** Bytes after the places of the pieces, and of those before the checksum. */
const END = 20;
const SUMMED = 12;
/** Bytes before the text of a bucket. */
const TEXT = 8;

const COLUMNS = ['ts', 'open', 'high', 'low', 'close', 'volume', 'vwap', 'trades'] as const;

/** The text of a bucket. */
interface Said {
  readonly bucket: number;
  readonly rows: number;
  /** Whether any row may have them. */
  readonly vwap: boolean;
  readonly trades: boolean;
  readonly groups: readonly (readonly [
    tickers: readonly string[],
    counts: readonly number[],
    said: object,
  ])[];
}

/** How a bucket is deflated: it is small, and the tables of a window as large as usual would take longer to make. */
const DEFLATED = { level: 1, windowBits: 13, memLevel: 6 } as const;

/** A piece of an answer as bytes of its file. */
export function encodePiece(groups: readonly StagedGroup[]): Uint8Array {
  const buckets = sharesOf(groups).map((own, bucket) => encodeBucket(bucket, own));
  const length = buckets.reduce((sum, bytes) => sum + bytes.length, HEAD);
  const piece = new Uint8Array(length);
  const head = new DataView(piece.buffer);
  head.setUint32(0, MAGIC, true);
  let at = HEAD;
  for (const [bucket, bytes] of buckets.entries()) {
    head.setUint32(WORD * (bucket + 1), at, true);
    piece.set(bytes, at);
    at += bytes.length;
  }
  head.setUint32(WORD * (BUCKETS + 1), at, true);
  return piece;
}

/** What ends the file of an answer; `starts`: where its pieces begin. */
export function encodeEnd(asOf: number, starts: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(WORD * starts.length + END);
  const view = new DataView(bytes.buffer);
  for (const [i, start] of starts.entries()) view.setUint32(WORD * i, start, true);
  const at = WORD * starts.length;
  view.setFloat64(at, asOf, true);
  view.setUint32(at + 8, starts.length, true);
  view.setUint32(at + SUMMED, crc32(bytes.subarray(0, at + SUMMED)), true);
  view.setUint32(at + SUMMED + WORD, END_MAGIC, true);
  return bytes;
}

/** What reads `[from, to)` of a file; fewer bytes at its end. */
export type ReadBytes = (from: number, to: number) => Promise<Uint8Array>;

/** One bucket of a file of so many bytes. Throws `store-corrupt`. */
export async function decodeBucket(read: ReadBytes, size: number, bucket: number): Promise<StagedPart> {
  const { asOf, starts } = await decodeEnd(read, size);
  const pieces: StagedGroup[][] = [];
  for (const start of starts)
    pieces.push(await decodePiece((from, to) => read(start + from, start + to), bucket));
  return { asOf, groups: pieces.flat() };
}

async function decodeEnd(
  read: ReadBytes,
  size: number,
): Promise<{ readonly asOf: number; readonly starts: readonly number[] }> {
  const end = viewOf(await read(Math.max(0, size - END), size));
  if (end.byteLength < END || end.getUint32(SUMMED + WORD, true) !== END_MAGIC)
    throw damaged('it is no answer for a market');
  const from = size - END - WORD * end.getUint32(8, true);
  const summed = await read(Math.max(0, from), size - END + SUMMED);
  if (from < 0 || crc32(summed) !== end.getUint32(SUMMED, true)) throw damaged('its end is another one');
  const view = viewOf(summed);
  const starts = Array.from({ length: end.getUint32(8, true) }, (_, i) => view.getUint32(WORD * i, true));
  return { asOf: end.getFloat64(0, true), starts };
}

async function decodePiece(read: ReadBytes, bucket: number): Promise<StagedGroup[]> {
  const head = viewOf(await read(0, HEAD));
  if (head.byteLength < HEAD || head.getUint32(0, true) !== MAGIC) throw damaged('a piece of it is none');
  const [from, to] = [head.getUint32(WORD * (bucket + 1), true), head.getUint32(WORD * (bucket + 2), true)];
  const deflated = await read(from, Math.max(from, to));
  try {
    return decodeContent(gunzipSync(deflated), bucket);
  } catch (cause) {
    throw damaged('what it holds does not decode', cause);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function damaged(why: string, cause?: unknown): BackfillError {
  return new BackfillError('store-corrupt', why, { cause });
}

/** What a bucket has of a group: its tickers, and where their bars lie among those of the group. */
interface Share {
  readonly group: StagedGroup;
  readonly tickers: string[];
  readonly counts: number[];
  readonly places: number[];
}

/** Of each bucket the groups that have a ticker in it. */
function sharesOf(groups: readonly StagedGroup[]): readonly (readonly Share[])[] {
  const shares = Array.from({ length: BUCKETS }, (): Share[] => []);
  for (const group of groups)
    eachTicker(group, (ticker, from, to) => {
      const own = shares[bucketOf(ticker)] as Share[];
      let share = own.at(-1);
      if (share?.group !== group) own.push((share = { group, tickers: [], counts: [], places: [] }));
      share.tickers.push(ticker);
      share.counts.push(to - from);
      for (let i = from; i < to; i++) share.places.push(i);
    });
  return shares;
}

function encodeBucket(bucket: number, shares: readonly Share[]): Uint8Array {
  const rows = shares.reduce((sum, { places }) => sum + places.length, 0);
  const said: Said = {
    ...{ bucket, rows },
    vwap: shares.some(({ group: { bars } }) => bars.vwap !== null),
    trades: shares.some(({ group: { bars } }) => bars.trades !== null),
    groups: shares.map(({ tickers, counts, group }) => [tickers, counts, group.said]),
  };
  const text = new TextEncoder().encode(JSON.stringify(said));
  const start = columnsAt(text.length);
  const content = new Uint8Array(start + COLUMNS.length * rows * Float64Array.BYTES_PER_ELEMENT);
  new DataView(content.buffer).setUint32(0, text.length, true);
  content.set(text, TEXT);
  const columns = new Float64Array(content.buffer, start);
  let at = 0;
  for (const name of COLUMNS)
    for (const { group, places } of shares) {
      const column = group.bars[name];
      for (const place of places) columns[at++] = column === null ? Number.NaN : (column[place] as number);
    }
  return gzipSync(content, DEFLATED);
}

function columnsAt(textLength: number): number {
  return Math.ceil((TEXT + textLength) / 8) * 8;
}

function decodeContent(content: Uint8Array, bucket: number): StagedGroup[] {
  const length = new DataView(content.buffer, content.byteOffset).getUint32(0, true);
  const said = JSON.parse(new TextDecoder().decode(content.subarray(TEXT, TEXT + length))) as Said;
  if (said.bucket !== bucket) throw damaged('its buckets are mixed up');
  const { rows } = said;
  const start = columnsAt(length);
  const next = columnsOf(rows, COLUMNS.length);
  const column = (name: (typeof COLUMNS)[number]): Float64Array => {
    const from = start + COLUMNS.indexOf(name) * rows * Float64Array.BYTES_PER_ELEMENT;
    const values = next();
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    bytes.set(content.subarray(from, from + bytes.length));
    return values;
  };
  const bars = inForm<Bars>({
    length: rows,
    ts: column('ts'),
    ...{ open: column('open'), high: column('high'), low: column('low'), close: column('close') },
    volume: column('volume'),
    vwap: said.vwap ? column('vwap') : null,
    trades: said.trades ? column('trades') : null,
  });
  let at = 0;
  return said.groups.map(([tickers, counts, more]): StagedGroup => {
    const own = counts.reduce((sum, count) => sum + count, 0);
    return { tickers, counts, bars: slice(bars, at, (at += own)), said: more };
  });
}
