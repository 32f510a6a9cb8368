import type { SeriesWrite } from '../tables/plan.ts';
import type { BarTables } from './bar-tables.ts';
import { putBars } from './bars.ts';
import { putBook } from './books.ts';
import type { Client } from './client.ts';
import { holdParts, putParts } from './parts.ts';
import { addRevisions } from './revisions.ts';

/**
 * Writes all of this in a transaction that was begun. Throws `Conflict` where something is not as it was when it was read.
 */
export async function putAll(
  client: Client,
  tables: BarTables,
  writes: readonly SeriesWrite[],
): Promise<void> {
  const parts = writes.flatMap((write) => write.parts);
  if (parts.length > 0) await holdParts(client, parts);
  for (const { book } of writes) if (book !== undefined) await putBook(client, book);
  for (const { revisions } of writes) await addRevisions(client, revisions);
  await putBars(
    client,
    tables,
    writes.flatMap(({ rows }) => rows),
  );
  if (parts.length > 0) await putParts(client, parts);
}
