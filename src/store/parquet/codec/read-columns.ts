import {
  type AsyncBuffer,
  type ColumnData,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  type SchemaElement,
} from 'hyparquet';
import { BackfillError } from '../../../core/errors.ts';

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
  await orCorrupt(parquetRead({ file, metadata, columns, parsers: PARSERS, onChunk }));
  if (Object.values(values).some(({ length }) => length !== rows))
    throw corrupt('it holds fewer rows than its footer says');
  return { rows, values };
}

/** The end of a file. Throws `store-corrupt` if it is damaged or does not have the columns. */
export async function readMetadata(
  file: AsyncBuffer,
  expected: readonly SchemaElement[],
): Promise<FileMetaData> {
  if (file.byteLength < SHORTEST_BYTES)
    throw corrupt(`${file.byteLength} bytes are too few for a Parquet file`);
  const options = { parsers: PARSERS, geoparquet: false, initialFetchSize: TAIL_BYTES };
  const metadata = await orCorrupt(parquetMetadataAsync(file, options));
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

/** What a decoder throws means a damaged file, except what the file system said. */
export async function orCorrupt<T>(decoding: Promise<T>): Promise<T> {
  try {
    return await decoding;
  } catch (error) {
    // A code alone says nothing: Node's own errors have one too, such as that of bytes that are no text.
    if (error instanceof BackfillError || (error instanceof Error && 'syscall' in error)) throw error;
    throw corrupt(error instanceof Error ? error.message : String(error), error);
  }
}

export function corrupt(reason: string, cause?: unknown): BackfillError {
  return new BackfillError('store-corrupt', reason, { cause });
}
