import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { BackfillError } from '../../core/errors.ts';
import { WRITER } from '../parquet/files/writer.ts';
import { driver } from '../tables/driver.ts';
import { literal } from '../tables/literal.ts';
import type { Row } from '../tables/row.ts';
import { codeOf } from '../tables/unreached.ts';
import type { QuestPlace } from './place.ts';
import { appliedTables, type Names, namesOf, plainTables, statements, VERSION } from './schema.ts';
import { oneOf } from './sql.ts';
import { asUnusable } from './trouble.ts';

/** Connections of this thread, by what they were opened with. */
const pools = new Map<string, Promise<pg.Pool>>();

/** How long nothing may be applied of what the server has taken. */
const PATIENCE_MS = 60_000;

const TRIES = 200;
const REST_MS = 25;

/** The tables of a store in a QuestDB server, over its PostgreSQL wire. */
export class QuestServer {
  readonly place: QuestPlace;
  readonly names: Names;
  /** Series, by `seriesKey`, of which there may be other rows than is known: what was about to be known of them is looked up. */
  readonly suspects = new Set<string>();
  #isThere = false;

  constructor(place: QuestPlace) {
    this.place = place;
    this.names = namesOf(place.prefix);
  }

  /** Runs one statement; `arrays` are columns of numbers, as `$1` and so on. */
  async rows(text: string, arrays: readonly Buffer[] = []): Promise<Row[]> {
    return (await this.#asked((pool) => pool.query(text, [...arrays]))) as Row[];
  }

  /** The same of a table that another one may have in hand for a moment. */
  async rowsInTime(text: string): Promise<void> {
    for (let attempt = 1; ; attempt++)
      try {
        await this.rows(text);
        return;
      } catch (error) {
        if (attempt === TRIES || !isBusy(error)) throw error;
        await sleep(REST_MS);
      }
  }

  /** `rows`, by columns and in binary: doubles are what they are. */
  async table(text: string): Promise<unknown[][]> {
    const query = { text, rowMode: 'array', binary: true } as pg.QueryArrayConfig;
    return (await this.#asked((pool) => pool.query(query))) as unknown[][];
  }

  /** The rows of one statement. */
  async #asked(ask: (pool: pg.Pool) => Promise<{ readonly rows: unknown[] }>): Promise<unknown[]> {
    const pool = await this.#pool();
    for (let attempt = 1; ; attempt++)
      try {
        return (await ask(pool)).rows;
      } catch (error) {
        // Then nothing of it was done.
        if (attempt === TRIES || !isOutdated(error)) throw error;
      }
  }

  /** `rows` of tables that need not be there: then there is nothing in them. */
  async read(text: string): Promise<Row[]> {
    return (await this.isThere()) ? this.rows(text) : [];
  }

  /** Whether there is a store. Throws `store-unusable` for one of a later version. */
  async isThere(): Promise<boolean> {
    if (this.#isThere) return true;
    const version = await this.#version();
    if (version === VERSION) this.#isThere = true;
    return version > 0;
  }

  /** Makes what is not there yet of the tables. */
  async prepare(): Promise<void> {
    if (await this.isThere()) return;
    const { names } = this;
    const own = await this.rows(
      `SELECT table_name FROM tables() WHERE ${oneOf('table_name', [...appliedTables(names), ...plainTables(names)])}`,
    );
    if (own.length > 0 && !own.some((row) => row['table_name'] === names.schema))
      throw new BackfillError(
        'store-unusable',
        `${this.place.server} has tables of its own where those of the store belong (${String(own[0]?.['table_name'])}); name others with ?prefix=NAME_`,
      );
    // First, so that whoever comes after a crash knows whose tables these are.
    await this.rowsInTime(
      `CREATE TABLE IF NOT EXISTS '${names.schema}' (at TIMESTAMP, version LONG) TIMESTAMP(at) PARTITION BY YEAR BYPASS WAL`,
    );
    await Promise.all(statements(names).map((statement) => this.rowsInTime(statement)));
    await this.rowsInTime(`INSERT INTO '${names.schema}' VALUES (now(), ${VERSION})`);
    this.#isThere = true;
  }

  async #version(): Promise<number> {
    const { schema } = this.names;
    const there = await this.rows(`SELECT table_name FROM tables() WHERE table_name = ${literal(schema)}`);
    if (there.length === 0) return 0;
    const [row] = await this.rows(`SELECT max(version) AS version FROM '${schema}'`);
    const version = Number(row?.['version'] ?? 0);
    if (version > VERSION)
      throw new BackfillError(
        'store-unusable',
        `the store ${this.place.shown} was made by a later version of backfill (its tables have version ${version}, this one knows ${VERSION}); update backfill`,
      );
    return version;
  }

  /** The server's time, in microseconds since the epoch. */
  async now(): Promise<number> {
    const [row] = await this.rows('SELECT cast(now() AS long) AS now');
    return Number(row?.['now']);
  }

  /** Waits until what the server has taken into some tables is applied: until then nobody sees it. */
  async applied(tables: readonly string[]): Promise<void> {
    const wanted = new Map<string, number>();
    let last = '';
    let since = performance.now();
    for (let pause = 2; ; pause = Math.min(pause * 1.5, 40)) {
      const rows = await this.rows(
        `SELECT name, suspended, writerTxn, sequencerTxn, errorMessage FROM wal_tables() WHERE ${oneOf('name', tables)}`,
      );
      for (const row of rows) this.#assertApplying(row);
      const waiting = rows.filter(({ name, writerTxn, sequencerTxn }) => {
        const key = String(name);
        if (!wanted.has(key)) wanted.set(key, Number(sequencerTxn));
        return Number(writerTxn) < (wanted.get(key) ?? 0);
      });
      if (waiting.length === 0) return;
      const now = waiting.map(({ name, writerTxn }) => `${String(name)} ${String(writerTxn)}`).join();
      if (now !== last) [last, since] = [now, performance.now()];
      if (performance.now() - since > PATIENCE_MS)
        throw new BackfillError(
          'store-unusable',
          `the QuestDB server ${this.place.server} has taken rows into ${String(waiting[0]?.['name'])} and applies none of them; see wal_tables() there, and run the same again`,
        );
      await sleep(pause);
    }
  }

  #assertApplying({ name, suspended, errorMessage }: Row): void {
    if (suspended !== true) return;
    throw new BackfillError(
      'store-unusable',
      `the QuestDB server ${this.place.server} has suspended the table ${String(name)} (${String(errorMessage)}); mend what it says, then ALTER TABLE ${String(name)} RESUME WAL there`,
    );
  }

  /** Begins to write a table that one at a time can write, on a connection that keeps it until it rolls back; false: another does. */
  async hold(client: pg.ClientBase, table: string): Promise<boolean> {
    await client.query('BEGIN');
    try {
      await client.query(`INSERT INTO '${table}' VALUES (now(), ${WRITER.pid})`);
      return true;
    } catch (error) {
      await client.query('ROLLBACK');
      if (isBusy(error)) return false;
      throw error;
    }
  }

  /** Runs `work` on a connection that is its own. One that may be broken afterwards is not used again. */
  async alone<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    const pool = await this.#pool('alone');
    const client = await pool.connect();
    let failure: Error | undefined;
    try {
      return await work(client);
    } catch (error) {
      if (codeOf(error) !== undefined) failure = error as Error;
      throw error;
    } finally {
      client.release(failure);
    }
  }

  /** A connection beside the others, which is nobody's but the caller's. */
  async open(): Promise<pg.Client> {
    const { Client } = await driver('QuestDB');
    const client = new Client({ ...this.#config(), keepAlive: true });
    await client.connect();
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

  /** Those that hold a table beside those that write others: neither waits for the other. */
  #pool(use: 'all' | 'alone' = 'all'): Promise<pg.Pool> {
    const { server, user, password, database, pool } = this.place;
    const key = JSON.stringify([use, server, user, password, database, pool]);
    const opened = pools.get(key) ?? this.#openPool();
    pools.set(key, opened);
    return opened;
  }

  async #openPool(): Promise<pg.Pool> {
    const { Pool, Client } = await driver('QuestDB');
    const times = { allowExitOnIdle: true, idleTimeoutMillis: 10_000 };
    const pool = new Pool({ ...this.#config(), Client, ...this.place.pool, ...times });
    // Of one that lies idle: the next query opens another.
    pool.on('error', () => {});
    return pool;
  }

  #config(): pg.ClientConfig {
    const { host, port, user, password, database } = this.place;
    return {
      ...{ host, port, user, database, connectionTimeoutMillis: 20_000 },
      ...(password !== undefined && { password }),
    };
  }
}

/** Whether a table changed between the compiling of a statement and its beginning. */
function isOutdated(error: unknown): boolean {
  return error instanceof Error && error.message.includes('cached query plan cannot be used');
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && error.message.includes('table busy');
}
