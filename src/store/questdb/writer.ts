import { BackfillError } from '../../core/errors.ts';
import type { QuestServer } from './server.ts';

/** Rows on their way into a table. */
export interface Insert {
  readonly table: string;
  readonly columns: readonly string[];
  /** A SELECT of as many columns, in their order and of the same names. */
  readonly rows: string;
  /** Columns of numbers that this speaks of as `$1` and so on. */
  readonly arrays?: readonly Buffer[];
}

/** Texts of literals for each column of a row. */
export type Literals = readonly string[];

/** Bytes of a statement: the server takes no message that does not fit into its buffer of a mebibyte. */
const MOST_BYTES = 300_000;
const MOST_ROWS = 100;

/** Rows of literals, as many to a statement as it holds. */
export function insertsOf(table: string, columns: readonly string[], rows: readonly Literals[]): Insert[] {
  const inserts: Insert[] = [];
  let batch: string[] = [];
  let bytes = 0;
  const flush = (): void => {
    if (batch.length > 0) inserts.push({ table, columns, rows: batch.join(' UNION ALL ') });
    [batch, bytes] = [[], 0];
  };
  for (const row of rows) {
    const select = `SELECT ${row.map((value, i) => `${value} AS ${columns[i] ?? ''}`).join(', ')} FROM long_sequence(1)`;
    if (bytes + select.length > MOST_BYTES || batch.length === MOST_ROWS) flush();
    batch.push(select);
    bytes += select.length;
  }
  flush();
  return inserts;
}

/**
 * Who writes under a lease. The server knows no transaction over tables and no condition on a write but what a SELECT says: so
 * every statement selects its rows under the condition that the token is the last one, and that is looked at once more
 * when they are there. As tokens only rise, one that holds afterwards held all the time.
 */
export class Writer {
  readonly #server: QuestServer;
  /** Undefined: it is the caller's business that nobody else writes. */
  token: string | undefined;
  /** Whether the connection is gone that held the lease. */
  isLost: () => boolean = () => false;
  /** What came to nothing may have left rows that nothing is known of. */
  isTidy = true;

  constructor(server: QuestServer, token: string | undefined) {
    this.#server = server;
    this.token = token;
  }

  /** Stores rows, one statement after the other, and waits until they are there. Throws `store-locked`. */
  async put(inserts: readonly Insert[]): Promise<void> {
    if (inserts.length === 0) return;
    await this.#server.prepare();
    const { token } = this;
    this.#assertNotLost();
    try {
      for (const insert of inserts) await this.#insert(insert, token);
      await this.#server.applied([...new Set(inserts.map(({ table }) => table))]);
      await this.#assertHolds(token);
    } catch (error) {
      this.isTidy = false;
      throw error;
    }
  }

  async #insert({ table, columns, rows, arrays }: Insert, token: string | undefined): Promise<void> {
    const held =
      token === undefined
        ? ''
        : ` CROSS JOIN (SELECT max(token) AS held FROM '${this.#server.names.lease}') AS lease WHERE lease.held = ${token}`;
    const own = columns.map((name) => `given.${name}`).join(', ');
    await this.#server.rows(
      `INSERT INTO '${table}' (${columns.join(', ')}) SELECT ${own} FROM (${rows}) AS given${held}`,
      arrays,
    );
  }

  async #assertHolds(token: string | undefined): Promise<void> {
    this.#assertNotLost();
    if (token === undefined) return;
    const [row] = await this.#server.rows(`SELECT max(token) AS token FROM '${this.#server.names.lease}'`);
    if (String(row?.['token']) !== token) throw this.#lost(', and another process writes it since');
  }

  #assertNotLost(): void {
    if (this.isLost()) throw this.#lost('');
  }

  #lost(since: string): BackfillError {
    return new BackfillError(
      'store-locked',
      `this run may no longer write the store ${this.#server.place.shown}: the connection that held the right to was lost${since}; nothing was stored after that; run the same again`,
    );
  }
}
