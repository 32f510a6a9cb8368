// A file of an answer for a whole market, which comes in pieces of so many rows:
//
//   piece 0 | piece 1 | … | of each where it begins and its digest (u32 each) | asOf (f64) | tickers (u32) | pieces (u32) | digest (u32) | magic (u32)
//
// A piece has a part of each bucket:
//
//   magic | offsets of the buckets, and of the end, in the piece (u32 each) | their digests (u32 each) | bucket 0 | bucket 1 | …
//
// Nothing is read that is not under a digest (CRC-32): that of the end is of the file's name and of all that stands between the
// pieces and it, that of a piece of what stands before its buckets, that of a bucket of its bytes. So one bucket is read
// without the others, and a length or a place is believed only where it is as it was written.
//
// A bucket is deflated (gzip): the length of a text (u32, padded to 8 bytes), the text, which says as JSON whose rows these are
// and what else is said of them, group by group, and the columns of all rows, one after the other.

import { crc32, gunzipSync, gzipSync } from 'node:zlib';
import { type Bars, columnsOf, inForm, slice } from '../../../core/bars/columns.ts';
import { eachTicker } from '../../../core/bars/cross-section.ts';
import { BackfillError } from '../../../core/errors.ts';
import { BUCKETS, bucketOf } from '../../../core/plan/slice.ts';
import type { StagedGroup, StagedPart } from '../../staging.ts';

const MAGIC = 0x34534642;
const END_MAGIC = 0x35534642;
/** What ended such a file before its parts had digests. */
const EARLIER_END_MAGIC = 0x33534642;
const WORD = 4;
/** Where the offsets and the digests of the buckets lie in a piece. */
const OFFSETS = WORD;
const DIGESTS = OFFSETS + WORD * (BUCKETS + 1);
const HEAD = DIGESTS + WORD * BUCKETS;
/** Bytes of the end for each piece, after those of all pieces, and of the latter before the digest. */
const PLACE = 2 * WORD;
const END = 24;
const DIGESTED = 16;
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
    head.setUint32(OFFSETS + WORD * bucket, at, true);
    head.setUint32(DIGESTS + WORD * bucket, crc32(bytes), true);
    piece.set(bytes, at);
    at += bytes.length;
  }
  head.setUint32(OFFSETS + WORD * BUCKETS, at, true);
  return piece;
}

/** Where a piece begins in its file, and the digest of what stands before its buckets. */
export interface PiecePlace {
  readonly start: number;
  readonly digest: number;
}

export function placeOf(start: number, piece: Uint8Array): PiecePlace {
  return { start, digest: crc32(piece.subarray(0, HEAD)) };
}

/** What an answer says of itself as a whole. */
type About = Pick<StagedPart, 'asOf' | 'tickers'>;

/** What ends the file of an answer. `name`: that of the file, which no other may be taken for. */
export function encodeEnd(name: string, { asOf, tickers }: About, pieces: readonly PiecePlace[]): Uint8Array {
  const bytes = new Uint8Array(PLACE * pieces.length + END);
  const view = new DataView(bytes.buffer);
  for (const [i, { start, digest }] of pieces.entries()) {
    view.setUint32(PLACE * i, start, true);
    view.setUint32(PLACE * i + WORD, digest, true);
  }
  const at = PLACE * pieces.length;
  view.setFloat64(at, asOf, true);
  view.setUint32(at + 8, tickers, true);
  view.setUint32(at + 12, pieces.length, true);
  view.setUint32(at + DIGESTED, crc32(bytes.subarray(0, at + DIGESTED), crc32(name)), true);
  view.setUint32(at + DIGESTED + WORD, END_MAGIC, true);
  return bytes;
}

/** A file of an answer of which parts are read. */
export interface SliceFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** `[from, to)`; fewer bytes at the end. */
  readonly read: (from: number, to: number) => Promise<Uint8Array>;
}

/** One bucket of an answer. Throws `store-corrupt` where that, or what leads to it, is not as it was written. */
export async function decodeBucket(file: SliceFile, bucket: number): Promise<StagedPart> {
  const { pieces, ...about } = await decodeEnd(file);
  const groups: StagedGroup[][] = [];
  for (const piece of pieces) {
    const deflated = await readBucket(file, piece, await readHead(file, piece), bucket);
    groups.push(decodeContent(gunzipSync(deflated), bucket));
  }
  return { ...about, groups: groups.flat() };
}

/** Reads all of an answer, and throws `store-corrupt` where any part of it is not as it was written. */
export async function assertWholeSlice(file: SliceFile): Promise<void> {
  for (const piece of (await decodeEnd(file)).pieces) {
    const head = await readHead(file, piece);
    for (let bucket = 0; bucket < BUCKETS; bucket++) await readBucket(file, piece, head, bucket);
  }
}

/** Whether a file is an answer as an earlier version wrote it, which nothing is taken from. */
export async function isEarlierSlice({ size, read }: SliceFile): Promise<boolean> {
  const magic = viewOf(await read(Math.max(0, size - WORD), size));
  return magic.byteLength === WORD && magic.getUint32(0, true) === EARLIER_END_MAGIC;
}

async function decodeEnd({
  name,
  size,
  read,
}: SliceFile): Promise<About & { readonly pieces: readonly PiecePlace[] }> {
  const end = viewOf(await read(Math.max(0, size - END), size));
  if (end.byteLength < END || end.getUint32(DIGESTED + WORD, true) !== END_MAGIC)
    throw damaged('it does not end as an answer for a market does');
  const count = end.getUint32(12, true);
  const from = size - END - PLACE * count;
  if (from < 0) throw damaged('it is shorter than it says');
  const digested = await read(from, size - END + DIGESTED);
  if (crc32(digested, crc32(name)) !== end.getUint32(DIGESTED, true))
    throw damaged('its end is not as it was written');
  const view = viewOf(digested);
  const pieces = Array.from({ length: count }, (_, i) => ({
    start: view.getUint32(PLACE * i, true),
    digest: view.getUint32(PLACE * i + WORD, true),
  }));
  return { asOf: end.getFloat64(0, true), tickers: end.getUint32(8, true), pieces };
}

async function readHead({ read }: SliceFile, { start, digest }: PiecePlace): Promise<DataView> {
  const bytes = await read(start, start + HEAD);
  const head = viewOf(bytes);
  if (head.byteLength < HEAD || crc32(bytes) !== digest || head.getUint32(0, true) !== MAGIC)
    throw damaged('a piece of it does not begin as it was written');
  return head;
}

async function readBucket(
  { read }: SliceFile,
  { start }: PiecePlace,
  head: DataView,
  bucket: number,
): Promise<Uint8Array> {
  const offset = OFFSETS + WORD * bucket;
  const [from, to] = [head.getUint32(offset, true), head.getUint32(offset + WORD, true)];
  const bytes = await read(start + from, start + to);
  if (crc32(bytes) !== head.getUint32(DIGESTS + WORD * bucket, true))
    throw damaged('rows of it are not as they were written');
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function damaged(why: string): BackfillError {
  return new BackfillError('store-corrupt', why);
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
