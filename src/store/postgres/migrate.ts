import { BackfillError } from '../../core/errors.ts';
import { literal } from '../tables/literal.ts';
import { codeOf } from '../tables/unreached.ts';
import { type Client, identifier } from './client.ts';
import { makeHypertables } from './hypertables.ts';
import type { PostgresPlace } from './place.ts';
import { MIGRATIONS } from './schema.ts';

/** The version of the tables in a schema; 0 where there are none. Throws `store-unusable` for a later one. */
export async function versionOf(client: Client, place: PostgresPlace): Promise<number> {
  const table = `${identifier(place.schema)}.backfill_schema`;
  // Asked of the catalogue itself: names that were looked up once are remembered until the transaction is over.
  const there = await client.query(
    `SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = 'backfill_schema') AS is`,
    [place.schema],
  );
  if (there.rows[0]?.['is'] !== true) return 0;
  const { rows } = await client.query(`SELECT max(version) AS version FROM ${table}`);
  const version = Number(rows[0]?.['version'] ?? 0);
  if (version > MIGRATIONS.length)
    throw new BackfillError(
      'store-unusable',
      `the store ${place.shown} was made by a later version of backfill (its tables have version ${version}, this one knows ${MIGRATIONS.length}); update backfill`,
    );
  return version;
}

/** Brings the tables to this version, in one transaction: others who come meanwhile wait for it. */
export async function migrate(client: Client, place: PostgresPlace): Promise<void> {
  if ((await versionOf(client, place)) === MIGRATIONS.length) return;
  await client.query('BEGIN');
  await client.query(
    `SELECT pg_advisory_xact_lock(hashtext(${literal(`backfill migrates ${place.schema}`)}))`,
  );
  const version = await versionOf(client, place);
  try {
    if (version < MIGRATIONS.length) await addFrom(client, place, version);
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw taken(error, place) ?? error;
  }
  await client.query('COMMIT');
}

async function addFrom(client: Client, place: PostgresPlace, version: number): Promise<void> {
  const { schema } = place;
  if (version === 0) {
    const found = await client.query('SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1) AS is', [
      schema,
    ]);
    if (found.rows[0]?.['is'] !== true) await client.query(`CREATE SCHEMA ${identifier(schema)}`);
    await client.query('CREATE TABLE backfill_schema (version int NOT NULL)');
  }
  for (const statements of MIGRATIONS.slice(version)) await client.query(statements);
  if (version === 0) await makeHypertables(client, place, true);
  await client.query('DELETE FROM backfill_schema');
  await client.query('INSERT INTO backfill_schema VALUES ($1)', [MIGRATIONS.length]);
}

/** Where a table of that name is somebody else's. */
function taken(error: unknown, { server, schema }: PostgresPlace): BackfillError | undefined {
  if (codeOf(error) !== '42P07' || !(error instanceof Error)) return undefined;
  return new BackfillError(
    'store-unusable',
    `the schema ${schema} of ${server} has a table of its own where one of the store's belongs (${error.message}); name another with ?schema=NAME`,
    { cause: error },
  );
}
