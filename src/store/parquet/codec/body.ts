import { createHash } from 'node:crypto';
import type { ColumnChunk, RowGroup } from 'hyparquet';
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
  const places = JSON.stringify(groups.map(inTexts));
  return createHash('sha256').update(bytes).update(places).digest('hex').slice(0, 32);
}

/**
 * A row group as `asWritten` gives it, with texts in place of its numbers, which JSON has none of. Written out: told what to do
 * at each value, `JSON.stringify` takes six times as long.
 */
function inTexts({ columns, total_byte_size, total_compressed_size, num_rows }: RowGroup): object {
  return {
    columns: columns.map(({ file_offset, meta_data: chunk }) => ({
      file_offset: String(file_offset),
      meta_data: chunk && {
        type: chunk.type,
        encodings: chunk.encodings,
        path_in_schema: chunk.path_in_schema,
        codec: chunk.codec,
        num_values: String(chunk.num_values),
        total_compressed_size: String(chunk.total_compressed_size),
        total_uncompressed_size: String(chunk.total_uncompressed_size),
        data_page_offset: String(chunk.data_page_offset),
        dictionary_page_offset: textOf(chunk.dictionary_page_offset),
        statistics: chunk.statistics && {
          min_value: String(chunk.statistics.min_value),
          max_value: String(chunk.statistics.max_value),
          null_count: String(chunk.statistics.null_count),
        },
      },
    })),
    total_byte_size: String(total_byte_size),
    total_compressed_size: String(total_compressed_size),
    num_rows: String(num_rows),
  };
}

function textOf(number: bigint | undefined): string | undefined {
  return number === undefined ? undefined : String(number);
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
