import type { Bar, Revision, Series } from '../../core/bars/bars.ts';
import { freshRevisions } from '../parquet/beside/fresh-revisions.ts';
import { literal } from '../tables/literal.ts';
import {
  inTheirOrder,
  type KeptRevision,
  NEW,
  OLD,
  revisionOf,
  type RevisionsWrite,
} from '../tables/revisions.ts';
import type { QuestServer } from './server.ts';
import { double, long, msOf, symbol, time } from './sql.ts';
import { type Insert, insertsOf, type Literals } from './writer.ts';

const COLUMNS = ['ts', 'ticker', 'interval', 'id', 'stayed', ...OLD.slice(1), ...NEW, 'gone'];

/** Those of a series, in the order in which they were written. */
export async function readRevisions(
  server: QuestServer,
  { ticker, interval }: Series,
  stamps?: readonly number[],
): Promise<KeptRevision[]> {
  const columns = [...OLD, ...NEW].map((name) => (isTime(name) ? `cast(${name} AS long) AS ${name}` : name));
  const own = stamps === undefined ? '' : ` AND ts IN (${stamps.map(time).join(', ')})`;
  const rows = await server.read(
    `SELECT id, stayed, ${columns.join(', ')} FROM (SELECT * FROM '${server.names.revisions}'
     WHERE ticker = ${literal(ticker)} AND interval = ${literal(interval)} AND NOT gone${own}) ORDER BY id`,
  );
  return rows.map((row) => {
    const times = [...OLD, ...NEW].filter(isTime).map((name) => [name, msOf(row[name])]);
    return { id: String(row['id']), revision: revisionOf({ ...row, ...Object.fromEntries(times) }) };
  });
}

function isTime(name: string): boolean {
  return name === 'ts' || name.endsWith('_at');
}

/** What adds those that are not known yet. */
export async function insertsOfRevisions(server: QuestServer, write: RevisionsWrite): Promise<Insert[]> {
  const { series } = write;
  const fresh = await newsOf(server, write);
  if (fresh.length === 0) return [];
  // Above those of whatever came before.
  const id = await server.now();
  return insertsOf(
    server.names.revisions,
    COLUMNS,
    fresh.map((revision, i) => rowOf(series, id + i, revision, false)),
  );
}

async function newsOf(
  server: QuestServer,
  { series, added, isVerbatim }: RevisionsWrite,
): Promise<readonly Revision[]> {
  if (added.length === 0 || isVerbatim === true) return added;
  const known = await readRevisions(server, series, [...new Set(added.map(({ before }) => before.ts))]);
  return freshRevisions(inTheirOrder(known.map(({ revision }) => revision)), added);
}

/** What says of revisions that they are no more. */
export function goneRevisions(server: QuestServer, series: Series, kept: readonly KeptRevision[]): Insert[] {
  return insertsOf(
    server.names.revisions,
    COLUMNS,
    kept.map(({ id, revision }) => rowOf(series, Number(id), revision, true)),
  );
}

function rowOf({ ticker, interval }: Series, id: number, revision: Revision, gone: boolean): Literals {
  const { before, after, stayed } = revision;
  return [
    ...[time(before.ts), symbol(ticker), symbol(interval), long(id), String(stayed === true)],
    ...prices(before),
    ...[double(before.vwap), long(before.trades), symbol(before.source), time(before.fetchedAt)],
    ...prices(after),
    ...[symbol(after.source), time(after.fetchedAt), String(gone)],
  ];
}

function prices({ open, high, low, close, volume }: Bar): Literals {
  return [open, high, low, close, volume].map(double);
}
