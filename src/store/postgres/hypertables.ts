import { BackfillError } from '../../core/errors.ts';
import { INTERVALS, type Interval } from '../../core/session/interval.ts';
import { literal } from '../tables/literal.ts';
import { codeOf } from '../tables/unreached.ts';
import { IS_PARTED } from './bar-tables.ts';
import { type Client, identifier } from './client.ts';
import type { PostgresPlace } from './place.ts';
import { BAR_COLUMNS, VIEWS_OF_BARS } from './schema.ts';

/**
 * Days of a chunk: about a thousand bars of a series, which is what the server compresses as one, and of daily ones a year, so
 * that it is not long before the last of them is.
 */
const CHUNK_DAYS: Readonly<Record<Interval, number>> = {
  '1m': 7,
  '5m': 14,
  '15m': 56,
  '1h': 182,
  '1d': 365,
};

/** How long after its end a chunk is compressed. */
const SETTLED_DAYS = 7;

/** The schema of TimescaleDB's functions; undefined where the database does not have it. */
async function extensionIn(client: Client): Promise<string | undefined> {
  const { rows } = await client.query(
    `SELECT nspname FROM pg_extension JOIN pg_namespace AS n ON n.oid = extnamespace WHERE extname = 'timescaledb'`,
  );
  return rows[0] === undefined ? undefined : identifier(String(rows[0]['nspname']));
}

/**
 * Has bars in hypertables, one an interval, where that is wanted: those that are there already are moved. Where nothing is said in
 * the URL, a new store (`isNew`) gets them in a database that has the extension. In a transaction. Throws `store-unusable`
 * where they are asked for and cannot be had.
 */
export async function makeHypertables(client: Client, place: PostgresPlace, isNew: boolean): Promise<void> {
  const wanted = place.timescaledb ?? (isNew ? 'if-there' : 'off');
  if (wanted === 'off' || (await isParted(client))) return;
  if (wanted === 'on') await createExtension(client, place);
  const extension = await extensionIn(client);
  if (extension !== undefined) await partBars(client, extension);
}

async function isParted(client: Client): Promise<boolean> {
  return (await client.query(`SELECT ${IS_PARTED} AS is`)).rows[0]?.['is'] === true;
}

async function createExtension(client: Client, { server }: PostgresPlace): Promise<void> {
  if ((await extensionIn(client)) !== undefined) return;
  try {
    await client.query('CREATE EXTENSION timescaledb SCHEMA public');
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new BackfillError(
      'store-unusable',
      `the PostgreSQL server ${server} does not make TimescaleDB, which timescaledb=on in the URL asks for: ${error.message}; ` +
        'have it installed, and CREATE EXTENSION timescaledb run in this database, or leave timescaledb=on out',
      { cause: error },
    );
  }
}

async function partBars(client: Client, extension: string): Promise<void> {
  await client.query('ALTER TABLE bars RENAME TO backfill_bars_before');
  for (const interval of INTERVALS) await makeHypertable(client, extension, interval);
  const names = BAR_COLUMNS.map(([name]) => name);
  const one = (interval: Interval): string =>
    `SELECT ticker, ${literal(interval)}::text COLLATE "C" AS interval, ${names.join(', ')} FROM bars_${interval}`;
  await client.query(`CREATE VIEW bars AS ${INTERVALS.map(one).join(' UNION ALL ')}`);
  await client.query(VIEWS_OF_BARS);
  for (const interval of INTERVALS)
    await client.query(
      `INSERT INTO bars_${interval} (ticker, ${names.join(', ')})
       SELECT ticker, ${names.join(', ')} FROM backfill_bars_before WHERE interval = ${literal(interval)}`,
    );
  await client.query('DROP TABLE backfill_bars_before');
}

async function makeHypertable(client: Client, extension: string, interval: Interval): Promise<void> {
  const name = `bars_${interval}`;
  const columns = BAR_COLUMNS.map(([column, type]) => `${column} ${type}`).join(', ');
  await client.query(
    `CREATE TABLE ${name} (ticker text COLLATE "C" NOT NULL, ${columns}, PRIMARY KEY (ticker, ts));
     SELECT ${extension}.create_hypertable(${literal(name)}, 'ts', chunk_time_interval => interval '${CHUNK_DAYS[interval]} days',
       create_default_indexes => false)`,
  );
  await compressLater(client, extension, name);
}

/** How it is said that chunks are compressed, series by series; by which routine is there, the newest first. */
const COMPRESSIONS = [
  {
    routine: 'add_columnstore_policy',
    settings: `timescaledb.enable_columnstore, timescaledb.segmentby = 'ticker', timescaledb.orderby = 'ts'`,
    run: 'CALL',
  },
  {
    routine: 'add_compression_policy',
    settings: `timescaledb.compress, timescaledb.compress_segmentby = 'ticker', timescaledb.compress_orderby = 'ts'`,
    run: 'SELECT',
  },
] as const;

/** Not part of the server, or of its licence. */
const NOT_THERE = '0A000';

/** Has old chunks compressed by the server, where it can. */
async function compressLater(client: Client, extension: string, table: string): Promise<void> {
  const { rows } = await client.query(
    `SELECT proname FROM pg_proc WHERE proname = ANY ($1::text[]) AND pronamespace = ${literal(extension)}::regnamespace`,
    [COMPRESSIONS.map(({ routine }) => routine)],
  );
  const found = COMPRESSIONS.find(({ routine }) => rows.some(({ proname }) => proname === routine));
  if (found === undefined) return;
  const { routine, settings, run } = found;
  await client.query('SAVEPOINT compression');
  try {
    await client.query(`ALTER TABLE ${table} SET (${settings})`);
    await client.query(`${run} ${extension}.${routine}(${literal(table)}, interval '${SETTLED_DAYS} days')`);
  } catch (error) {
    if (codeOf(error) !== NOT_THERE) throw error;
    await client.query('ROLLBACK TO compression');
  }
  await client.query('RELEASE compression');
}

/** Bytes on disk of all that is in hypertables; nothing where there are none. */
export async function hypertableBytes(client: Client): Promise<number> {
  const extension = (await isParted(client)) ? await extensionIn(client) : undefined;
  if (extension === undefined) return 0;
  const { rows } = await client.query(
    `SELECT sum(${extension}.hypertable_size(name::regclass))::text AS bytes FROM unnest($1::text[]) AS n (name)`,
    [INTERVALS.map((interval) => `bars_${interval}`)],
  );
  return Number(rows[0]?.['bytes'] ?? 0);
}
