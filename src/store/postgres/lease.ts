import type pg from 'pg';
import { BackfillError } from '../../core/errors.ts';
import type { StoreWriter } from '../facts.ts';
import { WRITER } from '../parquet/files/writer.ts';
import { leaseIsOver } from '../lease.ts';
import { storeLocked } from '../locked.ts';
import type { HeldLease } from '../tables/tables.ts';
import { literal } from '../tables/literal.ts';
import { barTables, type BarTables, IS_PARTED } from './bar-tables.ts';
import type { Client } from './client.ts';
import type { Database } from './database.ts';
import type { PostgresPlace } from './place.ts';

/** Runs what writes in one transaction, under the lease of the store. */
export type Writing = <T>(work: (client: Client, tables: BarTables) => Promise<T>) => Promise<T>;

/**
 * Whose lock it is: the lease of a schema's store, of who took it (`writes`) and of all who take part in it (`joins`), and the
 * right to go on of who writes under it.
 */
function lockOf({ schema }: PostgresPlace, what: 'writes' | 'joins' | 'commits'): string {
  return `hashtext('backfill ${what}'), hashtext(${literal(schema)})`;
}

/** Tries at a lock that somebody may have looked at in that moment. */
const TRIES = 5;
const REST_MS = 50;

/**
 * One writer at a time, which may be many processes that share one lease. It is two locks, on a connection of its own for each
 * process, which the server frees when that ends, however it ends: `writes` is the first holder's, `joins` is shared by him and
 * all who joined him; and a token, which every first holder raises, and the last one who lets go. Whoever writes under a lease
 * shows its token in every transaction, so that one who lost it, and does not know that yet, changes nothing any more. A
 * transaction that has shown its token holds up the next holder until it is through. Throws `store-locked`, naming
 * the holder.
 */
export async function takeLease(db: Database): Promise<HeldLease> {
  await db.prepare();
  const client = await db.open();
  try {
    if (!(await tried(client, allLocks(db.place)))) throw await lockedBy(client, db.place);
    const token = await raiseToken(client, db.place);
    // Until here nobody could join under the token before.
    const joins = lockOf(db.place, 'joins');
    await client.query(`SELECT pg_try_advisory_lock_shared(${joins}); SELECT pg_advisory_unlock(${joins})`);
    return { token, free: () => leave(client, db.place, token) };
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}

/** Takes part in a lease, be it that all who held it are dead. Throws `store-locked` for one that is over. */
export async function joinLease(db: Database, token: string): Promise<HeldLease> {
  if (!(await db.isThere())) throw leaseIsOver(db.place.shown, token);
  const client = await db.open();
  try {
    const joins = `pg_try_advisory_lock_shared(${lockOf(db.place, 'joins')})`;
    // In this order: as long as that is held, nobody raises it.
    const isOurs = (await tried(client, joins)) && (await tokenIn(client)) === token;
    if (!isOurs) throw leaseIsOver(db.place.shown, token);
    return { token, free: () => leave(client, db.place, token) };
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}

async function tried(client: pg.Client, locks: string): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    if (await isTrue(client, locks)) return true;
    if (attempt === TRIES) return false;
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
  }
}

async function isTrue(client: pg.Client, expression: string): Promise<boolean> {
  const { rows } = await client.query(`SELECT ${expression} AS is`);
  return (rows[0] as { is: boolean }).is;
}

/** The connection of a dead process ends with it, that of a dead machine once the server asked for a sign of life in vain. */
const ENDS = 'what a dead process or machine holds the server frees within a minute';

/** Takes both locks, or none. */
function allLocks(place: PostgresPlace): string {
  const writes = lockOf(place, 'writes');
  return `CASE WHEN NOT pg_try_advisory_lock(${writes}) THEN false WHEN pg_try_advisory_lock(${lockOf(place, 'joins')}) THEN true
    ELSE NOT pg_advisory_unlock(${writes}) END`;
}

async function leave(client: pg.Client, place: PostgresPlace, token: string): Promise<void> {
  await letGo(client, place, token).catch(() => undefined);
  await client.end();
}

/** The last one to do so leaves a token that nobody was told. */
async function letGo(client: pg.Client, place: PostgresPlace, token: string): Promise<void> {
  const joins = lockOf(place, 'joins');
  // His own part first: of two who leave at once the later one finds that he is the last.
  await client.query(`SELECT pg_advisory_unlock_shared(${joins})`);
  if (await isTrue(client, `pg_try_advisory_lock(${joins})`))
    await client.query('UPDATE backfill_lease SET token = token + 1 WHERE token::text = $1', [token]);
  await client.query('SELECT pg_advisory_unlock_all()');
}

async function tokenIn(client: pg.Client): Promise<string | undefined> {
  const { rows } = await client.query('SELECT token::text FROM backfill_lease');
  return (rows[0] as { token: string } | undefined)?.token;
}

async function raiseToken(client: pg.Client, place: PostgresPlace): Promise<string> {
  await client.query(
    `BEGIN; SET LOCAL lock_timeout = '1min'; SELECT pg_advisory_xact_lock(${lockOf(place, 'commits')})`,
  );
  const { rows } = await client.query(
    'UPDATE backfill_lease SET token = token + 1, pid = $1, host = $2, command = $3, since = now() RETURNING token::text',
    [WRITER.pid, WRITER.host, WRITER.command],
  );
  await client.query('COMMIT');
  return (rows[0] as { token: string }).token;
}

async function lockedBy(client: Client, place: PostgresPlace): Promise<BackfillError> {
  return storeLocked(place.shown, await holderIn(client, place), { ends: ENDS });
}

/** Who holds the lease, or held it last: where he is gone, those who joined him. */
async function holderIn(client: Client, place: PostgresPlace): Promise<StoreWriter | undefined> {
  const { rows } = await client.query(
    `SELECT pid, host, command, extract(epoch FROM since) * 1000 AS since,
       NOT EXISTS (${holders(place, 'writes')}) AND EXISTS (${holders(place, 'joins')}) AS gone FROM backfill_lease`,
  );
  const { pid, host, command, since, gone } = rows[0] ?? {};
  if (typeof host !== 'string' || typeof command !== 'string') return undefined;
  const what = gone === true ? `workers of ${command}, itself gone` : command;
  return { pid: Number(pid), host, command: what, since: Math.round(Number(since)) };
}

/** Those who hold one of the locks of a lease: none is in their way. */
function holders({ schema }: PostgresPlace, what: 'writes' | 'joins'): string {
  const mode = what === 'writes' ? 'ExclusiveLock' : 'ShareLock';
  return `SELECT FROM pg_locks WHERE locktype = 'advisory' AND mode = '${mode}' AND granted AND objsubid = 2
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND classid::bigint = hashtext('backfill ${what}')::bigint & 4294967295
    AND objid::bigint = hashtext(${literal(schema)})::bigint & 4294967295`;
}

/** Who holds the lease now; undefined for nobody. */
export async function writerAtWork(db: Database): Promise<StoreWriter | undefined> {
  if (!(await db.isThere())) return undefined;
  return db.with(async (client) => {
    const { rows } = await client.query(
      `SELECT EXISTS (${holders(db.place, 'writes')}) OR EXISTS (${holders(db.place, 'joins')}) AS is`,
    );
    return rows[0]?.['is'] === true ? holderIn(client, db.place) : undefined;
  });
}

/**
 * Whether nobody holds the lease. The lock is tried because that costs least while its first holder lives; it is not kept, as
 * the next holder is to wait for a transaction, not to be refused because of it.
 */
function isFree(place: PostgresPlace): string {
  const writes = lockOf(place, 'writes');
  return `CASE WHEN NOT pg_try_advisory_lock_shared(${writes}) THEN false
    WHEN pg_advisory_unlock_shared(${writes}) THEN NOT EXISTS (${holders(place, 'joins')}) END`;
}

/** What writes finds its rows by their keys, however many they are: the server need not plan it each time anew. */
const ONE_PLAN = 'SET LOCAL plan_cache_mode = force_generic_plan';

/**
 * Begins a transaction that may write, under the lease with a token, and finds where bars are written in it. Throws `store-locked` if that was lost. Without a token
 * it is the caller's business that nobody else writes.
 */
async function beginWriting(
  client: Client,
  place: PostgresPlace,
  token: string | undefined,
): Promise<BarTables> {
  await client.query(`BEGIN; ${ONE_PLAN}; SELECT pg_advisory_xact_lock_shared(${lockOf(place, 'commits')})`);
  const held = token === undefined ? 'NULL AS token, false AS free' : `token::text, ${isFree(place)} AS free`;
  const { rows } = await client.query(`SELECT ${held}, ${IS_PARTED} AS parted FROM backfill_lease`, []);
  const { token: current, free, parted } = rows[0] ?? {};
  if (token === undefined || (current === token && free === false)) return barTables(client, parted === true);
  const why =
    current === token
      ? 'the connection that held the right to was lost'
      : 'its lease is over, and another process may write it since';
  throw new BackfillError(
    'store-locked',
    `this run may no longer write the store ${place.shown}: ${why}; nothing was stored after that; run the same again`,
  );
}

/** Whoever took a lease found tables, or made them. */
function dropped({ shown }: PostgresPlace): BackfillError {
  return new BackfillError(
    'store-unusable',
    `the tables of the store ${shown} are gone: another hand dropped them while this run wrote; restore them, or fill the store anew`,
  );
}

/**
 * Runs `work` in a transaction that writes; what it throws undoes all of it. Under a lease it makes no tables: where there are
 * none any more it throws `store-unusable`.
 */
export async function writing<T>(
  db: Database,
  token: string | undefined,
  work: (client: Client, tables: BarTables) => Promise<T>,
): Promise<T> {
  if (token === undefined) await db.prepare();
  else if (!(await db.isThere())) throw dropped(db.place);
  return db.with(async (client) => {
    let result: T;
    try {
      result = await work(client, await beginWriting(client, db.place, token));
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {});
      throw error;
    }
    await client.query('COMMIT');
    return result;
  });
}
