import type pg from 'pg';
import { BackfillError } from '../../core/errors.ts';
import type { StoreWriter } from '../facts.ts';
import { WRITER } from '../parquet/files/writer.ts';
import type { HeldLease } from '../tables/tables.ts';
import { literal } from '../tables/literal.ts';
import { barTables, type BarTables, IS_PARTED } from './bar-tables.ts';
import type { Client } from './client.ts';
import type { Database } from './database.ts';
import type { PostgresPlace } from './place.ts';

/** Runs what writes in one transaction, under the lease of the store. */
export type Writing = <T>(work: (client: Client, tables: BarTables) => Promise<T>) => Promise<T>;

/** Whose lock it is: the lease of a schema's store, and the right to go on of who writes under it. */
function lockOf({ schema }: PostgresPlace, what: 'writes' | 'commits'): string {
  return `hashtext('backfill ${what}'), hashtext(${literal(schema)})`;
}

/** Tries at a lock that somebody may have looked at in that moment. */
const TRIES = 5;
const REST_MS = 50;

/**
 * One writer at a time. The lease is a lock on a connection of its own, which the server frees when that ends, however it
 * ends; and a token, which every holder raises. Whoever writes under a lease shows its token in every transaction, so that
 * one who lost it, and does not know that yet, changes nothing any more. A transaction that has shown its token holds up
 * the next holder until it is through. Throws `store-locked`, naming
 * the holder.
 */
export async function takeLease(db: Database): Promise<HeldLease> {
  await db.prepare();
  const client = await db.open();
  try {
    for (let attempt = 1; !(await isTaken(client, db.place)); attempt++) {
      if (attempt === TRIES) throw await lockedBy(client, db.place);
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
    }
    const token = await raiseToken(client, db.place);
    return {
      token,
      free: async () => {
        await client.query(`SELECT pg_advisory_unlock(${lockOf(db.place, 'writes')})`).catch(() => undefined);
        await client.end();
      },
    };
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}

async function isTaken(client: pg.Client, place: PostgresPlace): Promise<boolean> {
  const { rows } = await client.query(`SELECT pg_try_advisory_lock(${lockOf(place, 'writes')}) AS is`);
  return (rows[0] as { is: boolean }).is;
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
  const holder = await holderIn(client);
  const who = holder
    ? `${holder.command} (pid ${holder.pid} on ${holder.host} since ${new Date(holder.since).toISOString()})`
    : 'another process';
  return new BackfillError(
    'store-locked',
    `the store ${place.shown} is being written by ${who}; wait for it, stop it, or use another store`,
  );
}

async function holderIn(client: Client): Promise<StoreWriter | undefined> {
  const { rows } = await client.query(
    'SELECT pid, host, command, extract(epoch FROM since) * 1000 AS since FROM backfill_lease',
  );
  const { pid, host, command, since } = rows[0] ?? {};
  if (typeof host !== 'string' || typeof command !== 'string') return undefined;
  return { pid: Number(pid), host, command, since: Math.round(Number(since)) };
}

/** Who holds the lease now; undefined for nobody. */
export async function writerAtWork(db: Database): Promise<StoreWriter | undefined> {
  if (!(await db.isThere())) return undefined;
  return db.with(async (client) => {
    const { rows } = await client.query(
      `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND granted AND objsubid = 2
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND classid::bigint = hashtext('backfill writes')::bigint & 4294967295
        AND objid::bigint = hashtext($1)::bigint & 4294967295) AS is`,
      [db.place.schema],
    );
    return rows[0]?.['is'] === true ? holderIn(client) : undefined;
  });
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
  const held =
    token === undefined
      ? 'NULL AS token, false AS free'
      : `token::text, pg_try_advisory_xact_lock_shared(${lockOf(place, 'writes')}) AS free`;
  const { rows } = await client.query(`SELECT ${held}, ${IS_PARTED} AS parted FROM backfill_lease`, []);
  const { token: current, free, parted } = rows[0] ?? {};
  if (token === undefined || (current === token && free === false)) return barTables(client, parted === true);
  throw new BackfillError(
    'store-locked',
    `this run may no longer write the store ${place.shown}: the connection that held the right to was lost${
      current === token ? '' : ', and another process writes it since'
    }; nothing was stored after that; run the same again`,
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
