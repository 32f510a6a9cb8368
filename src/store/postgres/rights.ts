import { INTERVALS } from '../../core/session/interval.ts';
import { barTables, IS_PARTED } from './bar-tables.ts';
import type { Database } from './database.ts';

/** A table that runs write, and a column of it. */
const WRITTEN: readonly (readonly [table: string, column: string])[] = [
  ['backfill_parts', 'ticker'],
  ['revisions', 'ticker'],
  ['actions', 'ticker'],
  ['backfill_books', 'ticker'],
  ['backfill_documents', 'path'],
  ['backfill_document_parts', 'version'],
];

/** Without the right to take a number it tries to, so that the server says what it says of that. */
const NUMBERS = `SELECT CASE WHEN has_sequence_privilege('backfill_versions', 'USAGE, UPDATE') THEN 0
  ELSE nextval('backfill_versions') END`;

/** Throws what the server says where this user may not write a store that is there. The statements are of no row. */
export async function assertMayWrite(db: Database): Promise<void> {
  if (!(await db.isThere())) return;
  await db.with(async (client) => {
    const { rows } = await client.query(`SELECT ${IS_PARTED} AS parted`);
    const tables = await barTables(client, rows[0]?.['parted'] === true);
    const bars = new Set(INTERVALS.map((interval) => tables(interval).name));
    const all = [...WRITTEN, ...[...bars].map((name) => [name, 'ticker'] as const)];
    await client.query([...all.flatMap(([table, column]) => ofNoRow(table, column)), NUMBERS].join('; '));
  });
}

function ofNoRow(table: string, column: string): string[] {
  return [
    `INSERT INTO ${table} (${column}) SELECT ${column} FROM ${table} WHERE false`,
    `UPDATE ${table} SET ${column} = ${column} WHERE false`,
    `DELETE FROM ${table} WHERE false`,
  ];
}
