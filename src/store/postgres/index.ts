import { TableStore } from '../tables/store.ts';
import type { BarStore } from '../store.ts';
import { Database } from './database.ts';
import { postgresPlace } from './place.ts';
import { PostgresTables } from './tables.ts';

/**
 * A store in a PostgreSQL database: see `postgresPlace` for its URL. Nothing is asked of the server before the first call.
 * `lock`: of the `Lease` that its commits are made under, of who holds it for them. Default: its own, while it has
 * one.
 */
export function openPostgresStore(url: string, lock?: string): BarStore {
  return new TableStore(new PostgresTables(new Database(postgresPlace(url)), lock));
}
