import type { Bar, Revision, Series } from '../../core/bars/bars.ts';
import { freshRevisions } from '../parquet/beside/fresh-revisions.ts';
import { inTheirOrder, NEW, OLD, revisionOf, type RevisionsWrite } from '../tables/revisions.ts';
import type { Client, Values } from './client.ts';
import { stamp } from './parts.ts';

/** The revisions of a series, of the table `r`, in the order in which they were written. */
export const REVISIONS = `SELECT id::text AS id, stayed, ${[...OLD, ...NEW].map((name) => (isTime(name) ? `extract(epoch FROM ${name}) * 1000 AS ${name}` : name)).join(', ')}
FROM revisions WHERE ticker = $1 AND interval = $2`;

function isTime(name: string): boolean {
  return name === 'ts' || name.endsWith('_at');
}

/** Adds those that are not known yet. */
export async function addRevisions(client: Client, write: RevisionsWrite): Promise<void> {
  const { series, added } = write;
  if (added.length === 0) return;
  if (write.isVerbatim === true) return insertRevisions(client, series, added);
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
