import type { AsyncBuffer, ColumnMetaData, FileMetaData } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';

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

async function walk(file: AsyncBuffer, chunk: ColumnMetaData): Promise<void> {
  const { dictionary_page_offset: dictionary, data_page_offset: data, total_compressed_size: size } = chunk;
  const begin = Number(dictionary && dictionary < data ? dictionary : data);
  const reader = { view: new DataView(await file.slice(begin, begin + Number(size))), offset: 0 };
  let values = 0;
  while (reader.offset < reader.view.byteLength) values += valuesOfNext(reader);
  if (values !== Number(chunk.num_values)) throw new RangeError('pages hold another number of values');
}

/** How many values the next page has; it is passed over. */
function valuesOfNext(reader: { readonly view: DataView; offset: number }): number {
  const header = parquetHeader(reader);
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
  return count;
}

function isCount(value: number, most = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isInteger(value) && value >= 0 && value <= most;
}
