import type { RowGroup, SchemaElement } from 'hyparquet';
import { ByteWriter, type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import type { ActionEntry } from '../../../core/actions/action-book.ts';
import { type Bar, type CorporateAction, type Revision, actionValue } from '../../../core/bars/bars.ts';
import { NO_BARS, type StoredBars, slice } from '../../../core/bars/columns.ts';
import { asWritten, type EncodedBody } from './body.ts';
import { sealBytes, UNSEALED_ENTRY } from './byte-seal.ts';
import { CREATED_BY, METADATA_KEY } from './keys.ts';
import { type Column, writeRowGroup } from './write-chunk.ts';
import { footerWriter } from './write-footer.ts';

// Without a zone (isAdjustedToUTC false), so that a daily bar's date is the session date in every reader's zone.
const timestamp = (name: string): SchemaElement => ({
  name,
  type: 'INT64',
  repetition_type: 'REQUIRED',
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MILLIS' },
});
const double = (name: string): SchemaElement => ({ name, type: 'DOUBLE', repetition_type: 'REQUIRED' });
/** A volume, null where it is not known. Files of earlier versions have it REQUIRED. */
const volumeColumn = (name: string): SchemaElement => ({ name, type: 'DOUBLE', repetition_type: 'OPTIONAL' });
const text = (name: string): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  repetition_type: 'REQUIRED',
});

export const BAR_COLUMNS: readonly SchemaElement[] = [
  timestamp('ts'),
  double('open'),
  double('high'),
  double('low'),
  double('close'),
  volumeColumn('volume'),
  { name: 'vwap', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
  { name: 'trades', type: 'INT64', repetition_type: 'OPTIONAL' },
  text('source'),
  timestamp('fetched_at'),
];

/** A replaced bar as it was, then what took its place and when. */
export const REVISION_COLUMNS: readonly SchemaElement[] = [
  ...BAR_COLUMNS,
  double('new_open'),
  double('new_high'),
  double('new_low'),
  double('new_close'),
  volumeColumn('new_volume'),
  text('new_source'),
  timestamp('replaced_at'),
];

/** Whether the old bar stayed: most files do not have it. */
export const STAYED_COLUMN: SchemaElement = { name: 'stayed', type: 'BOOLEAN', repetition_type: 'OPTIONAL' };

export const ACTION_COLUMNS: readonly SchemaElement[] = [
  { name: 'ex_date', type: 'INT32', converted_type: 'DATE', repetition_type: 'REQUIRED' },
  text('kind'),
  double('value'),
  text('source'),
  timestamp('fetched_at'),
];

/** Of dividends in another currency than the price: most files do not have it. */
export const CURRENCY_COLUMN: SchemaElement = { ...text('currency'), repetition_type: 'OPTIONAL' };

const writeBarsFooter = footerWriter(
  { version: 2, created_by: CREATED_BY, schema: withRoot(BAR_COLUMNS) },
  METADATA_KEY,
  UNSEALED_ENTRY,
);

/** Rows of a row group: a year of 5-minute or a month of 1-minute crypto bars fits one. */
const ROW_GROUP = 131_072;

/** A Parquet file of bars (ascending by `ts`) that carries `metadata` under the key `backfill`. */
export function encodeBars(bars: StoredBars, metadata: string): Uint8Array {
  return encodeParts(NO_BARS, bars, () => metadata);
}

/**
 * The same, with row groups of its own for the first rows, the body: as bars, or as they lay in a file before. `metadata`
 * is asked for once their bytes are known.
 */
export function encodeParts(
  body: StoredBars | EncodedBody,
  tail: StoredBars,
  metadata: (body: EncodedBody) => string,
): Uint8Array {
  const size = 'bytes' in body ? body.bytes.length : body.length * BYTES_OF_A_ROW;
  const writer = new ByteWriter(BYTES_OF_A_FOOTER + size + tail.length * BYTES_OF_A_ROW);
  writer.appendUint32(MAGIC);
  if ('bytes' in body) writer.appendBytes(body.bytes);
  const groups = 'bytes' in body ? body.groups : writeGroups(writer, body);
  const encoded =
    'bytes' in body
      ? body
      : { bytes: writer.getBytes().subarray(MAGIC_BYTES), groups: groups.map(asWritten) };
  const all = [...groups, ...writeGroups(writer, tail)];
  writeBarsFooter(writer, {
    num_rows: all.reduce((sum, { num_rows }) => sum + num_rows, 0n),
    row_groups: all,
    metadata: metadata(encoded),
  });
  writer.appendUint32(MAGIC);
  const file = writer.getBytes();
  sealBytes(file);
  return file;
}

function writeGroups(writer: ByteWriter, bars: StoredBars): RowGroup[] {
  const groups: RowGroup[] = [];
  for (let from = 0; from < bars.length; from += ROW_GROUP) {
    const part = slice(bars, from, from + ROW_GROUP);
    groups.push(writeRowGroup(writer, part.length, columnsOf(part)));
  }
  return groups;
}

/** `PAR1`, with which a Parquet file begins and ends. */
const MAGIC = 0x31_52_41_50;
export const MAGIC_BYTES = 4;

/** What is usual; the room grows where it does not do. */
const BYTES_OF_A_FOOTER = 4096;
const BYTES_OF_A_ROW = 48;

/** In the order of `BAR_COLUMNS`. */
function columnsOf(bars: StoredBars): Column[] {
  const { ts, open, high, low, close, volume, vwap, trades, source, fetchedAt } = bars;
  const data = [ts, open, high, low, close, volume, vwap, trades, source, fetchedAt];
  return BAR_COLUMNS.map((element, i) => ({
    element,
    data: data[i] ?? null,
    // Of no other column: footers stay small, and the extent of the rows is in them.
    hasExtent: element.name === 'ts',
  }));
}

/** A Parquet file of revisions (ascending by `ts`) that carries `metadata` under the key `backfill`. */
export function encodeRevisions(revisions: readonly Revision[], metadata: string): Uint8Array {
  const column = (name: string, valueOf: (after: Bar) => unknown): ColumnSource => ({
    name,
    data: revisions.map(({ after }) => valueOf(after)),
    statistics: false,
  });
  // The column is there only where it says something, as with currencies.
  const isNeeded = revisions.some(({ stayed }) => stayed === true);
  return encode(isNeeded ? [...REVISION_COLUMNS, STAYED_COLUMN] : REVISION_COLUMNS, metadata, [
    ...barColumns(revisions.map(({ before }) => before)),
    column('new_open', ({ open }) => open),
    column('new_high', ({ high }) => high),
    column('new_low', ({ low }) => low),
    column('new_close', ({ close }) => close),
    column('new_volume', knownVolume),
    column('new_source', ({ source }) => source),
    column('replaced_at', ({ fetchedAt }) => BigInt(fetchedAt)),
    ...(isNeeded ? [{ name: STAYED_COLUMN.name, data: revisions.map(({ stayed }) => stayed === true) }] : []),
  ]);
}

function barColumns(bars: readonly Bar[]): ColumnSource[] {
  const column = (name: keyof Bar): Pick<ColumnSource, 'name' | 'data' | 'statistics'> => ({
    name,
    data: bars.map((bar) => bar[name]),
    statistics: false,
  });
  return [
    // The only column with statistics: footers stay small, and the extent of the rows is in them.
    { name: 'ts', data: bars.map((bar) => BigInt(bar.ts)), encoding: 'DELTA_BINARY_PACKED' },
    column('open'),
    column('high'),
    column('low'),
    column('close'),
    { ...column('volume'), data: bars.map((bar) => knownVolume(bar)) },
    column('vwap'),
    { ...column('trades'), data: bars.map(({ trades }) => (trades === null ? null : BigInt(trades))) },
    column('source'),
    { name: 'fetched_at', data: bars.map((bar) => BigInt(bar.fetchedAt)), statistics: false },
  ];
}

function knownVolume({ volume }: Bar): number | null {
  return Number.isNaN(volume) ? null : volume;
}

/**
 * A Parquet file of corporate actions that carries `metadata` under the key `backfill`. `value` is a split's ratio or a
 * dividend's amount.
 */
export function encodeActions(rows: readonly ActionEntry[], metadata: string): Uint8Array {
  const currencies = rows.map(({ action }) => currencyOf(action) ?? null);
  // The column is there only where it says something, so that one glob over all files goes on working.
  const isNeeded = currencies.some((currency) => currency !== null);
  return encode(isNeeded ? [...ACTION_COLUMNS, CURRENCY_COLUMN] : ACTION_COLUMNS, metadata, [
    { name: 'ex_date', data: rows.map(({ action }) => action.exDay) },
    { name: 'kind', data: rows.map(({ action }) => action.kind) },
    { name: 'value', data: rows.map(({ action }) => actionValue(action)) },
    { name: 'source', data: rows.map(({ source }) => source) },
    { name: 'fetched_at', data: rows.map(({ fetchedAt }) => BigInt(fetchedAt)) },
    ...(isNeeded ? [{ name: CURRENCY_COLUMN.name, data: currencies }] : []),
  ]);
}

/** Undefined for the price's own. */
export function currencyOf(action: CorporateAction): string | undefined {
  return action.kind === 'dividend' ? action.currency : undefined;
}

function encode(columns: readonly SchemaElement[], metadata: string, columnData: ColumnSource[]): Uint8Array {
  const file = new Uint8Array(
    parquetWriteBuffer({
      schema: withRoot(columns),
      columnData,
      rowGroupSize: ROW_GROUP,
      kvMetadata: [{ key: METADATA_KEY, value: metadata }, UNSEALED_ENTRY],
      createdBy: CREATED_BY,
    }),
  );
  sealBytes(file);
  return file;
}

function withRoot(columns: readonly SchemaElement[]): SchemaElement[] {
  return [{ name: 'root', num_children: columns.length }, ...columns];
}
