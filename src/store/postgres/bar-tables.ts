import type { Interval } from '../../core/session/interval.ts';
import type { Client } from './client.ts';

/** Where the bars of an interval are written. They are read from `bars`, whatever lies behind that. */
export interface BarTable {
  readonly name: string;
  readonly key: readonly string[];
  /** Rows of the series with ticker $1 and interval $2. */
  readonly ofSeries: string;
}

export type BarTables = (interval: Interval) => BarTable;

/** All bars in one table. */
const ONE: BarTable = {
  name: 'bars',
  key: ['ticker', 'interval', 'ts'],
  ofSeries: 'ticker = $1 AND interval = $2',
};

/** Those of each interval in a hypertable of its own: see `makeHypertables`. */
function hypertableOf(interval: Interval): BarTable {
  return {
    name: `bars_${interval}`,
    key: ['ticker', 'ts'],
    ofSeries: `ticker = $1 AND '${interval}' = $2::text`,
  };
}

/** An expression: whether bars are in hypertables. */
export const IS_PARTED = `EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('bars') AND relkind = 'v')`;

/**
 * Of hypertables what is compressed may be written as well, as much of it as there is; and each statement is planned by what it asks
 * for, so that it touches no other chunk.
 */
const SETTINGS = `SELECT set_config('plan_cache_mode', 'force_custom_plan', true)
UNION ALL SELECT set_config(name, '0', true) FROM pg_settings WHERE name = 'timescaledb.max_tuples_decompressed_per_dml_transaction'`;

/** Where a transaction that was begun writes bars. `isParted`: what `IS_PARTED` gave in it. */
export async function barTables(client: Client, isParted: boolean): Promise<BarTables> {
  if (!isParted) return () => ONE;
  await client.query(SETTINGS);
  return hypertableOf;
}
