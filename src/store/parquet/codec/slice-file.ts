// A file of an answer for a whole market:
//
//   magic | offsets of the buckets, and of the end (u32 each) | bucket 0 | bucket 1 | …
//
// A bucket is deflated with a checksum of its own (gzip): the length of a text (u32, padded to 8 bytes), the text, which
// says as JSON whose rows these are and what else is said of them, and the columns of all rows, one after the other.

import { gunzipSync, gzipSync } from 'node:zlib';
import { type Bars, columnsOf, slice } from '../../../core/bars/columns.ts';
import { BackfillError } from '../../../core/errors.ts';
import { BUCKETS, bucketOf } from '../../../core/plan/slice.ts';
import { grouped } from '../../../core/grouped.ts';
import type { StagedPart, StagedSeries } from '../../staging.ts';

const MAGIC = 0x31534642;
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
  readonly series: readonly (readonly [ticker: string, rows: number, said: object])[];
}

/** An answer as the bytes of its file. */
export function encodeSlice(asOf: number, series: readonly StagedSeries[]): Uint8Array {
  const byBucket = grouped(series, ({ ticker }) => bucketOf(ticker));
  const buckets = Array.from({ length: BUCKETS }, (_, bucket) =>
    encodeBucket(bucket, asOf, byBucket.get(bucket) ?? []),
  );
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

function encodeBucket(bucket: number, asOf: number, series: readonly StagedSeries[]): Uint8Array {
  const rows = series.reduce((sum, { bars }) => sum + bars.length, 0);
  const said: Said = {
    ...{ bucket, asOf, rows },
    vwap: series.some(({ bars }) => bars.vwap !== null),
    trades: series.some(({ bars }) => bars.trades !== null),
    series: series.map(({ ticker, bars, said: more }) => [ticker, bars.length, more]),
  };
  const text = new TextEncoder().encode(JSON.stringify(said));
  const start = columnsAt(text.length);
  const content = new Uint8Array(start + COLUMNS.length * rows * Float64Array.BYTES_PER_ELEMENT);
  new DataView(content.buffer).setUint32(0, text.length, true);
  content.set(text, TEXT);
  const columns = new Float64Array(content.buffer, start);
  for (const [place, name] of COLUMNS.entries()) {
    let at = place * rows;
    for (const { bars } of series) {
      const column = bars[name];
      if (column === null) columns.fill(Number.NaN, at, at + bars.length);
      else columns.set(column, at);
      at += bars.length;
    }
  }
  return gzipSync(content, { level: 1 });
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
  const bars: Bars = {
    length: rows,
    ts: column('ts'),
    ...{ open: column('open'), high: column('high'), low: column('low'), close: column('close') },
    volume: column('volume'),
    vwap: said.vwap ? column('vwap') : null,
    trades: said.trades ? column('trades') : null,
  };
  let at = 0;
  const series = said.series.map(([ticker, own, more]): StagedSeries => {
    const part = slice(bars, at, (at += own));
    return { ticker, bars: part, said: more };
  });
  return { asOf: said.asOf, series };
}
