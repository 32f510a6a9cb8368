import type { AsyncBuffer, FileMetaData, SchemaElement } from 'hyparquet';
import type { ActionEntry } from '../../../core/actions/action-book.ts';
import type { CorporateAction } from '../../../core/bars/bars.ts';
import type { ByteSeal } from './byte-seal.ts';
import { ACTION_COLUMNS, BAR_COLUMNS, CURRENCY_COLUMN, REVISION_COLUMNS } from './encode.ts';
import { METADATA_KEY } from './keys.ts';
import { largest, smallest } from '../../../core/extremes.ts';
import { quoted } from '../../../core/quoted.ts';
import {
  type Columns,
  corrupt,
  type Metadata,
  readColumns,
  readMetadata,
  wrongValue,
} from './read-columns.ts';

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
  /** Whether it is as it was written. */
  readonly seal: ByteSeal;
  /** All that it says. */
  readonly parsed: Metadata;
}

/** What the end of a file of corporate actions or of revisions says of it. */
export type ActionsFooter = Pick<Footer, 'rows' | 'metadata' | 'createdBy' | 'seal' | 'parsed'>;

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
    parsed: metadata,
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

function ownPart(parsed: Metadata): ActionsFooter {
  const { num_rows, key_value_metadata, created_by, seal } = parsed;
  const entry = key_value_metadata?.find(({ key }) => key === METADATA_KEY);
  const createdBy = created_by ?? 'nobody knows what';
  return { rows: Number(num_rows), metadata: entry?.value, createdBy, seal, parsed };
}

/** The columns of a file of corporate actions: that of currencies is there where it says something. */
export function actionColumnsOf({ schema }: FileMetaData): readonly SchemaElement[] {
  const hasCurrencies = schema.some(({ name }) => name === CURRENCY_COLUMN.name);
  return hasCurrencies ? [...ACTION_COLUMNS, CURRENCY_COLUMN] : ACTION_COLUMNS;
}

/** All rows of a file of corporate actions. Throws `store-corrupt` like `decodeBars`. */
export async function decodeActions(file: AsyncBuffer): Promise<ActionEntry[]> {
  const metadata = await readMetadata(file, ACTION_COLUMNS);
  const columns = await readColumns(
    file,
    metadata,
    actionColumnsOf(metadata).map(({ name }) => name),
  );
  return eachRow(columns, (row) => ({
    action: actionAt(columns, row),
    source: String(valueAt(columns, 'source', row)),
    fetchedAt: Number(valueAt(columns, 'fetched_at', row)),
  }));
}

function eachRow<T>({ rows }: Columns, at: (row: number) => T): T[] {
  const all: T[] = [];
  for (let row = 0; row < rows; row++) all.push(at(row));
  return all;
}

function actionAt(columns: Columns, row: number): CorporateAction {
  const exDay = finite(columns, 'ex_date', row);
  const value = finite(columns, 'value', row);
  const kind = valueAt(columns, 'kind', row);
  if (kind === 'split') return { kind, exDay, ratio: value };
  const currency = valueAt(columns, 'currency', row);
  if (kind === 'dividend')
    return { kind, exDay, amount: value, ...(typeof currency === 'string' && { currency }) };
  throw corrupt(
    typeof kind === 'string'
      ? `it holds an action of unknown kind ${quoted(kind)}`
      : 'it holds an action of no kind',
  );
}

function valueAt({ values }: Columns, column: string, row: number): unknown {
  return values[column]?.[row];
}

function finite(columns: Columns, column: string, row: number): number {
  const value = valueAt(columns, column, row);
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw wrongValue(column, value);
}
