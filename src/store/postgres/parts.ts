import { type MonthMarks, monthMarksOf } from '../../core/bars/month-marks.ts';
import { barsOf } from '../../core/bars/bar-builder.ts';
import type { Series } from '../../core/bars/bars.ts';
import type { StoredBars } from '../../core/bars/columns.ts';
import { periodRange } from '../../core/bars/partition.ts';
import type { DayRange } from '../../core/session/day.ts';
import type { Partition } from '../parquet/files/layout.ts';
import { encodeKnowledge } from '../parquet/partition/knowledge.ts';
import { sumOf } from '../tables/row-sum.ts';
import { disturbed, keyOf, partitionOfRow, type PartWrite } from '../tables/parts.ts';
import { BAR_ARRAYS, barsIn } from './bars.ts';
import type { Client, Values } from './client.ts';

/** The columns of a part, as text. Of the table `p`. */
export const PART_COLUMNS =
  'p.ticker, p.interval, p.period, p.version::text AS version, p.rows::text AS rows, ' +
  'extract(epoch FROM p.first_ts) * 1000 AS first_ts, extract(epoch FROM p.last_ts) * 1000 AS last_ts, p.known::text AS known';

/** Holds these parts, as they were read, until the transaction ends. Throws `Conflict` where one has changed. */
export async function holdParts(client: Client, writes: readonly PartWrite[]): Promise<void> {
  const { rows } = await client.query(
    `SELECT p.ticker, p.interval, p.period, p.version::text AS version FROM backfill_parts AS p
     JOIN unnest($1::text[], $2::text[], $3::text[]) AS n (ticker, interval, period) USING (ticker, interval, period)
     ORDER BY 1, 2, 3 FOR UPDATE OF p`,
    placesOf(writes),
  );
  const found = new Map(rows.map((row) => [keyOf(partitionOfRow(row)), String(row['version'])]));
  for (const { partition, before } of writes)
    if (found.get(keyOf(partition)) !== before) throw disturbed(partition);
}

/** Writes what is known of parts that are held. Throws `Conflict` where one came meanwhile. */
export async function putParts(client: Client, writes: readonly PartWrite[]): Promise<void> {
  const known: string[] = [];
  for (const write of writes) {
    const marks = write.isMarkedAnew ? await marksNow(client, write.partition) : write.knowledge.marks;
    const { rows, firstTs, lastTs } = write;
    const { series, period } = write.partition;
    const sum = write.sum ?? sumOf(await barsNow(client, series, periodRange(period)));
    known.push(
      encodeKnowledge(write.partition, { ...write.knowledge, marks }, { rows, firstTs, lastTs, sum }),
    );
  }
  const [isNew, isOld] = [
    writes.flatMap((write, i) => (write.before === undefined ? [i] : [])),
    writes.flatMap((write, i) => (write.before === undefined ? [] : [i])),
  ];
  const values = (places: readonly number[]): Values => {
    const some = places.map((i) => writes[i] as PartWrite);
    return [
      ...placesOf(some),
      some.map(({ rows }) => rows),
      ...[some.map(({ firstTs }) => stamp(firstTs)), some.map(({ lastTs }) => stamp(lastTs))],
      places.map((i) => known[i]),
    ];
  };
  if (isNew.length > 0) {
    const { rowCount } = await client.query(INSERT, [...values(isNew)]);
    const [first = 0] = isNew;
    if (rowCount !== isNew.length) throw disturbed((writes[first] as PartWrite).partition);
  }
  if (isOld.length > 0) await client.query(UPDATE, [...values(isOld)]);
}

const NEWS = `unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::timestamp[], $6::timestamp[], $7::text[])
  AS n (ticker, interval, period, rows, first_ts, last_ts, known)`;

const INSERT = `INSERT INTO backfill_parts (ticker, interval, period, version, rows, first_ts, last_ts, known)
SELECT ticker, interval, period, nextval('backfill_versions'), rows, first_ts, last_ts, known::json FROM ${NEWS} ON CONFLICT DO NOTHING`;

const UPDATE = `UPDATE backfill_parts AS p SET version = nextval('backfill_versions'), rows = n.rows, first_ts = n.first_ts,
  last_ts = n.last_ts, known = n.known::json
FROM ${NEWS} WHERE (p.ticker, p.interval, p.period) = (n.ticker, n.interval, n.period)`;

export async function removePart(client: Client, { series, period }: Partition): Promise<void> {
  await client.query('DELETE FROM backfill_parts WHERE (ticker, interval, period) = ($1, $2, $3)', [
    ...[series.ticker, series.interval, period],
  ]);
}

/** An instant as the server reads it. */
export function stamp(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString().replace('Z', '');
}

function placesOf(writes: readonly Pick<PartWrite, 'partition'>[]): string[][] {
  return [
    writes.map(({ partition }) => partition.series.ticker),
    writes.map(({ partition }) => partition.series.interval),
    writes.map(({ partition }) => partition.period),
  ];
}

/** The bars of a range of session dates, as this transaction sees them. */
export async function barsNow(client: Client, series: Series, range: DayRange): Promise<StoredBars> {
  const { rows } = await client.query(BARS, [series.ticker, series.interval, ...sessionBounds(range)]);
  return barsIn(rows[0]);
}

/** The marks of the months of a part, by the first bars that they have now. */
async function marksNow(client: Client, { series, period }: Partition): Promise<MonthMarks | undefined> {
  const { rows } = await client.query(
    `SELECT DISTINCT ON (date_trunc('month', ts)) extract(epoch FROM ts) * 1000 AS ts, close, volume
     FROM bars WHERE ticker = $1 AND interval = $2 AND ${IN_PERIOD} ORDER BY date_trunc('month', ts), ts`,
    [series.ticker, series.interval, ...sessionBounds(periodRange(period))],
  );
  return monthMarksOf(
    barsOf(
      rows.map((row) => ({
        ts: Number(row['ts']),
        ...{ open: 0, high: 0, low: 0, close: Number(row['close']) },
        volume: row['volume'] === null ? Number.NaN : Number(row['volume']),
        ...{ vwap: null, trades: null },
      })),
    ),
  );
}

/** Of a statement in which $3 to $6 are `sessionBounds`. */
export const IN_PERIOD =
  'ts >= $3::timestamp AND ts < $4::timestamp AND session >= $5::date AND session < $6::date';

/** The bars of a series, of which `barsIn` reads the one row. */
const BARS = `SELECT ${BAR_ARRAYS} FROM (SELECT * FROM bars WHERE ticker = $1 AND interval = $2 AND ${IN_PERIOD} ORDER BY ts) AS b`;

const DAY_MS = 86_400_000;

/** The bounds of the sessions of a range, with those of the stamps that they can have, by which they are found. */
export function sessionBounds({ from, to }: DayRange): [string, string, string, string] {
  const day = (value: number): string =>
    Number.isFinite(value) ? new Date(value * DAY_MS).toISOString().slice(0, 10) : infinite(value);
  // A session may open on the UTC day before, and close on the one after.
  return [day(from - 1), day(to + 1), day(from), day(to)];
}

function infinite(value: number): string {
  return value < 0 ? '-infinity' : 'infinity';
}
