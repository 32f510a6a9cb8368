import { createHash } from 'node:crypto';
import type { ColumnChunk, ColumnMetaData, RowGroup } from 'hyparquet';
import type { Series } from '../../../core/bars/bars.ts';
import type { StoredBars } from '../../../core/bars/columns.ts';
import type { Day } from '../../../core/session/day.ts';

/**
 * A partition is a body and a tail, each in row groups of its own. A top-up copies the bytes of the body, once they are
 * known to be as they were written, and writes only the tail and the footer anew. The tail joins the body when it has
 * become long, or when a row of the body changes; a short partition has no body.
 */

/** Sessions that the tail keeps when it joins the body: an answer is seen in the light of a month before it. */
const KEPT_SESSIONS = 32;

/** Sessions of the longest tail. */
const FULL_SESSIONS = 64;

/** The tails of tickers become full at so many different lengths, so that not all of them join on one day. */
const LENGTHS = 16;

/** What a file says of its body. */
export interface BodyWord {
  readonly rows: number;
  /** `digestOf` of its rows. */
  readonly digest: string;
  /** `digestOfBody` of what lies between the magic and the tail, and of what the footer says of it. */
  readonly bytes: string;
}

/** The rows of a body as they lie in the file, from behind the magic on. */
export interface EncodedBody {
  readonly bytes: Uint8Array;
  /** Each as `asWritten` gives it. */
  readonly groups: readonly RowGroup[];
}

/** SHA-256 over the bytes of a body and where in them its columns are, as 32 hex digits. */
export function digestOfBody({ bytes, groups }: EncodedBody): string {
  const places = `[${groups.map(placesOf).join(',')}]`;
  return createHash('sha256').update(bytes).update(places).digest('hex').slice(0, 32);
}

/**
 * A row group of `asWritten` as JSON, its numbers as texts. Written out: `JSON.stringify`, which has to be told what to do with
 * these numbers, takes three times as long, 0.03 ms for ten columns, and a top-up needs it twice.
 */
function placesOf({ columns, total_byte_size, total_compressed_size, num_rows }: RowGroup): string {
  const sizes = `"total_byte_size":${textOf(total_byte_size)},"total_compressed_size":${textOf(total_compressed_size)}`;
  return `{"columns":[${columns.map(placeOf).join(',')}],${sizes},"num_rows":${textOf(num_rows)}}`;
}

function placeOf({ file_offset, meta_data: chunk }: ColumnChunk): string {
  const from = `{"file_offset":${textOf(file_offset)}`;
  if (chunk === undefined) return `${from}}`;
  const { type, encodings, path_in_schema, codec, num_values, statistics } = chunk;
  const { total_compressed_size, total_uncompressed_size, data_page_offset, dictionary_page_offset } = chunk;
  const names = `"type":"${type}","encodings":["${encodings.join('","')}"],"path_in_schema":["${path_in_schema.join('","')}"]`;
  const count = `"codec":"${codec}","num_values":${textOf(num_values)}`;
  const sizes = `"total_compressed_size":${textOf(total_compressed_size)},"total_uncompressed_size":${textOf(total_uncompressed_size)}`;
  const dictionary =
    dictionary_page_offset === undefined ? '' : `,"dictionary_page_offset":${textOf(dictionary_page_offset)}`;
  const offsets = `"data_page_offset":${textOf(data_page_offset)}${dictionary}`;
  return `${from},"meta_data":{${names},${count},${sizes},${offsets}${boundsOf(statistics)}}}`;
}

function boundsOf(statistics: ColumnMetaData['statistics']): string {
  if (statistics === undefined) return '';
  const { min_value, max_value, null_count } = statistics;
  const bounds = `"min_value":${textOf(min_value)},"max_value":${textOf(max_value)}`;
  return `,"statistics":{${bounds},"null_count":${textOf(null_count)}}`;
}

/** Of sizes, places and times, which are exact as numbers. */
function textOf(number: unknown): string {
  return `"${Number(number)}"`;
}

/** A row group with just what `writeRowGroup` says of one: read from a footer, its bounds are numbers. */
export function asWritten({
  columns,
  total_byte_size,
  total_compressed_size = 0n,
  num_rows,
}: RowGroup): RowGroup {
  return { columns: columns.map(chunkAsWritten), total_byte_size, total_compressed_size, num_rows };
}

function chunkAsWritten({ file_offset, meta_data: chunk }: ColumnChunk): ColumnChunk {
  if (chunk === undefined) return { file_offset };
  const { type, encodings, path_in_schema, codec, num_values, statistics } = chunk;
  const { total_compressed_size, total_uncompressed_size } = chunk;
  const { data_page_offset, dictionary_page_offset } = chunk;
  return {
    file_offset,
    meta_data: {
      ...{ type, encodings, path_in_schema, codec, num_values },
      ...{ total_compressed_size, total_uncompressed_size, data_page_offset },
      ...(dictionary_page_offset !== undefined && { dictionary_page_offset }),
      ...(statistics && {
        statistics: {
          min_value: BigInt(Number(statistics.min_value)),
          max_value: BigInt(Number(statistics.max_value)),
          null_count: BigInt(Number(statistics.null_count ?? 0)),
        },
      }),
    },
  };
}

/** What a footer says of a body; undefined for none, or for what is none. */
export function bodyIn(value: unknown): BodyWord | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { rows, digest, bytes } = value as Record<string, unknown>;
  if (typeof rows !== 'number' || typeof digest !== 'string' || typeof bytes !== 'string') return undefined;
  return { rows, digest, bytes };
}

/** Whether the rows behind the body have become too many sessions, of which `dayOf` tells. */
export function isFull({ ticker }: Series, { ts }: StoredBars, dayOf: (ts: number) => Day): boolean {
  const most = FULL_SESSIONS - ((createHash('sha256').update(ticker).digest()[0] ?? 0) % LENGTHS);
  return rowsOfLast(most, ts, dayOf) < ts.length;
}

/** Rows of the body of a partition that is written as a whole. */
export function bodyRowsOf(series: Series, bars: StoredBars, dayOf: (ts: number) => Day): number {
  return isFull(series, bars, dayOf) ? bars.length - rowsOfLast(KEPT_SESSIONS, bars.ts, dayOf) : 0;
}

function rowsOfLast(sessions: number, ts: Float64Array, dayOf: (ts: number) => Day): number {
  let from = ts.length;
  for (let left = sessions, day: Day | undefined; from > 0; from--) {
    const before = dayOf(ts[from - 1] as number);
    if (before !== day && left-- === 0) break;
    day = before;
  }
  return ts.length - from;
}
