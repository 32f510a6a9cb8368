import {
  type AsyncBuffer,
  type ColumnData,
  type FileMetaData,
  parquetMetadata,
  parquetRead,
  type SchemaElement,
} from 'hyparquet';
import { BackfillError } from '../../../core/errors.ts';
import { shown } from '../../../core/shown.ts';
import { assertPagesFit } from './page-walk.ts';
import { bytesAt, viewOf } from './bytes-at.ts';
import { AFTER_FOOTER, type ByteSeal, byteSealIn } from './byte-seal.ts';

/** What one read fetches from the end of a file: enough for most footers. */
const TAIL_BYTES = 4096;

/** The shortest Parquet file: magic, empty footer, its length, magic. */
const SHORTEST_BYTES = 12;

/** Timestamps as ms since the epoch whatever unit the file has, dates as days. */
const PARSERS = {
  timestampFromMilliseconds: (value: bigint) => Number(value),
  timestampFromMicroseconds: (value: bigint) => Number(value / 1000n),
  timestampFromNanoseconds: (value: bigint) => Number(value / 1_000_000n),
  dateFromDays: (days: number) => days,
};

/** The values of a file by column, as hyparquet gives them. */
export interface Columns {
  readonly rows: number;
  readonly values: Readonly<Record<string, ArrayLike<unknown>>>;
}

/** Reads columns of a file, whoever wrote it. Throws `store-corrupt` like `readMetadata`. */
export async function readColumns(
  file: AsyncBuffer,
  metadata: FileMetaData,
  columns: string[],
): Promise<Columns> {
  const rows = Number(metadata.num_rows);
  const values: Record<string, ArrayLike<unknown>> = Object.fromEntries(columns.map((name) => [name, []]));
  const onChunk = ({ columnName, columnData }: ColumnData): void => {
    const known = values[columnName] ?? [];
    // Nearly always the only one: a page holds more rows than most files.
    values[columnName] = known.length === 0 ? columnData : [...Array.from(known), ...columnData];
  };
  assertCodec(metadata);
  await orCorrupt(TORN_ROWS, assertPagesFit(file, metadata, columns));
  await orCorrupt(TORN_ROWS, parquetRead({ file, metadata, columns, parsers: PARSERS, onChunk }));
  if (Object.values(values).some(({ length }) => length !== rows))
    throw corrupt('it holds fewer rows than its footer says');
  return { rows, values };
}

/** Compressions that are not read, by whatever tool a file was written anew. */
const UNREAD_CODECS: ReadonlySet<string> = new Set(['GZIP', 'LZO', 'BROTLI', 'LZ4', 'ZSTD', 'LZ4_RAW']);

function assertCodec({ row_groups }: FileMetaData): void {
  for (const { columns } of row_groups)
    for (const { meta_data: chunk } of columns)
      if (chunk && UNREAD_CODECS.has(chunk.codec))
        throw corrupt(`its rows are compressed by ${chunk.codec}: write them uncompressed, or with Snappy`);
}

/** What the end of a file says, and whether it says what it said when it was written. */
export interface Metadata extends FileMetaData {
  readonly seal: ByteSeal;
}

/** The end of a file. Throws `store-corrupt` if it is damaged or does not have the columns. */
export async function readMetadata(file: AsyncBuffer, expected: readonly SchemaElement[]): Promise<Metadata> {
  if (file.byteLength < SHORTEST_BYTES)
    throw corrupt(`${file.byteLength} bytes are too few for a Parquet file`);
  const metadata = await orCorrupt(TORN_END, decodeEnd(file));
  if (!hasShape(metadata)) throw corrupt(TORN_END);
  for (const { name, type, logical_type, converted_type } of expected) {
    const column = metadata.schema.find((element) => element.name === name);
    if (column === undefined || column.type !== type)
      throw corrupt(`it has no column ${name} of type ${type}`);
    if (logical_type && column.logical_type?.type !== 'TIMESTAMP')
      throw corrupt(`its column ${name} is no timestamp`);
    if (converted_type && column.converted_type !== converted_type)
      throw corrupt(`its column ${name} is no ${converted_type}`);
  }
  return metadata;
}

async function decodeEnd(file: AsyncBuffer): Promise<Metadata> {
  const end = await readEnd(file);
  const metadata = parquetMetadata(end, { parsers: PARSERS, geoparquet: false });
  return { ...metadata, seal: byteSealIn(end, metadata) };
}

/** The footer of a file and all behind it. */
async function readEnd(file: AsyncBuffer): Promise<Uint8Array> {
  const from = Math.max(0, file.byteLength - TAIL_BYTES);
  const tail = await bytesAt(file, from, file.byteLength);
  const size = viewOf(tail).getUint32(tail.length - AFTER_FOOTER, true) + AFTER_FOOTER;
  if (size <= tail.length) return tail.subarray(tail.length - size);
  if (size > file.byteLength) throw new RangeError('a footer is longer than its file');
  return bytesAt(file, file.byteLength - size, file.byteLength);
}

/** Whether what was decoded has the parts that its readers take for granted: the decoder leaves out what is not there. */
function hasShape({ row_groups }: FileMetaData): boolean {
  return row_groups.every(
    ({ columns }) =>
      Array.isArray(columns) &&
      columns.every(({ meta_data: chunk }) => chunk === undefined || Array.isArray(chunk.path_in_schema)),
  );
}

/** Why nothing is known of a file: its end, which says what it holds, is not that of a Parquet file. */
export const TORN_END = 'its end does not decode: it was cut, overwritten, or never was a Parquet file';

/** Why there are no rows, although the end of the file says that there are. */
export const TORN_ROWS = 'its rows do not decode: some of its bytes are not those that were written';

/**
 * What a decoder throws means a damaged file (`reason`: its own words are of no use to a reader), except what the file
 * system said.
 */
export async function orCorrupt<T>(reason: string, decoding: Promise<T>): Promise<T> {
  try {
    return await decoding;
  } catch (error) {
    // A code alone says nothing: Node's own errors have one too, such as that of bytes that are no text.
    if (error instanceof BackfillError || (error instanceof Error && 'syscall' in error)) throw error;
    throw corrupt(reason, error);
  }
}

/** Of a value that its column cannot hold. */
export function wrongValue(column: string, value: unknown): BackfillError {
  const held = value === undefined || value === null ? 'nothing where a value belongs' : shown(value);
  return corrupt(`its column ${column} holds ${held}`);
}

export function corrupt(reason: string, cause?: unknown): BackfillError {
  return new BackfillError('store-corrupt', reason, { cause });
}
