import type { AsyncBuffer, ColumnMetaData, FileMetaData, PageHeader } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { ByteWriter } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { bytesAt, viewOf } from './bytes-at.ts';

/**
 * Throws for columns whose pages do not lie one behind the other to the end of their chunk, or have another number of
 * values than the footer says: the library, which takes the header of a page at its word, would go round in them without
 * end, or hold a count of billions for one.
 */
export async function assertPagesFit(
  file: AsyncBuffer,
  { row_groups }: FileMetaData,
  columns: readonly string[],
): Promise<void> {
  for (const group of row_groups)
    for (const { meta_data: chunk } of group.columns)
      if (chunk !== undefined && columns.includes(chunk.path_in_schema[0] ?? '')) await walk(file, chunk);
}

async function walk(file: AsyncBuffer, chunk: ColumnMetaData): Promise<readonly Page[]> {
  const pages = await pagesIn(file, chunk);
  const values = pages.reduce((sum, { count }) => sum + count, 0);
  if (values !== Number(chunk.num_values)) throw new RangeError('pages hold another number of values');
  return pages;
}

/**
 * Throws for columns of a file of ours of which a header says anything else than the footer does, or says it otherwise than
 * the writer would: another reader goes by what ours has no use for. Rows are not looked at.
 */
export async function assertOwnPages(file: AsyncBuffer, { row_groups }: FileMetaData): Promise<void> {
  for (const { columns } of row_groups)
    for (const { meta_data: chunk } of columns)
      if (chunk !== undefined) {
        const pages = await walk(file, chunk);
        if (!pages.every((page) => isOwn(page, chunk)) || !isOfSize(pages, chunk))
          throw new RangeError('a page is not as the footer has it');
      }
}

interface Page {
  readonly header: PageHeader;
  /** Its bytes. */
  readonly written: Uint8Array;
  /** Values of a page of data. */
  readonly count: number;
}

function isOwn({ header, written }: Page, { codec, encodings }: ColumnMetaData): boolean {
  const writer = new ByteWriter();
  writePageHeader(writer, header);
  if (Buffer.compare(writer.getBytes(), written) !== 0) return false;
  const isPlain = codec === 'UNCOMPRESSED';
  if (isPlain && header.uncompressed_page_size !== header.compressed_page_size) return false;
  const { dictionary_page_header: dictionary, data_page_header_v2: data } = header;
  if (dictionary) return header.type === 'DICTIONARY_PAGE' && dictionary.encoding === 'PLAIN';
  // No version of ours wrote another kind.
  return (
    data !== undefined &&
    header.type === 'DATA_PAGE_V2' &&
    data.num_rows === data.num_values &&
    isCount(data.num_nulls, data.num_values) &&
    data.repetition_levels_byte_length === 0 &&
    data.is_compressed !== isPlain &&
    encodings.includes(data.encoding)
  );
}

/** Whether pages, with their headers, are as long as a chunk when they are not compressed. */
function isOfSize(pages: readonly Page[], { total_uncompressed_size }: ColumnMetaData): boolean {
  const sizes = pages.map(({ header, written }) => written.length + header.uncompressed_page_size);
  return sizes.reduce((sum, size) => sum + size, 0) === Number(total_uncompressed_size);
}

async function pagesIn(file: AsyncBuffer, chunk: ColumnMetaData): Promise<Page[]> {
  const { dictionary_page_offset: dictionary, data_page_offset: data, total_compressed_size: size } = chunk;
  const begin = Number(dictionary && dictionary < data ? dictionary : data);
  const reader = { view: viewOf(await bytesAt(file, begin, begin + Number(size))), offset: 0 };
  const pages: Page[] = [];
  while (reader.offset < reader.view.byteLength) pages.push(nextPage(reader));
  return pages;
}

/** Reads the header of the next page, and passes over the page. */
function nextPage(reader: { readonly view: DataView; offset: number }): Page {
  const start = reader.offset;
  const header = parquetHeader(reader);
  const { buffer, byteOffset } = reader.view;
  const written = new Uint8Array(buffer, byteOffset + start, reader.offset - start);
  const {
    compressed_page_size: size,
    uncompressed_page_size: whole,
    dictionary_page_header: dictionary,
  } = header;
  if (!isCount(size, reader.view.byteLength - reader.offset)) throw new RangeError('a page ends elsewhere');
  reader.offset += size;
  // A value of a dictionary takes a byte or more.
  if (dictionary && !isCount(dictionary.num_values, whole)) throw new RangeError('a dictionary is too long');
  const count = (header.data_page_header ?? header.data_page_header_v2)?.num_values ?? 0;
  if (!isCount(count)) throw new RangeError('a page holds no number of values');
  return { header, written, count };
}

function isCount(value: number, most = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isInteger(value) && value >= 0 && value <= most;
}
