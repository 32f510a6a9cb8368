import { NO_BARS, type StoredBars, inForm, sourceAt } from '../../core/bars/columns.ts';
import {
  doubles,
  dates,
  instants,
  integers,
  readDoubles,
  readInstants,
  readIntegers,
  readTexts,
  texts,
} from './arrays.ts';
import type { SeriesRows } from '../tables/plan.ts';
import type { Row } from '../tables/row.ts';
import type { BarTable, BarTables } from './bar-tables.ts';
import type { Client } from './client.ts';
import { BAR_COLUMNS } from './schema.ts';

/** The columns of bars as the server's arrays, of the rows of a query that is called `b`; see `barsIn`. */
export const BAR_ARRAYS = [
  ...['ts', 'open', 'high', 'low', 'close', 'volume', 'vwap', 'trades', 'source', 'fetched_at'].map(
    (name) => `array_send(array_agg(b.${name})) AS b_${name}`,
  ),
].join(', ');

/** The bars of a row that was asked for `BAR_ARRAYS`. */
export function barsIn(row: Row | undefined): StoredBars {
  const ts = readInstants(arrayIn(row, 'b_ts'));
  if (ts.length === 0) return NO_BARS;
  const { codes, names } = readTexts(arrayIn(row, 'b_source'));
  const column = (name: string): Float64Array => readDoubles(arrayIn(row, name));
  return inForm<StoredBars>({
    length: ts.length,
    ts,
    ...{ open: column('b_open'), high: column('b_high'), low: column('b_low'), close: column('b_close') },
    volume: column('b_volume'),
    vwap: unlessUnknown(column('b_vwap')),
    trades: unlessUnknown(readIntegers(arrayIn(row, 'b_trades'))),
    source: { codes, names },
    fetchedAt: readInstants(arrayIn(row, 'b_fetched_at')),
  });
}

function arrayIn(row: Row | undefined, name: string): Buffer | null {
  const value = row?.[name];
  return Buffer.isBuffer(value) ? value : null;
}

function unlessUnknown(column: Float64Array): Float64Array | null {
  return column.every(Number.isNaN) ? null : column;
}

const NEWS = BAR_COLUMNS.map(([name]) => name).filter((name) => name !== 'ts');

/** What is there already is not written again. */
function putInto({ name: table, key }: BarTable): string {
  const of = (row: string): string => NEWS.map((name) => `${row}.${name}`).join(', ');
  return `INSERT INTO ${table} AS b (${key.join(', ')}, ${NEWS.join(', ')})
SELECT ${key.join(', ')}, ${NEWS.join(', ')} FROM unnest($1::text[], $2::text[], $3::timestamp[], $4::date[], $5::float8[], $6::float8[],
  $7::float8[], $8::float8[], $9::float8[], $10::float8[], $11::bigint[], $12::text[], $13::timestamp[])
  AS n (ticker, interval, ts, ${NEWS.join(', ')})
ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${NEWS.map((name) => `${name} = EXCLUDED.${name}`).join(', ')}
WHERE (${of('b')}) IS DISTINCT FROM (${of('EXCLUDED')})`;
}

/** Rows sent with one statement. */
const MOST = 20_000;

/** Stores bars, in place of those of the same stamps. */
export async function putBars(client: Client, tables: BarTables, all: readonly SeriesRows[]): Promise<void> {
  const byTable = new Map<string, SeriesRows[]>();
  for (const one of all) {
    const put = putInto(tables(one.series.interval));
    const same = byTable.get(put);
    if (same === undefined) byTable.set(put, [one]);
    else same.push(one);
  }
  for (const [put, rows] of [...byTable].toSorted(([a], [b]) => order(a, b)))
    await putRows(client, put, rows);
}

async function putRows(client: Client, put: string, all: readonly SeriesRows[]): Promise<void> {
  // By key, so that two who write never wait for each other in a circle.
  const ordered = all
    .filter(({ bars }) => bars.length > 0)
    .toSorted(({ series: a }, { series: b }) => order(a.ticker, b.ticker) || order(a.interval, b.interval));
  let pieces: Piece[] = [];
  let rows = 0;
  for (const one of ordered)
    for (let from = 0; from < one.bars.length;) {
      const to = Math.min(one.bars.length, from + MOST - rows);
      pieces.push({ ...one, from, to });
      rows += to - from;
      from = to;
      if (rows < MOST) continue;
      await putPieces(client, put, pieces, rows);
      pieces = [];
      rows = 0;
    }
  if (rows > 0) await putPieces(client, put, pieces, rows);
}

interface Piece extends SeriesRows {
  readonly from: number;
  readonly to: number;
}

async function putPieces(client: Client, put: string, pieces: readonly Piece[], rows: number): Promise<void> {
  const places = { of: new Uint32Array(rows), at: new Uint32Array(rows) };
  let next = 0;
  for (const [i, { from, to }] of pieces.entries())
    for (let at = from; at < to; at++, next++) {
      places.of[next] = i;
      places.at[next] = at;
    }
  const piece = (row: number): Piece => pieces[places.of[row] as number] as Piece;
  const at = (row: number): number => places.at[row] as number;
  const column = (of: (one: StoredBars) => ArrayLike<number> | null): Float64Array => {
    const values = new Float64Array(rows);
    for (let row = 0; row < rows; row++) values[row] = of(piece(row).bars)?.[at(row)] ?? Number.NaN;
    return values;
  };
  await client.query(put, [
    texts(rows, (row) => piece(row).series.ticker),
    texts(rows, (row) => piece(row).series.interval),
    instants(column(({ ts }) => ts)),
    dates(Array.from({ length: rows }, (_, row) => piece(row).sessions[at(row)] as number)),
    ...(['open', 'high', 'low', 'close', 'volume', 'vwap'] as const).map((name) =>
      doubles(column((bars) => bars[name])),
    ),
    integers(column(({ trades }) => trades)),
    texts(rows, (row) => sourceAt(piece(row).bars, at(row))),
    instants(column(({ fetchedAt }) => fetchedAt)),
  ]);
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
