import type { ColumnChunk, ColumnMetaData, FileMetaData, KeyValue, RowGroup } from 'hyparquet';
import { Encodings, ParquetTypes } from 'hyparquet/src/constants.js';
import { ByteWriter } from 'hyparquet-writer';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import { type Cursor, putVarint, putZigZag } from './varint.ts';

// Thrift's compact protocol: the type of a field stands in one byte with how far its id lies behind the one before.
const I32 = 5;
const I64 = 6;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;
const STOP = 0;

/** What a footer says beside its schema and its writer, which are the same for all files of a kind. */
type Said = Pick<FileMetaData, 'num_rows' | 'row_groups'> & { readonly metadata: string };

/**
 * Writes the footers of files of one kind, as the library does and byte by byte the same, for row groups that
 * `writeRowGroup` made: the footer of a top-up is longer than its rows, and the library spends more time on it than all
 * the rest takes. What is the same in all of them is taken from two of the library's. The text lies under `key`, and `last`
 * behind it.
 */
export function footerWriter(
  kind: Pick<FileMetaData, 'version' | 'created_by' | 'schema'>,
  key: string,
  last: KeyValue,
) {
  const { head, tail } = frameOf(kind, key, last);
  return (writer: ByteWriter, { num_rows, row_groups, metadata }: Said): void => {
    const text = new TextEncoder().encode(metadata);
    const chunks = row_groups.reduce((sum, { columns }) => sum + columns.length, 0);
    const bytes = new Uint8Array(head.length + tail.length + text.length + 256 + chunks * MOST_OF_A_CHUNK);
    const to: Cursor = { bytes, at: 0 };
    put(to, head);
    putZigZag(to, Number(num_rows));
    putList(to, 1, STRUCT, row_groups, putGroup);
    putHeader(to, 1, LIST);
    to.bytes[to.at++] = (ENTRIES << 4) | STRUCT;
    putHeader(to, 1, BINARY);
    putText(to, key);
    putHeader(to, 1, BINARY);
    putVarint(to, text.length);
    put(to, text);
    put(to, tail);
    writer.appendBytes(bytes.subarray(0, to.at));
    writer.appendUint32(to.at);
  };
}

/** The text, and what is the same in all files. */
const ENTRIES = 2;

/** Bytes that a chunk with its bounds takes at most: names are short, and numbers have nine bytes. */
const MOST_OF_A_CHUNK = 256;

/** A footer up to the number of its rows, and from behind its text up to its length. */
function frameOf(
  kind: Pick<FileMetaData, 'version' | 'created_by' | 'schema'>,
  key: string,
  last: KeyValue,
): { readonly head: Uint8Array; readonly tail: Uint8Array } {
  const footerOf = (num_rows: bigint, value: string): Uint8Array => {
    const writer = new ByteWriter();
    const entry = { key_value_metadata: [{ key, value }, last], metadata_length: 0 };
    writeMetadata(writer, { ...kind, ...entry, num_rows, row_groups: [] });
    return writer.getBytes();
  };
  const [one, other] = [footerOf(0n, 'a'), footerOf(1n, 'b')];
  const isOther = (byte: number, i: number): boolean => byte !== other[i];
  const LENGTH = 4;
  return {
    head: one.slice(0, one.findIndex(isOther)),
    // From behind the one letter of the text.
    tail: one.slice(one.findLastIndex(isOther) + 1, one.length - LENGTH),
  };
}

function putGroup(to: Cursor, { columns, ...group }: RowGroup): void {
  putList(to, 1, STRUCT, columns, putChunk);
  putInteger(to, 1, I64, group.total_byte_size);
  putInteger(to, 1, I64, group.num_rows);
  putInteger(to, 3, I64, group.total_compressed_size);
  to.bytes[to.at++] = STOP;
}

function putChunk(to: Cursor, { file_offset, meta_data: chunk }: ColumnChunk): void {
  putInteger(to, 2, I64, file_offset);
  if (chunk !== undefined) {
    putHeader(to, 1, STRUCT);
    putDescription(to, chunk);
  }
  to.bytes[to.at++] = STOP;
}

function putDescription(to: Cursor, chunk: ColumnMetaData): void {
  putInteger(to, 1, I32, ParquetTypes.indexOf(chunk.type));
  putList(to, 1, I32, chunk.encodings, (_, encoding) => putZigZag(to, Encodings.indexOf(encoding)));
  putList(to, 1, BINARY, chunk.path_in_schema, putText);
  // Not compressed.
  putInteger(to, 1, I32, 0);
  putInteger(to, 1, I64, chunk.num_values);
  putInteger(to, 1, I64, chunk.total_uncompressed_size);
  putInteger(to, 1, I64, chunk.total_compressed_size);
  putInteger(to, 2, I64, chunk.data_page_offset);
  let last = 9;
  if (chunk.dictionary_page_offset !== undefined) {
    putInteger(to, 11 - last, I64, chunk.dictionary_page_offset);
    last = 11;
  }
  const { statistics } = chunk;
  if (statistics !== undefined) {
    putHeader(to, 12 - last, STRUCT);
    putInteger(to, 3, I64, statistics.null_count ?? 0n);
    putBound(to, 2, statistics.max_value);
    putBound(to, 1, statistics.min_value);
    to.bytes[to.at++] = STOP;
  }
  to.bytes[to.at++] = STOP;
}

function putHeader(to: Cursor, delta: number, type: number): void {
  to.bytes[to.at++] = (delta << 4) | type;
}

function putInteger(to: Cursor, delta: number, type: number, value: bigint | number | undefined): void {
  putHeader(to, delta, type);
  putZigZag(to, Number(value));
}

function putList<T>(
  to: Cursor,
  delta: number,
  type: number,
  values: readonly T[],
  putValue: (to: Cursor, value: T) => void,
): void {
  putHeader(to, delta, LIST);
  // Of no values the library does not know the type.
  if (values.length === 0) to.bytes[to.at++] = 0;
  else if (values.length > 14) {
    to.bytes[to.at++] = 0xf0 | type;
    putVarint(to, values.length);
  } else to.bytes[to.at++] = (values.length << 4) | type;
  for (const value of values) putValue(to, value);
}

/** Names of columns and keys: of ASCII. */
function putText(to: Cursor, text: string): void {
  putVarint(to, text.length);
  for (let i = 0; i < text.length; i++) to.bytes[to.at++] = text.charCodeAt(i);
}

/** Of a column of the type INT64. */
function putBound(to: Cursor, delta: number, value: unknown): void {
  putHeader(to, delta, BINARY);
  putVarint(to, 8);
  new DataView(to.bytes.buffer).setBigInt64(to.at, value as bigint, true);
  to.at += 8;
}

function put(to: Cursor, bytes: Uint8Array): void {
  to.bytes.set(bytes, to.at);
  to.at += bytes.length;
}
