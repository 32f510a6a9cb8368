import type pg from 'pg';
import { driver } from '../tables/driver.ts';
import type { Row } from '../tables/row.ts';
import { codeOf } from '../tables/unreached.ts';
import { type Client, identifier, type Values } from './client.ts';
import { migrate, versionOf } from './migrate.ts';
import type { PostgresPlace } from './place.ts';
import { MIGRATIONS } from './schema.ts';
import { preparing } from './prepared.ts';
import { asUnusable } from './trouble.ts';

/** How long the server waits for what holds a transaction open, and for a lock that another one holds. */
const PATIENCE = `SET idle_in_transaction_session_timeout = '10min'; SET lock_timeout = '1min'`;

/** Notices within a minute that whoever held a connection is gone, host and all. */
const KEEP_ALIVE =
  'SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3';

/** Connections of this thread, by what they were opened with: stores over the same tables share them. */
const pools = new Map<string, Promise<pg.Pool>>();

/** The tables of a store: connections that are opened when they are needed, and what every call has in common. */
export class Database {
  readonly place: PostgresPlace;
  /** Whether the tables were found, or made. */
  #isThere = false;

  constructor(place: PostgresPlace) {
    this.place = place;
  }

  /** Runs one statement. */
  async rows(text: string, values: Values = []): Promise<Row[]> {
    return this.with(async (client) => (await client.query(text, [...values])).rows);
  }

  /** The same, of tables that need not be there: then there is nothing in them. */
  async read(text: string, values: Values = []): Promise<Row[]> {
    return (await this.isThere()) ? this.rows(text, values) : [];
  }

  /** Whether there is a store. Throws `store-unusable` for one of a later version. */
  async isThere(): Promise<boolean> {
    if (this.#isThere) return true;
    const version = await this.with((client) => versionOf(client, this.place));
    if (version === MIGRATIONS.length) this.#isThere = true;
    return version > 0;
  }

  /** Makes what is not there yet of the tables. */
  async prepare(): Promise<void> {
    if (this.#isThere) return;
    await this.with((client) => migrate(client, this.place));
    this.#isThere = true;
  }

  /** Runs `work` on a connection that is its own. One that may be broken afterwards is not used again. */
  async with<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const pool = await this.#pool();
    const client = await pool.connect();
    let failure: Error | undefined;
    try {
      return await work(preparing(client));
    } catch (error) {
      if (codeOf(error) !== undefined) failure = error as Error;
      throw error;
    } finally {
      client.release(failure);
    }
  }

  /** A connection beside the others, which is nobody's but the caller's. */
  async open(): Promise<pg.Client> {
    const { Client } = await driver('PostgreSQL');
    const client = new Client({ ...this.#config(), keepAlive: true });
    await client.connect();
    await client.query(`${this.#session()}; ${KEEP_ALIVE}`);
    return client;
  }

  /** Turns what the server says into `store-unusable`. */
  async usable<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asUnusable(this.place, error);
    }
  }

  #pool(): Promise<pg.Pool> {
    const key = `${this.place.schema} ${this.place.connection}`;
    const pool = pools.get(key) ?? this.#openPool();
    pools.set(key, pool);
    return pool;
  }

  async #openPool(): Promise<pg.Pool> {
    const { Pool, Client } = await driver('PostgreSQL');
    const { min, max } = this.place.pool;
    // It is waited for, though its type does not say so.
    const hooks: object = {
      onConnect: (client: pg.ClientBase) => client.query(`${this.#session()}; ${PATIENCE}`),
    };
    const times = { allowExitOnIdle: true, idleTimeoutMillis: 10_000 };
    const pool = new Pool({ ...this.#config(), Client, min, max, ...times, ...hooks });
    // Of one that lies idle: the next query opens another.
    pool.on('error', () => {});
    return pool;
  }

  #config(): pg.ClientConfig {
    return {
      connectionString: this.place.connection,
      application_name: 'backfill',
      connectionTimeoutMillis: this.place.patienceMs,
    };
  }

  #session(): string {
    return `SET search_path TO ${identifier(this.place.schema)}; SET TimeZone TO 'UTC'; SET DateStyle TO 'ISO'`;
  }
}
