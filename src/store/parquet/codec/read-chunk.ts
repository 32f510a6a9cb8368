import type { AsyncBuffer, ColumnMetaData, Encoding } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import type { Labels } from '../../../core/bars/columns.ts';
import { bytesAt, viewOf } from './bytes-at.ts';
import { unpackDelta } from './delta.ts';
import { unpackHybrid } from './hybrid.ts';

/** Chunks are not compressed. */
export const OUR_CODEC = 'UNCOMPRESSED';

/** The pages of a chunk as `writeRowGroup` makes them: perhaps a dictionary, then all rows in one. */
interface Pages {
  readonly rows: number;
  readonly nulls: number;
  readonly encoding: Encoding;
  readonly levels: Uint8Array;
  readonly body: Uint8Array;
  readonly dictionary: { readonly count: number; readonly body: Uint8Array } | null;
}

/**
 * Reads a chunk of numbers into `values`, which has room for just its rows; NaN for null. False for a chunk that is made
 * otherwise than `writeRowGroup` makes them, of which nothing is said. Throws for bytes that hold something else than
 * their headers say.
 */
export async function readNumbers(
  file: AsyncBuffer,
  chunk: ColumnMetaData,
  values: Float64Array,
): Promise<boolean> {
  const pages = await pagesOf(file, chunk);
  if (pages === undefined) return false;
  if (pages.rows !== values.length) throw new RangeError('a page holds another number of rows');
  if (pages.nulls === pages.rows) {
    values.fill(Number.NaN);
    return true;
  }
  if (pages.nulls === 0) return fill(chunk, pages, values);
  const known = new Float64Array(pages.rows - pages.nulls);
  if (!fill(chunk, pages, known)) return false;
  const levels = unpackHybrid(pages.levels, 1, pages.rows);
  let next = 0;
  for (let row = 0; row < values.length; row++)
    values[row] = levels[row] === 1 ? (known[next++] ?? Number.NaN) : Number.NaN;
  if (next !== known.length) throw new RangeError('a page holds another number of values');
  return true;
}

function fill({ type }: ColumnMetaData, pages: Pages, values: Float64Array): boolean {
  const { encoding, body, dictionary } = pages;
  if (type === 'INT64') {
    if (encoding === 'DELTA_BINARY_PACKED') return unpackDelta(body, values);
    if (encoding === 'PLAIN') values.set(Float64Array.from(integersIn(body, values.length), Number));
    return encoding === 'PLAIN';
  }
  if (type !== 'DOUBLE') return false;
  if (encoding === 'PLAIN') takeDoubles(body, values);
  else if (encoding === 'RLE_DICTIONARY' && dictionary) {
    const different = new Float64Array(wordsIn(dictionary.body, dictionary.count));
    const places = unpackHybrid(body.subarray(1), body[0] ?? 0, values.length);
    for (let i = 0; i < places.length; i++) values[i] = different[places[i] as number] ?? outOfDictionary();
  } else return false;
  return true;
}

/** Reads a chunk of labels; undefined for one that is made otherwise, as in `readNumbers`. */
export async function readLabels(file: AsyncBuffer, chunk: ColumnMetaData): Promise<Labels | undefined> {
  const pages = await pagesOf(file, chunk);
  if (!pages?.dictionary || pages.nulls > 0 || pages.encoding !== 'RLE_DICTIONARY') return undefined;
  const names = textsIn(pages.dictionary.body, pages.dictionary.count);
  const places = unpackHybrid(pages.body.subarray(1), pages.body[0] ?? 0, pages.rows);
  if (places.some((place) => place >= names.length)) outOfDictionary();
  return { codes: Uint16Array.from(places), names };
}

async function pagesOf(file: AsyncBuffer, chunk: ColumnMetaData): Promise<Pages | undefined> {
  if (chunk.codec !== OUR_CODEC) return undefined;
  const start = Number(chunk.dictionary_page_offset ?? chunk.data_page_offset);
  const end = start + Number(chunk.total_compressed_size);
  const bytes = await bytesAt(file, start, end);
  const reader = { view: viewOf(bytes), offset: 0 };
  const take = (size: number): Uint8Array => {
    if (!(size >= 0 && reader.offset + size <= bytes.length)) throw new RangeError('a page ends elsewhere');
    return bytes.subarray(reader.offset, (reader.offset += size));
  };
  let header = parquetHeader(reader);
  let dictionary: Pages['dictionary'] = null;
  if (header.dictionary_page_header) {
    const count = header.dictionary_page_header.num_values;
    dictionary = { count, body: take(header.compressed_page_size) };
    header = parquetHeader(reader);
  }
  const page = header.data_page_header_v2;
  if (page === undefined || page.repetition_levels_byte_length > 0) return undefined;
  const size = page.definition_levels_byte_length;
  const [levels, body] = [take(size), take(header.compressed_page_size - size)];
  if (reader.offset !== bytes.length) return undefined;
  return {
    ...{ rows: page.num_values, nulls: page.num_nulls, encoding: page.encoding },
    ...{ levels, body, dictionary },
  };
}

/** Reads doubles into all of `values`. */
function takeDoubles(body: Uint8Array, { buffer, byteOffset, byteLength }: Float64Array): void {
  if (body.length < byteLength) throw new RangeError(FEWER);
  new Uint8Array(buffer, byteOffset, byteLength).set(body.subarray(0, byteLength));
}

function integersIn(body: Uint8Array, count: number): BigInt64Array {
  return new BigInt64Array(wordsIn(body, count));
}

/** A copy of so many words of 8 bytes, where typed arrays can have them. */
function wordsIn({ buffer, byteOffset, byteLength }: Uint8Array, count: number): ArrayBufferLike {
  if (byteLength < count * 8) throw new RangeError(FEWER);
  return buffer.slice(byteOffset, byteOffset + count * 8);
}

const FEWER = 'a page holds fewer numbers';

function textsIn(body: Uint8Array, count: number): string[] {
  const view = viewOf(body);
  const decoder = new TextDecoder();
  let at = 0;
  return Array.from({ length: count }, () => {
    const start = at + 4;
    at = start + view.getUint32(at, true);
    if (at > body.length) throw new RangeError('a name ends behind the page');
    return decoder.decode(body.subarray(start, at));
  });
}

function outOfDictionary(): never {
  throw new RangeError('a place is not in the dictionary');
}
