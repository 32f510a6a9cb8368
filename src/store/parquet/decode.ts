import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  type SchemaElement,
} from 'hyparquet';
import type { ActionEntry } from '../../core/action-book.ts';
import type { Bar, CorporateAction, Revision } from '../../core/bars.ts';
import { BackfillError } from '../../core/errors.ts';
import { ACTION_COLUMNS, BAR_COLUMNS, CURRENCY_COLUMN, METADATA_KEY, REVISION_COLUMNS } from './encode.ts';

/** What the end of a file of bars says of it. */
export interface Footer {
  readonly rows: number;
  /** Smallest and largest `ts`, ms since the epoch; null without rows, or if the writer kept no statistics. */
  readonly firstTs: number | null;
  readonly lastTs: number | null;
  /** The text under the key `backfill`, if any. */
  readonly metadata: string | undefined;
}

/** What the end of a file of corporate actions or of revisions says of it. */
export type ActionsFooter = Pick<Footer, 'rows' | 'metadata'>;

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

/** Bytes in memory as a file to decode. */
export function bytesAsFile(bytes: Uint8Array): AsyncBuffer {
  // A view: `slice` of a Buffer would be another view of the pool that it lies in, `slice` of this one copies.
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    byteLength: view.byteLength,
    slice: (start, end = view.byteLength) => view.slice(start, end).buffer,
  };
}

/** Reads the end of a file of bars. Throws `store-corrupt` if it is damaged or holds something else. */
export async function readFooter(file: AsyncBuffer): Promise<Footer> {
  const metadata = await readMetadata(file, BAR_COLUMNS);
  const extents = metadata.row_groups.map(({ columns }) => {
    const ts = columns.find((column) => column.meta_data?.path_in_schema[0] === 'ts')?.meta_data?.statistics;
    return { min: Number(ts?.min_value ?? Number.NaN), max: Number(ts?.max_value ?? Number.NaN) };
  });
  const firstTs = Math.min(...extents.map(({ min }) => min));
  const lastTs = Math.max(...extents.map(({ max }) => max));
  return {
    ...ownPart(metadata),
    firstTs: Number.isFinite(firstTs) ? firstTs : null,
    lastTs: Number.isFinite(lastTs) ? lastTs : null,
  };
}

/** Reads the end of a file of corporate actions. Throws `store-corrupt` like `readFooter`. */
export async function readActionsFooter(file: AsyncBuffer): Promise<ActionsFooter> {
  return ownPart(await readMetadata(file, ACTION_COLUMNS));
}

/** Reads the end of a file of revisions. Throws `store-corrupt` like `readFooter`. */
export async function readRevisionsFooter(file: AsyncBuffer): Promise<ActionsFooter> {
  return ownPart(await readMetadata(file, REVISION_COLUMNS));
}

function ownPart({ num_rows, key_value_metadata }: FileMetaData): ActionsFooter {
  const entry = key_value_metadata?.find(({ key }) => key === METADATA_KEY);
  return { rows: Number(num_rows), metadata: entry?.value };
}

/** All bars of a file. Throws `store-corrupt` if it is damaged, holds something else, or is not ascending by `ts`. */
export async function decodeBars(file: AsyncBuffer): Promise<Bar[]> {
  const bars = (await readRows(file, BAR_COLUMNS)).map(barOf);
  if (bars.some((bar, i) => i > 0 && bar.ts <= (bars[i - 1]?.ts ?? 0)))
    throw corrupt('its rows are not ascending by ts');
  return bars;
}

/** `ts` of all bars of a file, ascending. */
export async function decodeTimes(file: AsyncBuffer): Promise<number[]> {
  const rows = await readRows(file, BAR_COLUMNS, ['ts']);
  return rows.map(({ ts }) => Number(ts)).toSorted((a, b) => a - b);
}

/** All rows of a file of corporate actions. Throws `store-corrupt` like `decodeBars`. */
export async function decodeActions(file: AsyncBuffer): Promise<ActionEntry[]> {
  const { schema } = await readMetadata(file, ACTION_COLUMNS);
  const columns = schema.some(({ name }) => name === CURRENCY_COLUMN.name)
    ? [...ACTION_COLUMNS, CURRENCY_COLUMN]
    : ACTION_COLUMNS;
  return (await readRows(file, columns)).map((row) => ({
    action: actionOf(row),
    source: String(row['source']),
    fetchedAt: Number(row['fetched_at']),
  }));
}

/** All rows of a file of revisions, in its order. Throws `store-corrupt` like `decodeBars`. */
export async function decodeRevisions(file: AsyncBuffer): Promise<Revision[]> {
  return (await readRows(file, REVISION_COLUMNS)).map((row) => ({ before: barOf(row), after: afterOf(row) }));
}

type Row = Readonly<Record<string, unknown>>;

function barOf(row: Row): Bar {
  const { vwap, trades } = row;
  return {
    ts: finite(row, 'ts'),
    open: finite(row, 'open'),
    high: finite(row, 'high'),
    low: finite(row, 'low'),
    close: finite(row, 'close'),
    volume: finiteOrUnknown(row, 'volume'),
    vwap: typeof vwap === 'number' ? vwap : null,
    trades: typeof trades === 'bigint' ? Number(trades) : null,
    source: String(row['source']),
    fetchedAt: finite(row, 'fetched_at'),
  };
}

/** The bar that replaced another, of which its file does not keep everything. */
function afterOf(row: Row): Bar {
  return {
    ts: finite(row, 'ts'),
    open: finite(row, 'new_open'),
    high: finite(row, 'new_high'),
    low: finite(row, 'new_low'),
    close: finite(row, 'new_close'),
    volume: finiteOrUnknown(row, 'new_volume'),
    vwap: null,
    trades: null,
    source: String(row['new_source']),
    fetchedAt: finite(row, 'replaced_at'),
  };
}

function actionOf(row: Row): CorporateAction {
  const exDay = finite(row, 'ex_date');
  const value = finite(row, 'value');
  if (row['kind'] === 'split') return { kind: 'split', exDay, ratio: value };
  const { currency } = row;
  if (row['kind'] === 'dividend')
    return { kind: 'dividend', exDay, amount: value, ...(typeof currency === 'string' && { currency }) };
  throw corrupt(`it holds an action of unknown kind ${JSON.stringify(row['kind'])}`);
}

function finite(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw corrupt(`its column ${column} holds ${String(value)}`);
}

/** A number, or NaN for none: null in our own files, NaN in what some other hands write for it. */
function finiteOrUnknown(row: Row, column: string): number {
  const value = row[column] ?? Number.NaN;
  return Number.isNaN(value) ? Number.NaN : finite(row, column);
}

async function readRows(
  file: AsyncBuffer,
  expected: readonly SchemaElement[],
  columns?: string[],
): Promise<Row[]> {
  const metadata = await readMetadata(file, expected);
  const wanted = columns ?? expected.map(({ name }) => name);
  const rows = await orCorrupt(parquetReadObjects({ file, metadata, columns: wanted, parsers: PARSERS }));
  if (rows.length !== Number(metadata.num_rows)) throw corrupt('it holds fewer rows than its footer says');
  return rows;
}

async function readMetadata(file: AsyncBuffer, expected: readonly SchemaElement[]): Promise<FileMetaData> {
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

/** What hyparquet throws means a damaged file, except what the file system said. */
async function orCorrupt<T>(decoding: Promise<T>): Promise<T> {
  try {
    return await decoding;
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw error;
    throw corrupt(error instanceof Error ? error.message : String(error), error);
  }
}

function corrupt(reason: string, cause?: unknown): BackfillError {
  return new BackfillError('store-corrupt', reason, { cause });
}
