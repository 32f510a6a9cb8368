// A file of an answer for a whole market:
//
//   magic | offsets of the buckets, and of the end (u32 each) | bucket 0 | bucket 1 | …
//
// A bucket is deflated with a checksum of its own (gzip): the length of a text (u32, padded to 8 bytes), the text, which
// says as JSON whose rows these are and what else is said of them, group by group, and the columns of all rows, one after
// the other.

import { gunzipSync, gzipSync } from 'node:zlib';
import { type Bars, columnsOf, inForm, slice } from '../../../core/bars/columns.ts';
import { eachTicker } from '../../../core/bars/cross-section.ts';
import { BackfillError } from '../../../core/errors.ts';
import { BUCKETS, bucketOf } from '../../../core/plan/slice.ts';
import type { StagedGroup, StagedPart } from '../../staging.ts';

const MAGIC = 0x32534642;
const WORD = 4;
const HEAD = WORD * (BUCKETS + 2);
/** Bytes before the text of a bucket. */
const TEXT = 8;

const COLUMNS = ['ts', 'open', 'high', 'low', 'close', 'volume', 'vwap', 'trades'] as const;

/** The text of a bucket. */
interface Said {
  readonly bucket: number;
  readonly asOf: number;
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

/** An answer as the bytes of its file. */
export function encodeSlice(asOf: number, groups: readonly StagedGroup[]): Uint8Array {
  const shares = sharesOf(groups);
  const buckets = shares.map((own, bucket) => encodeBucket(bucket, asOf, own));
  const length = buckets.reduce((sum, bytes) => sum + bytes.length, HEAD);
  const file = new Uint8Array(length);
  const head = new DataView(file.buffer);
  head.setUint32(0, MAGIC, true);
  let at = HEAD;
  for (const [bucket, bytes] of buckets.entries()) {
    head.setUint32(WORD * (bucket + 1), at, true);
    file.set(bytes, at);
    at += bytes.length;
  }
  head.setUint32(WORD * (BUCKETS + 1), at, true);
  return file;
}

/** What reads `[from, to)` of a file; fewer bytes at its end. */
export type ReadBytes = (from: number, to: number) => Promise<Uint8Array>;

/** One bucket of a file. Throws `store-corrupt`. */
export async function decodeBucket(read: ReadBytes, bucket: number): Promise<StagedPart> {
  const bytes = await read(0, HEAD);
  const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < HEAD || head.getUint32(0, true) !== MAGIC) throw damaged('it is no answer for a market');
  const [from, to] = [head.getUint32(WORD * (bucket + 1), true), head.getUint32(WORD * (bucket + 2), true)];
  const deflated = await read(from, Math.max(from, to));
  try {
    return decodeContent(gunzipSync(deflated), bucket);
  } catch (cause) {
    throw damaged('what it holds does not decode', cause);
  }
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

function encodeBucket(bucket: number, asOf: number, shares: readonly Share[]): Uint8Array {
  const rows = shares.reduce((sum, { places }) => sum + places.length, 0);
  const said: Said = {
    ...{ bucket, asOf, rows },
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

function decodeContent(content: Uint8Array, bucket: number): StagedPart {
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
  const groups = said.groups.map(([tickers, counts, more]): StagedGroup => {
    const own = counts.reduce((sum, count) => sum + count, 0);
    return { tickers, counts, bars: slice(bars, at, (at += own)), said: more };
  });
  return { asOf: said.asOf, groups };
}
