import type { ColumnChunk, Encoding, RowGroup, SchemaElement } from 'hyparquet';
import type { ByteWriter } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import type { Labels } from '../../../core/bars/columns.ts';
import { packDelta } from './delta.ts';
import { dictionaryOf, widthOf } from './dictionary.ts';
import { packHybrid } from './hybrid.ts';

/** What the pages of a column chunk hold, encoded. */
interface Pages {
  readonly encoding: Encoding;
  readonly body: Uint8Array;
  readonly dictionary?: { readonly count: number; readonly body: Uint8Array };
}

/** What is known of a column: what is not NaN. */
interface Known {
  readonly values: Float64Array | Labels;
  readonly nulls: number;
  /** Parquet's definition levels, encoded. */
  readonly levels: Uint8Array;
}

/** A column of a row group. `hasExtent`: its least and largest value are in the footer. */
export interface Column {
  readonly element: SchemaElement;
  /** NaN is null. `null`: of no row. */
  readonly data: Float64Array | Labels | null;
  readonly hasExtent?: boolean;
}

/**
 * Appends a row group: each column in one data page, not compressed, for what compression saves of prices costs more time
 * than all the rest. Numbers of the type DOUBLE are plain, or places in a dictionary where that saves much; whole ones are
 * differences; labels are places in a dictionary.
 */
export function writeRowGroup(writer: ByteWriter, rows: number, columns: readonly Column[]): RowGroup {
  const start = writer.offset;
  const chunks = columns.map((column) => writeChunk(writer, rows, column));
  const bytes = BigInt(writer.offset - start);
  return { columns: chunks, total_byte_size: bytes, total_compressed_size: bytes, num_rows: BigInt(rows) };
}

function writeChunk(writer: ByteWriter, rows: number, { element, data, hasExtent }: Column): ColumnChunk {
  const start = writer.offset;
  const { values, nulls, levels } = knownOf(rows, element, data);
  const pages = values instanceof Float64Array ? numberPages(element, values) : labelPages(values);
  if (pages.dictionary) writeDictionary(writer, pages.dictionary);
  const page = writer.offset;
  const size = levels.length + pages.body.length;
  writePageHeader(writer, {
    type: 'DATA_PAGE_V2',
    ...{ uncompressed_page_size: size, compressed_page_size: size },
    data_page_header_v2: {
      ...{ num_values: rows, num_nulls: nulls, num_rows: rows, encoding: pages.encoding },
      ...{ definition_levels_byte_length: levels.length, repetition_levels_byte_length: 0 },
      is_compressed: false,
    },
  });
  writer.appendBytes(levels);
  writer.appendBytes(pages.body);
  const bytes = BigInt(writer.offset - start);
  return {
    file_offset: BigInt(start),
    meta_data: {
      type: element.type ?? 'DOUBLE',
      encodings: pages.dictionary ? ['PLAIN', pages.encoding] : [pages.encoding],
      path_in_schema: [element.name],
      codec: 'UNCOMPRESSED',
      num_values: BigInt(rows),
      ...{ total_compressed_size: bytes, total_uncompressed_size: bytes },
      data_page_offset: BigInt(page),
      ...(pages.dictionary && { dictionary_page_offset: BigInt(start) }),
      ...(hasExtent && values instanceof Float64Array && { statistics: extentOf(values) }),
    },
  };
}

function writeDictionary(writer: ByteWriter, { count, body }: NonNullable<Pages['dictionary']>): void {
  writePageHeader(writer, {
    type: 'DICTIONARY_PAGE',
    ...{ uncompressed_page_size: body.length, compressed_page_size: body.length },
    dictionary_page_header: { num_values: count, encoding: 'PLAIN' },
  });
  writer.appendBytes(body);
}

const NO_LEVELS = new Uint8Array(0);

function knownOf(rows: number, { repetition_type }: SchemaElement, data: Column['data']): Known {
  if (data === null) return withNone(rows);
  return repetition_type === 'OPTIONAL' && data instanceof Float64Array ? withoutNulls(data) : withAll(data);
}

function withNone(rows: number): Known {
  return { values: new Float64Array(0), nulls: rows, levels: packHybrid(new Uint8Array(rows), 1) };
}

function withAll(values: Known['values']): Known {
  return { values, nulls: 0, levels: NO_LEVELS };
}

function withoutNulls(column: Float64Array): Known {
  const levels = new Uint8Array(column.length);
  let known = 0;
  for (let row = 0; row < column.length; row++)
    if (!Number.isNaN(column[row])) {
      levels[row] = 1;
      known++;
    }
  const values = known === column.length ? column : column.filter((value) => !Number.isNaN(value));
  return { values, nulls: column.length - known, levels: packHybrid(levels, 1) };
}

function numberPages({ type }: SchemaElement, values: Float64Array): Pages {
  if (type === 'INT64') {
    const packed = packDelta(values);
    return packed === undefined
      ? { encoding: 'PLAIN', body: bytesOf(BigInt64Array.from(values, BigInt)) }
      : { encoding: 'DELTA_BINARY_PACKED', body: packed };
  }
  const dictionary = dictionaryOf(values);
  if (dictionary === undefined) return { encoding: 'PLAIN', body: bytesOf(values) };
  const { values: different, places, width } = dictionary;
  return placesPages(places, width, different.length, bytesOf(different));
}

function labelPages({ codes, names }: Labels): Pages {
  const texts = names.map((name) => new TextEncoder().encode(name));
  const body = new Uint8Array(texts.reduce((sum, text) => sum + 4 + text.length, 0));
  let at = 0;
  for (const text of texts) {
    new DataView(body.buffer).setUint32(at, text.length, true);
    body.set(text, at + 4);
    at += 4 + text.length;
  }
  return placesPages(codes, widthOf(names.length), names.length, body);
}

function placesPages(
  places: Uint16Array | Uint32Array,
  width: number,
  count: number,
  dictionary: Uint8Array,
): Pages {
  const packed = packHybrid(places, width);
  const body = new Uint8Array(1 + packed.length);
  body[0] = width;
  body.set(packed, 1);
  return { encoding: 'RLE_DICTIONARY', body, dictionary: { count, body: dictionary } };
}

/** The bytes of a column as they lie in memory: little-endian, as in the file. */
function bytesOf({ buffer, byteOffset, byteLength }: Float64Array | BigInt64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function extentOf(values: Float64Array): { min_value: bigint; max_value: bigint; null_count: bigint } {
  let [least, largest] = [values[0] ?? 0, values[0] ?? 0];
  for (let row = 1; row < values.length; row++) {
    least = Math.min(least, values[row] as number);
    largest = Math.max(largest, values[row] as number);
  }
  return { min_value: BigInt(least), max_value: BigInt(largest), null_count: 0n };
}
