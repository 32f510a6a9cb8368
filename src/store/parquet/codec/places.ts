import type { ColumnChunk, RowGroup, SchemaElement } from 'hyparquet';
import { AFTER_FOOTER } from './byte-seal.ts';
import { type ActionsFooter, actionColumnsOf, type Footer } from './decode.ts';
import { BAR_COLUMNS, MAGIC_BYTES } from './encode.ts';

/**
 * Whether a footer speaks of our columns, one behind the other from the first byte to itself, as we write them: its seal
 * covers only what it says of itself. Earlier versions had indexes between. `bytes`: of the whole file.
 */
export function areColumnsInPlace({ parsed, rows }: Footer, bytes: number): boolean {
  return areInPlace({ parsed, rows }, bytes, BAR_COLUMNS);
}

/** The same of a file of corporate actions, whose schema tells how its values are read. */
export function areActionsInPlace({ parsed, rows }: ActionsFooter, bytes: number): boolean {
  const expected = actionColumnsOf(parsed);
  return isSchema(parsed.schema, expected) && areInPlace({ parsed, rows }, bytes, expected);
}

function isSchema([root, ...columns]: readonly SchemaElement[], expected: readonly SchemaElement[]): boolean {
  return (
    root?.num_children === expected.length &&
    columns.length === expected.length &&
    columns.every((column, i) => isReadAs(column, expected[i]))
  );
}

function isReadAs(column: SchemaElement, expected: SchemaElement | undefined): boolean {
  return (
    expected !== undefined &&
    column.name === expected.name &&
    column.repetition_type === expected.repetition_type &&
    column.converted_type === expected.converted_type &&
    JSON.stringify(column.logical_type) === JSON.stringify(expected.logical_type)
  );
}

function areInPlace(
  { parsed, rows }: Pick<Footer, 'parsed' | 'rows'>,
  bytes: number,
  expected: readonly SchemaElement[],
): boolean {
  const groups = parsed.row_groups;
  const end = groups.reduce((at, group) => endOfGroup(at, group, expected), MAGIC_BYTES);
  const counted = groups.reduce((sum, { num_rows }) => sum + Number(num_rows), 0);
  return end === (firstIndex(groups) ?? bytes - AFTER_FOOTER - parsed.metadata_length) && counted === rows;
}

function firstIndex(groups: readonly RowGroup[]): number | undefined {
  const [first] = groups[0]?.columns ?? [];
  return first?.offset_index_offset === undefined ? undefined : Number(first.offset_index_offset);
}

/** Where a row group ends that begins at a place; NaN if it does not. */
function endOfGroup(at: number, { columns, num_rows }: RowGroup, expected: readonly SchemaElement[]): number {
  if (columns.length !== expected.length) return Number.NaN;
  const codec = columns[0]?.meta_data?.codec;
  return columns.reduce((start, { meta_data: chunk }, i) => {
    if (chunk === undefined || !isFound(chunk)) return Number.NaN;
    const isOurs = chunk.num_values === num_rows && chunk.codec === codec && isOf(chunk, expected[i]);
    return isOurs && beginOf(chunk) === start ? start + Number(chunk.total_compressed_size) : Number.NaN;
  }, at);
}

type Chunk = NonNullable<ColumnChunk['meta_data']>;

function isOf({ path_in_schema: path, type }: Chunk, column: SchemaElement | undefined): boolean {
  return column !== undefined && path.length === 1 && path[0] === column.name && type === column.type;
}

/** Pages are found by integers of 64 bits, and by no other type of number. */
function isFound({ data_page_offset: data, dictionary_page_offset: dictionary, ...sizes }: Chunk): boolean {
  const numbers = [data, dictionary ?? 0n, sizes.total_compressed_size, sizes.total_uncompressed_size];
  return numbers.every((number) => typeof number === 'bigint');
}

function beginOf({ dictionary_page_offset: dictionary, data_page_offset: data }: Chunk): number {
  if (dictionary !== undefined && dictionary >= data) return Number.NaN;
  return Number(dictionary ?? data);
}
