import type { ColumnChunk, RowGroup, SchemaElement } from 'hyparquet';
import type { Footer } from './decode.ts';
import { BAR_COLUMNS, MAGIC_BYTES } from './encode.ts';

/** The length of the footer and the magic behind it. */
const END_BYTES = 8;

/**
 * Whether a footer speaks of our columns, one behind the other from the first byte to itself, as we write them: its seal
 * covers only what it says of itself. Earlier versions had indexes between. `bytes`: of the whole file.
 */
export function areColumnsInPlace({ parsed, rows }: Footer, bytes: number): boolean {
  const groups = parsed.row_groups;
  const end = groups.reduce(endOfGroup, MAGIC_BYTES);
  const counted = groups.reduce((sum, { num_rows }) => sum + Number(num_rows), 0);
  return end === (firstIndex(groups) ?? bytes - END_BYTES - parsed.metadata_length) && counted === rows;
}

function firstIndex(groups: readonly RowGroup[]): number | undefined {
  const [first] = groups[0]?.columns ?? [];
  return first?.offset_index_offset === undefined ? undefined : Number(first.offset_index_offset);
}

/** Where a row group ends that begins at a place; NaN if it does not. */
function endOfGroup(at: number, { columns, num_rows }: RowGroup): number {
  if (columns.length !== BAR_COLUMNS.length) return Number.NaN;
  const codec = columns[0]?.meta_data?.codec;
  return columns.reduce((start, { meta_data: chunk }, i) => {
    const isOurs = chunk?.num_values === num_rows && chunk.codec === codec && isOf(chunk, BAR_COLUMNS[i]);
    return isOurs && beginOf(chunk) === start ? start + Number(chunk.total_compressed_size) : Number.NaN;
  }, at);
}

type Chunk = NonNullable<ColumnChunk['meta_data']>;

function isOf({ path_in_schema: path, type }: Chunk, column: SchemaElement | undefined): boolean {
  return column !== undefined && path.length === 1 && path[0] === column.name && type === column.type;
}

function beginOf({ dictionary_page_offset: dictionary, data_page_offset: data }: Chunk): number {
  if (dictionary !== undefined && dictionary >= data) return Number.NaN;
  return Number(dictionary ?? data);
}
