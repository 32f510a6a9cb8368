import type { AsyncBuffer, ColumnMetaData, FileMetaData } from 'hyparquet';
import type { Revision } from '../../../core/bars/bars.ts';
import { type Labels, type StoredBars, storedBarAt, inForm } from '../../../core/bars/columns.ts';
import { joinedLabels, labelsOf } from '../../../core/bars/labels.ts';
import { OUR_CODEC, readLabels, readNumbers } from './read-chunk.ts';
import type { BodyWord } from './body.ts';
import { digestOfRows } from './digest.ts';
import { BAR_COLUMNS, REVISION_COLUMNS, STAYED_COLUMN } from './encode.ts';
import { CREATED_BY } from './keys.ts';
import {
  type Columns,
  corrupt,
  orCorrupt,
  readColumns,
  readMetadata,
  TORN_ROWS,
  wrongValue,
} from './read-columns.ts';

/** Which rows of a file are read. */
export interface RowsOf {
  /** Its footer, where it was read. */
  readonly parsed: FileMetaData;
  /** Those of this row group and of all behind it. Default: all. */
  readonly fromGroup?: number;
}

/**
 * All bars of a file, or some. Throws `store-corrupt` if it is damaged, holds something else, or is not
 * ascending by `ts`.
 */
export async function decodeBars(file: AsyncBuffer, rows?: RowsOf): Promise<StoredBars> {
  const bars = await readBars(file, rows);
  for (let i = 1; i < bars.length; i++)
    if ((bars.ts[i] as number) <= (bars.ts[i - 1] as number))
      throw corrupt('its rows are not ascending by ts');
  return bars;
}

/** `digestOfRows` of the bars of a file, in its order. Throws `store-corrupt` like `decodeBars`. */
export async function decodeDigest(file: AsyncBuffer, body?: BodyWord, rows?: RowsOf): Promise<string> {
  return digestOfRows(await readBars(file, rows), body);
}

/** `ts` of all bars of a file, ascending. */
export async function decodeTimes(file: AsyncBuffer): Promise<Float64Array> {
  const reader = await openReader(file, await readMetadata(file, BAR_COLUMNS), ['ts']);
  return reader.numbers('ts').toSorted();
}

/** All rows of a file of revisions, in its order. Throws `store-corrupt` like `decodeBars`. */
export async function decodeRevisions(file: AsyncBuffer): Promise<Revision[]> {
  const names = REVISION_COLUMNS.map(({ name }) => name);
  const metadata = await readMetadata(file, REVISION_COLUMNS);
  const reader = await openReader(file, metadata, names);
  const stayed = await readStayed(file, metadata);
  const [before, after] = [barsFrom(reader, OWN_NAMES), barsFrom(reader, AFTER_NAMES)];
  return Array.from({ length: before.length }, (_, i) => ({
    before: storedBarAt(before, i),
    after: storedBarAt(after, i),
    ...(stayed[i] === true && { stayed: true as const }),
  }));
}

async function readStayed(file: AsyncBuffer, metadata: FileMetaData): Promise<ArrayLike<unknown>> {
  const { name } = STAYED_COLUMN;
  if (!metadata.schema.some((element) => element.name === name)) return [];
  return (await readColumns(file, metadata, [name])).values[name] ?? [];
}

/**
 * The bars of a file as they are, in its order, with NaN for a value that is none. Throws `store-corrupt` only for what
 * gives no rows at all.
 */
export async function decodeAsTheyAre(file: AsyncBuffer): Promise<StoredBars> {
  const reader = await openBars(file);
  return barsFrom({ ...reader, numbers: reader.known }, OWN_NAMES);
}

async function readBars(file: AsyncBuffer, rows?: RowsOf): Promise<StoredBars> {
  return barsFrom(await openBars(file, rows), OWN_NAMES);
}

async function openBars(file: AsyncBuffer, rows: Partial<RowsOf> = {}): Promise<ColumnReader> {
  const names = BAR_COLUMNS.map(({ name }) => name);
  const { parsed = await readMetadata(file, BAR_COLUMNS), fromGroup = 0 } = rows;
  if (fromGroup === 0) return openReader(file, parsed, names);
  const groups = parsed.row_groups.slice(fromGroup);
  const left = groups.reduce((sum, { num_rows }) => sum + num_rows, 0n);
  return openReader(file, { ...parsed, row_groups: groups, num_rows: left }, names);
}

/** Columns that bars are made of. */
interface Names {
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  readonly source: string;
  readonly fetchedAt: string;
  /** Those of a bar that replaced another are not kept. */
  readonly vwap?: string;
  readonly trades?: string;
}

const OWN_NAMES: Names = {
  ...{ open: 'open', high: 'high', low: 'low', close: 'close', volume: 'volume' },
  ...{ vwap: 'vwap', trades: 'trades', source: 'source', fetchedAt: 'fetched_at' },
};

const AFTER_NAMES: Names = {
  ...{ open: 'new_open', high: 'new_high', low: 'new_low', close: 'new_close', volume: 'new_volume' },
  ...{ source: 'new_source', fetchedAt: 'replaced_at' },
};

function barsFrom(reader: ColumnReader, names: Names): StoredBars {
  const { numbers, known } = reader;
  const ts = numbers('ts');
  return inForm({
    length: ts.length,
    ts,
    ...{ open: numbers(names.open), high: numbers(names.high), low: numbers(names.low) },
    close: numbers(names.close),
    volume: known(names.volume),
    vwap: names.vwap === undefined ? null : orNull(known(names.vwap)),
    trades: names.trades === undefined ? null : orNull(known(names.trades)),
    source: reader.labels(names.source),
    fetchedAt: numbers(names.fetchedAt),
  });
}

/** A column; null if no value of it is known. */
function orNull(column: Float64Array): Float64Array | null {
  return column.every((value) => Number.isNaN(value)) ? null : column;
}

/** Columns of a file. Each throws `store-corrupt` for values that cannot be. */
interface ColumnReader {
  /** A value in every row. */
  readonly numbers: (name: string) => Float64Array;
  /** NaN for what is not known: null in our own files, NaN in what some other hands write for it. */
  readonly known: (name: string) => Float64Array;
  readonly labels: (name: string) => Labels;
}

/** Reads columns chunk by chunk where they are as the store makes them, else all together as hyparquet does. */
async function openReader(
  file: AsyncBuffer,
  metadata: FileMetaData,
  names: readonly string[],
): Promise<ColumnReader> {
  const own = new Map<string, Float64Array | Labels>();
  for (const name of names) {
    const column = await orCorrupt(TORN_ROWS, readOwn(file, metadata, name));
    if (column !== undefined) own.set(name, column);
  }
  const others = names.filter((name) => !own.has(name));
  const columns = others.length === 0 ? { rows: 0, values: {} } : await readColumns(file, metadata, others);
  const known = (name: string): Float64Array => {
    const column = own.get(name);
    return column instanceof Float64Array ? column : numbersIn(columns, name);
  };
  return {
    known,
    numbers: (name) => allFinite(name, known(name)),
    labels: (name) => {
      const column = own.get(name);
      return column === undefined || column instanceof Float64Array
        ? labelsOf(textsIn(columns, name))
        : column;
    },
  };
}

/** A column as `encodeBars` writes it; undefined for one that is otherwise. */
async function readOwn(
  file: AsyncBuffer,
  metadata: FileMetaData,
  name: string,
): Promise<Float64Array | Labels | undefined> {
  const element = metadata.schema.find((one) => one.name === name);
  if (element?.logical_type?.type === 'TIMESTAMP' && element.logical_type.unit !== 'MILLIS') return undefined;
  const chunks = chunksOf(metadata, name);
  const column =
    element?.type === 'BYTE_ARRAY' ? await readAllLabels(file, chunks) : await readAllNumbers(file, chunks);
  // Whoever reads what is no page of ours, and is no other writer's either, may never come to an end.
  const isOurs = metadata.created_by === CREATED_BY && chunks.every(({ chunk }) => chunk.codec === OUR_CODEC);
  if (column === undefined && isOurs) throw corrupt('its pages are not as they were written');
  return column;
}

async function readAllLabels(file: AsyncBuffer, chunks: readonly Chunk[]): Promise<Labels | undefined> {
  const parts: Labels[] = [];
  for (const { chunk } of chunks) {
    const part = await readLabels(file, chunk);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return joinedLabels(parts);
}

async function readAllNumbers(
  file: AsyncBuffer,
  chunks: readonly Chunk[],
): Promise<Float64Array | undefined> {
  const column = new Float64Array(chunks.reduce((sum, { rows }) => sum + rows, 0));
  let at = 0;
  for (const { chunk, rows } of chunks) {
    if (!(await readNumbers(file, chunk, column.subarray(at, at + rows)))) return undefined;
    at += rows;
  }
  return column;
}

/** A column of a row group. */
interface Chunk {
  readonly chunk: ColumnMetaData;
  readonly rows: number;
}

function chunksOf({ row_groups, num_rows }: FileMetaData, name: string): Chunk[] {
  const chunks = row_groups.map((group): Chunk => {
    const chunk = group.columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === name)?.meta_data;
    if (chunk === undefined) throw corrupt(`a part of it has no column ${name}`);
    return { chunk, rows: Number(group.num_rows) };
  });
  if (chunks.reduce((sum, { rows }) => sum + rows, 0) !== Number(num_rows))
    throw corrupt('it holds fewer rows than its footer says');
  return chunks;
}

function numbersIn({ rows, values }: Columns, name: string): Float64Array {
  const column = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const value = values[name]?.[row] ?? Number.NaN;
    if (typeof value !== 'number' && typeof value !== 'bigint') throw wrongValue(name, value);
    column[row] = Number(value);
  }
  return column;
}

function textsIn({ rows, values }: Columns, name: string): string[] {
  return Array.from({ length: rows }, (_, row) => String(values[name]?.[row]));
}

function allFinite(name: string, column: Float64Array): Float64Array {
  for (let row = 0; row < column.length; row++)
    if (!Number.isFinite(column[row])) throw wrongValue(name, column[row]);
  return column;
}
