import type { Bar, Revision, Series } from '../../core/bars/bars.ts';
import { freshRevisions, inOrder } from '../parquet/beside/fresh-revisions.ts';
import type { Client, Row, Values } from './client.ts';
import { stamp } from './parts.ts';

const OLD = [
  'ts',
  'open',
  'high',
  'low',
  'close',
  'volume',
  'vwap',
  'trades',
  'source',
  'fetched_at',
] as const;
const NEW = [
  'new_open',
  'new_high',
  'new_low',
  'new_close',
  'new_volume',
  'new_source',
  'revised_at',
] as const;

/** The revisions of a series, of the table `r`, in the order in which they were written. */
export const REVISIONS = `SELECT id::text AS id, stayed, ${[...OLD, ...NEW].map((name) => (isTime(name) ? `extract(epoch FROM ${name}) * 1000 AS ${name}` : name)).join(', ')}
FROM revisions WHERE ticker = $1 AND interval = $2`;

function isTime(name: string): boolean {
  return name === 'ts' || name.endsWith('_at');
}

export function revisionOf(row: Row): Revision {
  const before: Bar = {
    ts: Number(row['ts']),
    ...prices(row, ''),
    volume: numberOr(row['volume'], Number.NaN),
    vwap: numberOr(row['vwap'], null),
    trades: numberOr(row['trades'], null),
    source: String(row['source']),
    fetchedAt: Number(row['fetched_at']),
  };
  const after: Bar = {
    ts: before.ts,
    ...prices(row, 'new_'),
    volume: numberOr(row['new_volume'], Number.NaN),
    ...{ vwap: null, trades: null },
    source: String(row['new_source']),
    fetchedAt: Number(row['revised_at']),
  };
  return { before, after, ...(row['stayed'] === true && { stayed: true }) };
}

function prices(row: Row, prefix: string): Pick<Bar, 'open' | 'high' | 'low' | 'close'> {
  const price = (name: string): number => Number(row[`${prefix}${name}`]);
  return { open: price('open'), high: price('high'), low: price('low'), close: price('close') };
}

function numberOr<T>(value: unknown, otherwise: T): number | T {
  return value === null ? otherwise : Number(value);
}

/** Ascending by `ts`, then by when they were told. */
export function inTheirOrder(revisions: readonly Revision[]): Revision[] {
  return revisions.toSorted(inOrder);
}

/** Revisions that a series is to have besides its own. */
export interface RevisionsWrite {
  readonly series: Series;
  readonly added: readonly Revision[];
}

/** Adds those that are not known yet. */
export async function addRevisions(client: Client, { series, added }: RevisionsWrite): Promise<void> {
  if (added.length === 0) return;
  const { ticker, interval } = series;
  const stamps = [...new Set(added.map(({ before }) => before.ts))].map(stamp);
  const { rows } = await client.query(`${REVISIONS} AND ts = ANY ($3::timestamp[]) ORDER BY id`, [
    ...[ticker, interval, stamps],
  ]);
  await insertRevisions(client, series, freshRevisions(inTheirOrder(rows.map(revisionOf)), added));
}

const INSERT = `INSERT INTO revisions (ticker, interval, stayed, ${[...OLD, ...NEW].join(', ')})
SELECT $1, $2, * FROM unnest($3::boolean[], $4::timestamp[], $5::float8[], $6::float8[], $7::float8[], $8::float8[], $9::float8[],
  $10::float8[], $11::bigint[], $12::text[], $13::timestamp[], $14::float8[], $15::float8[], $16::float8[], $17::float8[],
  $18::float8[], $19::text[], $20::timestamp[])`;

export async function insertRevisions(
  client: Client,
  { ticker, interval }: Series,
  revisions: readonly Revision[],
): Promise<void> {
  if (revisions.length === 0) return;
  const olds = revisions.map(({ before }) => before);
  const news = revisions.map(({ after }) => after);
  const values: Values = [
    ...[ticker, interval, revisions.map(({ stayed }) => stayed === true)],
    ...columnsOf(olds),
    ...[olds.map(({ vwap }) => vwap), olds.map(({ trades }) => trades)],
    ...[olds.map(({ source }) => source), olds.map(({ fetchedAt }) => stamp(fetchedAt))],
    ...columnsOf(news).slice(1),
    ...[news.map(({ source }) => source), news.map(({ fetchedAt }) => stamp(fetchedAt))],
  ];
  await client.query(INSERT, [...values]);
}

function columnsOf(bars: readonly Bar[]): unknown[][] {
  return [
    bars.map(({ ts }) => stamp(ts)),
    bars.map(({ open }) => open),
    bars.map(({ high }) => high),
    bars.map(({ low }) => low),
    bars.map(({ close }) => close),
    bars.map(({ volume }) => (Number.isNaN(volume) ? null : volume)),
  ];
}
