import {
  type AsyncBuffer,
  type ColumnData,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  type SchemaElement,
} from 'hyparquet';
import type { ActionEntry } from '../../core/action-book.ts';
import type { Bar, CorporateAction, Revision } from '../../core/bars.ts';
import { BackfillError } from '../../core/errors.ts';
import { digestOfRows } from './digest.ts';
import { ACTION_COLUMNS, BAR_COLUMNS, CURRENCY_COLUMN, METADATA_KEY, REVISION_COLUMNS } from './encode.ts';
import { largest, smallest } from '../../core/extremes.ts';

/** What the end of a file of bars says of it. */
export interface Footer {
  readonly rows: number;
  /** Smallest and largest `ts`, ms since the epoch; null without rows, or if the writer kept no statistics. */
  readonly firstTs: number | null;
  readonly lastTs: number | null;
  /** The text under the key `backfill`, if any. */
  readonly metadata: string | undefined;
  /** Who wrote the file, by its own word: `DuckDB version v1.4.3 (build d1dc88f950)`. */
  readonly createdBy: string;
}

/** What the end of a file of corporate actions or of revisions says of it. */
export type ActionsFooter = Pick<Footer, 'rows' | 'metadata' | 'createdBy'>;

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
  const firstTs = smallest(extents.map(({ min }) => min));
  const lastTs = largest(extents.map(({ max }) => max));
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

function ownPart({ num_rows, key_value_metadata, created_by }: FileMetaData): ActionsFooter {
  const entry = key_value_metadata?.find(({ key }) => key === METADATA_KEY);
  return { rows: Number(num_rows), metadata: entry?.value, createdBy: created_by ?? 'nobody knows what' };
}

/** All bars of a file. Throws `store-corrupt` if it is damaged, holds something else, or is not ascending by `ts`. */
export async function decodeBars(file: AsyncBuffer): Promise<Bar[]> {
  const columns = await readColumns(file, BAR_COLUMNS);
  const bars = eachRow(columns, barReader(columns));
  if (bars.some((bar, i) => i > 0 && bar.ts <= (bars[i - 1]?.ts ?? 0)))
    throw corrupt('its rows are not ascending by ts');
  return bars;
}

/** `digestOf` of the bars of a file, in its order, without holding them. Throws `store-corrupt` like `decodeBars`. */
export async function decodeDigest(file: AsyncBuffer): Promise<string> {
  const columns = await readColumns(file, BAR_COLUMNS);
  return digestOfRows(columns.rows, barReader(columns));
}

/** `ts` of all bars of a file, ascending. */
export async function decodeTimes(file: AsyncBuffer): Promise<number[]> {
  const columns = await readColumns(file, BAR_COLUMNS, ['ts']);
  return eachRow(columns, (row) => Number(valueAt(columns, 'ts', row))).toSorted((a, b) => a - b);
}

/** All rows of a file of corporate actions. Throws `store-corrupt` like `decodeBars`. */
export async function decodeActions(file: AsyncBuffer): Promise<ActionEntry[]> {
  const { schema } = await readMetadata(file, ACTION_COLUMNS);
  const expected = schema.some(({ name }) => name === CURRENCY_COLUMN.name)
    ? [...ACTION_COLUMNS, CURRENCY_COLUMN]
    : ACTION_COLUMNS;
  const columns = await readColumns(file, expected);
  return eachRow(columns, (row) => ({
    action: actionAt(columns, row),
    source: String(valueAt(columns, 'source', row)),
    fetchedAt: Number(valueAt(columns, 'fetched_at', row)),
  }));
}

/** All rows of a file of revisions, in its order. Throws `store-corrupt` like `decodeBars`. */
export async function decodeRevisions(file: AsyncBuffer): Promise<Revision[]> {
  const columns = await readColumns(file, REVISION_COLUMNS);
  const [before, after] = [barReader(columns), barReader(columns, AFTER_NAMES)];
  return eachRow(columns, (row) => ({ before: before(row), after: after(row) }));
}

/** The values of a file by column: no row is an object before it is a bar. */
interface Columns {
  readonly rows: number;
  readonly values: Readonly<Record<string, ArrayLike<unknown>>>;
}

function eachRow<T>({ rows }: Columns, at: (row: number) => T): T[] {
  const all: T[] = [];
  for (let row = 0; row < rows; row++) all.push(at(row));
  return all;
}

/** Columns that a bar is made of. */
const BAR_NAMES = {
  ...{ open: 'open', high: 'high', low: 'low', close: 'close', volume: 'volume' },
  ...{ vwap: 'vwap', trades: 'trades', source: 'source', fetchedAt: 'fetched_at' },
};

/** Those of the bar that replaced another, of which its file does not keep everything. */
const AFTER_NAMES: typeof BAR_NAMES = {
  ...{ open: 'new_open', high: 'new_high', low: 'new_low', close: 'new_close', volume: 'new_volume' },
  ...{ vwap: '', trades: '', source: 'new_source', fetchedAt: 'replaced_at' },
};

/** Gives the bar of a row. The columns are looked up once, not once a row. */
function barReader(columns: Columns, names = BAR_NAMES): (row: number) => Bar {
  const numbers = (name: string): ((row: number) => number) => numberReader(columns, name);
  const [ts, open, high, low] = [numbers('ts'), numbers(names.open), numbers(names.high), numbers(names.low)];
  const [close, fetchedAt] = [numbers(names.close), numbers(names.fetchedAt)];
  const volume = numberReader(columns, names.volume, true);
  const { [names.vwap]: vwaps, [names.trades]: trades, [names.source]: sources } = columns.values;
  return (row) => {
    const [vwap, count] = [vwaps?.[row], trades?.[row]];
    return {
      ts: ts(row),
      open: open(row),
      high: high(row),
      low: low(row),
      close: close(row),
      volume: volume(row),
      vwap: typeof vwap === 'number' ? vwap : null,
      trades: typeof count === 'bigint' ? Number(count) : null,
      source: String(sources?.[row]),
      fetchedAt: fetchedAt(row),
    };
  };
}

function actionAt(columns: Columns, row: number): CorporateAction {
  const exDay = finite(columns, 'ex_date', row);
  const value = finite(columns, 'value', row);
  const kind = valueAt(columns, 'kind', row);
  if (kind === 'split') return { kind, exDay, ratio: value };
  const currency = valueAt(columns, 'currency', row);
  if (kind === 'dividend')
    return { kind, exDay, amount: value, ...(typeof currency === 'string' && { currency }) };
  throw corrupt(`it holds an action of unknown kind ${JSON.stringify(kind)}`);
}

function valueAt({ values }: Columns, column: string, row: number): unknown {
  return values[column]?.[row];
}

function finite(columns: Columns, column: string, row: number): number {
  return numberReader(columns, column)(row);
}

/**
 * Gives the number of a row. Where it may be unknown, NaN stands for none: null in our own files, NaN in what some other
 * hands write for it. Throws `store-corrupt` for anything else.
 */
function numberReader({ values }: Columns, name: string, mayBeUnknown = false): (row: number) => number {
  const column = values[name] ?? [];
  return (row) => {
    const value = column[row];
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (mayBeUnknown && Number.isNaN(value ?? Number.NaN)) return Number.NaN;
    throw corrupt(`its column ${name} holds ${String(value)}`);
  };
}

async function readColumns(
  file: AsyncBuffer,
  expected: readonly SchemaElement[],
  columns: string[] = expected.map(({ name }) => name),
): Promise<Columns> {
  const metadata = await readMetadata(file, expected);
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
